/* src/ngram/discount.c: the closed-form discounts of modified Kneser-Ney: Chen and Goodman, "An empirical study of smoothing
 * techniques for language modeling" (TR-10-98, 1998), equation 26:
 *
 *     Y = n1 / (n1 + 2 n2),   D_c = c - (c + 1) Y n_(c+1) / n_c   for c = 1, 2, 3 (standing for 3 and more)
 *
 * The fallback 0.5, 1, 1.5 and the cases where it is needed are lmplz's.
 *
 * A quirk of lmplz is kept so that models are equal: for the very last n-gram of each lower order in its own sorting, it puts
 * the times seen in place of the adjusted count into n1..n4 (and nowhere else). Its sorting numbers words as they come in the
 * text, so this n-gram ends in the word that was new last; discounts depend on the order of the lines. That shows, some 1e-3 in
 * log10, in small texts whose last new word occurs again. bon does the same (bon_grams_count_as_lmplz) unless asked for the
 * definition, or where there is no text: counts have no order of lines.
 */
#include "ngram/discount.h"

const struct bon_discount bon_discount_fallback = {{0, 0.5, 1, 1.5}};

static const char ADVICE[] =
    "too little or artificial text (repeated lines?): remove duplicates, choose a lower order, or pass "
    "--discount-fallback";

/* Over a common divisor, so that small numbers, where a discount may be exactly 0, suffer no rounding. */
static double by_definition(unsigned c, const uint64_t n[5]) {
    double one = (double)n[1], divisor = (one + 2.0 * (double)n[2]) * (double)n[c];
    return (c * divisor - (c + 1) * one * (double)n[c + 1]) / divisor;
}

/* Step by step in the order and precision of lmplz. */
static double by_lmplz(unsigned c, const uint64_t n[5]) {
    float y = (float)n[1] / (float)((double)n[1] + 2.0 * (double)n[2]);
    float taken = (float)(c + 1) * y;
    taken *= (float)n[c + 1];
    taken /= (float)n[c];
    return (double)((float)c - taken);
}

static bon_status closed_form(struct bon_discount *discount, unsigned order, const uint64_t n[5],
                              enum bon_discount_rule rule) {
    for (unsigned c = 1; c <= 3; c++)
        if (n[c] == 0)
            return bon_fail(BON_ERR_DATA,
                            "no %u-gram has adjusted count %u, so the discounts of order %u cannot be estimated; %s",
                            order, c, order, ADVICE);
    discount->of[0] = 0;
    for (unsigned c = 1; c <= 3; c++) {
        double d = rule == BON_DISCOUNT_LMPLZ ? by_lmplz(c, n) : by_definition(c, n);
        if (d < 0 || d > c)
            return bon_fail(BON_ERR_DATA,
                            "the discount of %u-grams with adjusted count %u comes out as %.3f, not in 0..%u; %s",
                            order, c, d, c, ADVICE);
        discount->of[c] = d;
    }
    return BON_OK;
}

bon_status bon_discount_estimate(struct bon_discount *discount, unsigned order, const uint64_t with_count[5],
                                 enum bon_discount_rule rule, const struct bon_discount *fallback) {
    bon_status status = closed_form(discount, order, with_count, rule);
    if (status == BON_OK || !fallback) return status;
    *discount = *fallback;
    return BON_OK;
}
