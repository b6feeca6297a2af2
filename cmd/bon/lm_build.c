/* cmd/bon/lm_build.c: bon lm build: whitespace-separated tokens -> n-gram model. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bon/restore.h"
#include "classes.h"
#include "commands.h"
#include "layout.h"
#include "limit.h"
#include "lines.h"
#include "ngram/counts_flow.h"
#include "stream.h"
#include "word_list.h"

struct cutoffs {
    unsigned count;
    uint32_t at[BON_LM_MAX_ORDER];
};

struct fallback {
    bool used;
    float discount[3];
};

struct build_args {
    struct shared_args shared;
    const char *arpa, *vocabulary, *classes;
    unsigned order, quantize, candidates;
    unsigned interpolate_unigrams;
    double threshold;
    struct cutoffs prune;
    struct fallback fallback;
    struct limit limit;
    int layout; /* bon_lm_layout */
    int device; /* bon_lm_device */
    bool skip_symbols, definition, counts;
};

struct build_job {
    struct bon_pipeline pipeline;
    bon_lm_builder *builder;
    struct line_joiner joiner;
    struct class_map classes;
    bon_buf classed; /* text with classes in place of tokens */
};

/* "0 1 3" or "0,1,3" */
static bool parse_cutoffs(const char *argument, void *member, const char **reason) {
    struct cutoffs *cutoffs = member;
    *reason = "is not a list of cut-offs that do not fall, like '0 1 3'";
    cutoffs->count = 0;
    for (const char *text = argument; *text;) {
        char *end;
        text += strspn(text, " ,");
        if (*text < '0' || *text > '9' || cutoffs->count == BON_LM_MAX_ORDER) return false;
        unsigned long value = strtoul(text, &end, 10);
        if (value > UINT32_MAX || (cutoffs->count && value < cutoffs->at[cutoffs->count - 1])) return false;
        cutoffs->at[cutoffs->count++] = (uint32_t)value;
        text = end + strspn(end, " ,");
    }
    return cutoffs->count > 0;
}

/* "0.5 1 1.5" or "0.5,1,1.5"; the last one goes for higher counts. */
static bool parse_fallback(const char *argument, void *member, const char **reason) {
    struct fallback *fallback = member;
    unsigned count = 0;
    *reason = "is not a list of discounts of counts 1, 2 and more, none above its count, not all 0, like '0.5 1 1.5'";
    fallback->used = true;
    if (!argument) return true;
    for (const char *text = argument + strspn(argument, " ,"); *text; count++) {
        char *end;
        if (!strchr("0123456789.", *text) || count == 3) return false;
        double value = strtod(text, &end);
        if (end == text || end > text + strspn(text, "0123456789.eE+-") || value > count + 1) return false;
        fallback->discount[count] = (float)value;
        text = end + strspn(end, " ,");
    }
    for (unsigned c = count; c < 3 && count; c++) fallback->discount[c] = fallback->discount[count - 1];
    return fallback->discount[0] > 0 || fallback->discount[1] > 0 || fallback->discount[2] > 0;
}

static const char *const device_choices[] = {
    [BON_LM_DEVICE_CPU] = "cpu", [BON_LM_DEVICE_CUDA] = "cuda", [BON_LM_DEVICE_EMULATE] = "emulate", NULL};

static const struct option_row options[] = {
    OPTION_UNSIGNED('n', "order", "N", struct build_args, order, 1, BON_LM_MAX_ORDER, "order of the model (default 3)"),
    OPTION_OUTPUT("write the model as .bonlm"),
    OPTION_WRITTEN(0, "arpa", "FILE", struct build_args, arpa,
                   "write the model as ARPA text (.gz, .zst compress; - stdout)"),
    OPTION_PARSE(
        0, "prune", "COUNTS", struct build_args, prune, parse_cutoffs,
        "leave out n-grams of order 1, 2, ... seen at most so\noften: '0 1 3' (the last one goes for higher orders)"),
    OPTION_REAL(
        0, "threshold", "X", struct build_args, threshold, 0, 1e9,
        "leave out n-grams without which perplexity rises by less\nthan this part of it, like 2e-7; also with --prune"),
    OPTION_STRING(0, "vocab", "FILE", struct build_args, vocabulary,
                  "leave out n-grams with words that are not in FILE"),
    OPTION_STRING(0, "classes", "FILE", struct build_args, classes, CLASSES_HELP),
    OPTION_PARSE(0, "discount-fallback", "[DISCOUNTS]", struct build_args, fallback, parse_fallback,
                 "use discounts 0.5, 1, 1.5 (or those given, of counts 1, 2\nand more) where the text is too small to "
                 "estimate them"),
    OPTION_UNSIGNED(0, "interpolate-unigrams", "0|1", struct build_args, interpolate_unigrams, 0, 1,
                    "1 (the default): words share what discounts leave over;\n0: <unk> gets all of it, as SRILM does"),
    OPTION_FLAG(0, "definition", struct build_args, definition,
                "take discounts by their definition, not as lmplz does:\nindependent of the order of lines"),
    OPTION_FLAG(0, "counts", struct build_args, counts,
                "each FILE is counts written by 'bon count -n N -o FILE.bonc'\n(N at least the order), parts of one "
                "text in any order;\nimplies --definition"),
    OPTION_FLAG(0, "skip-symbols", struct build_args, skip_symbols, "read <s>, </s> and <unk> in the text as blanks"),
    OPTION_CHOICE(0, "layout", "NAME", struct build_args, layout, layout_choices, LAYOUT_HELP),
    OPTION_UNSIGNED(0, "quantize", "BITS", struct build_args, quantize, 2, 16,
                    "store probabilities and back-offs in BITS bits (default:\n32-bit floats)"),
    OPTION_UNSIGNED(
        0, "candidates", "MIN", struct build_args, candidates, 1, UINT32_MAX,
        "make a model for 'bon restore' of folded tokens: marked\nwords seen at least MIN times are its candidates"),
    OPTION_CHOICE(
        0, "device", "NAME", struct build_args, device, device_choices,
        "estimate on the cpu (the default), on the first GPU that\ncuda shows, or emulate the GPU on the CPU, "
        "slowly; the model\nis the same; --memory is then the GPU's"),
    OPTIONS_LIMIT(struct build_args, limit),
    OPTION_THREADS,
    OPTIONS_COMMON,
    OPTION_END,
};

/* ---- text into the builder ---- */

static bon_status sink(void *context, const struct bon_chunk *chunk, const bon_buf *text) {
    struct build_job *job = context;
    const char *lines;
    size_t n;
    BON_TRY(lines_join(&job->joiner, chunk, text, &lines, &n));
    if (n == 0) return BON_OK;
    if (job->classes.tokens.count) {
        job->classed.len = 0;
        BON_TRY(classes_apply(&job->classes, lines, n, &job->classed));
        lines = job->classed.data;
        n = job->classed.len;
    }
    return bon_lm_builder_add(job->builder, lines, n, chunk->name, chunk->line);
}

/* ---- the command ---- */

static bon_status write_binary(const struct build_args *args, const bon_lm_table *table) {
    bon_lm_write_options how = {.quantize_bits = args->quantize, .layout = (unsigned)args->layout};
    if (args->candidates) return bon_restorer_write(table, args->shared.output, &how, args->candidates);
    return bon_lm_table_write(table, args->shared.output, &how);
}

static int write_model(const struct build_args *args, const bon_lm_table *table) {
    bon_status status = BON_OK;
    if (args->arpa) status = bon_lm_table_write_arpa(table, args->arpa);
    if (status == BON_OK && args->shared.output) status = write_binary(args, table);
    if (status != BON_OK) return tell_failure(status);
    for (unsigned n = 1; n <= bon_lm_table_order(table); n++)
        note(&args->shared, "%u-grams: %llu", n, (unsigned long long)bon_lm_table_count(table, n));
    return EXIT_DONE;
}

/* ---- counts into the builder ---- */

static bon_status add_counts(bon_lm_builder *builder, char *const *paths, int path_count, struct bon_shards *shards) {
    bon_status status = BON_OK;
    for (int i = 0; i < path_count && status == BON_OK; i++) {
        struct bon_counts_file *file;
        status = bon_counts_file_open(&file, paths[i]);
        if (status != BON_OK) break;
        status = bon_shards_add(shards, &file->shards);
        if (status == BON_OK) status = bon_lm_builder_add_counts_file(builder, paths[i]);
        bon_counts_file_close(file);
    }
    return status;
}

static int build_from_counts(bon_lm_builder *builder, char *const *paths, int path_count) {
    struct bon_shards shards = {0};
    bon_buf missing = {0};
    bon_status status = add_counts(builder, paths, path_count, &shards);
    bool whole = bon_shards_whole(&shards);
    if (status == BON_OK && !whole) status = bon_shards_missing(&shards, &missing);
    if (status == BON_OK && !whole)
        status =
            bon_fail(BON_ERR_DATA, "counts of a part of the text only: missing %.*s", (int)missing.len, missing.data);
    bool incomplete = status == BON_ERR_DATA && missing.len > 0;
    bon_shards_free(&shards);
    bon_buf_free(&missing);
    int result = tell_failure(status);
    return incomplete ? EXIT_INCOMPLETE : result;
}

static int build(const struct command *command, const struct build_args *args, const bon_lm_build_options *how,
                 char **paths, int path_count) {
    struct build_job job = {.pipeline = {.map = lines_map, .sink = sink, .context = &job}};
    bon_lm_table *table = NULL;
    bon_status status = check_output(args->shared.output);
    if (status == BON_OK) status = check_output(args->arpa);
    if (status == BON_OK && args->classes) status = classes_read(&job.classes, args->classes);
    if (status == BON_OK) status = bon_lm_builder_open(&job.builder, how);
    int result = tell_failure(status);
    if (result == EXIT_DONE && args->counts) result = build_from_counts(job.builder, paths, path_count);
    if (result == EXIT_DONE && !args->counts)
        result = stream_collect(command, &args->shared, paths, path_count, &job.pipeline);
    if (result == EXIT_DONE) result = tell_failure(bon_lm_builder_estimate(job.builder, &table));
    if (result == EXIT_DONE) result = write_model(args, table);
    bon_lm_table_close(table);
    bon_lm_builder_close(job.builder);
    lines_free(&job.joiner);
    classes_free(&job.classes);
    bon_buf_free(&job.classed);
    return result;
}

/* What the table cannot check: options that need or exclude each other. */
static int check_args(const struct command *command, const struct build_args *args) {
    const char *output = args->shared.output;
    if (!output && !args->arpa) return usage_error(command, "say where to: -o FILE.bonlm, --arpa FILE or both");
    if (output && strcmp(output, "-") == 0)
        return usage_error(command, "a .bonlm model needs a file of its own: -o FILE.bonlm");
    if (output && strstr(output, ".arpa"))
        return usage_error(command, "-o writes a .bonlm model; for ARPA text: --arpa %s", output);
    if (args->candidates && !output) return usage_error(command, "--candidates is for a .bonlm model: -o FILE.bonlm");
    if (args->classes && args->counts)
        return usage_error(command, "--classes is for text: counts have classes when their text had them");
    if (args->quantize && args->layout == BON_LM_LAYOUT_FAST) return usage_error(command, LAYOUT_CONFLICT);
    if (args->prune.count > args->order)
        return usage_error(command, "--prune has more cut-offs than the order, %u", args->order);
    return PARSE_GO;
}

static bon_status set_vocabulary(const char *path, struct word_list *words, bon_lm_build_options *how) {
    if (!path) return BON_OK;
    BON_TRY(word_list_read(words, path));
    how->vocabulary = words->words;
    how->vocabulary_size = words->count;
    return BON_OK;
}

static int run(const struct command *command, int argc, char **argv) {
    struct build_args args = {.order = 3, .interpolate_unigrams = 1};
    struct word_list words = {0};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result == PARSE_GO) result = check_args(command, &args);
    if (args.limit.memory && args.device == BON_LM_DEVICE_CPU) args.shared.threads = 1;
    if (result == PARSE_GO && args.counts) result = operands_check(command, argc - first, 1, INT_MAX);
    if (result != PARSE_GO) return result;
    bon_lm_build_options how = {.order = args.order,
                                .threads = threads_of(&args.shared),
                                .discount_fallback = args.fallback.used,
                                .skip_symbols = args.skip_symbols,
                                .definition = args.definition,
                                .unknown_mass = !args.interpolate_unigrams,
                                .threshold = (float)args.threshold,
                                .memory = args.limit.memory,
                                .folder = limit_folder(&args.limit),
                                .device = (unsigned)args.device};
    memcpy(how.fallback, args.fallback.discount, sizeof how.fallback);
    for (unsigned i = 0; i < args.order && args.prune.count; i++)
        how.prune[i] = args.prune.at[i < args.prune.count ? i : args.prune.count - 1];
    result = tell_failure(set_vocabulary(args.vocabulary, &words, &how));
    if (result == EXIT_DONE) result = build(command, &args, &how, argv + first, argc - first);
    word_list_free(&words);
    return result;
}

const struct command command_lm_build = {
    .name = "lm build",
    .summary = "estimate an n-gram model from whitespace-separated tokens",
    .usage = "[OPTION]... [FILE]...",
    .notes = "Modified Kneser-Ney smoothing, interpolated; one sentence a line. Any language's tokens.",
    .options = options,
    .run = run,
};
