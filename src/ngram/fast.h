/* src/ngram/fast.h: the fast layout: n-grams in hash tables, one an order, built so that a query waits for memory once.
 *
 * An n-gram's key is a hash chained over its words, last word first, from nothing else: unlike in a trie, the keys of all
 * orders are known before anything is read, so that their cache lines travel together (the probing model of Heafield 2011 has
 * such keys; it reads its orders one after the other).
 *
 * A table is made of buckets of 64 bytes, one cache line: four n-grams of a middle order (key, probability, back-off) or eight
 * of the highest (32 bits of the key, probability), which no key is ever made from. A key belongs to the bucket that its high
 * bits name; where that one is full it goes to the next with room. Two more bits of a key are its class: bit 0 of the key at
 * place 2 c (middle orders: c) says that the bucket is full and some n-gram of class c that belongs there lies in a later one,
 * so that few look on in vain.
 *
 * Keys are even; bit 0 of a stored one is such a flag. No two n-grams of a file could be taken for one another: the writer
 * takes another seed until that is so. An n-gram that is not in the model is taken for one that is with probability
 * count / 2^63 (4e-12 for 40 million), since the bucket follows from the key; at the highest order, where 31 bits are compared
 * with those of four n-grams on average, with 2e-9.
 */
#ifndef BON_SRC_NGRAM_FAST_H
#define BON_SRC_NGRAM_FAST_H

#include "ngram/lm.h"

#define BON_FAST_PAST 1u /* in a stored key: some n-gram of this class lies in a later bucket */

/* Bits of back-offs that say what an n-gram is; all of them mean a back-off of 0. Real ones are never that small. */
#define BON_FAST_NO_CONTEXT UINT32_C(0x80000000) /* -0: no longer n-gram begins with it */
#define BON_FAST_BLANK UINT32_C(0x00000001)      /* the smallest float, or its negative when it is no context either */

enum {
    BON_FAST_LINE = 64,
    BON_FAST_MIDDLE = 4, /* n-grams a bucket */
    BON_FAST_HIGHEST = 8,
    BON_FAST_REACH = 64 /* the most buckets that finding an n-gram takes */
};

struct bon_fast_values {
    float logprob, backoff;
};

struct bon_fast_middle {
    uint64_t key[BON_FAST_MIDDLE]; /* 0 = the place is free */
    struct bon_fast_values values[BON_FAST_MIDDLE];
};

struct bon_fast_highest {
    uint32_t key[BON_FAST_HIGHEST]; /* the low halves */
    float logprob[BON_FAST_HIGHEST];
};

static_assert(sizeof(struct bon_fast_middle) == BON_FAST_LINE && sizeof(struct bon_fast_highest) == BON_FAST_LINE,
              "a bucket is a cache line");

/* Buckets of a level: half of the places are taken, so that few n-grams (one in thirty) are not where they belong: those cost
 * a wait for memory that nothing hides. */
static inline uint64_t bon_fast_bucket_count(uint64_t ngrams, unsigned per_bucket) {
    return 2 * ngrams / per_bucket + 1;
}

/* The key of an n-gram with one word more to the left; of a single word from the seed. Both halves of a long product, folded:
 * every bit of the words reaches every bit of the key (Wang Yi, wyhash). */
static inline uint64_t bon_fast_key(uint64_t key, uint32_t word) {
    unsigned __int128 product = (unsigned __int128)(key ^ word) * UINT64_C(0xd6e8feb86659fd93);
    return ((uint64_t)product ^ (uint64_t)(product >> 64)) & ~(uint64_t)BON_FAST_PAST;
}

/* Seeds are small numbers, as words are: spread out, so that the two cannot cancel each other. */
static inline uint64_t bon_fast_start(uint64_t seed) { return (seed + 1) * UINT64_C(0x9e3779b97f4a7c15); }

static inline uint64_t bon_fast_word_key(const bon_lm *lm, uint32_t word) {
    return bon_fast_key(bon_fast_start(lm->header.seed), word);
}

/* The bucket where a key belongs: the key scaled to the number of buckets. */
static inline uint64_t bon_fast_home(uint64_t key, uint64_t buckets) {
    return (uint64_t)(((unsigned __int128)key * buckets) >> 64);
}

static inline const uint8_t *bon_fast_line(const struct bon_lm_buckets *buckets, uint64_t key) {
    return buckets->lines + bon_fast_home(key, buckets->count) * BON_FAST_LINE;
}

/* Where in a bucket, in bytes, the flag of a key's class is: in the lowest byte of a stored key, as those are little-endian. */
static inline unsigned bon_fast_flag(uint64_t key) { return (unsigned)(key >> 29) & 24; }

/* Whether an n-gram of the key's class that belongs to this bucket lies in a later one. */
static inline bool bon_fast_overflows(const uint8_t *line, uint64_t key) {
    return line[bon_fast_flag(key)] & BON_FAST_PAST;
}

/* As much of a key as a table stores. */
static inline uint64_t bon_fast_stored(uint64_t key, unsigned per_bucket) {
    return per_bucket == BON_FAST_MIDDLE ? key : (uint32_t)key;
}

/* What is stored at a place of a bucket, without the flag; 0: the place is free. */
static inline uint64_t bon_fast_key_at(const uint8_t *line, unsigned per_bucket, unsigned place) {
    uint64_t key = per_bucket == BON_FAST_MIDDLE ? bon_load64(line + place * 8) : bon_load32(line + place * 4);
    return key & ~(uint64_t)BON_FAST_PAST;
}

/* Which place of a bucket has the key; per_bucket when none. */
static inline unsigned bon_fast_place(const uint8_t *line, unsigned per_bucket, uint64_t key) {
    unsigned place = 0;
    key = bon_fast_stored(key, per_bucket);
    while (place < per_bucket && bon_fast_key_at(line, per_bucket, place) != key) place++;
    return place;
}

static inline struct bon_fast_values bon_fast_middle_values(const uint8_t *line, unsigned place) {
    struct bon_fast_values values;
    memcpy(&values, line + offsetof(struct bon_fast_middle, values) + place * sizeof values, sizeof values);
    return values;
}

static inline float bon_fast_highest_logprob(const uint8_t *line, unsigned place) {
    return bon_load_float(line + offsetof(struct bon_fast_highest, logprob) + place * sizeof(float));
}

/* The bucket that has a key, NULL when none has. *place is where in it. */
static inline const uint8_t *bon_fast_find(const struct bon_lm_buckets *buckets, unsigned per_bucket, uint64_t key,
                                           unsigned *place) {
    const uint8_t *line = bon_fast_line(buckets, key), *end = buckets->lines + buckets->count * BON_FAST_LINE;
    for (unsigned reach = 0; reach < BON_FAST_REACH; reach++) {
        *place = bon_fast_place(line, per_bucket, key);
        if (*place < per_bucket) return line;
        if (!bon_fast_overflows(line, key)) break;
        line += BON_FAST_LINE;
        if (line == end) line = buckets->lines;
    }
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

/* The key of an n-gram below the highest order. */
static inline uint64_t bon_fast_node_key(const bon_lm *lm, unsigned order, uint32_t node) {
    unsigned place;
    if (order == 1) return bon_fast_word_key(lm, node);
    const uint8_t *line = bon_fast_node_line(lm, order, node, &place);
    return bon_fast_key_at(line, BON_FAST_MIDDLE, place);
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

/* bon_lm_score and the ones for many words, in this layout, for models of one order on this processor. */
struct bon_fast_scorer {
    float (*score)(const bon_lm *lm, const bon_lm_state *state, uint32_t word, bon_lm_state *next, unsigned *matched);
    void (*words)(const bon_lm *lm, bon_lm_state *state, const uint32_t *words, size_t n, float *logprob,
                  uint8_t *matched);
    void (*batch)(const bon_lm *lm, const bon_lm_state *states, const uint32_t *words, size_t n, bon_lm_state *next,
                  float *logprob, uint8_t *matched);
};

/* wide: for processors with AVX2, which bon_fast_can_be_wide must have found; the numbers are the same, bit by bit. */
const struct bon_fast_scorer *bon_fast_scorer_for(unsigned order, bool wide);
bool bon_fast_can_be_wide(void);

#endif
