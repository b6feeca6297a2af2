/* src/ngram/kn_level.h: one order of Kneser-Ney: contexts, their weights, probabilities. */
#ifndef BON_SRC_NGRAM_KN_LEVEL_H
#define BON_SRC_NGRAM_KN_LEVEL_H

#include "ngram/discount.h"
#include "ngram/grams.h"
#include "ngram/table.h"

/* Level k (2 and up), whose arrays in the table are there: fills in the back-offs of the level below, the log-probabilities of
 * this one and, unless NULL, its probabilities p, from those of the level below; and where n-grams are contexts of longer
 * ones, their own contexts. */
bon_status bon_kn_level(struct bon_grams *grams, unsigned k, const struct bon_discount *discount,
                        struct bon_lm_table *table, const double *p_below, double *p);

#endif
