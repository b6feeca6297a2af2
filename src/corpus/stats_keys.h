/* src/corpus/stats_keys.h: what is counted, as keys of a tally: lines, and runs of two and three words.
 *
 * A word is 42 bits: the code of a syllable, or a bit that says that it is none and 41 bits of the hash of its bytes. Two of a million such words
 * share a number with probability 0.2, and then count as one in runs of words; which of both is shown does not depend on the
 * order. A line is 94 bits of its hash and its length. Two bits tell which of them a key is.
 *
 * Tallies want keys that look random, and the report wants words back: the mixing is one round of a Feistel network on 64-bit halves
 * with multiplications by odd numbers, which can be undone.
 */
#ifndef BON_SRC_CORPUS_STATS_KEYS_H
#define BON_SRC_CORPUS_STATS_KEYS_H

#include "base/hash.h"
#include "bon/syllable.h"
#include "corpus/stats_tally.h"

enum bon_stats_family { BON_STATS_LINES, BON_STATS_PAIRS = 2, BON_STATS_TRIPLES = 3 };

typedef uint64_t bon_stats_item; /* a word, 42 bits; 0 is the first syllable */

#define BON_STATS_ITEM_BITS 42
#define BON_STATS_ITEM_WORD ((uint64_t)1 << (BON_STATS_ITEM_BITS - 1))
#define BON_STATS_ITEM_MASK (((uint64_t)1 << BON_STATS_ITEM_BITS) - 1)

static inline bon_stats_item bon_stats_item_of_hash(uint64_t hash) {
    return BON_STATS_ITEM_WORD | hash >> (64 - BON_STATS_ITEM_BITS + 1);
}

static inline bool bon_stats_item_is_word(bon_stats_item item) { return (item & BON_STATS_ITEM_WORD) != 0; }

#define BON_STATS_MIX UINT64_C(0x9e3779b97f4a7c15)
#define BON_STATS_UNMIX UINT64_C(0xf1de83e19937733d) /* BON_STATS_MIX * BON_STATS_UNMIX = 1 mod 2^64 */

static inline uint64_t bon_stats_round(uint64_t x) {
    x *= UINT64_C(0xd6e8feb86659fd93);
    return x ^ x >> 32;
}

static inline struct bon_tally_key bon_stats_mix(struct bon_tally_key key) {
    key.high = (key.high ^ bon_stats_round(key.low)) * BON_STATS_MIX;
    key.low ^= bon_stats_round(key.high);
    return key;
}

static inline struct bon_tally_key bon_stats_unmix(struct bon_tally_key key) {
    key.low ^= bon_stats_round(key.high);
    key.high = (key.high * BON_STATS_UNMIX) ^ bon_stats_round(key.low);
    return key;
}

/* Two or three words, first word first; of two, `a` is 0. */
static inline struct bon_tally_key bon_stats_run_key(enum bon_stats_family family, bon_stats_item a, bon_stats_item b,
                                                     bon_stats_item c) {
    struct bon_tally_key key = {(uint64_t)family << 62 | a << 20 | b >> 22, b << 42 | c};
    return bon_stats_mix(key);
}

static inline struct bon_tally_key bon_stats_line_key(struct bon_hash128 hash, size_t length) {
    uint32_t capped = length < UINT32_MAX ? (uint32_t)length : UINT32_MAX;
    struct bon_tally_key key = {(hash.high >> 34) << 32 | capped, hash.low};
    return bon_stats_mix(key);
}

/* What an unmixed key says. */
static inline enum bon_stats_family bon_stats_family_of(struct bon_tally_key key) {
    return (enum bon_stats_family)(key.high >> 62);
}
static inline uint32_t bon_stats_line_length(struct bon_tally_key key) { return (uint32_t)key.high; }
static inline void bon_stats_run_items(struct bon_tally_key key, bon_stats_item items[3]) {
    items[0] = key.high >> 20 & BON_STATS_ITEM_MASK;
    items[1] = (key.high & 0xfffff) << 22 | key.low >> 42;
    items[2] = key.low & BON_STATS_ITEM_MASK;
}

#endif
