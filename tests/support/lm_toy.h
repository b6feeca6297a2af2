/* tests/support/lm_toy.h: small n-gram models for tests, as a plain list of n-grams: a slow back-off evaluator written for
 * reading, a generator of random models, and the way from the list to the table that files are written from. */
#ifndef BON_TESTS_SUPPORT_LM_TOY_H
#define BON_TESTS_SUPPORT_LM_TOY_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ngram/table.h"

struct toy_ngram {
    unsigned order;
    uint32_t words[BON_LM_MAX_ORDER]; /* in the order of the text: w1 ... wk */
    float logprob, backoff;
};

struct toy {
    unsigned order;
    uint32_t vocabulary;
    struct toy_ngram *ngrams;
    size_t count, cap;
};

/* ---- the list ---- */

static inline const struct toy_ngram *toy_find(const struct toy *toy, const uint32_t *words, unsigned order) {
    for (size_t i = 0; i < toy->count; i++)
        if (toy->ngrams[i].order == order && memcmp(toy->ngrams[i].words, words, order * sizeof *words) == 0)
            return &toy->ngrams[i];
    return NULL;
}

/* Adds an n-gram unless it is there. */
static inline void toy_add(struct toy *toy, unsigned order, const uint32_t *words, float logprob, float backoff) {
    if (toy_find(toy, words, order)) return;
    if (toy->count == toy->cap) {
        toy->cap = 2 * toy->cap + 64;
        toy->ngrams = realloc(toy->ngrams, toy->cap * sizeof *toy->ngrams);
        if (!toy->ngrams) abort();
    }
    struct toy_ngram *ngram = &toy->ngrams[toy->count++];
    *ngram = (struct toy_ngram){.order = order, .logprob = logprob, .backoff = backoff};
    memcpy(ngram->words, words, order * sizeof *words);
}

static inline void toy_free(struct toy *toy) {
    free(toy->ngrams);
    *toy = (struct toy){0};
}

/* log10 p(words[n - 1] | words[0 .. n - 2]) as the ARPA format defines it. */
static inline double toy_score(const struct toy *toy, const uint32_t *words, unsigned n) {
    while (n > toy->order) words++, n--;
    const struct toy_ngram *found = toy_find(toy, words, n);
    if (found) return (double)found->logprob;
    const struct toy_ngram *context = toy_find(toy, words, n - 1);
    return (context ? (double)context->backoff : 0.0) + toy_score(toy, words + 1, n - 1);
}

/* ---- random models ---- */

static inline uint32_t toy_random(uint64_t *seed) { /* xorshift64* */
    *seed ^= *seed >> 12, *seed ^= *seed << 25, *seed ^= *seed >> 27;
    return (uint32_t)(*seed * UINT64_C(2685821657736338717) >> 32);
}

static inline uint32_t toy_below(uint64_t *seed, uint32_t limit) {
    return (uint32_t)((uint64_t)toy_random(seed) * limit >> 32);
}

/* A multiple of 2^-10, so that sums of a few are exact in float and double alike. */
static inline float toy_value(uint64_t *seed, uint32_t steps) { return -(float)toy_below(seed, steps) / 1024.0f; }

/* Whether an n-gram is the beginning or the end of a longer one. */
static inline bool toy_needed(const struct toy *toy, const struct toy_ngram *ngram) {
    size_t bytes = ngram->order * sizeof *ngram->words;
    for (size_t i = 0; i < toy->count; i++) {
        const struct toy_ngram *longer = &toy->ngrams[i];
        if (longer->order == ngram->order + 1 &&
            (memcmp(longer->words, ngram->words, bytes) == 0 || memcmp(longer->words + 1, ngram->words, bytes) == 0))
            return true;
    }
    return false;
}

/* Leaves out about one in `odds` of the n-grams above order 1 that nothing longer needs, longest first. */
static inline void toy_prune(struct toy *toy, uint64_t *seed, uint32_t odds) {
    for (unsigned order = toy->order; order > 1; order--)
        for (size_t i = 0; i < toy->count;) {
            struct toy_ngram *ngram = &toy->ngrams[i];
            if (ngram->order == order && !toy_needed(toy, ngram) && toy_below(seed, odds) == 0)
                *ngram = toy->ngrams[--toy->count];
            else
                i++;
        }
}

/* Every n-gram of `lines` random sentences, some left out, with random values. */
static inline struct toy toy_make(uint64_t seed, unsigned order, uint32_t vocabulary, unsigned lines) {
    struct toy toy = {.order = order, .vocabulary = vocabulary};
    for (uint32_t word = 0; word < vocabulary; word++)
        toy_add(&toy, 1, &word, word == BON_LM_BOS ? 0.0f : toy_value(&seed, 7000), 0.0f);
    for (unsigned line = 0; line < lines; line++) {
        uint32_t words[16] = {BON_LM_BOS};
        unsigned n = 1;
        for (unsigned length = toy_below(&seed, 12); n <= length; n++) {
            uint32_t a = toy_below(&seed, vocabulary - 3), b = toy_below(&seed, vocabulary - 3);
            words[n] = 3 + (a < b ? a : b); /* small ids are frequent */
        }
        words[n++] = BON_LM_EOS;
        for (unsigned k = 2; k <= order; k++)
            for (unsigned at = 0; at + k <= n; at++) toy_add(&toy, k, words + at, toy_value(&seed, 5000), 0.0f);
    }
    toy_prune(&toy, &seed, 3);
    for (size_t i = 0; i < toy.count; i++) {
        bool context = false;
        for (size_t j = 0; j < toy.count && !context; j++)
            context = toy.ngrams[j].order == toy.ngrams[i].order + 1 &&
                      memcmp(toy.ngrams[j].words, toy.ngrams[i].words, toy.ngrams[i].order * sizeof(uint32_t)) == 0;
        if (context) toy.ngrams[i].backoff = toy_value(&seed, 3000); /* now and then 0, which is a back-off too */
    }
    return toy;
}

/* ---- from the list to the table ---- */

static inline int toy_suffix_order(const void *a, const void *b) {
    const struct toy_ngram *x = a, *y = b;
    if (x->order != y->order) return x->order < y->order ? -1 : 1;
    for (unsigned i = x->order; i-- > 0;)
        if (x->words[i] != y->words[i]) return x->words[i] < y->words[i] ? -1 : 1;
    return 0;
}

static inline void toy_fill_level(const struct toy *toy, struct bon_lm_table *table, const struct toy_ngram *first,
                                  unsigned order) {
    struct bon_lm_level *level = &table->level[order - 1];
    for (uint32_t i = 0; i < level->count; i++) {
        level->word[i] = first[i].words[0];
        level->logprob[i] = first[i].logprob;
        if (order == toy->order) continue;
        level->backoff[i] = first[i].backoff;
        const struct toy_ngram *longer = first + level->count;
        const struct toy_ngram *end = toy->ngrams + toy->count;
        for (; longer < end && longer->order == order + 1; longer++) {
            size_t bytes = order * sizeof(uint32_t);
            if (memcmp(longer->words, first[i].words, bytes) == 0) level->extends[i] = 1;
            if (memcmp(longer->words + 1, first[i].words, bytes) == 0) level->first_child[i + 1]++;
        }
        level->first_child[i + 1] += level->first_child[i];
    }
}

/* Sorts the list and makes its table; NULL when out of memory. Word i is spelled "w<i>". */
static inline bon_lm_table *toy_table(struct toy *toy) {
    static const char *const marks[] = {"<unk>", "<s>", "</s>"};
    bon_lm_table *table = calloc(1, sizeof *table);
    if (!table) return NULL;
    qsort(toy->ngrams, toy->count, sizeof *toy->ngrams, toy_suffix_order);
    table->order = toy->order;
    for (uint32_t id = 0; id < toy->vocabulary; id++) {
        char text[16];
        uint32_t given;
        int n = id < 3 ? snprintf(text, sizeof text, "%s", marks[id]) : snprintf(text, sizeof text, "w%u", id);
        if (bon_vocab_add(&table->vocab, text, (size_t)n, &given) != BON_OK) goto fail;
    }
    for (size_t at = 0; at < toy->count;) {
        size_t end = at;
        unsigned order = toy->ngrams[at].order;
        while (end < toy->count && toy->ngrams[end].order == order) end++;
        if (bon_lm_level_alloc(&table->level[order - 1], (uint32_t)(end - at), order == toy->order) != BON_OK)
            goto fail;
        toy_fill_level(toy, table, toy->ngrams + at, order);
        at = end;
    }
    for (unsigned order = 2; order <= toy->order; order++) /* levels that pruning emptied */
        if (!table->level[order - 1].word &&
            bon_lm_level_alloc(&table->level[order - 1], 0, order == toy->order) != BON_OK)
            goto fail;
    return table;
fail:
    bon_lm_table_close(table);
    return NULL;
}

/* A fresh path for a test's file; the test unlinks it. */
static inline void toy_path(char path[64]) {
    snprintf(path, 64, "/tmp/bon-test-XXXXXX");
    int fd = mkstemp(path);
    if (fd < 0) abort();
    fclose(fdopen(fd, "wb"));
}

#endif
