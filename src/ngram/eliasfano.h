/* src/ngram/eliasfano.h: a non-decreasing sequence in about 2 + log2(limit / count) bits a number, read in place.
 *
 * Elias (1974) and Fano (1971): the low l bits of each number are packed; the high bits are written in unary, number i as a
 * one at position (value >> l) + i of a bit string. Reading number i is select(i) on that string: a hint gives the position
 * of every 64th one, and from there words are counted. Where 64 ones spread over more than FAR_BITS (a popular word with
 * thousands of children), their positions are listed outright, so the count never runs over more than a few cache lines
 * (the idea of Okanohara & Sadakane's darray, 2007).
 *
 * Layout of a section: struct bon_ef_header, then low bits, high bits (u64), hints (u32), far positions (u32), each part
 * filled up to 8 bytes.
 */
#ifndef BON_SRC_NGRAM_ELIASFANO_H
#define BON_SRC_NGRAM_ELIASFANO_H

#include <stdbool.h>

#include "base/artefact.h"
#include "ngram/bits.h"

enum {
    BON_EF_BLOCK = 64,      /* ones a hint */
    BON_EF_FAR_BITS = 1024, /* a block spread wider is listed */
    BON_EF_SCAN_WORDS = BON_EF_FAR_BITS / 64 + 1
};
#define BON_EF_FAR UINT32_C(0x80000000) /* flag of a hint: the rest is the index of a far list */

struct bon_ef_header {
    uint64_t count;
    uint64_t limit; /* no number is above it */
    uint64_t high_words;
    uint32_t low_bits;
    uint32_t far_count; /* far lists of BON_EF_BLOCK positions */
};

struct bon_ef {
    struct bon_ef_header head;
    const uint8_t *low;
    const uint8_t *high;
    const uint8_t *hint;
    const uint8_t *far_list;
};

/* Maps a section: checks that it has exactly the size its header asks for, and `count` and `limit` are the expected ones. */
bon_status bon_ef_open(struct bon_ef *ef, const void *bytes, size_t n, uint64_t count, uint64_t limit, const char *file,
                       const char *section);
/* Writes the sequence as a whole section. BON_ERR_LIMIT above some 10^9 numbers. */
bon_status bon_ef_write(struct bon_artefact_writer *writer, const char *section, const uint32_t *values, uint64_t count,
                        uint64_t limit);

/* Position of the one number `index` stands for; UINT64_MAX where the section is inconsistent. */
static inline uint64_t bon_ef_select(const struct bon_ef *ef, uint64_t index) {
    uint32_t hint = bon_load32(ef->hint + index / BON_EF_BLOCK * 4);
    unsigned rank = (unsigned)(index % BON_EF_BLOCK);
    if (__builtin_expect((hint & BON_EF_FAR) != 0, 0)) {
        hint &= ~BON_EF_FAR;
        if (hint >= ef->head.far_count) return UINT64_MAX;
        return bon_load32(ef->far_list + ((uint64_t)hint * BON_EF_BLOCK + rank) * 4);
    }
    uint64_t at = hint / 64, end = at + BON_EF_SCAN_WORDS;
    if (end > ef->head.high_words) end = ef->head.high_words;
    if (at >= end) return UINT64_MAX;
    uint64_t word = bon_load64(ef->high + at * 8) & (~UINT64_C(0) << (hint % 64));
    for (unsigned ones; rank >= (ones = bon_popcount(word)); word = bon_load64(ef->high + at * 8)) {
        rank -= ones;
        if (++at == end) return UINT64_MAX;
    }
    return at * 64 + bon_select(word, rank);
}

static inline uint64_t bon_ef_value(const struct bon_ef *ef, uint64_t index, uint64_t position) {
    uint64_t value = (position - index) << ef->head.low_bits;
    if (ef->head.low_bits) value |= bon_bits_get(ef->low, index, ef->head.low_bits);
    return value <= ef->head.limit ? value : ef->head.limit;
}

/* Numbers index and index + 1 (index + 1 < count): a range [begin, end) inside [0, limit], empty where the section is
 * inconsistent. */
static inline void bon_ef_pair(const struct bon_ef *ef, uint64_t index, uint64_t *begin, uint64_t *end) {
    uint64_t position = bon_ef_select(ef, index), next = UINT64_MAX;
    *begin = *end = 0;
    if (position / 64 >= ef->head.high_words) return;
    /* The next one is mostly in the same word or the one behind it. */
    uint64_t at = position / 64, last = at + 2 < ef->head.high_words ? at + 2 : ef->head.high_words;
    uint64_t word = bon_load64(ef->high + at * 8) & (~UINT64_C(1) << (position % 64));
    while (word == 0 && ++at < last) word = bon_load64(ef->high + at * 8);
    next = word ? at * 64 + (unsigned)__builtin_ctzll(word) : bon_ef_select(ef, index + 1);
    if (next == UINT64_MAX) return;
    *begin = bon_ef_value(ef, index, position);
    *end = bon_ef_value(ef, index + 1, next);
    if (*end < *begin) *end = *begin;
}

#endif
