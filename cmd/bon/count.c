/* cmd/bon/count.c: bon count and bon merge: n-grams with their counts, whole or in parts that add up. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bon/ngram.h"
#include "commands.h"
#include "lines.h"
#include "stream.h"

struct shard {
    unsigned index, of; /* of = 0: all lines */
};

struct count_args {
    struct shared_args shared;
    unsigned order, least;
    struct shard shard;
    const char *text;
};

struct count_job {
    struct bon_pipeline pipeline;
    struct line_joiner joiner;
    struct shard shard;
    bon_counter *counter;
};

static bool parse_shard(const char *argument, void *member, const char **reason) {
    struct shard *shard = member;
    char *slash, *end;
    *reason = "is not I/N with I from 0 and below N";
    if (*argument < '0' || *argument > '9') return false;
    unsigned long index = strtoul(argument, &slash, 10);
    if (*slash != '/' || slash[1] < '0' || slash[1] > '9') return false;
    unsigned long of = strtoul(slash + 1, &end, 10);
    if (*end || index >= of || of > UINT32_MAX) return false;
    *shard = (struct shard){(unsigned)index, (unsigned)of};
    return true;
}

static const struct option_row count_options[] = {
    OPTION_UNSIGNED('n', "order", "N", struct count_args, order, 1, BON_LM_MAX_ORDER,
                    "count n-grams of N tokens (default 1)"),
    OPTION_UNSIGNED(0, "min", "C", struct count_args, least, 1, UINT32_MAX, "leave out n-grams seen less than C times"),
    OPTION_PARSE(0, "shard", "I/N", struct count_args, shard, parse_shard,
                 "count every Nth line only, beginning with line I + 1\n(I = 0 ... N - 1)"),
    OPTION_STRING(0, "text", "FILE", struct count_args, text, "print the counts in a .bonc file"),
    OPTION_OUTPUT(
        "write to FILE instead of standard output: mergeable\ncounts for .bonc, else text (.gz, .zst compress)"),
    OPTION_THREADS,
    OPTIONS_COMMON,
    OPTION_END,
};

static bool is_counts_file(const char *path) {
    size_t n = path ? strlen(path) : 0;
    return n > 5 && strcmp(path + n - 5, ".bonc") == 0;
}

static bon_status write_counts(const bon_counts *counts, const char *path, unsigned least) {
    if (is_counts_file(path)) return bon_counts_write(counts, path);
    return bon_counts_print(counts, path ? path : "-", least);
}

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

static int count(const struct command *command, const struct count_args *args, char **paths, int path_count) {
    struct count_job job = {.pipeline = {.map = lines_map, .sink = sink, .context = &job}, .shard = args->shard};
    bon_counts *counts = NULL;
    bon_status status = check_output(args->shared.output);
    if (status == BON_OK) status = bon_counter_open(&job.counter, args->order);
    if (status == BON_OK && job.shard.of) status = bon_counter_shard(job.counter, job.shard.index, job.shard.of);
    int result = tell_failure(status);
    if (result == EXIT_DONE) result = stream_collect(command, &args->shared, paths, path_count, &job.pipeline);
    if (result == EXIT_DONE) result = tell_failure(bon_counter_finish(job.counter, &counts));
    if (result == EXIT_DONE) result = tell_failure(write_counts(counts, args->shared.output, args->least));
    bon_counts_close(counts);
    bon_counter_close(job.counter);
    lines_free(&job.joiner);
    return result;
}

static int print_counts(const struct count_args *args) {
    bon_counts *counts;
    bon_status status = bon_counts_read(&counts, args->text);
    if (status != BON_OK) return tell_failure(status);
    status = write_counts(counts, args->shared.output, args->least);
    bon_counts_close(counts);
    return tell_failure(status);
}

static int run_count(const struct command *command, int argc, char **argv) {
    struct count_args args = {.order = 1};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result != PARSE_GO) return result;
    if (is_counts_file(args.shared.output) && args.least > 1)
        return usage_error(command, "--min is for text: a .bonc file keeps all counts, so that they can be added up");
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

/* ---- merging ---- */

static const struct option_row merge_options[] = {
    OPTION_OUTPUT("the .bonc file to write"),
    OPTIONS_COMMON,
    OPTION_END,
};

static bon_status merge(char *const *paths, size_t n, const char *output) {
    bon_counts **parts = bon_alloc_zeroed(n, sizeof *parts), *sum = NULL;
    bon_status status = parts ? BON_OK : BON_ERR_NOMEM;
    for (size_t i = 0; i < n && status == BON_OK; i++) status = bon_counts_read(&parts[i], paths[i]);
    if (status == BON_OK) status = bon_counts_merge(&sum, (const bon_counts *const *)parts, n);
    if (status == BON_OK) status = bon_counts_write(sum, output);
    bon_counts_close(sum);
    for (size_t i = 0; parts && i < n; i++) bon_counts_close(parts[i]);
    free(parts);
    return status;
}

static int run_merge(const struct command *command, int argc, char **argv) {
    struct shared_args args = {0};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result == PARSE_GO) result = operands_check(command, argc - first, 1, INT_MAX);
    if (result != PARSE_GO) return result;
    if (!args.output) return usage_error(command, "say where to: -o FILE.bonc");
    return tell_failure(merge(argv + first, (size_t)(argc - first), args.output));
}

const struct command command_merge = {
    .name = "merge",
    .summary = "add up n-gram counts",
    .usage = "[OPTION]... -o OUTPUT COUNTS...",
    .notes = "The files are those of 'bon count -o FILE.bonc', of the same order.",
    .options = merge_options,
    .run = run_merge,
};
