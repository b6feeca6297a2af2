/* src/words/grams.h: sequences of one to four units, and what each has to say.
 *
 * A known n-gram gives a score to each gap in and around it, for joining the units beside the gap to one word, and a score to
 * itself, for being a word:
 *
 *     order   gaps, of those around units a b c d
 *     1  b    |a b      a|b     b|c     c|d       (as its two neighbours on either side are affected by it)
 *     2  bc   a|b       b|c     c|d
 *     3  bcd  b|c       c|d
 *     4       none
 */
#ifndef BON_SRC_WORDS_GRAMS_H
#define BON_SRC_WORDS_GRAMS_H

#include <stdint.h>

enum {
    BON_GRAM_MAX = 4, /* units */
    BON_GRAM_SCORES = 5 /* four gaps; then the word, at */,
    BON_GRAM_WORD = 4
};

/* Scores for gaps, and where the first of these gaps is, from the n-gram's first unit on. */
static const struct { int8_t gaps, first; } bon_gram_reach[BON_GRAM_MAX] = {{4, -1}, {3, 0}, {2, 1}, {0, 0}};

/* The key of an n-gram from that of its beginning (BON_GRAM_NONE for the first unit) and its last unit's id. */
#define BON_GRAM_NONE UINT64_C(0x5bd1e9955bd1e995)
static inline uint64_t bon_gram_key(uint64_t before, uint32_t id) {
    uint64_t key = (before ^ id) * UINT64_C(0x9e3779b97f4a7c15);
    key ^= key >> 32;
    key *= UINT64_C(0xd6e8feb86659fd93);
    return key ^ key >> 29;
}

#endif
