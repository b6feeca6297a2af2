/* src/ngram/discount.c: the closed-form discounts of modified Kneser-Ney: Chen and Goodman, "An empirical study of smoothing
 * techniques for language modeling" (TR-10-98, 1998), equation 26:
 *
 *     Y = n1 / (n1 + 2 n2),   D_c = c - (c + 1) Y n_(c+1) / n_c   for c = 1, 2, 3 (standing for 3 and more)
 *
 * The fallback 0.5, 1, 1.5 and the cases where it is needed are lmplz's. In one respect lmplz departs from the definition and
 * bon does not follow: for the very last n-gram of each lower order in its own sorting, which ends in the word that was new
 * last in the text, it puts the times seen in place of the adjusted count into n1..n4, so its discounts depend on the order of
 * the lines. That shows (some 1e-3 in log10) in small texts whose last new word occurs again.
 */
#include "ngram/discount.h"

static const struct bon_discount FALLBACK = {{0, 0.5, 1, 1.5}};

static const char ADVICE[] =
    "too little or artificial text (repeated lines?): remove duplicates, choose a lower order, or pass "
    "--discount-fallback";

static bon_status closed_form(struct bon_discount *discount, unsigned order, const uint64_t n[5]) {
    for (unsigned c = 1; c <= 3; c++)
        if (n[c] == 0)
            return bon_fail(BON_ERR_DATA,
                            "no %u-gram has adjusted count %u, so the discounts of order %u cannot be estimated; %s",
                            order, c, order, ADVICE);
    double one = (double)n[1], y_divisor = one + 2.0 * (double)n[2];
    discount->of[0] = 0;
    for (unsigned c = 1; c <= 3; c++) {
        /* over a common divisor, so that small numbers, where a discount may be exactly 0, suffer no rounding */
        double divisor = y_divisor * (double)n[c];
        double d = (c * divisor - (c + 1) * one * (double)n[c + 1]) / divisor;
        if (d < 0 || d > c)
            return bon_fail(BON_ERR_DATA,
                            "the discount of %u-grams with adjusted count %u comes out as %.3f, not in 0..%u; %s",
                            order, c, d, c, ADVICE);
        discount->of[c] = d;
    }
    return BON_OK;
}

bon_status bon_discount_estimate(struct bon_discount *discount, unsigned order, const uint64_t with_count[5],
                                 int fallback) {
    bon_status status = closed_form(discount, order, with_count);
    if (status == BON_OK || !fallback) return status;
    *discount = FALLBACK;
    return BON_OK;
}
