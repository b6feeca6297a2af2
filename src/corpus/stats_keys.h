/* src/corpus/stats_keys.h: what is counted, as keys: runs of two and three words, lines.
 *
 * Nearly all runs are of syllables, and these are short keys (stats_short.h): 15 bits a syllable, the first of a pair SHORT_NONE. All else
 * is long (stats_tally.h). There a word is 42 bits: the code of a syllable, or a bit that says that it is none and 41 bits of the
 * hash of its bytes. Two of a million such words share a number with probability 0.2, and then count as one in runs of words;
 * which of both is shown does not depend on the order. A line is 93 bits of its hash and its length: of 10^12 lines two meet
 * with probability 10^-4. The highest bits say which of them a key is: 1 a triple, 01 a pair, 00 a line.
 *
 * Tables want keys that look random, and the report wants words back: the mixing can be undone. Short keys are multiplied twice by an
 * odd number, with a shift between; long ones go through one round of a Feistel network on halves of 63 and 64 bits.
 */
#ifndef BON_SRC_CORPUS_STATS_KEYS_H
#define BON_SRC_CORPUS_STATS_KEYS_H

#include "base/hash.h"
#include "bon/syllable.h"
#include "corpus/stats_merge.h"

enum bon_stats_family { BON_STATS_LINES, BON_STATS_PAIRS, BON_STATS_TRIPLES };

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

/* ---- short keys: all syllables ---- */

enum { BON_STATS_SHORT_BITS = 15, BON_STATS_SHORT_NONE = (1 << BON_STATS_SHORT_BITS) - 1 };

_Static_assert((int)BON_SYLLABLE_CODES <= (int)BON_STATS_SHORT_NONE, "no syllable is SHORT_NONE");
_Static_assert(BON_SHORT_COUNT >> (64 - 3 * BON_STATS_SHORT_BITS) == 0, "three syllables and a count are 64 bits");

/* Three syllables, or BON_STATS_SHORT_NONE and two. */
static inline uint64_t bon_stats_short_key(bon_stats_item a, bon_stats_item b, bon_stats_item c) {
    uint64_t key = (a << (2 * BON_STATS_SHORT_BITS) | b << BON_STATS_SHORT_BITS | c) * (BON_SHORT_COUNT + 1);
    key *= BON_STATS_MIX;
    key ^= key >> 23 & ~BON_SHORT_COUNT;
    return key * BON_STATS_MIX;
}

static inline uint64_t bon_stats_short_unmix(uint64_t key) {
    key *= BON_STATS_UNMIX;
    key ^= key >> 23 & ~BON_SHORT_COUNT; /* the shift is more than half of 45 bits: again is back */
    return key * BON_STATS_UNMIX / (BON_SHORT_COUNT + 1);
}

/* ---- long keys ---- */

static inline uint64_t bon_stats_round(uint64_t x) {
    x *= UINT64_C(0xd6e8feb86659fd93);
    return x ^ x >> 32;
}

static inline struct bon_tally_key bon_stats_mix(struct bon_tally_key key) {
    key.high = ((key.high ^ bon_stats_round(key.low)) * BON_STATS_MIX) & ~BON_TALLY_LONG;
    key.low ^= bon_stats_round(key.high);
    key.high |= BON_TALLY_LONG;
    return key;
}

static inline struct bon_tally_key bon_stats_unmix(struct bon_tally_key key) {
    key.high &= ~BON_TALLY_LONG;
    key.low ^= bon_stats_round(key.high);
    key.high = ((key.high * BON_STATS_UNMIX) ^ bon_stats_round(key.low)) & ~BON_TALLY_LONG;
    return key;
}

#define BON_STATS_TRIPLE ((uint64_t)1 << 62)
#define BON_STATS_PAIR ((uint64_t)1 << 61)

/* Two or three words, first word first; of two, `a` is 0. */
static inline struct bon_tally_key bon_stats_run_key(enum bon_stats_family family, bon_stats_item a, bon_stats_item b,
                                                     bon_stats_item c) {
    uint64_t flag = family == BON_STATS_TRIPLES ? BON_STATS_TRIPLE : BON_STATS_PAIR;
    return bon_stats_mix((struct bon_tally_key){flag | a << 20 | b >> 22, b << 42 | c});
}

static inline struct bon_tally_key bon_stats_line_key(struct bon_hash128 hash, size_t length) {
    uint32_t capped = length < UINT32_MAX ? (uint32_t)length : UINT32_MAX;
    return bon_stats_mix((struct bon_tally_key){(hash.high >> 35) << 32 | capped, hash.low});
}

/* ---- back ---- */

/* What a key of a merge says. */
struct bon_stats_meaning {
    enum bon_stats_family family;
    uint32_t length;         /* of a line */
    bon_stats_item items[3]; /* of a run; of a pair the first is 0 */
};

static inline struct bon_stats_meaning bon_stats_read_short(uint64_t key) {
    uint64_t all = bon_stats_short_unmix(key), first = all >> (2 * BON_STATS_SHORT_BITS);
    bool pair = first == BON_STATS_SHORT_NONE;
    return (struct bon_stats_meaning){
        .family = pair ? BON_STATS_PAIRS : BON_STATS_TRIPLES,
        .items = {pair ? 0 : first, all >> BON_STATS_SHORT_BITS & BON_STATS_SHORT_NONE, all & BON_STATS_SHORT_NONE}};
}

static inline struct bon_stats_meaning bon_stats_read_key(struct bon_tally_key key) {
    if (bon_tally_is_short(key)) return bon_stats_read_short(key.high << 1);
    key = bon_stats_unmix(key);
    if (!(key.high & (BON_STATS_TRIPLE | BON_STATS_PAIR)))
        return (struct bon_stats_meaning){.family = BON_STATS_LINES, .length = (uint32_t)key.high};
    bool triple = (key.high & BON_STATS_TRIPLE) != 0;
    return (struct bon_stats_meaning){.family = triple ? BON_STATS_TRIPLES : BON_STATS_PAIRS,
                                      .items = {triple ? key.high >> 20 & BON_STATS_ITEM_MASK : 0,
                                                (key.high & 0xfffff) << 22 | key.low >> 42,
                                                key.low & BON_STATS_ITEM_MASK}};
}

#endif
