/* tests/gpu/text.h: synthetic text as word ids, for programs that run where there is nothing but a compiler and a GPU.
 *
 * Language repeats itself, and that is what costs or saves time in counting it: so a text is drawn from a stock of phrases,
 * frequent ones much more often (rank r about 1/r), and between them single words. Blocks of lines are made from numbers of
 * their own, so that any number of threads makes the same text.
 */
#ifndef BON_TESTS_GPU_TEXT_H
#define BON_TESTS_GPU_TEXT_H

#include <math.h>
#include <stdlib.h>

#include "base/parallel.h"
#include "ngram/corpus.h"

enum {
    GPU_TEXT_BLOCK = 1 << 20,
    GPU_TEXT_STOCK = 1 << 16,
    GPU_TEXT_PHRASE_MAX = 8,
    GPU_TEXT_LINE = 23 /* words, on average */
};

struct gpu_text {
    uint64_t seed;
    uint32_t types, phrases; /* words and phrases to draw from */
    uint32_t *phrase;        /* [phrases][GPU_TEXT_PHRASE_MAX], then zeros */
    struct bon_corpus corpus;
    struct bon_word_order words;
};

/* splitmix64 (Steele et al. 2014) */
static inline uint64_t gpu_random(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/* 0..n - 1, r with probability about 1 / (r + 1). */
static inline uint32_t gpu_rank(uint64_t *state, uint32_t n) {
    double u = (double)(gpu_random(state) >> 11) * 0x1p-53;
    uint32_t rank = (uint32_t)(exp(u * log((double)n + 1)) - 1);
    return rank < n ? rank : n - 1;
}

static inline uint32_t gpu_word(uint64_t *state, uint32_t types) {
    return BON_CORPUS_SYMBOLS + gpu_rank(state, types - BON_CORPUS_SYMBOLS);
}

/* Some of the phrases. */
static inline bon_status gpu_text_stock(void *context, size_t part, unsigned worker) {
    struct gpu_text *text = context;
    uint64_t state = (text->seed ^ 0x5851f42d4c957f2d) + part * 0x632be59bd9b4e019;
    (void)worker;
    for (size_t p = part * GPU_TEXT_STOCK; p < text->phrases && p < (part + 1) * GPU_TEXT_STOCK; p++)
        for (size_t i = 0, length = 2 + gpu_random(&state) % (GPU_TEXT_PHRASE_MAX - 1); i < length; i++)
            text->phrase[p * GPU_TEXT_PHRASE_MAX + i] = gpu_word(&state, text->types);
    return BON_OK;
}

/* One block: whole lines, up to the end of the block. */
static inline bon_status gpu_text_block(void *context, size_t part, unsigned worker) {
    struct gpu_text *text = context;
    size_t at = part * GPU_TEXT_BLOCK, end = at + GPU_TEXT_BLOCK;
    uint64_t state = text->seed + part * 0x632be59bd9b4e019;
    (void)worker;
    if (end > text->corpus.count) end = text->corpus.count;
    while (at < end) {
        if (at + 1 == end) { /* no room for a line: the one before is a word longer */
            text->corpus.ids[at - 1] = BON_CORPUS_SYMBOLS;
            text->corpus.ids[at++] = BON_LM_EOS;
            break;
        }
        uint32_t left = (uint32_t)(gpu_random(&state) % (2 * GPU_TEXT_LINE + 1));
        text->corpus.ids[at++] = BON_LM_BOS;
        while (at + 1 < end && left > 0) {
            uint32_t single[GPU_TEXT_PHRASE_MAX] = {gpu_word(&state, text->types)};
            const uint32_t *phrase = single;
            if (gpu_random(&state) % 8)
                phrase = text->phrase + (size_t)gpu_rank(&state, text->phrases) * GPU_TEXT_PHRASE_MAX;
            for (unsigned i = 0; i < GPU_TEXT_PHRASE_MAX && phrase[i] && left > 0 && at + 1 < end; i++, left--)
                text->corpus.ids[at++] = phrase[i];
        }
        text->corpus.ids[at++] = BON_LM_EOS;
    }
    return BON_OK;
}

static inline void gpu_text_free(struct gpu_text *text) {
    free(text->phrase);
    free(text->corpus.ids);
    free(text->corpus.weight);
    free(text->words.counts);
    free(text->words.first_seen);
    *text = (struct gpu_text){0};
}

/* What the estimator is told of the words: their counts, and that the words as numbered are the words as seen. */
static inline bon_status gpu_text_words(struct gpu_text *text, uint32_t kept) {
    const struct bon_corpus *corpus = &text->corpus;
    size_t step = corpus->row ? corpus->row : 1;
    text->words = (struct bon_word_order){.types = text->types,
                                          .kept = kept,
                                          .counts = calloc(text->types, sizeof *text->words.counts),
                                          .first_seen = calloc(text->types, sizeof *text->words.first_seen)};
    if (!text->words.counts || !text->words.first_seen) return bon_fail_memory(text->types);
    for (uint32_t w = 0; w < text->types; w++) text->words.first_seen[w] = w;
    for (size_t i = step - 1; i < corpus->count; i += step)
        text->words.counts[corpus->ids[i]] += bon_corpus_weight(corpus, i);
    return BON_OK;
}

/* A text of `count` ids, at least 2, and not 1 more than whole blocks. Freed with gpu_text_free, also after a failure. */
static inline bon_status gpu_text_make(struct gpu_text *text, uint64_t seed, size_t count, uint32_t types,
                                       uint32_t phrases, unsigned threads) {
    *text = (struct gpu_text){.seed = seed, .types = types, .phrases = phrases};
    text->phrase = calloc((size_t)phrases * GPU_TEXT_PHRASE_MAX, sizeof *text->phrase);
    text->corpus.ids = malloc((count + 1) * sizeof *text->corpus.ids);
    if (!text->phrase || !text->corpus.ids) return bon_fail_memory(count * sizeof *text->corpus.ids);
    text->corpus.count = text->corpus.cap = count;
    const struct bon_parallel stock = {threads, (phrases + GPU_TEXT_STOCK - 1) / GPU_TEXT_STOCK, text, gpu_text_stock,
                                       NULL};
    BON_TRY(bon_parallel_run(&stock));
    const struct bon_parallel job = {threads, (count + GPU_TEXT_BLOCK - 1) / GPU_TEXT_BLOCK, text, gpu_text_block,
                                     NULL};
    return bon_parallel_run(&job);
}

#endif
