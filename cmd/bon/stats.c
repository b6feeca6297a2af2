/* cmd/bon/stats.c: bon stats: what a corpus is made of, as a table and as a page for a browser. */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "corpus/stats.h"
#include "corpus/stats_report.h"
#include "limit.h"
#include "shard.h"
#include "stream.h"

struct stats_args {
    struct shared_args shared;
    unsigned order, top;
    const char *json_field, *source, *html, *json, *state, *title;
    int language;
    bool merge;
    struct share shard;
    struct limit limit;
};

struct stats_job {
    struct bon_pipeline pipeline;
    struct bon_cut cut;
    struct bon_stats *stats;
};

static const char *const languages[] = {"both", "vi", "en", NULL}; /* as enum bon_stats_language */

static const struct option_row stats_options[] = {
    OPTION_WRITTEN(0, "html", "FILE", struct stats_args, html, "write a page with charts to FILE"),
    OPTION_CHOICE(0, "lang", "LANGUAGE", struct stats_args, language, languages,
                  "language of the page: vi, en or both (default: the reader\nswitches)"),
    OPTION_STRING(0, "title", "TEXT", struct stats_args, title, "title of the page (default: the names of the files)"),
    OPTION_UNSIGNED('n', "order", "N", struct stats_args, order, 1, BON_STATS_ORDER_MAX,
                    "count runs of up to N words, 1 to 3 (default 3)"),
    OPTION_UNSIGNED(0, "top", "N", struct stats_args, top, 1, 100000, "rows of the lists (default 30)"),
    OPTION_STRING(0, "json-field", "NAME", struct stats_args, json_field,
                  "the input is JSON lines: count the strings NAME of the\nobjects"),
    OPTION_STRING(0, "source", "NAME", struct stats_args, source,
                  "with --json-field: the string NAME tells the source of an\nobject (default: its file)"),
    OPTION_WRITTEN(0, "json", "FILE", struct stats_args, json, "write the totals to FILE, as a JSON object"),
    OPTION_WRITTEN(0, "state", "FILE", struct stats_args, state,
                   "write the counts to FILE.bonstat, to be added up by --merge"),
    OPTION_FLAG(0, "merge", struct stats_args, merge, "the files are those of --state: add them up, in this order"),
    OPTION_SHARD(struct stats_args, shard,
                 "with --state: count shard I only (0 ... N - 1), a range of\nbytes of the FILEs"),
    OPTION_PARSE(0, "memory", "SIZE", struct stats_args, limit.memory, parse_size,
                 "take at most SIZE bytes of memory (k, M, G behind it) for\ntables (default 1G); what does not fit "
                 "waits in temporary\nfiles; the same result"),
    OPTION_STRING(0, "temp", "DIR", struct stats_args, limit.folder,
                  "folder for temporary files (default: TMPDIR, or /tmp)"),
    OPTION_OUTPUT("write the table to FILE (.gz and .zst compress) instead of\nstandard output"),
    OPTION_THREADS,
    OPTIONS_COMMON,
    OPTION_END,
};

/* ---- counting ---- */

static bon_status open_worker(void *context, void **worker) {
    struct bon_stats_worker *opened;
    bon_status status = bon_stats_worker_open(((struct stats_job *)context)->stats, &opened);
    if (status == BON_OK) *worker = opened;
    return status;
}

static bon_status map(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    return bon_stats_map(((struct stats_job *)context)->stats, worker, chunk, out);
}

static bon_status sink(void *context, const struct bon_chunk *chunk, const bon_buf *mapped) {
    return bon_stats_sink(((struct stats_job *)context)->stats, chunk, mapped);
}

static bon_status add_states(struct bon_stats *stats, char **paths, int count) {
    for (int i = 0; i < count; i++) BON_TRY(bon_stats_add_state(stats, paths[i]));
    return BON_OK;
}

static int count(const struct command *command, const struct stats_args *args, char **paths, int path_count,
                 struct stats_job *job) {
    if (args->merge) return tell_failure(add_states(job->stats, paths, path_count));
    job->pipeline = (struct bon_pipeline){
        .whole_lines = true, .worker_open = open_worker, .map = map, .sink = sink, .context = job};
    bon_status status = shard_take(&args->shard, BON_CUT_LINES, &job->cut, &paths, &path_count, &job->pipeline);
    if (status != BON_OK) return tell_failure(status);
    for (size_t i = 0; i < job->cut.count; i++)
        job->cut.ranges[i].name = NULL; /* sources are files, not pieces of them */
    return stream_collect(command, &args->shared, paths, path_count, &job->pipeline);
}

/* ---- what it says ---- */

static bon_status make_title(const struct stats_args *args, char **paths, int path_count, bon_buf *title) {
    enum { NAMED = 3 };
    if (args->title) return bon_buf_append(title, args->title, strlen(args->title) + 1);
    for (int i = 0; i < path_count && i < NAMED; i++) {
        const char *slash = strrchr(paths[i], '/'), *name = slash && slash[1] ? slash + 1 : paths[i];
        BON_TRY(bon_buf_printf(title, "%s%s", i ? ", " : "", name));
    }
    if (path_count > NAMED) BON_TRY(bon_buf_printf(title, " +%d", path_count - NAMED));
    return bon_buf_append(title, path_count ? "" : "bon stats", path_count ? 1 : sizeof "bon stats");
}

typedef bon_status (*report_writer)(const struct bon_stats_summary *summary, bon_buf *out);

static int write_report(report_writer writer, const struct bon_stats_summary *summary, const char *path) {
    bon_buf text = {0};
    bon_status status = writer(summary, &text);
    return write_or_tell(status, path, &text);
}

static int write_page(const struct stats_args *args, const struct bon_stats_summary *summary, char **paths,
                      int path_count) {
    bon_buf text = {0}, title = {0};
    bon_status status = make_title(args, paths, path_count, &title);
    if (status == BON_OK) status = bon_stats_html(summary, title.data, (enum bon_stats_language)args->language, &text);
    bon_buf_free(&title);
    return write_or_tell(status, args->html, &text);
}

/* Reports first those that are asked for by name; the state last, as it is the largest. */
static int report(const struct stats_args *args, const struct bon_stats *stats, char **paths, int path_count) {
    struct bon_stats_summary summary = {0};
    int result = tell_failure(bon_stats_summarize(&summary, stats, args->top));
    if (result == EXIT_DONE && args->html) result = write_page(args, &summary, paths, path_count);
    if (result == EXIT_DONE && args->json) result = write_report(bon_stats_json, &summary, args->json);
    if (result == EXIT_DONE && args->state) result = tell_failure(bon_stats_write_state(stats, args->state));
    if (result == EXIT_DONE && (args->shared.output || !(args->html || args->json || args->state)))
        result = write_report(bon_stats_tsv, &summary, args->shared.output);
    bon_stats_summary_free(&summary);
    return result;
}

static bon_status open_job(struct stats_job *job, const struct stats_args *args) {
    struct bon_stats_options options = {.order = args->order,
                                        .json_field = args->json_field,
                                        .source_field = args->source,
                                        .memory = args->limit.memory,
                                        .folder = limit_folder(&args->limit),
                                        .threads = threads_of(&args->shared)};
    const char *const outputs[] = {args->shared.output, args->html, args->json, args->state};
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++) BON_TRY(check_output(outputs[i]));
    return bon_stats_open(&job->stats, &options);
}

static const char *conflict(const struct stats_args *args, int path_count) {
    if (args->source && !args->json_field) return "--source is a field of JSON lines: give --json-field, too";
    if (args->merge && args->json_field) return "--merge adds up counts: --json-field belongs to the counting";
    if (args->merge && path_count == 0) return "--merge: which files? those of --state";
    if (args->shard.of && (args->merge || !args->state)) return "--shard is for --state";
    if (!args->html && (args->title || args->language)) return "--title and --lang are for --html";
    return NULL;
}

static int run(const struct command *command, int argc, char **argv) {
    struct stats_args args = {.order = BON_STATS_ORDER_MAX, .top = 30, .limit.memory = 1 << 30};
    struct stats_job job = {0};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result != PARSE_GO) return result;
    const char *reason = conflict(&args, argc - first);
    if (reason) return usage_error(command, "%s", reason);
    result = tell_failure(open_job(&job, &args));
    if (result == EXIT_DONE) result = count(command, &args, argv + first, argc - first, &job);
    if (result == EXIT_DONE) result = tell_failure(bon_stats_finish(job.stats));
    if (result == EXIT_DONE) result = report(&args, job.stats, argv + first, argc - first);
    bon_stats_close(job.stats);
    bon_cut_close(&job.cut);
    return result;
}

const struct command command_stats = {
    .name = "stats",
    .summary = "describe a corpus: sizes, words, curves, encodings, duplicates",
    .usage = "[OPTION]... [FILE]...",
    .notes = "The table has rows of 'table TAB row TAB column TAB value'. It is written unless only other\n"
             "reports are asked for.",
    .options = stats_options,
    .run = run,
};
