/* src/ngram/thin.h: leaving out n-grams before a model is estimated, by what they are worth to it.
 */
#ifndef BON_SRC_NGRAM_THIN_H
#define BON_SRC_NGRAM_THIN_H

#include "ngram/kn.h"

/* Marks as pruned the n-grams above order 1 without which the perplexity of the model rises by less than the threshold,
 * relatively, unless a longer one that stays begins or ends with it, and hands their counts down. */
bon_status bon_grams_thin(struct bon_grams *grams, const struct bon_kn_rule *rule, double threshold);

#endif
