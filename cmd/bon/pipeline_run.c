/* cmd/bon/pipeline_run.c: bon pipeline run: does what of a recipe is not done yet, several jobs at a time.
 *
 * One thread sleeps until a signal comes (sigwaitinfo): a child ended, or somebody asks to stop. What is done is known to the
 * manifest before the next job begins, so being killed costs the jobs that are running and nothing else. A lock on a file of the
 * folder, which the children hold as well, keeps a second run out until the last process of the first is gone. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "commands.h"
#include "pipeline_child.h"
#include "pipeline_jobs.h"
#include "stream.h"

enum { LOCK_TRIES = 20, LOCK_PAUSE_MS = 50 }; /* children of a run that was killed need a moment to die */

struct run {
    struct pipeline pipeline;
    const struct pipeline_args *args;
    struct jobs jobs;
    struct child *children; /* `threads` of them */
    unsigned threads, free, running;
    size_t done, kept, failed;
    uint64_t bytes;
    int signal;  /* that asked to stop; 0 = none */
    bool ending; /* nothing new is begun */
    bool terminal;
    int lock;
    sigset_t waited, before;
    struct timespec start;
};

static const struct option_row options[] = {
    PIPELINE_OPTION_OUTPUT,
    PIPELINE_OPTION_ROOT,
    PIPELINE_OPTION_AGAIN,
    OPTION_FLAG('k', "keep-going", struct pipeline_args, keep_going,
                "when a job fails, still do what does not depend on it"),
    OPTION_WRITTEN(0, "json", "FILE", struct pipeline_args, json, "write what was done to FILE, as a JSON object"),
    OPTION_THREADS,
    OPTIONS_COMMON,
    OPTION_END,
};

/* ---- messages ---- */

static void clear_line(const struct run *run) {
    if (run->terminal) fputs("\r\033[K", stderr);
}

/* "3 of 12 jobs", on a terminal in one line that changes, else, with --progress=always, a line each. */
static void show_progress(const struct run *run, const char *name, const char *what) {
    const enum progress_mode mode = (enum progress_mode)run->args->shared.progress;
    if (mode == PROGRESS_NEVER || (mode == PROGRESS_AUTO && (!run->terminal || run->args->shared.quiet))) return;
    clear_line(run);
    fprintf(stderr, "bon: %zu of %zu jobs: %s %s%s", run->done + run->kept + run->failed, run->pipeline.wanted_jobs,
            name, what, run->terminal ? "" : "\n");
}

static void tell_failed_job(struct run *run, const struct child *child, int wait_status) {
    const struct bon_plan *plan = run->pipeline.plan;
    const struct bon_plan_job *job = &plan->jobs[child->job];
    const struct bon_recipe_step *step = &run->pipeline.recipe->steps[job->step];
    bon_buf command = {0};
    clear_line(run);
    fprintf(stderr, "bon: %s:%u: step '%s' failed at %s: ", run->pipeline.recipe->toml->name, step->node->line,
            step->name, job->name);
    if (WIFSIGNALED(wait_status))
        fprintf(stderr, "killed by signal %d (%s)\n", WTERMSIG(wait_status), strsignal(WTERMSIG(wait_status)));
    else
        fprintf(stderr, "exit status %d\n", WEXITSTATUS(wait_status));
    if (bon_plan_shell(plan, job, &command) == BON_OK)
        fprintf(stderr, "bon:   bon %.*s\n", (int)command.len, command.data);
    bon_buf_free(&command);
    child_show_log(&run->pipeline, child, "bon:   | ");
}

/* What a command had to say though it went well. */
static void show_notes(const struct run *run, const struct child *child) {
    const struct bon_plan_job *job = &run->pipeline.plan->jobs[child->job];
    bon_buf prefix = {0};
    if (run->args->shared.quiet || bon_buf_printf(&prefix, "%s: ", job->name) != BON_OK) return;
    if (bon_buf_put(&prefix, 0) == BON_OK) child_show_log(&run->pipeline, child, prefix.data);
    bon_buf_free(&prefix);
}

static void tell(struct run *run, bon_status status) {
    clear_line(run);
    (void)tell_failure(status);
}

/* ---- the folder ---- */

static bon_status take_lock(struct run *run) {
    const char *path = run->pipeline.lock;
    const struct timespec pause = {.tv_nsec = LOCK_PAUSE_MS * 1000000L};
    char owner[32] = "";
    run->lock = open(path, O_RDWR | O_CREAT, 0666); /* inherited by the children */
    if (run->lock < 0) return bon_fail_errno(path, "cannot make the lock");
    for (int i = 0; flock(run->lock, LOCK_EX | LOCK_NB) != 0; i++) {
        if (errno != EWOULDBLOCK && errno != EINTR) return bon_fail_errno(path, "cannot lock");
        if (i == LOCK_TRIES) {
            ssize_t n = read(run->lock, owner, sizeof owner - 1);
            owner[n > 0 ? n : 0] = 0;
            owner[strcspn(owner, "\n")] = 0;
            return bon_fail(BON_ERR_IO, "%s: another run (process %s) works in this folder; wait for it, or stop it",
                            run->pipeline.folder, owner);
        }
        nanosleep(&pause, NULL);
    }
    int n = snprintf(owner, sizeof owner, "%ld\n", (long)getpid());
    if (ftruncate(run->lock, 0) != 0 || pwrite(run->lock, owner, (size_t)n, 0) != n)
        return bon_fail_errno(path, "cannot write");
    return BON_OK;
}

/* Everything in the staging folder belongs to runs that are over. */
static bon_status prepare_folder(struct run *run) {
    bon_buf path = {0};
    bon_status status = bon_buf_printf(&path, "%s/", run->pipeline.state);
    if (status == BON_OK) status = bon_buf_put(&path, 0);
    if (status == BON_OK) status = make_folders_of(path.data);
    bon_buf_free(&path);
    if (status == BON_OK) status = take_lock(run);
    if (status == BON_OK) status = remove_tree(run->pipeline.stage);
    if (status == BON_OK && mkdir(run->pipeline.stage, 0777) != 0)
        status = bon_fail_errno(run->pipeline.stage, "cannot make it");
    return status;
}

/* ---- signals ---- */

static bool is_ignored(int number) {
    struct sigaction action;
    return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static void wait_for_signals(struct run *run) {
    static const int stops[] = {SIGINT, SIGTERM, SIGHUP};
    signal(SIGCHLD, SIG_DFL); /* ignored, children would leave no status */
    sigemptyset(&run->waited);
    sigaddset(&run->waited, SIGCHLD);
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++)
        if (!is_ignored(stops[i])) sigaddset(&run->waited, stops[i]);
    sigprocmask(SIG_BLOCK, &run->waited, &run->before);
}

/* Whether somebody asks to stop, for the time that files are read. */
static bool is_stopped(void *context) {
    const struct run *run = context;
    sigset_t pending;
    if (run->signal) return true;
    return sigpending(&pending) == 0 && (sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM) ||
                                         (sigismember(&pending, SIGHUP) && sigismember(&run->waited, SIGHUP)));
}

/* The first time children may put their things away; the second time they may not. One that somebody has suspended hears nothing
 * until it goes on. */
static void stop_children(struct run *run, int number) {
    const int how = run->signal ? SIGKILL : SIGTERM;
    run->signal = number;
    run->ending = true;
    for (unsigned i = 0; i < run->threads; i++)
        if (run->children[i].pid) kill(run->children[i].pid, how), kill(run->children[i].pid, SIGCONT);
}

/* ---- jobs ---- */

static void fail_job(struct run *run) {
    run->failed++;
    if (!run->args->keep_going) run->ending = true;
}

static void finish_well(struct run *run, struct child *child) {
    const struct bon_plan *plan = run->pipeline.plan;
    const struct bon_plan_job *job = &plan->jobs[child->job];
    bon_buf line = {0};
    double seconds;
    char what[48];
    bon_status status = child_publish(&run->pipeline, child, &line, &seconds);
    if (status == BON_OK) status = bon_manifest_add(run->pipeline.manifest, job->name, line.data, line.len);
    bon_buf_free(&line);
    if (status == BON_ERR_INTERRUPTED) return;
    if (status != BON_OK) {
        tell(run, status);
        run->failed++;
        run->ending = true; /* it is the disk, or memory */
        return;
    }
    run->done++;
    for (size_t i = 0; i < job->output_count; i++) run->bytes += plan->files[job->outputs[i]].bytes;
    jobs_done(&run->jobs, child->job);
    show_notes(run, child);
    snprintf(what, sizeof what, "took %.1f s", seconds);
    show_progress(run, job->name, what);
}

static void finish_child(struct run *run, pid_t pid, int wait_status) {
    for (unsigned i = 0; i < run->threads; i++) {
        struct child *child = &run->children[i];
        if (child->pid != pid) continue;
        run->free += child->threads;
        run->running--;
        if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == EXIT_DONE) {
            finish_well(run, child);
        } else if (!is_stopped(run)) { /* the signal may have been for all of the terminal's processes */
            tell_failed_job(run, child, wait_status);
            fail_job(run);
        }
        child_clean(&run->pipeline, child);
        child->pid = 0;
        return;
    }
}

static struct child *idle_child(struct run *run) {
    struct child *child = run->children;
    while (child->pid) child++;
    return child;
}

/* Threads are shared out evenly among what can begin now. */
static bon_status begin(struct run *run, size_t job) {
    struct pipeline *pipeline = &run->pipeline;
    bool needed;
    char why[PIPELINE_WHY];
    BON_TRY(pipeline_decide(pipeline, &pipeline->plan->jobs[job], run->args->again, &needed, why));
    if (!needed) {
        run->kept++;
        jobs_done(&run->jobs, job);
        return BON_OK;
    }
    unsigned threads = run->free / (unsigned)(run->jobs.ready < run->free ? run->jobs.ready + 1 : run->free);
    if (threads == 0) threads = 1;
    if (!pipeline_option(pipeline->commands[pipeline->plan->jobs[job].step], "threads")) threads = 1;
    BON_TRY(child_start(pipeline, job, threads, idle_child(run)));
    run->free -= threads;
    run->running++;
    return BON_OK;
}

static void begin_what_can(struct run *run) {
    size_t job;
    while (!run->ending && run->free > 0 && jobs_take(&run->jobs, &job)) {
        bon_status status = begin(run, job);
        if (status == BON_OK) continue;
        run->ending = true;
        if (status == BON_ERR_INTERRUPTED) continue; /* the signal is told by the wait */
        tell(run, status);
        run->failed++;
    }
}

static void wait_for_one(struct run *run) {
    int wait_status, number = sigwaitinfo(&run->waited, NULL);
    pid_t pid;
    if (number == SIGCHLD)
        while ((pid = waitpid(-1, &wait_status, WNOHANG)) > 0) finish_child(run, pid, wait_status);
    else if (number > 0)
        stop_children(run, number);
}

static void work(struct run *run) {
    begin_what_can(run);
    while (run->running) {
        wait_for_one(run);
        begin_what_can(run);
    }
    if (!run->signal && is_stopped(run)) run->signal = sigwaitinfo(&run->waited, NULL);
}

/* ---- the whole ---- */

static double seconds_since(const struct timespec *start) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) * 1e-9;
}

static int write_summary(const struct run *run) {
    bon_buf text = {0};
    if (!run->args->json) return EXIT_DONE;
    bon_status status = bon_buf_printf(
        &text, "{\"jobs\": %zu, \"run\": %zu, \"kept\": %zu, \"failed\": %zu, \"bytes\": %llu, \"seconds\": %.3f}\n",
        run->pipeline.wanted_jobs, run->done, run->kept, run->failed, (unsigned long long)run->bytes,
        seconds_since(&run->start));
    return write_or_tell(status, run->args->json, &text);
}

/* Leaves the folder in order: the manifest in the order of the plan, digests remembered, nothing staged. */
static bon_status settle(struct run *run) {
    const struct pipeline *pipeline = &run->pipeline;
    bon_status status = bon_manifest_settle(pipeline->manifest, pipeline->plan, pipeline->stage);
    if (status == BON_OK) status = bon_digests_write(pipeline->digests, pipeline->digests_path);
    bon_status removed = remove_tree(pipeline->stage);
    return status == BON_OK ? removed : status;
}

static void tell_end(const struct run *run) {
    const size_t left = run->pipeline.wanted_jobs - run->done - run->kept - run->failed;
    clear_line(run);
    if (left || run->failed)
        note(&run->args->shared, "%s: %zu jobs done, %zu up to date, %zu failed, %zu left; run again to go on",
             run->pipeline.folder, run->done, run->kept, run->failed, left);
    else
        note(&run->args->shared, "%s: %zu jobs done, %zu up to date, %.1f MB written in %.1f s", run->pipeline.folder,
             run->done, run->kept, (double)run->bytes / 1e6, seconds_since(&run->start));
}

static int run_jobs(struct run *run) {
    bon_status status = prepare_folder(run);
    if (status == BON_OK) status = pipeline_open_state(&run->pipeline);
    if (status == BON_OK) status = jobs_open(&run->jobs, run->pipeline.plan, run->pipeline.wanted);
    if (status != BON_OK) return tell_failure(status);
    bon_digests_on_read(run->pipeline.digests, is_stopped, run);
    run->children = bon_alloc_zeroed(run->threads, sizeof *run->children);
    if (!run->children) return tell_failure(BON_ERR_NOMEM);
    work(run);
    bon_digests_on_read(run->pipeline.digests, NULL, NULL);
    int result = tell_failure(settle(run));
    tell_end(run);
    if (run->failed || run->signal) result = EXIT_WORK;
    return result == EXIT_DONE ? write_summary(run) : result;
}

static int run_command(const struct command *command, int argc, char **argv) {
    struct pipeline_args args = {0};
    struct run run = {.args = &args, .lock = -1};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result == PARSE_GO) result = operands_check(command, argc - first, 1, INT_MAX);
    if (result != PARSE_GO) return result;
    clock_gettime(CLOCK_MONOTONIC, &run.start);
    run.threads = run.free = threads_of(&args.shared);
    run.terminal = isatty(STDERR_FILENO) && !args.shared.quiet;
    result = tell_failure(check_output(args.json));
    if (result == EXIT_DONE) result = pipeline_open(&run.pipeline, command, &args, argv + first, argc - first);
    if (result == PARSE_GO) {
        wait_for_signals(&run);
        result = run_jobs(&run);
    }
    jobs_close(&run.jobs);
    free(run.children);
    pipeline_close(&run.pipeline);
    if (run.lock >= 0) close(run.lock);
    if (run.signal) { /* dies of it, as every command does */
        signal(run.signal, SIG_DFL);
        raise(run.signal);
        sigprocmask(SIG_SETMASK, &run.before, NULL);
    }
    return result;
}

const struct command command_pipeline_run = {
    .name = "pipeline run",
    .summary = "do what of a recipe is not done yet",
    .usage = "[OPTION]... RECIPE [STEP]...",
    .notes =
        "With STEPs only these and what they need. Stopped or killed, it goes on from there the next time. -j N runs\n"
        "jobs on N threads together.",
    .options = options,
    .run = run_command,
};
