/* src/ngram/eliasfano.h: a non-decreasing sequence in about 2 + log2(limit / count) bits a number, read and searched in place.
 *
 * Elias (1974) and Fano (1971): the low l bits of each number are packed; the high bits are written in unary, number i as a
 * one at position (value >> l) + i of a bit string, so that the zeros count up the high parts. Reading number i is finding
 * the i-th one; searching a value is finding the zero before its high part. A hint gives the position of every 64th one (or
 * zero), and from there words are counted. Where 64 of them spread over more than BON_EF_FAR_BITS (a popular word with
 * thousands of children), their positions are listed outright, so the count never runs over more than a few cache lines (the
 * idea of Okanohara & Sadakane's darray, 2007).
 *
 * Layout of a section: struct bon_ef_header, then low bits, high bits (u64), and for the ones, then, if wanted, for the
 * zeros, hints (u32) and far lists (u32); each part filled up to 8 bytes.
 */
#ifndef BON_SRC_NGRAM_ELIASFANO_H
#define BON_SRC_NGRAM_ELIASFANO_H

#include <stdbool.h>

#include "base/artefact.h"
#include "ngram/bits.h"

enum {
    BON_EF_BLOCK = 64,      /* ones (or zeros) a hint */
    BON_EF_FAR_BITS = 1024, /* a block spread wider is listed */
    BON_EF_SCAN_WORDS = BON_EF_FAR_BITS / 64 + 1,
    BON_EF_GUESS = 16 /* a guessed place may be off by that much */
};
#define BON_EF_FAR UINT32_C(0x80000000) /* flag of a hint: the rest is the index of a far list */
#define BON_EF_NOWHERE UINT64_MAX

struct bon_ef_header {
    uint64_t count;
    uint64_t limit; /* no number is above it */
    uint64_t high_words;
    uint32_t low_bits;
    uint32_t far_ones; /* far lists of BON_EF_BLOCK positions */
    uint32_t far_zeros;
    uint32_t searchable; /* 1: zeros have hints too */
};

struct bon_ef_hints {
    const uint8_t *hint;
    const uint8_t *far_list;
    uint32_t far_count;
    uint64_t count;
    uint64_t flip; /* all ones: it is zeros that are counted */
};

struct bon_ef {
    struct bon_ef_header head;
    const uint8_t *low;
    const uint8_t *high;
    struct bon_ef_hints ones, zeros;
};

/* Numbers to write. With run_begin (ascending, from 0 to count, one entry more than there are runs) the values of each run
 * are shifted to lie just behind those of the run before, from the next high part on, so that short ascending runs become one
 * long sequence and keep their low bits. */
struct bon_ef_source {
    const uint32_t *values;
    const uint32_t *run_begin; /* NULL = the values are the sequence */
    uint64_t count;
    struct bon_store *store; /* where the arrays are; NULL: in memory */
};

/* Words of high bits. */
static inline uint64_t bon_ef_high_words(uint64_t count, uint64_t limit, unsigned low_bits) {
    return (count + (limit >> low_bits) + 63) / 64;
}

/* Writes the sequence as a whole section; its limit is the larger of `limit` and the last number. BON_ERR_LIMIT above some
 * 10^9 numbers. */
bon_status bon_ef_write(struct bon_artefact_writer *writer, const char *section, const struct bon_ef_source *source,
                        uint64_t limit, bool searchable);
/* The same into a sink that was just started. */
struct bon_bitsink;
bon_status bon_ef_put(struct bon_bitsink *sink, const struct bon_ef_source *source, uint64_t limit, bool searchable);
/* Maps a section: checks that it has exactly the size its header asks for and `count` numbers. */
bon_status bon_ef_open(struct bon_ef *ef, const void *bytes, size_t n, uint64_t count, bool searchable,
                       const char *file, const char *section);

static inline uint64_t bon_ef_word(const struct bon_ef *ef, uint64_t at) { return bon_load64(ef->high + at * 8); }

/* Position of the index-th one or zero (index < hints->count); BON_EF_NOWHERE where the section is inconsistent. */
static inline uint64_t bon_ef_select(const struct bon_ef *ef, const struct bon_ef_hints *hints, uint64_t index) {
    uint32_t hint = bon_load32(hints->hint + index / BON_EF_BLOCK * 4);
    unsigned rank = (unsigned)(index % BON_EF_BLOCK);
    if (__builtin_expect((hint & BON_EF_FAR) != 0, 0)) {
        hint &= ~BON_EF_FAR;
        if (hint >= hints->far_count) return BON_EF_NOWHERE;
        uint64_t position = bon_load32(hints->far_list + ((uint64_t)hint * BON_EF_BLOCK + rank) * 4);
        return position / 64 < ef->head.high_words ? position : BON_EF_NOWHERE;
    }
    uint64_t at = hint / 64, end = at + BON_EF_SCAN_WORDS;
    if (end > ef->head.high_words) end = ef->head.high_words;
    if (at >= end) return BON_EF_NOWHERE;
    uint64_t word = (bon_ef_word(ef, at) ^ hints->flip) & (~UINT64_C(0) << (hint % 64));
    for (unsigned here; rank >= (here = bon_popcount(word)); word = bon_ef_word(ef, at) ^ hints->flip) {
        rank -= here;
        if (++at == end) return BON_EF_NOWHERE;
    }
    return at * 64 + bon_select(word, rank);
}

/* Number `index`, whose one is at `position`. */
static inline uint64_t bon_ef_value(const struct bon_ef *ef, uint64_t index, uint64_t position) {
    uint64_t value = (position - index) << ef->head.low_bits;
    if (ef->head.low_bits) value |= bon_bits_get(ef->low, index, ef->head.low_bits);
    return value <= ef->head.limit ? value : ef->head.limit;
}

/* Numbers index and index + 1 (index + 1 < count): a range [begin, end) inside [0, limit], empty where the section is
 * inconsistent. */
static inline void bon_ef_pair(const struct bon_ef *ef, uint64_t index, uint64_t *begin, uint64_t *end) {
    uint64_t position = bon_ef_select(ef, &ef->ones, index), next;
    *begin = *end = 0;
    if (position == BON_EF_NOWHERE) return;
    /* The next one is mostly in the same word or the one behind it. */
    uint64_t at = position / 64, last = at + 2 < ef->head.high_words ? at + 2 : ef->head.high_words;
    uint64_t word = bon_ef_word(ef, at) & (~UINT64_C(1) << (position % 64));
    while (word == 0 && ++at < last) word = bon_ef_word(ef, at);
    next = word ? at * 64 + (unsigned)__builtin_ctzll(word) : bon_ef_select(ef, &ef->ones, index + 1);
    if (next == BON_EF_NOWHERE) return;
    *begin = bon_ef_value(ef, index, position);
    *end = bon_ef_value(ef, index + 1, next);
    if (*end < *begin) *end = *begin;
}

/* A run of a sequence made of runs: numbers [begin, end), end <= count; its values are shifted by high << low_bits; `position`
 * is where in the high bits its first number may be. */
struct bon_ef_run {
    uint64_t begin, end;
    uint64_t high;
    uint64_t position;
};

static inline struct bon_ef_run bon_ef_run_at(const struct bon_ef *ef, uint64_t begin, uint64_t end) {
    struct bon_ef_run run = {begin, end, 0, 0};
    if (begin == 0 || begin >= end) return run;
    uint64_t position = bon_ef_select(ef, &ef->ones, begin - 1);
    if (position == BON_EF_NOWHERE) {
        run.end = begin;
        return run;
    }
    run.high =
        position - (begin - 1) + 1; /* behind the last number of the run before comes the zero that ends its part */
    run.position = position + 2;
    return run;
}

/* Where the numbers with the high part `high` begin in the high bits, coming from a run: a few words are counted, for a far
 * goal the hint is asked. */
static inline uint64_t bon_ef_bucket(const struct bon_ef *ef, const struct bon_ef_run *run, uint64_t high) {
    if (high <= run->high) return high == run->high ? run->position : BON_EF_NOWHERE;
    if (high > ef->zeros.count) return BON_EF_NOWHERE;
    unsigned rank = high - run->high - 1 < 128 ? (unsigned)(high - run->high - 1) : 128;
    uint64_t at = run->position / 64, last = at + 2 < ef->head.high_words ? at + 2 : ef->head.high_words;
    if (rank < 128 && at < last) {
        uint64_t word = ~bon_ef_word(ef, at) & (~UINT64_C(0) << (run->position % 64));
        for (unsigned here; rank >= (here = bon_popcount(word)); word = ~bon_ef_word(ef, at)) {
            rank -= here;
            if (++at == last) goto far;
        }
        return at * 64 + bon_select(word, rank) + 1;
    }
far:;
    uint64_t zero = bon_ef_select(ef, &ef->zeros, high - 1);
    return zero == BON_EF_NOWHERE ? zero : zero + 1;
}

/* How many ones follow one another from a position on, at most `most`. */
static inline uint64_t bon_ef_ones(const struct bon_ef *ef, uint64_t position, uint64_t most) {
    uint64_t at = position / 64, found = 0;
    if (at >= ef->head.high_words) return 0;
    uint64_t zeros = ~bon_ef_word(ef, at) & (~UINT64_C(0) << (position % 64));
    while (zeros == 0) {
        found = ++at * 64 - position;
        if (found >= most || at == ef->head.high_words) return most;
        zeros = ~bon_ef_word(ef, at);
    }
    found = at * 64 + (unsigned)__builtin_ctzll(zeros) - position;
    return found < most ? found : most;
}

/* Index of the last of n ascending low parts from `at` on that is not above `low`, or `at`. They are spread evenly enough in
 * [0, 2^low_bits) to guess the place; BON_EF_GUESS numbers around it share a cache line or two. */
static inline uint64_t bon_ef_last_at_most(const struct bon_ef *ef, uint64_t at, uint64_t n, uint32_t low) {
    const uint8_t *parts = ef->low;
    unsigned bits = ef->head.low_bits;
    if (n > 2 * BON_EF_GUESS) {
        uint64_t guess = (n * low) >> bits;
        uint64_t left = guess > BON_EF_GUESS ? guess - BON_EF_GUESS : 0, right = guess + BON_EF_GUESS;
        if (left > 0 && bon_bits_get(parts, at + left, bits) > low) {
            n = left;
        } else if (right < n && bon_bits_get(parts, at + right, bits) <= low) {
            at += right;
            n -= right;
        } else {
            at += left;
            n = (right < n ? right : n) - left;
        }
    }
    while (n > 1) { /* halving without branches, since their outcome cannot be foretold */
        uint64_t half = n / 2;
        at += bon_bits_get(parts, at + half, bits) <= low ? half : 0;
        n -= half;
    }
    return at;
}

/* Finds a value of a run; its index in the sequence goes to *index. */
static inline bool bon_ef_find(const struct bon_ef *ef, const struct bon_ef_run *run, uint32_t value, uint64_t *index) {
    if (run->begin >= run->end) return false;
    unsigned low_bits = ef->head.low_bits;
    uint64_t high = run->high + ((uint64_t)value >> low_bits);
    uint64_t position = bon_ef_bucket(ef, run, high),
             at = position - high; /* of the first number with that high part */
    if (position == BON_EF_NOWHERE || at < run->begin || at >= run->end) return false;
    uint64_t n = bon_ef_ones(ef, position, run->end - at);
    if (n == 0) return false;
    *index = at;
    if (low_bits == 0) return true;
    uint32_t low = (uint32_t)(value & ((UINT64_C(1) << low_bits) - 1));
    *index = bon_ef_last_at_most(ef, at, n, low);
    return bon_bits_get(ef->low, *index, low_bits) == low;
}

#endif
