/* src/lm/dot.h: products of 8-bit integers, exact, by the fastest instructions that the processor has. */
#ifndef BON_SRC_LM_DOT_H
#define BON_SRC_LM_DOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* out[r] = sum of x[i] w[r][i] for four rows. Values are from -127 to 127 and n below 2^17, so no sum overflows. */
typedef void (*bon_dot4)(const int8_t *x, const int8_t *const w[4], size_t n, int32_t out[4]);

struct bon_dot_kernel {
    const char *name;
    bon_dot4 dot4;
    bool (*usable)(void);
};

enum { BON_DOT_KERNELS = 3 };
/* Slowest first; the first is portable. All give the same sums. */
extern const struct bon_dot_kernel bon_dot_kernels[BON_DOT_KERNELS];
const struct bon_dot_kernel *bon_dot_best(void);

#endif
