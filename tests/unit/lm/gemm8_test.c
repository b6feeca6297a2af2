/* tests/unit/lm/gemm8_test.c: every kernel of 8-bit products gives the sums of the definition, for any number of rows. */
#include <criterion/criterion.h>

#include "files.h"
#include "lm/gemm8.h"

enum { ROWS = BON_GEMM8_ROWS, COLS_MAX = 260, N_MAX = 27 };

static uint8_t x[N_MAX * COLS_MAX];
static int8_t w[ROWS * COLS_MAX], packed[ROWS * COLS_MAX];

static void fill(size_t n, size_t cols, bool extreme) {
    uint64_t state = n * 1000 + cols;
    for (size_t i = 0; i < n * cols; i++) x[i] = extreme ? (i % 3 ? 127 : 1) : (uint8_t)(files_random(&state) % 128);
    for (size_t i = 0; i < ROWS * cols; i++)
        w[i] = extreme ? (i % 5 ? -BON_GEMM8_MOST : BON_GEMM8_MOST)
                       : (int8_t)((int)(files_random(&state) % (2 * BON_GEMM8_MOST + 1)) - BON_GEMM8_MOST);
    for (size_t r = 0; r < ROWS; r++)
        for (size_t c = 0; c < cols; c++) packed[bon_gemm8_at(r, c, cols)] = w[r * cols + c];
}

static void check(size_t n, size_t cols) {
    static int32_t sums[N_MAX * ROWS];
    for (size_t k = 0; k < BON_GEMM8_KERNELS; k++) {
        if (!bon_gemm8_kernels[k].usable()) continue;
        bon_gemm8_kernels[k].block(x, n, packed, cols, sums);
        size_t wrong = 0;
        for (size_t i = 0; i < n; i++)
            for (size_t r = 0; r < ROWS; r++) {
                int32_t want = 0;
                for (size_t c = 0; c < cols; c++) want += x[i * cols + c] * w[r * cols + c];
                wrong += sums[i * ROWS + r] != want;
            }
        cr_expect_eq(wrong, 0, "%s: %zu x %zu: %zu sums", bon_gemm8_kernels[k].name, n, cols, wrong);
    }
}

Test(gemm8, sums_of_the_definition) {
    static const size_t widths[] = {4, 8, 36, 64, 260};
    for (size_t n = 1; n <= N_MAX; n++)
        for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++)
            for (int extreme = 0; extreme < 2; extreme++) {
                fill(n, widths[i], extreme);
                check(n, widths[i]);
            }
}

Test(gemm8, the_best_is_usable) { cr_assert(bon_gemm8_best()->usable()); }
