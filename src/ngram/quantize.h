/* src/ngram/quantize.h: few bits for a float: a table of 2^bits centres, and the number of the nearest one. */
#ifndef BON_SRC_NGRAM_QUANTIZE_H
#define BON_SRC_NGRAM_QUANTIZE_H

#include <stdbool.h>

#include "base/status.h"

/* Fills centres[2^bits], ascending, for values[count] (finite), of which only those with keep[i] != 0 matter (keep NULL =
 * all). With no more distinct values than centres every value is one of them; else the bins hold equally many values, as in
 * KenLM and IRSTLM (Federico & Bertoldi 2006), except that equal values always share a bin. */
bon_status bon_quantize_train(const float *values, const uint8_t *keep, uint64_t count, unsigned bits, float *centres);
/* Number of the centre nearest to value (the lower one of two as near). */
uint32_t bon_quantize(const float *centres, unsigned bits, float value);

#endif
