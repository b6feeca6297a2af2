/* src/ngram/kn.h: from counted n-grams to probabilities: interpolated modified Kneser-Ney. */
#ifndef BON_SRC_NGRAM_KN_H
#define BON_SRC_NGRAM_KN_H

#include "ngram/grams.h"
#include "ngram/table.h"

/* Fills in the levels of *table, which is all zeros but for its vocabulary, and uses up the grams. */
bon_status bon_kn_estimate(struct bon_grams *grams, int discount_fallback, struct bon_lm_table *table);

#endif
