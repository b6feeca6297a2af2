/* Bins: exact when there are few values, evenly filled when there are many, and always the nearest centre. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ngram/quantize.h"

static float random_value(uint64_t *seed) {
    *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return -(float)(*seed >> 40) / 2e6f;
}

Test(quantize, few_distinct_values_stay_exact) {
    static const float values[] = {-1.5f, -0.25f, -1.5f, 0.0f, -7.0f, -0.0f, 2.5f, -1.5f};
    float centres[8];
    cr_assert_eq(bon_quantize_train(values, NULL, 8, 3, NULL, centres), BON_OK);
    for (unsigned i = 0; i < 8; i++) cr_assert_eq(centres[bon_quantize(centres, 3, values[i])], values[i]);
}

Test(quantize, values_left_out_do_not_take_bins) {
    static const float values[] = {-1, -2, -3, -4, -5, -6};
    static const uint8_t keep[] = {0, 1, 0, 1, 1, 1};
    float centres[4];
    cr_assert_eq(bon_quantize_train(values, keep, 6, 2, NULL, centres), BON_OK);
    for (unsigned i = 0; i < 6; i++)
        if (keep[i]) cr_assert_eq(centres[bon_quantize(centres, 2, values[i])], values[i]);
}

Test(quantize, no_value_at_all_gives_a_table_all_the_same) {
    float centres[4] = {9, 9, 9, 9};
    cr_assert_eq(bon_quantize_train(NULL, NULL, 0, 2, NULL, centres), BON_OK);
    for (unsigned i = 0; i < 4; i++) cr_assert_eq(centres[i], 0.0f);
}

Test(quantize, a_value_that_fills_many_bins_takes_one) {
    enum { N = 1000 };
    float values[N], centres[16];
    for (unsigned i = 0; i < N; i++) values[i] = i < 900 ? -2.0f : -3.0f - (float)i;
    cr_assert_eq(bon_quantize_train(values, NULL, N, 4, NULL, centres), BON_OK);
    unsigned equal = 0;
    for (unsigned i = 0; i < 16; i++) equal += centres[i] == -2.0f;
    cr_assert_eq(equal, 1);
    for (unsigned i = 1; i < 16; i++) cr_assert_lt(centres[i - 1], centres[i]);
}

Test(quantize, bins_are_evenly_filled_and_the_nearest_centre_is_taken) {
    enum { N = 20000, BITS = 6, BINS = 1 << BITS };
    float *values = malloc(N * sizeof *values), centres[BINS];
    unsigned filled[BINS] = {0};
    uint64_t seed = 1;
    for (unsigned i = 0; i < N; i++) values[i] = random_value(&seed);
    cr_assert_eq(bon_quantize_train(values, NULL, N, BITS, NULL, centres), BON_OK);
    for (unsigned i = 0; i < N; i++) {
        uint32_t code = bon_quantize(centres, BITS, values[i]);
        for (unsigned c = 0; c < BINS; c++)
            cr_assert_leq(fabsf(values[i] - centres[code]), fabsf(values[i] - centres[c]));
        filled[code]++;
    }
    for (unsigned c = 0; c < BINS; c++) cr_assert(filled[c] > N / BINS / 2 && filled[c] < N / BINS * 2);
    free(values);
}

Test(quantize, rare_values_are_found_among_more_than_the_sample_holds) {
    enum { N = (1 << 22) + 12345 };
    float *values = malloc(N * sizeof *values), centres[4];
    for (unsigned i = 0; i < N; i++) values[i] = i % 3 ? -1.0f : -2.0f;
    values[N - 2] = -9.0f; /* behind the last value sampled */
    cr_assert_eq(bon_quantize_train(values, NULL, N, 2, NULL, centres), BON_OK);
    cr_assert_eq(centres[bon_quantize(centres, 2, -9.0f)], -9.0f);
    free(values);
}

static float float_of(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Every border, both sides of it, and values from all over. */
Test(quantize, many_values_are_coded_as_one_by_one) {
    static const unsigned widths[] = {2, 5, 8, 12};
    enum { N = 30000 };
    float *values = malloc(N * sizeof *values), *centres = malloc(sizeof(float) << 12);
    struct bon_quantizer *quantizer = malloc(sizeof *quantizer);
    uint64_t seed = 3;
    for (unsigned row = 0; row < 2 * sizeof widths / sizeof *widths; row++) {
        unsigned bits = widths[row / 2];
        for (unsigned i = 0; i < N; i++)
            values[i] = row % 2 ? (float)(i % 37) / 16 - 1 : random_value(&seed) * (i % 7 ? 1.0f : -1e-3f);
        cr_assert_eq(bon_quantize_train(values, NULL, N, bits, NULL, centres), BON_OK);
        bon_quantizer_init(quantizer, centres, bits);
        for (unsigned i = 0; i < N; i++) {
            float value = values[i] * (i % 3 ? 1 : 1.25f);
            cr_assert_eq(bon_quantizer_bin(quantizer, value), bon_quantize(centres, bits, value), "%a", value);
        }
        for (unsigned i = 0; i + 1 < 1u << bits; i++) {
            float middle = (centres[i] + centres[i + 1]) / 2,
                  around[] = {centres[i], nextafterf(centres[i], 99), middle, nextafterf(middle, -99),
                              nextafterf(middle, 99)};
            for (unsigned j = 0; j < sizeof around / sizeof *around; j++)
                cr_assert_eq(bon_quantizer_bin(quantizer, around[j]), bon_quantize(centres, bits, around[j]), "%a",
                             around[j]);
        }
        static const uint32_t extremes[] = {0, 0x80000000u, 0x7f7fffffu, 0xff7fffffu, 1, 0x80000001u};
        for (unsigned i = 0; i < sizeof extremes / sizeof *extremes; i++)
            cr_assert_eq(bon_quantizer_bin(quantizer, float_of(extremes[i])),
                         bon_quantize(centres, bits, float_of(extremes[i])));
    }
    free(values);
    free(centres);
    free(quantizer);
}
