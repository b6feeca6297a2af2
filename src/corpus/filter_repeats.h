/* src/corpus/filter_repeats.h: how much of a text repeats within itself.
 *
 * A text comes as numbers, one a word. Runs of n words are known by a rolling hash of 64 bits and counted in an open table, so
 * every measure is one pass. Gopher (Rae et al. 2021) has these measures for English; they count characters, we words.
 */
#ifndef BON_SRC_CORPUS_FILTER_REPEATS_H
#define BON_SRC_CORPUS_FILTER_REPEATS_H

#include <stdbool.h>

#include "base/status.h"

/* Working space. All zeros is empty. */
struct bon_repeats {
    struct bon_repeat {
        uint64_t key;
        uint32_t epoch, count; /* a slot of an earlier pass is free */
    } * slots;                 /* [mask + 1] */
    size_t mask;
    uint32_t epoch;
};

void bon_repeats_free(struct bon_repeats *repeats);

/* Share of the words that the most frequent run of n words covers, overlaps counted twice, 1 at most; 0 when none comes
 * three times: a pair comes twice in many a good sentence. */
bon_status bon_repeats_top(struct bon_repeats *repeats, const uint32_t *words, size_t count, unsigned n, double *share);
/* Share of the words that are in a run of n words that was there before. */
bon_status bon_repeats_share(struct bon_repeats *repeats, const uint32_t *words, size_t count, unsigned n,
                             double *share);
/* The same for lines: ends[i] is the index behind the last word of line i. */
bon_status bon_repeats_lines(struct bon_repeats *repeats, const uint32_t *words, const size_t *ends, size_t lines,
                             double *share);

#endif
