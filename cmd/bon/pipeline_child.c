/* cmd/bon/pipeline_child.c: see pipeline_child.h.
 *
 * A job has in .bon/tmp: NUMBER/, where its outputs go under the names they will have; NUMBER.log, what it says; NUMBER.json, what
 * it counted. An output is moved by rename, within one file system, so a name in the folder of outputs always stands for a whole
 * file. Its record is written after that: killed in between, the job is done again. */
#include "pipeline_child.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/json_span.h"

enum { COUNTERS_LARGEST = 1 << 20, LOG_SHOWN = 8 << 10 };

/* ---- folders ---- */

bon_status make_folders_of(char *path) {
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        bon_status status = mkdir(path, 0777) == 0 || errno == EEXIST ? BON_OK : bon_fail_errno(path, "cannot make it");
        *slash = '/';
        if (status != BON_OK) return status;
    }
    return BON_OK;
}

bon_status remove_tree(const char *path) {
    char *roots[] = {strdup(path), NULL};
    if (!roots[0]) return bon_fail_memory(strlen(path));
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, NULL);
    bon_status status = walk ? BON_OK : bon_fail_errno(path, "cannot remove");
    FTSENT *at;
    while (walk && (at = fts_read(walk))) {
        if (at->fts_info == FTS_D) continue;
        if (remove(at->fts_accpath) != 0 && errno != ENOENT) status = bon_fail_errno(at->fts_path, "cannot remove");
    }
    if (walk) fts_close(walk);
    free(roots[0]);
    return status;
}

/* "STAGE/JOB", a tail and a name, NUL-terminated. */
static bon_status stage_path(const struct pipeline *pipeline, size_t job, const char *tail, const char *name,
                             bon_buf *path) {
    path->len = 0;
    BON_TRY(bon_buf_printf(path, "%s/%zu%s", pipeline->stage, job, tail));
    return bon_buf_append(path, name, strlen(name) + 1);
}

/* ---- the command line ---- */

struct words {
    bon_buf text; /* NUL-terminated one after another */
    size_t count;
    char **argv; /* into text; ends with NULL */
};

static bon_status end_word(struct words *words) {
    words->count++;
    return bon_buf_put(&words->text, 0);
}

static bon_status add_word(struct words *words, const char *text) {
    BON_TRY(bon_buf_append(&words->text, text, strlen(text)));
    return end_word(words);
}

/* "lm build" is two words. */
static bon_status add_command(struct words *words, const char *run) {
    const char *blank = strchr(run, ' ');
    BON_TRY(add_word(words, "bon"));
    BON_TRY(bon_buf_append(&words->text, run, blank ? (size_t)(blank - run) : strlen(run)));
    BON_TRY(end_word(words));
    return blank ? add_word(words, blank + 1) : BON_OK;
}

/* Whether the command can write what it counted and the recipe does not ask for that itself. */
static bool counts(const struct pipeline *pipeline, const struct bon_plan_job *job) {
    const struct option_row *row = pipeline_option(pipeline->commands[job->step], "json");
    const struct bon_recipe_step *step = &pipeline->recipe->steps[job->step];
    if (!row || !row->argument || strcmp(row->argument, "FILE") != 0) return false;
    for (size_t i = 0; i < step->option_count; i++)
        if (strcmp(step->options[i].key, "json") == 0) return false;
    return true;
}

static bon_status add_own_options(struct words *words, const struct pipeline *pipeline, size_t index,
                                  unsigned threads) {
    const struct bon_plan_job *job = &pipeline->plan->jobs[index];
    bon_buf path = {0};
    bon_status status = BON_OK;
    if (pipeline_option(pipeline->commands[job->step], "threads")) {
        status = bon_buf_printf(&words->text, "--threads=%u", threads);
        if (status == BON_OK) status = end_word(words);
    }
    if (status == BON_OK && counts(pipeline, job)) {
        status = stage_path(pipeline, index, ".json", "", &path);
        if (status == BON_OK) status = bon_buf_printf(&words->text, "--json=%s", path.data);
        if (status == BON_OK) status = end_word(words);
    }
    bon_buf_free(&path);
    return status;
}

static bon_status make_words(struct words *words, const struct pipeline *pipeline, size_t index, unsigned threads) {
    const struct bon_plan *plan = pipeline->plan;
    const struct bon_plan_job *job = &plan->jobs[index];
    bon_buf stage = {0};
    bon_status status = stage_path(pipeline, index, "", "", &stage);
    if (status == BON_OK) status = add_command(words, pipeline->recipe->steps[job->step].run);
    if (status == BON_OK) status = add_own_options(words, pipeline, index, threads);
    for (size_t i = 0; i < job->arg_count && status == BON_OK; i++) {
        status = bon_plan_arg_text(plan, &job->args[i], BON_PLAN_STAGED, stage.data, &words->text);
        if (status == BON_OK) status = end_word(words);
    }
    bon_buf_free(&stage);
    if (status != BON_OK) return status;
    words->argv = bon_alloc_array(words->count + 1, sizeof *words->argv);
    if (!words->argv) return BON_ERR_NOMEM;
    char *at = words->text.data;
    for (size_t i = 0; i < words->count; i++, at += strlen(at) + 1) words->argv[i] = at;
    words->argv[words->count] = NULL;
    return BON_OK;
}

/* ---- starting ---- */

static bon_status make_stage(const struct pipeline *pipeline, size_t index) {
    const struct bon_plan_job *job = &pipeline->plan->jobs[index];
    bon_buf path = {0};
    bon_status status = stage_path(pipeline, index, "", "", &path);
    if (status == BON_OK && mkdir(path.data, 0777) != 0) status = bon_fail_errno(path.data, "cannot make it");
    for (size_t i = 0; i < job->output_count && status == BON_OK; i++) {
        const char *output = pipeline->plan->files[job->outputs[i]].path;
        if (!strchr(output, '/')) continue;
        status = stage_path(pipeline, index, "/", output, &path);
        if (status == BON_OK) status = make_folders_of(path.data);
    }
    bon_buf_free(&path);
    return status;
}

/* In the new process: nothing but calls that are safe after fork, then bon. */
static void become(char **argv, int log, pid_t parent) {
    sigset_t none;
    sigemptyset(&none);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(EXIT_WORK); /* it is gone already */
    int null = open("/dev/null", O_RDONLY);
    if (null >= 0) dup2(null, STDIN_FILENO);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    if (null > STDERR_FILENO) close(null);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execv("/proc/self/exe", argv);
    static const char message[] = "bon: cannot run /proc/self/exe\n";
    if (write(STDERR_FILENO, message, sizeof message - 1) < 0) _exit(EXIT_WORK);
    _exit(EXIT_WORK);
}

bon_status child_start(const struct pipeline *pipeline, size_t job, unsigned threads, struct child *child) {
    struct words words = {0};
    bon_buf path = {0};
    int log = -1;
    *child = (struct child){.job = job, .threads = threads, .started = time(NULL)};
    clock_gettime(CLOCK_MONOTONIC, &child->start);
    bon_status status = make_stage(pipeline, job);
    if (status == BON_OK) status = make_words(&words, pipeline, job, threads);
    if (status == BON_OK) status = stage_path(pipeline, job, ".log", "", &path);
    if (status == BON_OK) {
        log = open(path.data, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
        if (log < 0) status = bon_fail_errno(path.data, "cannot write");
    }
    if (status == BON_OK) {
        const pid_t parent = getpid();
        child->pid = fork();
        if (child->pid == 0) become(words.argv, log, parent);
        if (child->pid < 0) status = bon_fail_errno("bon", "cannot start a process");
    }
    if (log >= 0) close(log);
    if (status != BON_OK) child->pid = 0;
    bon_buf_free(&path);
    bon_buf_free(&words.text);
    free(words.argv);
    return status;
}

/* ---- finishing ---- */

/* A folder that stands where another goes is moved into the stage, and removed with it. */
static bon_status make_way(const struct pipeline *pipeline, size_t job, size_t output,
                           const struct bon_plan_file *file) {
    struct stat about;
    bon_buf aside = {0};
    char number[24];
    if (!file->folder || lstat(file->real, &about) != 0) return BON_OK;
    snprintf(number, sizeof number, "%zu", output);
    bon_status status = stage_path(pipeline, job, "/.old-", number, &aside);
    if (status == BON_OK && rename(file->real, aside.data) != 0)
        status = bon_fail_errno(file->real, "cannot move it away");
    bon_buf_free(&aside);
    return status;
}

static bon_status publish_output(const struct pipeline *pipeline, size_t job, size_t output) {
    struct bon_plan_file *file = &pipeline->plan->files[pipeline->plan->jobs[job].outputs[output]];
    bon_buf staged = {0}, real = {0};
    bon_status status = stage_path(pipeline, job, "/", file->path, &staged);
    if (status == BON_OK) status = bon_buf_append(&real, file->real, strlen(file->real) + 1);
    if (status == BON_OK && access(staged.data, F_OK) != 0)
        status = bon_fail(BON_ERR_DATA, "%s was not written", file->path);
    if (status == BON_OK) status = bon_digest(pipeline->digests, staged.data, &file->bytes, &file->digest);
    if (status == BON_OK) status = make_folders_of(real.data);
    if (status == BON_OK) status = make_way(pipeline, job, output, file);
    if (status == BON_OK && rename(staged.data, real.data) != 0)
        status = bon_fail_errno(file->real, "cannot put it in place");
    file->known = status == BON_OK;
    bon_buf_free(&staged);
    bon_buf_free(&real);
    return status;
}

/* What the command counted, if it is one JSON object, as one line. */
static bon_status read_counters(const struct pipeline *pipeline, size_t job, bon_buf *counters) {
    bon_buf path = {0};
    struct bon_json_field field;
    struct bon_json_error error;
    if (!counts(pipeline, &pipeline->plan->jobs[job])) return BON_OK;
    bon_status status = stage_path(pipeline, job, ".json", "", &path);
    if (status == BON_OK) status = bon_file_read(path.data, COUNTERS_LARGEST, counters);
    bon_buf_free(&path);
    if (status != BON_OK) return status;
    for (size_t i = 0; i < counters->len; i++)
        if (counters->data[i] == '\n' || counters->data[i] == '\r') counters->data[i] = ' ';
    while (counters->len && counters->data[counters->len - 1] == ' ') counters->len--;
    if (!bon_json_find(counters->data, counters->len, "", &field, &error)) counters->len = 0;
    return BON_OK;
}

bon_status child_publish(const struct pipeline *pipeline, const struct child *child, bon_buf *line, double *seconds) {
    const struct bon_plan_job *job = &pipeline->plan->jobs[child->job];
    bon_buf counters = {0};
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    *seconds = (double)(now.tv_sec - child->start.tv_sec) + (double)(now.tv_nsec - child->start.tv_nsec) * 1e-9;
    bon_status status = read_counters(pipeline, child->job, &counters);
    for (size_t i = 0; i < job->output_count && status == BON_OK; i++) status = publish_output(pipeline, child->job, i);
    struct bon_record_run run = {.counters = counters.len ? counters.data : NULL,
                                 .counters_length = counters.len,
                                 .started = child->started,
                                 .seconds = *seconds};
    if (status == BON_OK) status = bon_record_write(pipeline->plan, job, &run, line);
    bon_buf_free(&counters);
    return status;
}

void child_show_log(const struct pipeline *pipeline, const struct child *child, const char *prefix) {
    bon_buf path = {0};
    char text[LOG_SHOWN + 1];
    FILE *log = stage_path(pipeline, child->job, ".log", "", &path) == BON_OK ? fopen(path.data, "r") : NULL;
    bon_buf_free(&path);
    if (!log) return;
    if (fseek(log, -LOG_SHOWN, SEEK_END) != 0) rewind(log);
    size_t n = fread(text, 1, LOG_SHOWN, log);
    fclose(log);
    text[n] = 0;
    for (char *line = text, *next; *line; line = next) {
        next = line + strcspn(line, "\n");
        fprintf(stderr, "%s%.*s\n", prefix, (int)(next - line), line);
        next += *next == '\n';
    }
}

void child_clean(const struct pipeline *pipeline, const struct child *child) {
    static const char *const tails[] = {"", ".log", ".json"};
    bon_buf path = {0};
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++)
        if (stage_path(pipeline, child->job, tails[i], "", &path) == BON_OK) (void)remove_tree(path.data);
    bon_buf_free(&path);
}
