/* src/syllable/cut_edges.h: from bytes to the edges of entries, as bit masks: runs begin and end where a mask changes. No
 * branch depends on the text. */
#ifndef BON_SRC_SYLLABLE_CUT_EDGES_H
#define BON_SRC_SYLLABLE_CUT_EDGES_H

#include "syllable/cuts.h"

/* Which bytes of a block are what, one bit a byte. */
struct bon_byte_kinds {
    uint64_t letter, digit, high; /* ASCII letters; digits; 0x80 and above */
    uint64_t low, blank, newline; /* up to 0x20; space and 0x09 to 0x0d; 0x0a */
    uint64_t knot;                /* . , : / - % _ + @ #: signs that may join what stands around them */
    uint64_t inner;               /* . , : / -: those that stand within numbers */
    uint64_t dot, tag;            /* the dot; @ + #, which begin tokens */
    uint64_t e2, x80, x90_bf;     /* bytes of U+2010 to U+203F: E2, 80, 90 to BF */
    uint64_t latin, e1, ba_bb;    /* C3 to C6; E1; BA and BB: letters of Vietnamese begin with C3 to C6, E1 BA, E1 BB */
};

/* Beginnings and ends (the byte behind the last) of entries, and which of the ends are what. */
struct bon_edges {
    uint64_t starts, ends, dirty, dots;
};

/* What one block must know of the block before it. */
struct bon_cut_carry {
    uint64_t letters, number, digit, single, sign3, newline, tag, dot;
};

/* A mask moved behind by one byte or more, with the bits that the block before hands over. */
static inline uint64_t bon_behind(uint64_t mask, uint64_t before, unsigned bytes) {
    return mask << bytes | before >> (64 - bytes);
}

/* What stands `bytes` further on, seen from every byte. */
static inline uint64_t bon_ahead(uint64_t mask, uint64_t after, unsigned bytes) {
    return mask >> bytes | after << (64 - bytes);
}

/* Signs that join nothing, and blanks. */
static inline uint64_t bon_loose(const struct bon_byte_kinds *k) { return ~(k->high | k->letter | k->digit | k->knot); }

/* U+2010 to U+203F by their first byte. */
static inline uint64_t bon_sign3(const struct bon_byte_kinds *k, const struct bon_byte_kinds *next) {
    return k->e2 & bon_ahead(k->x80, next->x80, 1) & bon_ahead(k->x90_bf, next->x90_bf, 2);
}

/* The edges in block k; `next` is the block behind it. */
static inline __attribute__((always_inline)) struct bon_edges
bon_edges_of(const struct bon_byte_kinds *k, const struct bon_byte_kinds *next, struct bon_cut_carry *carry) {
    static const struct bon_byte_kinds unknown; /* what stands behind the next block decides nothing at its beginning */
    uint64_t sign3 = bon_sign3(k, next), next_sign3 = bon_sign3(next, &unknown);
    uint64_t in_sign3 = sign3 | bon_behind(sign3, carry->sign3, 1) | bon_behind(sign3, carry->sign3, 2);
    uint64_t letters = (k->letter | k->high) & ~in_sign3;
    uint64_t between_digits = bon_behind(k->digit, carry->digit, 1) & bon_ahead(k->digit, next->digit, 1);
    uint64_t number = k->digit | (k->inner & between_digits);
    uint64_t single = ~(letters | number | in_sign3 | k->blank) | k->newline;

    uint64_t letters_before = bon_behind(letters, carry->letters, 1);
    uint64_t number_before = bon_behind(number, carry->number, 1);
    uint64_t run_ends = (letters_before & ~letters) | (number_before & ~number);
    uint64_t single_ends = bon_behind(single, carry->single, 1), sign3_ends = bon_behind(sign3, carry->sign3, 3);

    /* Which entries are clean, seen from the byte behind them. */
    uint64_t loose = bon_loose(k) | sign3, next_loose = bon_loose(next) | next_sign3;
    uint64_t apart = loose | (k->knot & bon_ahead(loose, next_loose, 1));
    uint64_t no_mark = ~k->high | k->latin | (k->e1 & bon_ahead(k->ba_bb, next->ba_bb, 1)) | sign3;
    uint64_t tag_goes_on = bon_behind(k->tag, carry->tag, 1) & ~k->low;
    uint64_t dots_go_on = bon_behind(k->dot, carry->dot, 1) & k->dot;
    uint64_t single_clean = (no_mark & ~tag_goes_on & ~dots_go_on) | bon_behind(k->newline, carry->newline, 1);

    struct bon_edges edges = {.starts = (letters & ~letters_before) | (number & ~number_before) | single | sign3,
                              .ends = run_ends | single_ends | sign3_ends,
                              .dots = k->dot};
    edges.dirty = edges.ends & ~((run_ends & apart) | (single_ends & single_clean) | (sign3_ends & no_mark));
    *carry = (struct bon_cut_carry){letters, number, k->digit, single, sign3, k->newline, k->tag, k->dot};
    return edges;
}

/* A window, by two functions that the compiler puts in place: one tells the kinds of 64 bytes, the other writes the places
 * of edges and returns how many. */
typedef void bon_kinds_function(const uint8_t *block, struct bon_byte_kinds *kinds);
typedef size_t bon_places_function(const struct bon_edges *edges, uint32_t base, uint32_t *starts, uint32_t *ends,
                                   size_t *start_count);

static inline __attribute__((always_inline)) size_t
bon_cut_window(bon_kinds_function *kinds, bon_places_function *places, const uint8_t *bytes, struct bon_cuts *cuts) {
    struct bon_byte_kinds here, next;
    struct bon_cut_carry carry = {0};
    size_t starts = 0, ends = 0;
    kinds(bytes, &here);
    for (uint32_t at = 0; at < BON_CUT_WINDOW; at += BON_CUT_BLOCK) {
        size_t start_count;
        kinds(bytes + at + BON_CUT_BLOCK, &next);
        struct bon_edges edges = bon_edges_of(&here, &next, &carry);
        ends += places(&edges, at, cuts->starts + starts, cuts->ends + ends, &start_count);
        starts += start_count;
        here = next;
    }
    return ends;
}

#endif
