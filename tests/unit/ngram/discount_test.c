/* Discounts: worked by hand, at the edges, and what is said when they cannot be estimated. */
#include <criterion/criterion.h>
#include <string.h>

#include "ngram/discount.h"

Test(discount, closed_form) {
    static const struct {
        uint64_t n[5];
        double of[4];
    } rows[] = {
        /* Y = 100/200; D1 = 1 - 2*Y*50/100, D2 = 2 - 3*Y*30/50, D3 = 3 - 4*Y*20/30 */
        {{0, 100, 50, 30, 20}, {0, 0.5, 1.1, 3 - 4.0 / 3}},
        {{0, 10, 1, 1, 0}, {0, 1 - 2 * (10.0 / 12) / 10, 2 - 3 * (10.0 / 12), 3}},
        {{0, 4, 3, 5, 1}, {0, 0.4, 0, 3 - 4 * 0.4 / 5}},   /* D2 is exactly 0 */
        {{0, UINT64_C(1) << 32, 1, 1, 1}, {0, 1, -1, -1}}, /* out of range */
        {{0, 0, 2, 3, 4}, {0, -1, -1, -1}},                /* no singletons */
        {{0, 1, 0, 1, 1}, {0, -1, -1, -1}},
        {{0, 1, 1, 0, 1}, {0, -1, -1, -1}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bon_discount discount;
        bool good = rows[i].of[2] >= 0;
        cr_assert_eq(bon_discount_estimate(&discount, 3, rows[i].n, BON_DISCOUNT_DEFINITION, NULL),
                     good ? BON_OK : BON_ERR_DATA, "row %zu", i);
        if (!good) {
            cr_assert(strstr(bon_error_message(), "3-gram"), "%s", bon_error_message());
            cr_assert(strstr(bon_error_message(), "--discount-fallback"), "%s", bon_error_message());
        }
        cr_assert_eq(bon_discount_estimate(&discount, 3, rows[i].n, BON_DISCOUNT_DEFINITION, &bon_discount_fallback),
                     BON_OK);
        for (int c = 0; c <= 3; c++) {
            double expected = good ? rows[i].of[c] : 0.5 * c;
            cr_assert_float_eq(discount.of[c], expected, 1e-12, "row %zu: D%d = %.17g", i, c, discount.of[c]);
        }
    }
}
