/* src/ngram/quantize.h: few bits for a float: a table of 2^bits centres, and the number of the nearest one. */
#ifndef BON_SRC_NGRAM_QUANTIZE_H
#define BON_SRC_NGRAM_QUANTIZE_H

#include <stdbool.h>
#include <string.h>

#include "base/status.h"

struct bon_store;
/* Fills centres[2^bits], ascending, for values[count] (finite), of which only those with keep[i] != 0 matter (keep NULL =
 * all). With no more distinct values than centres every value is one of them; else half of the bins hold equally many
 * values, as in KenLM and IRSTLM (Federico & Bertoldi 2006), half are spread evenly, and all settle to the means of what is
 * nearest to them; equal values share a bin. `store` is where the values are, NULL for memory. */
bon_status bon_quantize_train(const float *values, const uint8_t *keep, uint64_t count, unsigned bits,
                              struct bon_store *store, float *centres);
/* Number of the centre nearest to value (the lower one of two as near). */
uint32_t bon_quantize(const float *centres, unsigned bits, float value);

/* The same for many values: the leading bits of a float tell the bin, or the first of a few that follow each other. */
enum { BON_QUANTIZE_BITS_MAX = 16, BON_QUANTIZER_LEADING = 16 };
struct bon_quantizer {
    uint32_t first[1 << BON_QUANTIZER_LEADING];        /* by leading bits */
    uint32_t border[(1 << BON_QUANTIZE_BITS_MAX) + 1]; /* [i] the lowest key of bin i; behind the last UINT32_MAX */
};

void bon_quantizer_init(struct bon_quantizer *quantizer, const float *centres, unsigned bits);

/* Floats in the order of their values as unsigned numbers: flip all bits of negative ones, the sign of the others. */
static inline uint32_t bon_float_key(float value) {
    uint32_t bits;
    value += 0.0f; /* -0 and 0 are one value */
    memcpy(&bits, &value, sizeof bits);
    return bits ^ ((uint32_t)((int32_t)bits >> 31) | 0x80000000u);
}

static inline uint32_t bon_quantizer_bin(const struct bon_quantizer *quantizer, float value) {
    uint32_t key = bon_float_key(value), bin = quantizer->first[key >> (32 - BON_QUANTIZER_LEADING)];
    while (key >= quantizer->border[bin + 1]) bin++;
    return bin;
}

#endif
