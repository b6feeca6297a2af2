/* src/ngram/kn.h: from counted n-grams to probabilities: interpolated modified Kneser-Ney. */
#ifndef BON_SRC_NGRAM_KN_H
#define BON_SRC_NGRAM_KN_H

#include "ngram/discount.h"
#include "ngram/grams.h"
#include "ngram/table.h"

struct bon_kn_rule {
    const struct bon_discount *fallback; /* where discounts cannot be estimated; NULL: that is a failure */
    enum bon_discount_rule discounts;
    int unknown_mass; /* non-zero: what words leave over goes to <unk> alone, not to all alike */
};

/* Fills in the levels of *table, which is all zeros but for its vocabulary, and uses up the grams. */
bon_status bon_kn_estimate(struct bon_grams *grams, const struct bon_kn_rule *rule, struct bon_lm_table *table);

/* Its two ends, for estimators that make the levels between elsewhere (passes_kn.c). */

/* The probabilities p of single words. */
bon_status bon_kn_words(const struct bon_gram_level *level, const struct bon_discount *discount,
                        const struct bon_kn_rule *rule, double *p);
/* Moves the n-grams into the table, whose levels have the values of all of them, and leaves out those that are pruned. */
void bon_kn_hand_over(struct bon_grams *grams, struct bon_lm_table *table);

#endif
