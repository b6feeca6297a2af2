/* cmd/bon/lm_tag.c: bon lm tag: a model for `bon restore` and good text -> the model with a tagger. */
#include <limits.h>
#include <string.h>

#include "bon/restore.h"
#include "commands.h"
#include "lines.h"
#include "stream.h"

struct tag_args {
    struct shared_args shared;
    uint64_t size;
    unsigned window, rounds;
    double weight;
};

struct tag_job {
    struct bon_pipeline pipeline;
    bon_tagger_builder *builder;
    struct line_joiner joiner;
};

static const struct option_row options[] = {
    OPTION_OUTPUT_REPLACED("write the model with its tagger as .bonlm"),
    OPTION_PARSE(0, "size", "SIZE", struct tag_args, size, parse_size,
                 "bytes that the tagger may have (k, M, G behind it;\ndefault 8M)"),
    OPTION_UNSIGNED(0, "window", "N", struct tag_args, window, 2, 16,
                    "words this far to either side are near (default 10)"),
    OPTION_UNSIGNED(0, "rounds", "N", struct tag_args, rounds, 1, 100, "go through the text so many times (default 1)"),
    OPTION_REAL(0, "weight", "X", struct tag_args, weight, 0, 10,
                "how much its word counts beside the n-grams' (default 0.5)"),
    OPTION_THREADS,
    OPTIONS_COMMON,
    OPTION_END,
};

static bon_status sink(void *context, const struct bon_chunk *chunk, const bon_buf *text) {
    struct tag_job *job = context;
    const char *lines;
    size_t n;
    BON_TRY(lines_join(&job->joiner, chunk, text, &lines, &n));
    return n ? bon_tagger_builder_add(job->builder, lines, n) : BON_OK;
}

static int tag(const struct command *command, const struct tag_args *args, const bon_restorer *restorer, char **paths,
               int path_count) {
    struct tag_job job = {.pipeline = {.map = lines_map, .sink = sink, .context = &job}};
    const bon_tagger_options how = {
        .size = args->size, .window = args->window, .rounds = args->rounds, .weight = args->weight};
    int result = tell_failure(bon_tagger_builder_open(&job.builder, restorer, &how));
    if (result == EXIT_DONE) result = stream_collect(command, &args->shared, paths, path_count, &job.pipeline);
    if (result == EXIT_DONE) result = tell_failure(bon_tagger_builder_write(job.builder, args->shared.output));
    bon_tagger_builder_close(job.builder);
    lines_free(&job.joiner);
    return result;
}

static int run(const struct command *command, int argc, char **argv) {
    struct tag_args args = {0};
    bon_restorer *restorer = NULL;
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result == PARSE_GO) result = operands_check(command, argc - first, 1, INT_MAX);
    if (result != PARSE_GO) return result;
    const char *output = args.shared.output;
    if (!output || strcmp(output, "-") == 0) return usage_error(command, "say where to: -o FILE.bonlm");
    result = tell_failure(check_output(output));
    if (result == EXIT_DONE) result = tell_failure(bon_restorer_open(&restorer, argv[first]));
    if (result == EXIT_DONE) result = tag(command, &args, restorer, argv + first + 1, argc - first - 1);
    bon_restorer_close(restorer);
    return result;
}

const struct command command_lm_tag = {
    .name = "lm tag",
    .summary = "teach a model which marks go with the words around",
    .usage = "[OPTION]... -o OUTPUT MODEL [FILE]...",
    .notes = "MODEL was made by 'bon lm build --candidates'; FILEs are normalized text with its marks\nand capitals.",
    .options = options,
    .run = run,
};
