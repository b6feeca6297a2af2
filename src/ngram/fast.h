/* src/ngram/fast.h: the fast layout: n-grams in hash tables, one an order, built so that a query waits for memory once.
 *
 * An n-gram's key is a hash chained over its words, last word first, from nothing else: unlike in a trie, the keys of all
 * orders are known before anything is read, so that their cache lines are asked for together (the probing model of Heafield
 * 2011 has such keys; it reads its orders one after the other).
 *
 * A table is made of buckets of 64 bytes, one cache line: four n-grams of a middle order (key, probability, back-off) or five
 * of the highest (key, probability). A key belongs to the bucket that its high bits name; where that one is full it goes to
 * the next with room, and a flag in the last key of each full bucket it had to pass says that one must look on.
 *
 * Keys are even; bit 0 of a stored one is that flag. No two n-grams of a file share a key: the writer takes another seed until
 * that is so. An n-gram that is not in the model is taken for one that is with probability count / 2^63 (4e-12 for 40 million),
 * since the bucket follows from the key.
 */
#ifndef BON_SRC_NGRAM_FAST_H
#define BON_SRC_NGRAM_FAST_H

#include "ngram/lm.h"

#define BON_FAST_PAST UINT64_C(1) /* in a bucket's last key: some n-gram that belongs here lies in a later bucket */

/* Bits of back-offs that say what an n-gram is; all of them mean a back-off of 0. Real ones are never that small. */
#define BON_FAST_NO_CONTEXT UINT32_C(0x80000000) /* -0: no longer n-gram begins with it */
#define BON_FAST_BLANK UINT32_C(0x00000001)      /* the smallest float, or its negative when it is no context either */

enum {
    BON_FAST_LINE = 64,
    BON_FAST_MIDDLE = 4, /* n-grams a bucket */
    BON_FAST_HIGHEST = 5,
    BON_FAST_REACH = 64 /* the most buckets that finding an n-gram takes */
};

struct bon_fast_values {
    float logprob, backoff;
};

struct bon_fast_middle {
    uint64_t key[BON_FAST_MIDDLE];
    struct bon_fast_values values[BON_FAST_MIDDLE];
};

struct bon_fast_highest {
    uint64_t key[BON_FAST_HIGHEST];
    float logprob[BON_FAST_HIGHEST];
    uint32_t zero;
};

static_assert(sizeof(struct bon_fast_middle) == BON_FAST_LINE && sizeof(struct bon_fast_highest) == BON_FAST_LINE,
              "a bucket is a cache line");

/* Buckets of a level: half of the places are taken, so that few n-grams (one in thirty) are not where they belong: those cost
 * a wait for memory that nothing hides. */
static inline uint64_t bon_fast_bucket_count(uint64_t ngrams, unsigned per_bucket) {
    return 2 * ngrams / per_bucket + 1;
}

/* The key of an n-gram with one word more to the left; of a single word from the seed. Multiply, fold, multiply, fold: every
 * bit of the words reaches every bit of the key. */
static inline uint64_t bon_fast_key(uint64_t key, uint32_t word) {
    uint64_t x = key + (word + UINT64_C(1)) * UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 32) * UINT64_C(0xd6e8feb86659fd93);
    return (x ^ x >> 29) & ~BON_FAST_PAST;
}

static inline uint64_t bon_fast_word_key(const bon_lm *lm, uint32_t word) {
    return bon_fast_key(lm->header.seed, word);
}

/* The bucket where a key belongs: the key scaled to the number of buckets. */
static inline uint64_t bon_fast_home(uint64_t key, uint64_t buckets) {
    return (uint64_t)(((unsigned __int128)key * buckets) >> 64);
}

static inline const uint8_t *bon_fast_line(const struct bon_lm_buckets *buckets, uint64_t key) {
    return buckets->lines + bon_fast_home(key, buckets->count) * BON_FAST_LINE;
}

static inline uint64_t bon_fast_stored_key(const uint8_t *line, unsigned place) { return bon_load64(line + place * 8); }

/* Which place of a bucket has the key; per_bucket when none. All are compared: a loop that stops at the right one costs a
 * branch that cannot be foretold. */
static inline unsigned bon_fast_place(const uint8_t *line, unsigned per_bucket, uint64_t key) {
    unsigned last = per_bucket - 1, found = per_bucket;
    for (unsigned place = 0; place < last; place++) found = bon_fast_stored_key(line, place) == key ? place : found;
    return (bon_fast_stored_key(line, last) & ~BON_FAST_PAST) == key ? last : found;
}

static inline struct bon_fast_values bon_fast_middle_values(const uint8_t *line, unsigned place) {
    struct bon_fast_values values;
    memcpy(&values, line + offsetof(struct bon_fast_middle, values) + place * sizeof values, sizeof values);
    return values;
}

static inline float bon_fast_highest_logprob(const uint8_t *line, unsigned place) {
    return bon_load_float(line + offsetof(struct bon_fast_highest, logprob) + place * sizeof(float));
}

/* Whether an n-gram that belongs to this bucket may lie in a later one. */
static inline bool bon_fast_overflows(const uint8_t *line, unsigned per_bucket) {
    return bon_fast_stored_key(line, per_bucket - 1) & BON_FAST_PAST;
}

/* Goes on to the next bucket when the flag says so; NULL at the end of the way. */
static inline const uint8_t *bon_fast_next_line(const struct bon_lm_buckets *buckets, const uint8_t *line,
                                                unsigned per_bucket, unsigned *reach) {
    if (!bon_fast_overflows(line, per_bucket) || ++*reach == BON_FAST_REACH) return NULL;
    line += BON_FAST_LINE;
    return line == buckets->lines + buckets->count * BON_FAST_LINE ? buckets->lines : line;
}

/* The bucket that has a key, NULL when none has. *place is where in it. Inlined, so that per_bucket is a constant. */
static inline __attribute__((always_inline)) const uint8_t *
bon_fast_find(const struct bon_lm_buckets *buckets, unsigned per_bucket, uint64_t key, unsigned *place) {
    const uint8_t *line = bon_fast_line(buckets, key);
    unsigned reach = 0;
    do {
        *place = bon_fast_place(line, per_bucket, key);
        if (*place < per_bucket) return line;
        line = bon_fast_next_line(buckets, line, per_bucket, &reach);
    } while (line);
    return NULL;
}

static inline unsigned bon_fast_per_bucket(const bon_lm *lm, unsigned order) {
    return order < lm->order ? BON_FAST_MIDDLE : BON_FAST_HIGHEST;
}

static inline uint32_t bon_fast_backoff_bits(float backoff) {
    uint32_t bits;
    memcpy(&bits, &backoff, sizeof bits);
    return bits;
}

static inline bool bon_fast_is_context(float backoff) {
    return (bon_fast_backoff_bits(backoff) & ~BON_FAST_BLANK) != BON_FAST_NO_CONTEXT;
}

static inline bool bon_fast_is_blank(float backoff) {
    return (bon_fast_backoff_bits(backoff) & ~BON_FAST_NO_CONTEXT) == BON_FAST_BLANK;
}

/* What a stored back-off counts as. */
static inline float bon_fast_backoff(float backoff) {
    return (bon_fast_backoff_bits(backoff) & ~BON_FAST_NO_CONTEXT) <= BON_FAST_BLANK ? 0.0f : backoff;
}

/* ---- nodes (query.h): of order 1 the word, above it bucket * per_bucket + place ---- */

static inline const uint8_t *bon_fast_node_line(const bon_lm *lm, unsigned order, uint32_t node, unsigned *place) {
    unsigned per_bucket = bon_fast_per_bucket(lm, order);
    *place = node % per_bucket;
    return lm->level[order - 1].buckets.lines + (uint64_t)(node / per_bucket) * BON_FAST_LINE;
}

static inline uint64_t bon_fast_node_key(const bon_lm *lm, unsigned order, uint32_t node) {
    unsigned place;
    if (order == 1) return bon_fast_word_key(lm, node);
    const uint8_t *line = bon_fast_node_line(lm, order, node, &place);
    return bon_fast_stored_key(line, place) & ~BON_FAST_PAST;
}

static inline struct bon_fast_values bon_fast_node_values(const bon_lm *lm, unsigned order, uint32_t node) {
    struct bon_fast_values values = {0, -0.0f};
    unsigned place;
    if (order == 1) {
        memcpy(&values, lm->unigrams + (uint64_t)node * sizeof values, sizeof values);
        return values;
    }
    const uint8_t *line = bon_fast_node_line(lm, order, node, &place);
    if (order < lm->order) return bon_fast_middle_values(line, place);
    values.logprob = bon_fast_highest_logprob(line, place);
    return values;
}

static inline bool bon_fast_node_blank(const bon_lm *lm, unsigned order, uint32_t node) {
    return bon_fast_is_blank(bon_fast_node_values(lm, order, node).backoff);
}

/* The child of order + 1 of a node with this key. */
static inline bool bon_fast_child(const bon_lm *lm, unsigned order, uint64_t key, uint32_t word, uint32_t *child) {
    const struct bon_lm_buckets *buckets = &lm->level[order].buckets;
    unsigned per_bucket = bon_fast_per_bucket(lm, order + 1), place;
    const uint8_t *line = bon_fast_find(buckets, per_bucket, bon_fast_key(key, word), &place);
    if (line) *child = (uint32_t)((uint64_t)(line - buckets->lines) / BON_FAST_LINE * per_bucket + place);
    return line != NULL;
}

/* bon_lm_score and the ones for many words, in this layout. */
float bon_fast_score(const bon_lm *lm, const bon_lm_state *state, uint32_t word, bon_lm_state *next, unsigned *matched);
void bon_fast_score_words(const bon_lm *lm, bon_lm_state *state, const uint32_t *words, size_t n, float *logprob,
                          uint8_t *matched);
void bon_fast_score_batch(const bon_lm *lm, const bon_lm_state *states, const uint32_t *words, size_t n,
                          bon_lm_state *next, float *logprob, uint8_t *matched);

#endif
