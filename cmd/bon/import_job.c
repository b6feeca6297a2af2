/* cmd/bon/import_job.c: see import_job.h. */
#include "import_job.h"

#include <stdio.h>
#include <string.h>

#include "progress.h"

struct import_job {
    const struct import_args *args;
    const struct import_format *format;
    void *reader;
    struct bon_import import;
    struct import_totals totals;
    struct bon_out *out;
    bon_buf line;
};

/* ---- documents ---- */

bon_status import_append(const struct import_args *args, const struct bon_document *document,
                         struct import_totals *totals, bon_buf *out) {
    totals->read++;
    if (bon_document_size(document) < args->least) return totals->little++, BON_OK;
    totals->written++;
    totals->bytes += document->text.len;
    return args->plain ? bon_document_plain(document, out) : bon_document_json(document, out);
}

static bon_status take(void *context, const struct bon_document *document) {
    struct import_job *job = context;
    job->line.len = 0;
    BON_TRY(import_append(job->args, document, &job->totals, &job->line));
    return bon_out_write(job->out, job->line.data, job->line.len);
}

/* ---- files ---- */

bon_status import_read_file(struct bon_import *import, const char *path, size_t most, bon_buf *text) {
    struct bon_in *in;
    text->len = 0;
    BON_TRY(bon_in_open(&in, path));
    if (import->progress) import->progress->total += bon_in_raw_size(in);
    bon_status status = bon_in_read_all(in, most, text);
    if (import->progress) import->progress->done += bon_in_raw_read(in);
    if (import->progress && import->progress->tick) import->progress->tick(import->progress);
    bon_in_close(in);
    if (status == BON_OK && text->len > most)
        status = bon_fail(BON_ERR_LIMIT, "%s: more than %zu MiB", path, most >> 20);
    return status;
}

/* What is broken as a whole is left out as a record is. */
static bon_status read_file(struct import_job *job, const char *path) {
    return bon_import_bad(&job->import, job->format->read(job->reader, &job->import, path));
}

static bon_status read_listed(struct import_job *job) {
    enum { LIST_MAX = 1 << 30 };
    bon_buf list = {0};
    bon_status status = bon_file_read(job->args->list, LIST_MAX, &list);
    if (status == BON_OK) status = bon_buf_put(&list, '\n');
    for (size_t at = 0, end; status == BON_OK && at < list.len; at = end + 1) {
        char *name = list.data + at, *newline = memchr(name, '\n', list.len - at);
        end = (size_t)(newline - list.data);
        *newline = '\0';
        if (newline > name) status = read_file(job, name);
    }
    bon_buf_free(&list);
    return status;
}

static bon_status read_all(struct import_job *job, char *const *paths, int path_count) {
    struct progress progress;
    bon_status status = BON_OK;
    progress_start(&progress, job->format->command->name, &job->args->shared);
    job->import.progress = &progress.counter;
    if (job->args->list) status = read_listed(job);
    for (int i = 0; i < path_count && status == BON_OK; i++) status = read_file(job, paths[i]);
    if (!job->args->list && path_count == 0) status = read_file(job, "-");
    progress_stop(&progress);
    job->import.progress = NULL;
    return status;
}

/* ---- what it says ---- */

static bon_status summary(const struct import_format *format, const struct import_totals *totals,
                          const struct bon_import *import, bon_buf *text) {
    uint64_t read = totals->read;
    for (size_t i = 0; i < BON_IMPORT_COUNTS; i++) read += import->counts[i];
    BON_TRY(bon_buf_printf(text, "{\"%s\": %llu, \"written\": %llu, \"short\": %llu", format->read_name,
                           (unsigned long long)read, (unsigned long long)totals->written,
                           (unsigned long long)totals->little));
    for (size_t i = 0; i < BON_IMPORT_COUNTS && format->counts[i]; i++)
        BON_TRY(bon_buf_printf(text, ", \"%s\": %llu", format->counts[i], (unsigned long long)import->counts[i]));
    return bon_buf_printf(text, ", \"bad\": %llu, \"text_bytes\": %llu}\n", (unsigned long long)import->bad,
                          (unsigned long long)totals->bytes);
}

int import_finish(const struct import_args *args, const struct import_format *format,
                  const struct import_totals *totals, const struct bon_import *import) {
    bon_buf text = {0};
    if (import->bad)
        note(&args->shared, "%llu left out as broken; the first: %s", (unsigned long long)import->bad,
             import->first_bad);
    if (!args->json) return EXIT_DONE;
    bon_status status = summary(format, totals, import, &text);
    return write_or_tell(status, args->json, &text);
}

bon_status import_advise(const struct import_args *args, bon_status status) {
    char message[BON_MESSAGE_MAX];
    if (args->skip_bad || (status != BON_ERR_DATA && status != BON_ERR_FORMAT && status != BON_ERR_LIMIT))
        return status;
    snprintf(message, sizeof message, "%s", bon_error_message());
    return bon_fail(status, "%s (--skip-bad leaves it out)", message);
}

/* ---- the job ---- */

static int run_job(struct import_job *job, char *const *paths, int path_count) {
    const char *output = job->args->shared.output;
    bon_status status = check_output(job->args->json);
    if (status == BON_OK) status = bon_out_open(&job->out, output, 0);
    if (status != BON_OK) return tell_failure(status);
    status = read_all(job, paths, path_count);
    if (status == BON_OK) return tell_failure(bon_out_publish(job->out));
    int exit_status = tell_failure(import_advise(job->args, status));
    if (!output || strcmp(output, "-") == 0) (void)bon_out_flush(job->out); /* the failure is told already */
    bon_out_abandon(job->out);
    return exit_status;
}

int import_run(const struct import_args *args, const struct import_format *format, void *reader, char *const *paths,
               int path_count) {
    struct import_job job = {.args = args, .format = format, .reader = reader};
    job.import = (struct bon_import){.take = take, .context = &job, .skip_bad = args->skip_bad};
    int result = run_job(&job, paths, path_count);
    bon_buf_free(&job.line);
    return result == EXIT_DONE ? import_finish(args, format, &job.totals, &job.import) : result;
}
