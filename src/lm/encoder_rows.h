/* src/lm/encoder_rows.h: what an encoder's inference does beside products: norms, codes, attention, the gate of its feed-forward
 * layers, over floats. */
#ifndef BON_SRC_LM_ENCODER_ROWS_H
#define BON_SRC_LM_ENCODER_ROWS_H

#include "lm/gemm8.h"

enum { BON_ENCODER_PAD = 32 }; /* of positions, where attention goes over them */

/* One head over a text of n positions. */
struct bon_attend {
    const float *queries, *keys, *values; /* of the first position; those of the next are `stride` behind */
    float *out;                           /* n rows, out_stride apart */
    size_t n, dim, stride, out_stride;
    bool causal;   /* a position sees what is before it, not what follows */
    float *turned; /* scratch: dim x (n rounded up to BON_ENCODER_PAD) */
    float *scores; /* scratch: 4 x the same */
};

/* Sums of a block of weights -> values. */
struct bon_unscale {
    const int32_t *sums;  /* n rows of BON_GEMM8_ROWS */
    const int32_t *extra; /* what BON_GEMM8_ZERO adds to each row of weights' sums */
    const float *scales;  /* of the rows of weights */
    const float *x_scales;
    float *y; /* n rows, `stride` apart */
    size_t n, stride;
    bool add; /* to what is there */
};

struct bon_encoder_rows {
    bool (*usable)(void);
    /* y = x / rms(x) * weight */
    void (*norm)(float *y, const float *x, const float *weight, size_t n, float epsilon);
    /* Codes of a row, BON_GEMM8_ZERO added: its largest is BON_GEMM8_MOST. What is not finite makes the scale, and so all results, NaN. */
    void (*quantize)(const float *x, size_t n, uint8_t *codes, float *scale);
    void (*unscale)(const struct bon_unscale *job);
    void (*attend)(const struct bon_attend *job);
    /* y = silu(gate) * up, of a multiple of 8 values */
    void (*swiglu)(float *y, const float *gate, const float *up, size_t n);
    float (*dot)(const float *a, const float *b, size_t n);
};

enum { BON_ENCODER_ROWS = 2 };
/* The portable ones, and the same compiled for AVX2: they give the same values, for no sum's order depends on the processor. */
extern const struct bon_encoder_rows bon_encoder_rows[BON_ENCODER_ROWS];
const struct bon_encoder_rows *bon_encoder_rows_best(void);

#endif
