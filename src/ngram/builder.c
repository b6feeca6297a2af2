/* src/ngram/builder.c: the estimator's public face: checks options, collects text, estimates. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ngram/corpus.h"
#include "ngram/counts_flow.h"
#include "ngram/grams.h"
#include "ngram/kn.h"
#include "ngram/passes.h"
#include "ngram/thin.h"

struct bon_lm_builder {
    unsigned order;
    uint32_t prune[BON_LM_MAX_ORDER];
    unsigned threads;
    int discount_fallback, definition, unknown_mass;
    struct bon_discount fallback;
    double threshold;
    const char *const *vocabulary; /* the caller's */
    size_t vocabulary_size;
    struct bon_corpus corpus;
    struct bon_store *store; /* NULL: no limit of memory */
    uint64_t memory;
    struct bon_machine device; /* ops NULL: the CPU */
};

/* The program itself is smaller than the 64 MiB by which it may pass the limit: arrays have a part of them, and pages are let go when so
 * much is taken that what comes before the next look has room, too. */
enum { SPARE = 36 << 20, WATCHED = 42 << 20, WORD_BYTES = 128 };

static bon_status check_options(const bon_lm_build_options *options) {
    if (options->order > BON_LM_MAX_ORDER)
        return bon_fail(BON_ERR_ARGUMENT, "order %u: orders go from 1 to %d", options->order, BON_LM_MAX_ORDER);
    unsigned order = options->order ? options->order : 3;
    if (!(options->threshold >= 0 && options->threshold < 1e9f))
        return bon_fail(BON_ERR_ARGUMENT, "a threshold of %g: it is a part of perplexity, like 1e-7",
                        (double)options->threshold);
    for (unsigned k = 1; k < order; k++)
        if (options->prune[k] < options->prune[k - 1])
            return bon_fail(
                BON_ERR_ARGUMENT,
                "the pruning threshold of order %u (%u) is below that of order %u (%u): thresholds must not "
                "decrease, or an n-gram would outlive its parts",
                k + 1, options->prune[k], k, options->prune[k - 1]);
    return BON_OK;
}

static bon_status set_fallback(bon_lm_builder *builder, const bon_lm_build_options *options) {
    const float *given = options->fallback;
    builder->discount_fallback = options->discount_fallback;
    builder->fallback = bon_discount_fallback;
    if (given[0] == 0 && given[1] == 0 && given[2] == 0) return BON_OK;
    for (unsigned c = 1; c <= 3; c++) {
        if (!(given[c - 1] >= 0 && given[c - 1] <= (float)c))
            return bon_fail(BON_ERR_ARGUMENT, "a discount of %g for count %u: it is from 0 to the count",
                            (double)given[c - 1], c);
        builder->fallback.of[c] = (double)given[c - 1];
    }
    return BON_OK;
}

static bon_status limit_memory(bon_lm_builder *builder, const bon_lm_build_options *options) {
    if (options->memory < BON_LM_MEMORY_MIN)
        return bon_fail(BON_ERR_ARGUMENT, "a memory limit of %llu bytes is too little; the least is %d MB",
                        (unsigned long long)options->memory, BON_LM_MEMORY_MIN / 1000000);
    builder->memory = options->memory;
    if (builder->device.ops) return BON_OK; /* it is the device's, not that of this process */
    if (options->threshold > 0)
        return bon_fail(BON_ERR_ARGUMENT, "thinning a model while it is built needs all of it in memory: build it with "
                                          "cut-offs, or without a memory limit");
    uint64_t budget = options->memory < SIZE_MAX / 2 ? options->memory : SIZE_MAX / 2;
    BON_TRY(bon_store_open(&builder->store, (size_t)budget + SPARE, options->folder ? options->folder : "/tmp"));
    bon_store_watch(builder->store, (size_t)budget + WATCHED);
    builder->corpus.store = builder->store;
    builder->threads = 1; /* what is in a store is worked on by one */
    return BON_OK;
}

bon_status bon_lm_builder_open(bon_lm_builder **out, const bon_lm_build_options *options) {
    static const bon_lm_build_options DEFAULTS = {0};
    *out = NULL;
    if (!options) options = &DEFAULTS;
    BON_TRY(check_options(options));
    bon_lm_builder *builder = bon_alloc_zeroed(1, sizeof *builder);
    if (!builder) return BON_ERR_NOMEM;
    builder->order = options->order ? options->order : 3;
    memcpy(builder->prune, options->prune, sizeof builder->prune);
    builder->threads = options->threads;
    builder->definition = options->definition;
    builder->unknown_mass = options->unknown_mass;
    builder->threshold = (double)options->threshold;
    builder->vocabulary = options->vocabulary;
    builder->vocabulary_size = options->vocabulary_size;
    bon_status status = set_fallback(builder, options);
    if (status == BON_OK)
        status = bon_corpus_open(&builder->corpus, options->skip_symbols ? BON_CORPUS_SKIPPING : BON_CORPUS_SENTENCES);
    if (status == BON_OK && options->device)
        status = bon_machine_open(&builder->device, options->device, options->threads);
    if (status == BON_OK && options->memory) status = limit_memory(builder, options);
    if (status != BON_OK) {
        bon_lm_builder_close(builder);
        return status;
    }
    *out = builder;
    return BON_OK;
}

void bon_lm_builder_close(bon_lm_builder *builder) {
    if (!builder) return;
    bon_corpus_free(&builder->corpus);
    bon_store_close(builder->store);
    bon_machine_close(&builder->device);
    free(builder);
}

/* The vocabulary and what is known of each word stay in memory: half of what there is. */
static bon_status check_words(const bon_lm_builder *builder) {
    const struct bon_vocab *vocab = &builder->corpus.vocab;
    uint64_t need = 2 * (vocab->arena.total + (uint64_t)vocab->count * WORD_BYTES);
    if (!builder->memory || builder->device.ops || need <= builder->memory + SPARE) return BON_OK;
    return bon_fail(BON_ERR_LIMIT,
                    "%u different words do not fit a memory limit of %llu MB; the least for the text so far is %llu MB",
                    vocab->count, (unsigned long long)builder->memory / 1000000,
                    (unsigned long long)(need - SPARE) / 1000000 + 1);
}

bon_status bon_lm_builder_add(bon_lm_builder *builder, const char *text, size_t n, const char *name,
                              uint64_t first_line) {
    if (builder->corpus.row)
        return bon_fail(BON_ERR_ARGUMENT, "a model is built from text or from counts, not from both");
    BON_TRY(bon_corpus_add(&builder->corpus, text, n, name, first_line));
    return check_words(builder);
}

static bon_status check_order(const bon_lm_builder *builder, unsigned order) {
    if (order >= builder->order) return BON_OK;
    return bon_fail(BON_ERR_ARGUMENT,
                    "counts of %u-grams do not give a model of order %u: count %u-grams, or choose order %u", order,
                    builder->order, builder->order, order);
}

bon_status bon_lm_builder_add_counts(bon_lm_builder *builder, const bon_counts *counts) {
    BON_TRY(check_order(builder, bon_counts_order(counts)));
    BON_TRY(bon_corpus_add_counts(&builder->corpus, counts));
    return check_words(builder);
}

bon_status bon_lm_builder_add_counts_file(bon_lm_builder *builder, const char *path) {
    struct bon_counts_file *file;
    BON_TRY(bon_counts_file_open(&file, path));
    bon_status status = check_order(builder, file->order);
    if (status == BON_OK) status = bon_corpus_add_counts_file(&builder->corpus, file);
    bon_counts_file_close(file);
    return status == BON_OK ? check_words(builder) : status;
}

/* The vocabulary and the counts of the words kept move into the table. */
static void give_words(bon_lm_builder *builder, struct bon_word_order *words, struct bon_lm_table *table) {
    table->vocab = builder->corpus.vocab;
    builder->corpus.vocab = (struct bon_vocab){0};
    table->word_count = words->counts;
    words->counts = NULL;
}

/* From the numbered text to the levels of the table. */
static bon_status make_levels(bon_lm_builder *builder, const struct bon_word_order *words,
                              const struct bon_kn_rule *how, bon_lm_table *table) {
    struct bon_grams grams = {0};
    struct bon_passes passes = {.device = &builder->device, .memory = builder->memory};
    bool elsewhere = builder->device.ops != NULL, thin = builder->threshold > 0;
    bon_status status =
        elsewhere ? bon_passes_find(&passes, &grams, builder->order, &builder->corpus, words, builder->prune)
                  : bon_grams_find(&grams, builder->order, builder->threads, &builder->corpus, words, builder->prune);
    grams.threads = builder->threads;
    if (status == BON_OK && how->discounts == BON_DISCOUNT_LMPLZ) bon_grams_count_as_lmplz(&grams, words->first_seen);
    if (status == BON_OK && thin) status = bon_grams_thin(&grams, how, builder->threshold);
    if (elsewhere && thin) bon_passes_forget(&passes);
    if (status == BON_OK)
        status = elsewhere ? bon_passes_estimate(&passes, &grams, how, table) : bon_kn_estimate(&grams, how, table);
    bon_grams_free(&grams);
    bon_machine_close(&builder->device);
    return status;
}

bon_status bon_lm_builder_estimate(bon_lm_builder *builder, bon_lm_table **out) {
    *out = NULL;
    struct bon_word_order words = {0};
    BON_TRY(bon_corpus_check(&builder->corpus));
    if (builder->corpus.count == 0)
        return bon_fail(BON_ERR_DATA,
                        "the text is empty: there is no line to estimate a model from; name a file with text");
    bon_lm_table *table = bon_alloc_zeroed(1, sizeof *table);
    if (!table) return BON_ERR_NOMEM;
    table->store = builder->store; /* its own from here on; closed last */
    builder->store = NULL;
    const struct bon_word_rule rule = {
        .prune = builder->prune[0], .allowed = builder->vocabulary, .allowed_count = builder->vocabulary_size};
    bool definition = builder->definition || builder->corpus.row;
    const struct bon_kn_rule how = {.fallback = builder->discount_fallback ? &builder->fallback : NULL,
                                    .discounts = definition ? BON_DISCOUNT_DEFINITION : BON_DISCOUNT_LMPLZ,
                                    .unknown_mass = builder->unknown_mass};
    bon_status status = bon_corpus_renumber(&builder->corpus, &rule, &words);
    if (status == BON_OK) status = make_levels(builder, &words, &how, table);
    if (status == BON_OK) {
        give_words(builder, &words, table);
        table->threads = builder->threads;
        *out = table;
        table = NULL;
    }
    bon_word_order_free(&words);
    bon_corpus_free(&builder->corpus);
    bon_lm_table_close(table);
    return status;
}
