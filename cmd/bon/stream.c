/* cmd/bon/stream.c: the thin layer between options and pipeline. */
#include "stream.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/status.h"
#include "progress.h"

int tell_failure(bon_status status) {
    if (status == BON_OK) return EXIT_DONE;
    if (status == BON_ERR_PIPE) return 128 + SIGPIPE;
    fflush(stdout);
    fprintf(stderr, "bon: %s\n", bon_error_message());
    return EXIT_WORK;
}

void note(const struct shared_args *shared, const char *format, ...) {
    va_list list;
    if (shared->quiet) return;
    va_start(list, format);
    fputs("bon: ", stderr);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
    va_end(list);
}

static bool is_standard_output(const char *path) { return !path || strcmp(path, "-") == 0; }

bool folder_of(const char *path, char folder[PATH_MAX]) {
    const char *slash = strrchr(path, '/');
    return snprintf(folder, PATH_MAX, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".") < PATH_MAX;
}

bon_status check_output(const char *path) {
    char folder[PATH_MAX];
    struct stat there;
    if (is_standard_output(path)) return BON_OK;
    /* A device or pipe is written directly. */
    if (stat(path, &there) == 0 && !S_ISREG(there.st_mode)) return BON_OK;
    /* Where the name is too long, making the file will say so. */
    if (!folder_of(path, folder)) return BON_OK;
    return access(folder, W_OK | X_OK) == 0 ? BON_OK : bon_fail_errno(path, "cannot write");
}

bool output_is_terminal(const char *path) { return is_standard_output(path) && isatty(STDOUT_FILENO); }

unsigned threads_of(const struct shared_args *shared) { return shared->threads ? shared->threads : bon_processors(); }

static bon_status run_pipeline(const struct command *command, const struct shared_args *shared, char *const *paths,
                               int path_count, struct bon_pipeline *pipeline) {
    struct progress progress;
    progress_start(&progress, command->name, shared);
    pipeline->paths = path_count ? (const char *const *)paths : NULL;
    pipeline->path_count = (size_t)path_count;
    pipeline->threads = shared->threads;
    pipeline->progress = &progress.counter;
    bon_status status = bon_pipeline_run(pipeline);
    progress_stop(&progress);
    return status;
}

int stream_run(const struct command *command, const struct shared_args *shared, char *const *paths, int path_count,
               struct bon_pipeline *pipeline, const char *header) {
    bon_status status = bon_out_open(&pipeline->out, shared->output, 0);
    if (status != BON_OK) return tell_failure(status);
    if (header) status = bon_out_write(pipeline->out, header, strlen(header));
    if (status == BON_OK) status = run_pipeline(command, shared, paths, path_count, pipeline);
    if (status == BON_OK) return tell_failure(bon_out_publish(pipeline->out));
    int exit_status = tell_failure(status);
    if (is_standard_output(shared->output)) (void)bon_out_flush(pipeline->out); /* the failure is told already */
    bon_out_abandon(pipeline->out);
    return exit_status;
}

int stream_collect(const struct command *command, const struct shared_args *shared, char *const *paths, int path_count,
                   struct bon_pipeline *pipeline) {
    return tell_failure(run_pipeline(command, shared, paths, path_count, pipeline));
}

int write_text(const char *path, bon_buf *text) {
    struct bon_out *out;
    bon_status status = bon_out_open(&out, path, 0);
    if (status == BON_OK) {
        status = bon_out_write(out, text->data, text->len);
        if (status == BON_OK)
            status = bon_out_publish(out);
        else
            bon_out_abandon(out);
    }
    bon_buf_free(text);
    return tell_failure(status);
}

int write_or_tell(bon_status status, const char *path, bon_buf *text) {
    if (status == BON_OK) return write_text(path, text);
    bon_buf_free(text);
    return tell_failure(status);
}
