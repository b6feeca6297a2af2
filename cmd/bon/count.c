/* cmd/bon/count.c: bon count: n-grams with their counts, whole or in parts that bon merge adds up. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bon/ngram.h"
#include "commands.h"
#include "counts_name.h"
#include "limit.h"
#include "lines.h"
#include "ngram/counts_flow.h"
#include "share.h"
#include "stream.h"

struct count_args {
    struct shared_args shared;
    unsigned order, least, parts;
    struct share shard;
    struct limit limit;
    const char *text;
};

struct count_job {
    struct bon_pipeline pipeline;
    struct line_joiner joiner;
    struct bon_cut cut;
    bon_counter *counter;
};

static const struct option_row count_options[] = {
    OPTION_UNSIGNED('n', "order", "N", struct count_args, order, 1, BON_LM_MAX_ORDER,
                    "count n-grams of N tokens (default 1)"),
    OPTION_UNSIGNED(0, "min", "C", struct count_args, least, 1, UINT32_MAX, "leave out n-grams seen less than C times"),
    OPTION_PARSE(
        0, "shard", "I/N", struct count_args, shard, parse_share,
        "count the lines of shard I only (0 ... N - 1): a range of\nbytes of all FILEs; compressed ones whole"),
    OPTION_UNSIGNED(
        0, "parts", "P", struct count_args, parts, 1, BON_COUNTS_PARTS_MAX,
        "with --shard: write the counts in P parts, each of which\n'bon merge --part' can add up on its own"),
    OPTION_STRING(0, "text", "FILE", struct count_args, text, "print the counts in a .bonc file"),
    OPTION_OUTPUT(
        "write to FILE instead of standard output: mergeable\ncounts for .bonc, else text (.gz, .zst compress)"),
    OPTIONS_LIMIT(struct count_args, limit),
    OPTION_THREADS,
    OPTIONS_COMMON,
    OPTION_END,
};

/* ---- counting ---- */

static bon_status sink(void *context, const struct bon_chunk *chunk, const bon_buf *text) {
    struct count_job *job = context;
    const char *lines;
    size_t n;
    BON_TRY(lines_join(&job->joiner, chunk, text, &lines, &n));
    if (!n) return BON_OK;
    return bon_counter_add(job->counter, lines, n);
}

/* Opens the counter; a shard's range of the files is in job->cut then. */
static bon_status open_counter(struct count_job *job, const struct count_args *args, char *const *paths, int count) {
    BON_TRY(check_output(args->shared.output));
    BON_TRY(bon_counter_open(&job->counter, args->order));
    if (args->limit.memory) BON_TRY(bon_counter_limit(job->counter, args->limit.memory, limit_folder(&args->limit)));
    if (!args->shard.of) return BON_OK;
    BON_TRY(bon_cut_open(&job->cut, (const char *const *)paths, (size_t)count, args->shard.index, args->shard.of,
                         BON_CUT_LINES));
    job->pipeline.ranges = job->cut.ranges;
    const struct bon_counter_cut cut = {args->shard.index, args->shard.of, args->parts, job->cut.digest};
    return bon_counter_cut(job->counter, &cut);
}

/* A shard that was counted before is not counted again; one that is another is not overwritten. */
static bon_status find_finished(const struct count_job *job, const struct count_args *args, bool *finished) {
    const char *output = args->shared.output;
    struct bon_counts_file *file;
    *finished = false;
    if (args->shard.of < 2 || !is_counts_name(output) || access(output, F_OK) != 0) return BON_OK;
    BON_TRY(bon_counts_file_open(&file, output));
    *finished = file->order == args->order && file->part.run_count == args->parts &&
                bon_shards_equal(&file->shards, bon_counter_shards(job->counter));
    bon_counts_file_close(file);
    if (*finished) return BON_OK;
    return bon_fail(BON_ERR_ARGUMENT,
                    "%s: is there already, of other files or with other options; remove it, or write somewhere else",
                    output);
}

static bon_status write_counter(bon_counter *counter, const struct count_args *args) {
    const char *output = args->shared.output;
    if (is_counts_name(output)) return bon_counter_write(counter, output);
    return bon_counter_print(counter, output ? output : "-", args->least);
}

static int count(const struct command *command, const struct count_args *args, char **paths, int path_count) {
    struct count_job job = {.pipeline = {.map = lines_map, .sink = sink, .context = &job}};
    bool finished = false;
    bon_status status = open_counter(&job, args, paths, path_count);
    if (status == BON_OK) status = find_finished(&job, args, &finished);
    int result = tell_failure(status);
    if (finished)
        note(&args->shared, "%s: shard %u/%u was counted before", args->shared.output, args->shard.index,
             args->shard.of);
    if (job.cut.count) paths = (char **)job.cut.paths, path_count = (int)job.cut.count;
    if (result == EXIT_DONE && !finished)
        result = stream_collect(command, &args->shared, paths, path_count, &job.pipeline);
    if (result == EXIT_DONE && !finished) result = tell_failure(write_counter(job.counter, args));
    bon_counter_close(job.counter);
    bon_cut_close(&job.cut);
    lines_free(&job.joiner);
    return result;
}

/* ---- printing what was counted ---- */

static int print_counts(const struct count_args *args) {
    const char *output = args->shared.output;
    bon_counts *counts;
    bon_status status = bon_counts_read(&counts, args->text);
    if (status != BON_OK) return tell_failure(status);
    status = is_counts_name(output) ? bon_counts_write(counts, output)
                                    : bon_counts_print(counts, output ? output : "-", args->least);
    bon_counts_close(counts);
    return tell_failure(status);
}

static int run_count(const struct command *command, int argc, char **argv) {
    struct count_args args = {.order = 1, .parts = 1};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result != PARSE_GO) return result;
    if (args.limit.memory) args.shared.threads = 1;
    if (is_counts_name(args.shared.output) && args.least > 1)
        return usage_error(command, "--min is for text: a .bonc file keeps all counts, so that they can be added up");
    if (args.parts > 1 && (!args.shard.of || !is_counts_name(args.shared.output)))
        return usage_error(command, "--parts is for --shard and a .bonc file");
    if (args.text && args.limit.memory) return usage_error(command, "--memory is for counting, not for --text");
    if (!args.text) return count(command, &args, argv + first, argc - first);
    result = operands_check(command, argc - first, 0, 0);
    return result == PARSE_GO ? print_counts(&args) : result;
}

const struct command command_count = {
    .name = "count",
    .summary = "count n-grams of whitespace-separated tokens",
    .usage = "[OPTION]... [FILE]...",
    .notes = "Text is lines of 'ngram TAB count', most frequent first, then by bytes.",
    .options = count_options,
    .run = run_count,
};
