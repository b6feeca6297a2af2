/* cmd/bon/merge.c: bon merge: adds up what was counted in parts. */
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>

#include "bon/ngram.h"
#include "commands.h"
#include "limit.h"
#include "ngram/counts.h"
#include "share.h"
#include "stream.h"

struct merge_args {
    struct shared_args shared;
    struct share part;
    bool whole;
    struct limit limit;
};

static const struct option_row options[] = {
    OPTION_OUTPUT("the .bonc file to write"),
    OPTION_PARSE(0, "part", "P/Q", struct merge_args, part, parse_share,
                 "add up part P only (0 ... Q - 1) of files that were counted\nin Q parts"),
    OPTION_FLAG(0, "whole", struct merge_args, whole,
                "write nothing, name what is missing and exit with 75\nunless all shards are there"),
    OPTIONS_LIMIT(struct merge_args, limit),
    OPTIONS_COMMON,
    OPTION_END,
};

/* What is missing is told; a sum that need not be whole is written all the same. */
static int tell_missing(const struct merge_args *args, const bon_buf *missing) {
    if (!args->whole || missing->len == 0) return EXIT_DONE;
    tell_failure(
        bon_fail(BON_ERR_DATA, "counts of a part of the text only: missing %.*s", (int)missing->len, missing->data));
    return EXIT_INCOMPLETE;
}

static int run(const struct command *command, int argc, char **argv) {
    struct merge_args args = {0};
    bon_buf missing = {0};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result == PARSE_GO) result = operands_check(command, argc - first, 1, INT_MAX);
    if (result != PARSE_GO) return result;
    if (!args.shared.output) return usage_error(command, "say where to: -o FILE.bonc");
    const struct bon_counts_join how = {.part = args.part.index,
                                        .parts = args.part.of,
                                        .whole = args.whole,
                                        .memory = args.limit.memory,
                                        .folder = limit_folder(&args.limit)};
    result = tell_failure(
        bon_counts_join((const char *const *)argv + first, (size_t)(argc - first), args.shared.output, &how, &missing));
    if (result == EXIT_DONE) result = tell_missing(&args, &missing);
    bon_buf_free(&missing);
    return result;
}

const struct command command_merge = {
    .name = "merge",
    .summary = "add up n-gram counts",
    .usage = "[OPTION]... -o OUTPUT COUNTS...",
    .notes = "The files are those of 'bon count -o FILE.bonc', of the same order.",
    .options = options,
    .run = run,
};
