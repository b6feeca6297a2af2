/* src/ngram/blocks.h: the small layout: the reverse trie in blocks of 64 n-grams, a few cache lines each.
 *
 * The leftmost word of w1 .. wk is not stored: its context w1 .. wk-1 is a child of w2 .. wk-1, and which of those children it
 * is (its rank: 0, 1, ...) says the same in far fewer bits, since few words were ever seen before w2 .. wk-1 (Pibiri &
 * Venturini 2017, "Efficient data structures for massive n-gram datasets", remap by the longest context there is). Whoever
 * scores a text has found the contexts of a word when he scored the words before, so ranks cost him nothing: a state carries
 * them in place of words. At order 2 the rank is the word itself.
 *
 * All that a query reads of an n-gram lies together: the ranks of a block's 64 n-grams (Elias-Fano, run by run), codes of
 * their probabilities, of their back-offs where these are not the most frequent one, and where their children are. An index
 * entry a block says where it begins; the entries of a level are few enough to stay in cache. docs/bonlm-format.md has every
 * bit.
 *
 * What a block says is bounded where it is used: a block begins below `limit`, BON_BLOCK_REACH words before the end of its
 * section, and no block reads further than that.
 */
#ifndef BON_SRC_NGRAM_BLOCKS_H
#define BON_SRC_NGRAM_BLOCKS_H

#include <stdbool.h>

#include "bon/ngram.h"
#include "ngram/bits.h"

#define BON_BLOCK_INLINE static inline __attribute__((always_inline))

enum {
    BON_BLOCK = 64,             /* n-grams a block */
    BON_BLOCK_OFFSET_BITS = 30, /* of an index entry: where the block begins, in words of 64 bits */
    BON_BLOCK_LOW_BITS = 5,     /* then how many low bits a rank has */
    BON_BLOCK_BASE_BITS = 29,   /* then the rank of the block's first n-gram */
    BON_BLOCK_HIGH_MAX = 7,     /* words of high parts of ranks */
    BON_BLOCK_ENDS_MAX = 3,     /* words of high parts of the ends of children */
    BON_BLOCK_WINDOW = 57,      /* bits that one load gives from any position */
    /* The most words a block takes: head and flags, probabilities, ends, ranks, back-offs; and what is read at once. */
    BON_BLOCK_REACH = 2 + 32 + 31 + BON_BLOCK_ENDS_MAX + 31 + BON_BLOCK_HIGH_MAX + 32 + 2
};

/* A back-off of -0: no longer n-gram begins with this one. */
#define BON_BLOCK_NO_CONTEXT UINT32_C(0x80000000)
#define BON_BLOCK_NOWHERE UINT32_MAX

/* What section lm.k.index begins with; entries follow. */
struct bon_blocks_head {
    uint32_t prob_bits;    /* of the code of a probability; 32: the float itself */
    uint32_t backoff_bits; /* of the code of a back-off */
    uint32_t plain;        /* bits of the back-off that most n-grams have: it has no code */
    uint32_t zero;
    uint64_t words; /* of all blocks, without the BON_BLOCK_REACH zeros behind them */
};

/* One level, in the mapped file. */
struct bon_blocks {
    uint64_t count;      /* n-grams */
    uint64_t next_count; /* n-grams of the next level */
    uint64_t limit;      /* every block begins at or below this word */
    const uint8_t *entries;
    const uint8_t *words;
    const uint8_t *prob_bins, *backoff_bins; /* NULL: codes are floats */
    unsigned prob_bits, backoff_bits;
    uint32_t plain;
    bool ranked; /* not at level 1, where the n-gram's index is its word */
    bool inner;  /* not at the highest level: n-grams have back-offs and children */
};

/* The head of a block of an inner level: its first word. */
struct bon_block_head {
    uint32_t first_child;
    unsigned end_low;    /* low bits of the ends of children */
    unsigned end_words;  /* words of their high parts */
    unsigned high_words; /* words of the high parts of ranks */
};

/* Where an n-gram is: its number, and the block it is in. */
struct bon_block_place {
    uint32_t node;
    unsigned low_bits;
    uint32_t base;
    const uint8_t *block;
};

BON_BLOCK_INLINE uint64_t bon_block_word(const uint8_t *words, unsigned at) { return bon_load64(words + at * 8u); }

/* ---- bits, with or without the instructions for them (`quick`: popcnt and bmi2 are there) ---- */

#if defined(__x86_64__) && defined(__GNUC__)
#define BON_BLOCKS_QUICK 1
#else
#define BON_BLOCKS_QUICK 0
#endif

BON_BLOCK_INLINE unsigned bon_block_ones(bool quick, uint64_t word) {
#if BON_BLOCKS_QUICK
    if (quick) {
        uint64_t ones;
        __asm__("popcntq %1, %0" : "=r"(ones) : "r"(word) : "cc");
        return (unsigned)ones;
    }
#endif
    (void)quick;
    return bon_popcount(word);
}

/* Position of the one with `rank` ones below it; 63 when there are not so many. */
BON_BLOCK_INLINE unsigned bon_block_select_in(bool quick, uint64_t word, unsigned rank) {
#if BON_BLOCKS_QUICK
    if (quick) {
        uint64_t one;
        __asm__("pdepq %2, %1, %0" : "=r"(one) : "r"(UINT64_C(1) << (rank & 63)), "r"(word));
        return (unsigned)__builtin_ctzll(one | UINT64_C(1) << 63);
    }
#endif
    return rank < bon_block_ones(quick, word) ? bon_select(word, rank) : 63;
}

/* The same over `most` words, three at least, all xored with `flip`; most * 64 when there are not so many. What lies behind the
 * one sought does not matter, so that reading too many words does no harm. The first three are counted without branches, since
 * which one it is cannot be foretold. */
BON_BLOCK_INLINE unsigned bon_block_select(bool quick, const uint8_t *words, unsigned most, uint64_t flip,
                                           unsigned rank) {
    unsigned one = bon_block_ones(quick, bon_block_word(words, 0) ^ flip);
    unsigned two = one + bon_block_ones(quick, bon_block_word(words, 1) ^ flip);
    unsigned three = two + bon_block_ones(quick, bon_block_word(words, 2) ^ flip);
    if (__builtin_expect(rank < three, 1)) {
        unsigned at = (unsigned)(rank >= one) + (unsigned)(rank >= two);
        unsigned before = rank >= two ? two : rank >= one ? one : 0;
        return at * 64 + bon_block_select_in(quick, bon_block_word(words, at) ^ flip, rank - before);
    }
    rank -= three;
    for (unsigned at = 3; at < most; at++) {
        uint64_t word = bon_block_word(words, at) ^ flip;
        unsigned here = bon_block_ones(quick, word);
        if (rank < here) return at * 64 + bon_block_select_in(quick, word, rank);
        rank -= here;
    }
    return most * 64;
}

/* BON_BLOCK_WINDOW bits from a position on; zeros above. */
BON_BLOCK_INLINE uint64_t bon_block_window(const uint8_t *words, unsigned position) {
    return bon_load64(words + position / 8) >> position % 8 & ((UINT64_C(1) << BON_BLOCK_WINDOW) - 1);
}

/* How many ones follow one another from a position on, at most `most`. */
BON_BLOCK_INLINE unsigned bon_block_run(const uint8_t *words, unsigned position, unsigned most) {
    uint64_t zeros = ~(bon_block_word(words, position / 64) >> (position % 64));
    unsigned left = 64 - position % 64, found = zeros ? (unsigned)__builtin_ctzll(zeros) : 64;
    if (found >= left) { /* zeros came in from above */
        zeros = ~bon_block_word(words, position / 64 + 1);
        found = left + (zeros ? (unsigned)__builtin_ctzll(zeros) : 64);
    }
    return found < most ? found : most;
}

/* ---- places ---- */

/* The block with this number, which must be below the number of blocks. */
BON_BLOCK_INLINE struct bon_block_place bon_block_at(const struct bon_blocks *level, uint64_t number) {
    uint64_t entry = bon_load64(level->entries + number * 8);
    uint64_t offset = entry & ((UINT64_C(1) << BON_BLOCK_OFFSET_BITS) - 1);
    return (struct bon_block_place){
        .low_bits = (unsigned)(entry >> BON_BLOCK_OFFSET_BITS) & 31,
        .base = (uint32_t)(entry >> (64 - BON_BLOCK_BASE_BITS)),
        .block = level->words + (offset < level->limit ? offset : level->limit) * 8,
    };
}

/* The place of an n-gram; node must be below level->count. */
BON_BLOCK_INLINE struct bon_block_place bon_block_of(const struct bon_blocks *level, uint32_t node) {
    struct bon_block_place place = bon_block_at(level, node / BON_BLOCK);
    place.node = node;
    return place;
}

BON_BLOCK_INLINE void bon_block_fetch(const struct bon_block_place *place) {
    __builtin_prefetch(place->block);
    __builtin_prefetch(place->block + 64);
    __builtin_prefetch(place->block + 128);
}

BON_BLOCK_INLINE struct bon_block_head bon_block_head_of(const uint8_t *block) {
    uint64_t head = bon_load64(block);
    return (struct bon_block_head){.first_child = (uint32_t)head,
                                   .end_low = (unsigned)(head >> 32) & 31,
                                   .end_words = (unsigned)(head >> 37) & 3,
                                   .high_words = (unsigned)(head >> 39) & 7};
}

/* The words before the codes of probabilities, and those before the ends of children. */
BON_BLOCK_INLINE unsigned bon_block_before_codes(const struct bon_blocks *level) { return level->inner ? 2 : 0; }
BON_BLOCK_INLINE unsigned bon_block_before_ends(const struct bon_blocks *level) { return 2 + level->prob_bits; }

BON_BLOCK_INLINE unsigned bon_block_before_ranks(const struct bon_blocks *level, const uint8_t *block) {
    if (!level->inner) return level->prob_bits;
    struct bon_block_head head = bon_block_head_of(block);
    return bon_block_before_ends(level) + head.end_low + head.end_words;
}

/* ---- values ---- */

BON_BLOCK_INLINE uint32_t bon_block_value(const uint8_t *codes, unsigned index, unsigned bits, const uint8_t *bins) {
    uint32_t code = bon_bits_get(codes, index, bits);
    return bins ? bon_load32(bins + code * UINT64_C(4)) : code;
}

BON_BLOCK_INLINE float bon_block_logprob(const struct bon_blocks *level, const struct bon_block_place *place) {
    const uint8_t *codes = place->block + bon_block_before_codes(level) * 8u;
    uint32_t bits = bon_block_value(codes, place->node % BON_BLOCK, level->prob_bits, level->prob_bins);
    return bon_load_float(&bits);
}

/* Whether an n-gram is a context; its back-off goes to *backoff, 0 where it is none. */
BON_BLOCK_INLINE bool bon_block_backoff(bool quick, const struct bon_blocks *level, const struct bon_block_place *place,
                                        float *backoff) {
    uint64_t flags = bon_block_word(place->block, 1), bit = UINT64_C(1) << (place->node % BON_BLOCK);
    uint32_t bits = level->plain;
    if (flags & bit) {
        struct bon_block_head head = bon_block_head_of(place->block);
        unsigned before = bon_block_before_ends(level) + head.end_low + head.end_words + head.high_words;
        if (level->ranked) before += place->low_bits;
        bits = bon_block_value(place->block + before * 8u, bon_block_ones(quick, flags & (bit - 1)),
                               level->backoff_bits, level->backoff_bins);
    }
    *backoff = bits == BON_BLOCK_NO_CONTEXT ? 0.0f : bon_load_float(&bits);
    return bits != BON_BLOCK_NO_CONTEXT;
}

/* ---- children ---- */

/* The children of an n-gram: [*begin, *end) in the next level. */
BON_BLOCK_INLINE void bon_block_children(bool quick, const struct bon_blocks *level,
                                         const struct bon_block_place *place, uint32_t *begin, uint32_t *end) {
    struct bon_block_head head = bon_block_head_of(place->block);
    const uint8_t *low = place->block + bon_block_before_ends(level) * 8u, *high = low + head.end_low * 8u;
    unsigned index = place->node % BON_BLOCK, at = 0;
    uint64_t from = 0, to;
    if (index > 0) { /* from the end of the one before */
        at = bon_block_select(quick, high, BON_BLOCK_ENDS_MAX, 0, index - 1);
        from = (uint64_t)(at - (index - 1)) << head.end_low | bon_bits_get(low, index - 1, head.end_low);
        at++;
    }
    uint64_t window = bon_block_window(high, at);
    if (__builtin_expect(window != 0, 1))
        at += (unsigned)__builtin_ctzll(window);
    else
        at = bon_block_select(quick, high, BON_BLOCK_ENDS_MAX, 0, index);
    to = (uint64_t)(at - index) << head.end_low | bon_bits_get(low, index, head.end_low);
    to += head.first_child;
    from += head.first_child;
    *end = (uint32_t)(to < level->next_count ? to : level->next_count);
    *begin = (uint32_t)(from < *end ? from : *end);
}

/* ---- search ---- */

/* Which block of a run [begin, end), begin < end, can have a rank: the last one whose first n-gram is not above it. */
BON_BLOCK_INLINE uint32_t bon_block_choose(const struct bon_blocks *level, uint32_t begin, uint32_t end,
                                           uint32_t rank) {
    uint32_t at = begin / BON_BLOCK, n = (end - 1) / BON_BLOCK - at + 1;
    while (n > 1) { /* halving without branches, since their outcome cannot be foretold */
        uint32_t half = n / 2;
        uint64_t entry = bon_load64(level->entries + (uint64_t)(at + half) * 8);
        at += (uint32_t)(entry >> (64 - BON_BLOCK_BASE_BITS)) <= rank ? half : 0;
        n -= half;
    }
    return at;
}

/* Of the n-grams of a block from number x on, whose ranks' high parts begin at bit `start`: the number of the first one whose high
 * part is `top`, and how many have it, at most `most`. Mostly all of that is in one window of bits. */
BON_BLOCK_INLINE unsigned bon_block_bucket(bool quick, const uint8_t *high, unsigned x, unsigned start, uint32_t top,
                                           unsigned most, unsigned *n) {
    uint64_t window = bon_block_window(high, start);
    uint64_t zeros = (~window & ((UINT64_C(1) << BON_BLOCK_WINDOW) - 1)) << 1 | 1; /* as if one came before */
    *n = 0;
    if (__builtin_expect(top < bon_block_ones(quick, zeros), 1)) {
        unsigned at = bon_block_select_in(quick, zeros, top), ones = (unsigned)__builtin_ctzll(~(window >> at));
        if (__builtin_expect(at + ones < BON_BLOCK_WINDOW, 1)) {
            *n = ones < most ? ones : most;
            return x + at - top;
        }
    }
    if (top > BON_BLOCK_HIGH_MAX * 64) return BON_BLOCK;
    unsigned before = start - x + top, at = start; /* zeros before the numbers sought */
    if (top > 0) at = bon_block_select(quick, high, BON_BLOCK_HIGH_MAX, ~UINT64_C(0), before - 1) + 1;
    if (at >= BON_BLOCK_HIGH_MAX * 64) return BON_BLOCK;
    *n = bon_block_run(high, at, most);
    return at - before;
}

/* Finds a rank in the part of a run [begin, end) that lies in a block (number `number`, at *place): place->node is the n-gram
 * then. */
BON_BLOCK_INLINE bool bon_block_find(bool quick, const struct bon_blocks *level, struct bon_block_place *place,
                                     uint32_t number, uint32_t begin, uint32_t end, uint32_t rank) {
    uint32_t first = number * BON_BLOCK;
    unsigned x = begin > first ? begin - first : 0, y = end - first < BON_BLOCK ? end - first : BON_BLOCK, n;
    const uint8_t *low = place->block + bon_block_before_ranks(level, place->block) * 8u;
    const uint8_t *high = low + place->low_bits * 8u;
    if (x == 0) {
        if (rank < place->base) return false;
        rank -= place->base;
    }
    unsigned start = x > 0 ? bon_block_select(quick, high, BON_BLOCK_HIGH_MAX, 0, x - 1) + 1 : 0;
    unsigned index = bon_block_bucket(quick, high, x, start, rank >> place->low_bits, BON_BLOCK, &n);
    if (n == 0 || index >= y) return false;
    if (n > y - index) n = y - index;
    uint32_t part = rank & ((UINT32_C(1) << place->low_bits) - 1);
    while (n > 1) {
        unsigned half = n / 2;
        index += bon_bits_get(low, index + half, place->low_bits) <= part ? half : 0;
        n -= half;
    }
    place->node = first + index;
    return bon_bits_get(low, index, place->low_bits) == part;
}

/* The rank of every n-gram of a run [begin, end), begin < end, within one block; for those who list the whole level. */
BON_BLOCK_INLINE uint32_t bon_block_rank(const struct bon_blocks *level, const struct bon_block_place *place,
                                         uint32_t begin) {
    uint32_t first = place->node / BON_BLOCK * BON_BLOCK;
    unsigned x = begin > first ? begin - first : 0, index = place->node - first;
    const uint8_t *low = place->block + bon_block_before_ranks(level, place->block) * 8u;
    const uint8_t *high = low + place->low_bits * 8u;
    unsigned start = x > 0 ? bon_block_select(false, high, BON_BLOCK_HIGH_MAX, 0, x - 1) + 1 : 0;
    unsigned at = bon_block_select(false, high, BON_BLOCK_HIGH_MAX, 0, index);
    uint32_t rank = (uint32_t)(at - start - (index - x)) << place->low_bits;
    return (rank | bon_bits_get(low, index, place->low_bits)) + (x == 0 ? place->base : 0);
}

/* ---- the nodes of query.h ---- */

/* Finds a rank in a run of children; the child's place. */
BON_BLOCK_INLINE bool bon_blocks_find(bool quick, const struct bon_blocks *level, uint32_t begin, uint32_t end,
                                      uint32_t rank, struct bon_block_place *place) {
    if (begin >= end) return false;
    uint32_t number = bon_block_choose(level, begin, end, rank);
    *place = bon_block_at(level, number);
    return bon_block_find(quick, level, place, number, begin, end, rank);
}

#endif
