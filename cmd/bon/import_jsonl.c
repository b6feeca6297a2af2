/* cmd/bon/import_jsonl.c: bon import jsonl: other people's JSON lines in the shape of ours. Lines are independent, so this importer
 * runs on the pipeline; what a chunk counted stands before its result. */
#include <stdio.h>
#include <string.h>

#include "corpus/jsonl.h"
#include "import_job.h"

struct jsonl_args {
    struct import_args import;
    struct bon_jsonl_options names;
};

enum { WITHOUT_TEXT };

struct jsonl_job {
    const struct jsonl_args *args;
    bon_normalizer *normalizer;
    struct bon_jsonl *jsonl;
    struct bon_pipeline pipeline;
    struct bon_import import;
    struct import_totals totals;
};

/* At the beginning of every mapped chunk. */
struct chunk_counts {
    struct import_totals totals;
    uint64_t bad, without_text;
    char first_bad[BON_MESSAGE_MAX];
};

static const struct option_row options[] = {
    OPTION_STRING(0, "text", "NAMES", struct jsonl_args, names.text,
                  "the text is the string NAMES, or the strings of an array;\nof several names (commas) one behind the "
                  "other (default\ntext)"),
    OPTION_STRING(0, "id", "NAME", struct jsonl_args, names.id, "the id is in NAME (default id)"),
    OPTION_STRING(0, "title", "NAME", struct jsonl_args, names.title, "the title is in NAME (default title)"),
    OPTION_STRING(0, "url", "NAME", struct jsonl_args, names.url, "the address is in NAME (default url)"),
    OPTION_STRING(0, "keep", "NAMES", struct jsonl_args, names.keep,
                  "keep these of the other members, NEW=NAME under another\nname (default: all; '' for none)"),
    OPTION_IMPORT_LEAST("leave out texts of less than N characters (default 1)"),
    OPTION_SKIP_BAD("leave out lines that are no object or have no string for a\ntext, and count them"),
    OPTIONS_IMPORT,
    OPTION_THREADS,
    OPTIONS_COMMON,
    OPTION_END,
};

static bon_status map_line(const struct jsonl_job *job, const char *line, size_t n, const struct bon_jsonl_place *place,
                           struct bon_import *import, struct chunk_counts *counts, struct bon_document *document,
                           bon_buf *out) {
    bool found;
    while (n > 0 && strchr(" \t\r", line[n - 1]) && line[n - 1]) n--;
    if (n == 0) return BON_OK;
    bon_document_clear(document);
    bon_status status = bon_jsonl_read(job->jsonl, line, n, place, document, &found);
    if (status != BON_OK) return import_advise(&job->args->import, bon_import_bad(import, status));
    if (!found) return counts->without_text++, BON_OK;
    return import_append(&job->args->import, document, &counts->totals, out);
}

static bon_status map_lines(const struct jsonl_job *job, const struct bon_chunk *chunk, struct chunk_counts *counts,
                            bon_buf *out) {
    const char *end = chunk->data + chunk->len;
    struct bon_import import = {.skip_bad = job->args->import.skip_bad};
    struct bon_jsonl_place place = {.name = chunk->name, .line = chunk->line};
    struct bon_document document = {0};
    bon_status status = BON_OK;
    for (const char *line = chunk->data; line < end && status == BON_OK; place.line++) {
        const char *newline = memchr(line, '\n', (size_t)(end - line)), *stop = newline ? newline : end;
        place.offset = chunk->offset + (uint64_t)(line - chunk->data);
        status = map_line(job, line, (size_t)(stop - line), &place, &import, counts, &document, out);
        line = newline ? newline + 1 : end;
    }
    counts->bad = import.bad;
    memcpy(counts->first_bad, import.first_bad, sizeof counts->first_bad);
    bon_document_free(&document);
    return status;
}

static bon_status map(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    struct chunk_counts counts = {0};
    (void)worker;
    BON_TRY(bon_buf_append(out, &counts, sizeof counts));
    BON_TRY(map_lines(context, chunk, &counts, out));
    memcpy(out->data, &counts, sizeof counts);
    return BON_OK;
}

static bon_status sink(void *context, const struct bon_chunk *chunk, const bon_buf *result) {
    struct jsonl_job *job = context;
    struct chunk_counts counts;
    (void)chunk;
    memcpy(&counts, result->data, sizeof counts);
    job->totals.read += counts.totals.read;
    job->totals.written += counts.totals.written;
    job->totals.little += counts.totals.little;
    job->totals.bytes += counts.totals.bytes;
    job->import.counts[WITHOUT_TEXT] += counts.without_text;
    if (job->import.bad == 0) memcpy(job->import.first_bad, counts.first_bad, sizeof counts.first_bad);
    job->import.bad += counts.bad;
    return bon_out_write(job->pipeline.out, result->data + sizeof counts, result->len - sizeof counts);
}

static const struct import_format format = {
    .command = &command_import_jsonl, .read_name = "objects", .counts = {[WITHOUT_TEXT] = "without_text"}};

static int run_job(struct jsonl_job *job, char *const *paths, int path_count) {
    const struct import_args *import = &job->args->import;
    bon_status status = check_output(import->json);
    if (status == BON_OK) status = bon_normalizer_open(&job->normalizer, NULL);
    if (status == BON_OK) status = bon_jsonl_open(&job->jsonl, &job->args->names, job->normalizer);
    if (status == BON_ERR_ARGUMENT) return usage_error(format.command, "%s", bon_error_message());
    if (status != BON_OK) return tell_failure(status);
    job->pipeline = (struct bon_pipeline){.whole_lines = true, .map = map, .sink = sink, .context = job};
    int result = stream_run(format.command, &import->shared, paths, path_count, &job->pipeline, NULL);
    if (result != EXIT_DONE) return result;
    uint64_t without = job->import.counts[WITHOUT_TEXT];
    if (without > 0 && job->totals.read == 0)
        note(&import->shared, "none of %llu objects has a member '%s': choose another by --text",
             (unsigned long long)without, job->args->names.text);
    return import_finish(import, &format, &job->totals, &job->import);
}

static int run(const struct command *command, int argc, char **argv) {
    struct jsonl_args args = {.import.least = 1, .names = {.text = "text", .id = "id", .title = "title", .url = "url"}};
    struct jsonl_job job = {.args = &args};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result != PARSE_GO) return result;
    result = run_job(&job, argv + first, argc - first);
    bon_jsonl_close(job.jsonl);
    bon_normalizer_close(job.normalizer);
    return result;
}

const struct command command_import_jsonl = {
    .name = "import jsonl",
    .summary = "JSON lines whose members have other names",
    .usage = "[OPTION]... [FILE]...",
    .notes = "A name is that of a member, or with dots a path to one in objects (meta.lang).",
    .options = options,
    .run = run,
};
