/* 8-bit dot products: every kernel gives the sums of the plain formula, at the ends of the range and of the registers; 16-bit
 * floats are rounded to the nearest. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lm/dot.h"
#include "lm/narrow.h"

enum { LONGEST = 300 };

static void check_kernel(const struct bon_dot_kernel *kernel, const int8_t *x, const int8_t *const w[4], size_t n) {
    int32_t sums[4];
    kernel->dot4(x, w, n, sums);
    for (int r = 0; r < 4; r++) {
        int64_t wanted = 0;
        for (size_t i = 0; i < n; i++) wanted += x[i] * w[r][i];
        cr_expect_eq(sums[r], wanted, "%s, %zu values, row %d: %d", kernel->name, n, r, sums[r]);
    }
}

Test(dot, all_kernels_are_exact) {
    int8_t x[LONGEST], rows[4][LONGEST];
    const int8_t *const w[4] = {rows[0], rows[1], rows[2], rows[3]};
    uint32_t random = 7;
    for (size_t k = 0; k < BON_DOT_KERNELS; k++) {
        const struct bon_dot_kernel *kernel = &bon_dot_kernels[k];
        if (!kernel->usable()) continue;
        for (size_t n = 0; n <= LONGEST; n += n < 70 ? 1 : 23) {
            for (size_t i = 0; i < LONGEST; i++) {
                x[i] = (int8_t)((int)((random = random * 1664525u + 1013904223u) >> 24) % 255 - 127);
                for (int r = 0; r < 4; r++)
                    rows[r][i] = (int8_t)((int)((random = random * 1664525u + 1013904223u) >> 24) % 255 - 127);
            }
            check_kernel(kernel, x, w, n);
        }
        /* where 16 bits would overflow, were the factors larger */
        memset(x, 127, sizeof x), memset(rows, 127, sizeof rows);
        check_kernel(kernel, x, w, LONGEST);
        memset(x, -127, sizeof x);
        check_kernel(kernel, x, w, LONGEST);
        memset(rows, -127, sizeof rows);
        check_kernel(kernel, x, w, LONGEST);
    }
    cr_expect(bon_dot_best()->usable());
}

Test(narrow, there_and_back) { /* every 16-bit number is its own rounding */
    for (uint32_t bits = 0; bits < 1 << 16; bits++) {
        const float half = bon_from_f16((uint16_t)bits), brain = bon_from_bf16((uint16_t)bits);
        if (isnan(half))
            cr_expect(isnan(bon_from_f16(bon_to_f16(half))), "%x", bits);
        else
            cr_expect_eq(bon_to_f16(half), bits, "%x is %g and back %x", bits, (double)half, bon_to_f16(half));
        if (isnan(brain))
            cr_expect(isnan(bon_from_bf16(bon_to_bf16(brain))), "%x", bits);
        else
            cr_expect_eq(bon_to_bf16(brain), bits, "%x", bits);
    }
}

Test(narrow, rounds_to_the_nearest_even) {
    static const struct {
        float value;
        uint16_t half, brain;
    } rows[] = {
        {1.0f, 0x3c00, 0x3f80},         {-2.0f, 0xc000, 0xc000},      {65504.0f, 0x7bff, 0x4780},
        {65519.0f, 0x7bff, 0x4780},     {65520.0f, 0x7c00, 0x4780},   {1e30f, 0x7c00, 0x714a},
        {0x1p-24f, 0x0001, 0x3380},     {0x1p-25f, 0x0000, 0x3300},   {0x1.8p-24f, 0x0002, 0x33c0},
        {0x1.004p0f, 0x3c01, 0x3f80},   {0x1.002p0f, 0x3c00, 0x3f80}, {0x1.006p0f, 0x3c02, 0x3f80},
        {0x1.01p0f, 0x3c04, 0x3f80},    {0x1.03p0f, 0x3c0c, 0x3f82},  {INFINITY, 0x7c00, 0x7f80},
        {0x1.ffep-15f, 0x0400, 0x3880},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_expect_eq(bon_to_f16(rows[i].value), rows[i].half, "%a: %x", (double)rows[i].value,
                     bon_to_f16(rows[i].value));
        cr_expect_eq(bon_to_bf16(rows[i].value), rows[i].brain, "%a: %x", (double)rows[i].value,
                     bon_to_bf16(rows[i].value));
    }
}
