/* cmd/bon/merge.c: bon merge: adds up what was counted in parts, or tells what shards drop when they are deduplicated. */
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "bon/ngram.h"
#include "commands.h"
#include "corpus/dedup_files.h"
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
    OPTION_OUTPUT_REPLACED("the .bonc or .bond file to write"),
    OPTION_PARSE(0, "part", "P/Q", struct merge_args, part, parse_share,
                 "merge part P only (0 ... Q - 1) of files made with Q parts"),
    OPTION_FLAG(0, "whole", struct merge_args, whole,
                "write nothing, name what is missing and exit with 75\nunless all shards are there"),
    OPTIONS_LIMIT(struct merge_args, limit),
    OPTIONS_COMMON,
    OPTION_END,
};

/* All inputs are open at once: as many as the system lets a process have. */
static void allow_files(size_t count) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > count + 64) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/* What is missing is told; a sum that need not be whole is written all the same. */
static int tell_missing(const struct merge_args *args, const bon_buf *missing) {
    if (!args->whole || missing->len == 0) return EXIT_DONE;
    tell_failure(
        bon_fail(BON_ERR_DATA, "counts of a part of the text only: missing %.*s", (int)missing->len, missing->data));
    return EXIT_INCOMPLETE;
}

static int tell_missing_drops(const bon_buf *missing) {
    if (missing->len == 0) return EXIT_DONE;
    tell_failure(bon_fail(BON_ERR_DATA, "what is dropped can only be told of the whole: missing %.*s",
                          (int)missing->len, missing->data));
    return EXIT_INCOMPLETE;
}

static int merge_counts(const struct merge_args *args, const char *const *paths, size_t count, bon_buf *missing) {
    const struct bon_counts_join how = {.part = args->part.index,
                                        .parts = args->part.of,
                                        .whole = args->whole,
                                        .memory = args->limit.memory,
                                        .folder = limit_folder(&args->limit)};
    int result = tell_failure(bon_counts_join(paths, count, args->shared.output, &how, missing));
    return result == EXIT_DONE ? tell_missing(args, missing) : result;
}

static int merge_drops(const struct merge_args *args, const char *const *paths, size_t count, bon_buf *missing) {
    const struct bon_dedup_join how = {.part = args->part.index,
                                       .parts = args->part.of,
                                       .memory = args->limit.memory,
                                       .folder = limit_folder(&args->limit)};
    int result = tell_failure(bon_dedup_join_files(paths, count, args->shared.output, &how, missing));
    return result == EXIT_DONE ? tell_missing_drops(missing) : result;
}

static int run(const struct command *command, int argc, char **argv) {
    struct merge_args args = {0};
    bon_buf missing = {0};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result == PARSE_GO) result = operands_check(command, argc - first, 1, INT_MAX);
    if (result != PARSE_GO) return result;
    if (!args.shared.output) return usage_error(command, "say where to: -o FILE");
    const char *const *paths = (const char *const *)argv + first;
    allow_files((size_t)(argc - first));
    result = (bon_dedup_is_file(paths[0]) ? merge_drops : merge_counts)(&args, paths, (size_t)(argc - first), &missing);
    bon_buf_free(&missing);
    return result;
}

const struct command command_merge = {
    .name = "merge",
    .summary = "add up n-gram counts, or the parts of deduplication",
    .usage = "[OPTION]... -o OUTPUT FILE...",
    .notes = "The files are those of 'bon count -o FILE.bonc', of the same order, or of 'bon dedup --shard'.",
    .options = options,
    .run = run,
};
