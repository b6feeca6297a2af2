/* cmd/bon/count.c: bon count: n-grams with their counts, whole or in parts that bon merge adds up. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bon/ngram.h"
#include "commands.h"
#include "counts_name.h"
#include "limit.h"
#include "lines.h"
#include "ngram/counts.h"
#include "share.h"
#include "stream.h"

struct count_args {
    struct shared_args shared;
    unsigned order, least;
    struct share shard;
    struct limit limit;
    const char *text;
};

struct count_job {
    struct bon_pipeline pipeline;
    struct line_joiner joiner;
    struct share shard;
    bon_counter *counter;
};

static const struct option_row count_options[] = {
    OPTION_UNSIGNED('n', "order", "N", struct count_args, order, 1, BON_LM_MAX_ORDER,
                    "count n-grams of N tokens (default 1)"),
    OPTION_UNSIGNED(0, "min", "C", struct count_args, least, 1, UINT32_MAX, "leave out n-grams seen less than C times"),
    OPTION_PARSE(0, "shard", "I/N", struct count_args, shard, parse_share,
                 "count every Nth line only, beginning with line I + 1\n(I = 0 ... N - 1)"),
    OPTION_STRING(0, "text", "FILE", struct count_args, text, "print the counts in a .bonc file"),
    OPTION_OUTPUT(
        "write to FILE instead of standard output: mergeable\ncounts for .bonc, else text (.gz, .zst compress)"),
    OPTIONS_LIMIT(struct count_args, limit),
    OPTION_THREADS,
    OPTIONS_COMMON,
    OPTION_END,
};

/* ---- counting ---- */

/* The lines of one shard: dealt out like cards, so that shards are alike. */
static bon_status add_shard(struct count_job *job, const char *text, size_t n, uint64_t line) {
    const char *end = text + n;
    for (; text < end; line++) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *next = newline ? newline + 1 : end;
        if ((line - 1) % job->shard.of == job->shard.index)
            BON_TRY(bon_counter_add(job->counter, text, (size_t)(next - text)));
        text = next;
    }
    return BON_OK;
}

static bon_status sink(void *context, const struct bon_chunk *chunk, const bon_buf *text) {
    struct count_job *job = context;
    const char *lines;
    size_t n;
    BON_TRY(lines_join(&job->joiner, chunk, text, &lines, &n));
    if (!n) return BON_OK;
    return job->shard.of ? add_shard(job, lines, n, chunk->line) : bon_counter_add(job->counter, lines, n);
}

static bon_status open_counter(bon_counter **counter, const struct count_args *args) {
    BON_TRY(check_output(args->shared.output));
    BON_TRY(bon_counter_open(counter, args->order));
    if (args->limit.memory) BON_TRY(bon_counter_limit(*counter, args->limit.memory, limit_folder(&args->limit)));
    return args->shard.of ? bon_counter_shard(*counter, args->shard.index, args->shard.of) : BON_OK;
}

static bon_status write_counter(bon_counter *counter, const struct count_args *args) {
    const char *output = args->shared.output;
    if (is_counts_name(output)) return bon_counter_write(counter, output);
    return bon_counter_print(counter, output ? output : "-", args->least);
}

static int count(const struct command *command, const struct count_args *args, char **paths, int path_count) {
    struct count_job job = {.pipeline = {.map = lines_map, .sink = sink, .context = &job}, .shard = args->shard};
    int result = tell_failure(open_counter(&job.counter, args));
    if (result == EXIT_DONE) result = stream_collect(command, &args->shared, paths, path_count, &job.pipeline);
    if (result == EXIT_DONE) result = tell_failure(write_counter(job.counter, args));
    bon_counter_close(job.counter);
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
    struct count_args args = {.order = 1};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result != PARSE_GO) return result;
    if (args.limit.memory) args.shared.threads = 1;
    if (is_counts_name(args.shared.output) && args.least > 1)
        return usage_error(command, "--min is for text: a .bonc file keeps all counts, so that they can be added up");
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
