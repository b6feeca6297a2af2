/* src/restore/pairs.h: which pairs of words a model has, nearly: a filter that is asked before the model.
 *
 * Of the pairs that a lattice asks for nine in ten are not in the model, and to find that out costs a search that waits for
 * memory. A Bloom filter (Bloom 1970) of a byte a pair says no in one step to all but some 6 % of them, and never to a pair that
 * is there, so that results do not change. Both bits of a pair are in one 64-bit block (Putze, Sanders & Singler 2007).
 */
#ifndef BON_SRC_RESTORE_PAIRS_H
#define BON_SRC_RESTORE_PAIRS_H

#include <stdbool.h>
#include <stdint.h>

struct bon_pairs {
    const uint64_t *blocks; /* NULL: the file has no filter, every pair may be there */
    uint32_t count;
};

/* How many blocks for so many pairs: 8 bits a pair. */
static inline uint32_t bon_pairs_blocks(uint32_t pairs) { return pairs / 8 + 1; }

/* The block of a pair, and its bits there. */
static inline uint32_t bon_pairs_place(uint32_t before, uint32_t word, uint32_t count, uint64_t *bits) {
    uint64_t x = ((uint64_t)before << 32 | word) * UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 32) * UINT64_C(0xd6e8feb86659fd93);
    *bits = UINT64_C(1) << (x & 63) | UINT64_C(1) << (x >> 6 & 63);
    return (uint32_t)((x >> 32) * count >> 32);
}

static inline bool bon_pairs_may_have(const struct bon_pairs *pairs, uint32_t before, uint32_t word) {
    uint64_t bits;
    if (!pairs->blocks) return true;
    uint32_t place = bon_pairs_place(before, word, pairs->count, &bits);
    return (pairs->blocks[place] & bits) == bits;
}

#endif
