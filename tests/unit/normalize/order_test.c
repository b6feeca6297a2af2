/* src/normalize/order.c: sorted by counting as ICU sorts by insertion. */
#include "unit/normalize/support.h"

#include <unicode/uchar.h>

Test(order, as_icu) {
    static const UChar pool[] = {0x301, 0x316, 0x344, 0xf73, 0x93c, 0x5b4, 0x300,
                                 0x345, 0x302, 0x31b, 0x323, 0xf81, 'a',   0x3a9};
    bon_normalizer *nz = normalizer_with((bon_normalize_options){0});
    uint32_t state = 1;
    unsigned sorted = 0;
    for (unsigned round = 0; round < 300; round++) {
        bon_buf ignored = {0};
        struct bon_sink sink = {.nz = nz, .out = &ignored};
        UErrorCode error = U_ZERO_ERROR;
        UChar before[512], after[512];
        bon_units_init(&sink.units);
        bon_units_init(&sink.other);
        for (unsigned i = 0; i < 160; i++) {
            state = state * 1664525u + 1013904223u; /* Numerical Recipes' generator */
            unsigned k = (state >> 16) % (12 + (i % 40 == 0) * 2);
            sink.units.data[sink.units.len++] = i % 40 == 0 ? pool[12 + (state >> 16) % 2] : pool[k];
        }
        int32_t n = unorm2_normalize(nz->compose, sink.units.data, sink.units.len, before, 512, &error);
        bool changed;
        cr_assert_eq(bon_order_marks(&sink, &changed), BON_OK);
        sorted += changed;
        uint8_t last = 0;
        for (int32_t i = 0; i < sink.units.len; i++) {
            uint8_t klass = u_getCombiningClass(sink.units.data[i]);
            cr_assert(klass == 0 || klass >= last, "in order");
            last = klass;
        }
        int32_t m = unorm2_normalize(nz->compose, sink.units.data, sink.units.len, after, 512, &error);
        cr_assert(U_SUCCESS(error) && n == m && memcmp(before, after, (size_t)n * sizeof *before) == 0, "equivalent");
        cr_assert_eq(bon_order_marks(&sink, &changed), BON_OK);
        cr_assert_not(changed);
        bon_units_free(&sink.units);
        bon_units_free(&sink.other);
    }
    cr_expect_gt(sorted, 290);
    bon_normalizer_close(nz);
}
