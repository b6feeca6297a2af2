/* tests/unit/lm/gemm8_test.c: every kernel of 8-bit products gives the sums of the definition, for any number of rows. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "files.h"
#include "lm/gemm8.h"

enum { ROWS = BON_GEMM8_ROWS, COLS_MAX = 260, N_MAX = 27 };

static int8_t x[N_MAX * COLS_MAX], w[ROWS * COLS_MAX], packed[ROWS * COLS_MAX];

static void fill(size_t n, size_t cols, bool extreme) {
    uint64_t state = n * 1000 + cols;
    for (size_t i = 0; i < n * cols; i++)
        x[i] = extreme ? (i % 3 ? 127 : -127) : (int8_t)((int)(files_random(&state) % 255) - 127);
    for (size_t i = 0; i < ROWS * cols; i++)
        w[i] = extreme ? (i % 5 ? -128 : 127) : (int8_t)((int)(files_random(&state) % 256) - 128);
    for (size_t r = 0; r < ROWS; r++)
        for (size_t c = 0; c < cols; c++) packed[bon_gemm8_at(r, c, cols)] = w[r * cols + c];
}

/* What the kernel makes of x, less what bytes add. */
static void run(const struct bon_gemm8_kernel *kernel, size_t n, size_t cols, int32_t *sums) {
    uint8_t *bytes = malloc(n * cols);
    int16_t *words = malloc(n * cols * sizeof *words);
    for (size_t i = 0; i < n * cols; i++) bytes[i] = (uint8_t)(x[i] + 128), words[i] = x[i];
    kernel->block(kernel->input == BON_GEMM8_BYTES ? (void *)bytes : (void *)words, n, packed, cols, sums);
    for (size_t r = 0; kernel->input == BON_GEMM8_BYTES && r < ROWS; r++) {
        int32_t extra = 0;
        for (size_t c = 0; c < cols; c++) extra += 128 * w[r * cols + c];
        for (size_t i = 0; i < n; i++) sums[i * ROWS + r] -= extra;
    }
    free(bytes);
    free(words);
}

static void check(size_t n, size_t cols) {
    static int32_t sums[N_MAX * ROWS];
    for (size_t k = 0; k < BON_GEMM8_KERNELS; k++) {
        if (!bon_gemm8_kernels[k].usable()) continue;
        run(&bon_gemm8_kernels[k], n, cols, sums);
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
