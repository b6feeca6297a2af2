/* cmd/bon/words_build.c: bon words build: sentences cut into words, word lists and plain text -> a model of words. */
#include <limits.h>
#include <string.h>

#include "bon/words.h"
#include "commands.h"
#include "lines.h"
#include "stream.h"

struct build_args {
    struct shared_args shared;
    const char *gold, *lists;
    uint64_t size;
    unsigned rounds;
};

/* What a file is read for. */
enum role { ROLE_GOLD, ROLE_TEXT, ROLE_LIST /* and further lists */ };

struct build_job {
    struct bon_pipeline pipeline;
    bon_words_builder *builder;
    unsigned role;
    struct line_joiner joiner;
};

static const struct option_row options[] = {
    OPTION_OUTPUT("write the model as .bonseg"),
    OPTION_STRING(0, "gold", "FILE", struct build_args, gold,
                  "sentences cut into words by people, one a line: blanks\npart words, '_' joins the syllables of one"),
    OPTION_STRING(0, "lists", "FILE,...", struct build_args, lists,
                  "word lists, a word a line; each has a say of its own"),
    OPTION_PARSE(0, "size", "SIZE", struct build_args, size, parse_size,
                 "bytes that the model may have, about (k, M, G behind it;\ndefault 3M)"),
    OPTION_UNSIGNED(0, "rounds", "N", struct build_args, rounds, 1, 10000, "rounds of learning (default 150)"),
    OPTION_THREADS,
    OPTIONS_COMMON,
    OPTION_END,
};

static bon_status add(struct build_job *job, const char *lines, size_t n) {
    switch (job->role) {
    case ROLE_GOLD: return bon_words_builder_add_gold(job->builder, lines, n);
    case ROLE_TEXT: return bon_words_builder_add_text(job->builder, lines, n);
    default: return bon_words_builder_add_list(job->builder, job->role - ROLE_LIST, lines, n);
    }
}

static bon_status sink(void *context, const struct bon_chunk *chunk, const bon_buf *text) {
    struct build_job *job = context;
    const char *lines;
    size_t n;
    BON_TRY(lines_join(&job->joiner, chunk, text, &lines, &n));
    return n ? add(job, lines, n) : BON_OK;
}

static int read_files(const struct command *command, const struct build_args *args, struct build_job *job,
                      unsigned role, char **paths, int count) {
    job->role = role;
    return stream_collect(command, &args->shared, paths, count, &job->pipeline);
}

/* The files whose names stand between commas. */
static int read_lists(const struct command *command, const struct build_args *args, struct build_job *job) {
    int result = EXIT_DONE;
    unsigned list = 0;
    for (const char *name = args->lists; name && *name && result == EXIT_DONE; list++) {
        char path[PATH_MAX], *paths[] = {path};
        size_t n = strcspn(name, ",");
        if (n == 0 || n >= sizeof path) return usage_error(command, "--lists has a name that is empty or too long");
        memcpy(path, name, n);
        path[n] = 0;
        result = read_files(command, args, job, ROLE_LIST + list, paths, 1);
        name += n + (name[n] == ',');
    }
    return result;
}

static int build(const struct command *command, const struct build_args *args, char **paths, int path_count) {
    struct build_job job = {.pipeline = {.map = lines_map, .sink = sink, .context = &job}};
    const bon_words_options how = {.size = args->size, .rounds = args->rounds};
    char *gold[] = {(char *)args->gold};
    int result = tell_failure(bon_words_builder_open(&job.builder, &how));
    if (result == EXIT_DONE) result = read_lists(command, args, &job);
    if (result == EXIT_DONE) result = read_files(command, args, &job, ROLE_GOLD, gold, 1);
    if (result == EXIT_DONE && path_count > 0) result = read_files(command, args, &job, ROLE_TEXT, paths, path_count);
    if (result == EXIT_DONE) result = tell_failure(bon_words_builder_write(job.builder, args->shared.output));
    bon_words_builder_close(job.builder);
    lines_free(&job.joiner);
    return result;
}

static int run(const struct command *command, int argc, char **argv) {
    struct build_args args = {0};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result != PARSE_GO) return result;
    const char *output = args.shared.output;
    if (!output || strcmp(output, "-") == 0) return usage_error(command, "say where to: -o FILE.bonseg");
    if (!args.gold) return usage_error(command, "say what to learn from: --gold=FILE");
    result = tell_failure(check_output(output));
    return result == EXIT_DONE ? build(command, &args, argv + first, argc - first) : result;
}

const struct command command_words_build = {
    .name = "words build",
    .summary = "learn which syllables are one word",
    .usage = "[OPTION]... --gold=FILE -o OUTPUT [FILE]...",
    .notes =
        "FILEs are plain text, normalized, a sentence a line; without any, lists and gold sentences\nare all that is "
        "known.",
    .options = options,
    .run = run,
};
