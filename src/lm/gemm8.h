/* src/lm/gemm8.h: products of matrices of 8-bit integers, exact, in blocks that stay in registers: what dot.h is for one row, for
 * the rows of a whole text (Goto & van de Geijn 2008).
 *
 * Weights lie in blocks of BON_GEMM8_ROWS rows; in a block, for each four columns, the four codes of every row side by side:
 * code (row, col) of a block is at col / 4 * 4 * BON_GEMM8_ROWS + row * 4 + col % 4. So one load takes what several rows need of
 * four columns, and the values of x are read once for all of them.
 *
 * Instructions before VNNI multiply unsigned by signed bytes and add two products in 16 bits. x and weights have 7 bits each, x as
 * unsigned bytes (64 more than its code), so that two such sums can be added in 16 bits: 127 * 64 * 4 fits, which saves a sixth of the
 * instructions. What the 64 adds is known beforehand.
 */
#ifndef BON_SRC_LM_GEMM8_H
#define BON_SRC_LM_GEMM8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BON_GEMM8_ROWS = 32, BON_GEMM8_COLS = 4, BON_GEMM8_KERNELS = 4 };
enum {
    BON_GEMM8_ZERO = 64 /* what stands for 0 in x */,
    BON_GEMM8_MOST = 63 /* the largest size of a code, of x or of a weight */
};

/* sums[i * BON_GEMM8_ROWS + r] = sum over cols of x[i][c] w[r][c], for n rows of x, no value above 127, and one block of w. cols is a multiple of
 * BON_GEMM8_COLS, at most 2^15, so that no sum overflows. */
typedef void bon_gemm8_block(const uint8_t *x, size_t n, const int8_t *w, size_t cols, int32_t *sums);

struct bon_gemm8_kernel {
    const char *name;
    bon_gemm8_block *block;
    bool (*usable)(void);
};

/* Slowest first; the first is portable. All give the same sums. */
extern const struct bon_gemm8_kernel bon_gemm8_kernels[BON_GEMM8_KERNELS];
const struct bon_gemm8_kernel *bon_gemm8_best(void);

/* Where in its packed matrix a code is. */
static inline size_t bon_gemm8_at(size_t row, size_t col, size_t cols) {
    return row / BON_GEMM8_ROWS * BON_GEMM8_ROWS * cols + col / BON_GEMM8_COLS * (BON_GEMM8_COLS * BON_GEMM8_ROWS) +
           row % BON_GEMM8_ROWS * BON_GEMM8_COLS + col % BON_GEMM8_COLS;
}

#endif
