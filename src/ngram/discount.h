/* src/ngram/discount.h: what modified Kneser-Ney takes off the counts. */
#ifndef BON_SRC_NGRAM_DISCOUNT_H
#define BON_SRC_NGRAM_DISCOUNT_H

#include "base/status.h"

struct bon_discount {
    double of[4]; /* of[c] is taken off count c, of[3] off 3 and more; of[0] = 0 */
};

/* Which of them is taken off a count. */
static inline unsigned bon_discount_class(uint32_t count) { return count < 3 ? count : 3; }

enum bon_discount_rule {
    BON_DISCOUNT_LMPLZ,     /* lmplz's arithmetic, in single precision, which also decides what is out of range */
    BON_DISCOUNT_DEFINITION /* rounded once */
};

/* 0.5, 1, 1.5 */
extern const struct bon_discount bon_discount_fallback;

/* From the numbers of n-grams with adjusted count 1..4 (with_count[1..4]). When they do not give discounts between 0 and the
 * count: the fallback; without one (NULL) BON_ERR_DATA with a message that says which order and what to pass. */
bon_status bon_discount_estimate(struct bon_discount *discount, unsigned order, const uint64_t with_count[5],
                                 enum bon_discount_rule rule, const struct bon_discount *fallback);

#endif
