/* src/lm/encoder_rows.c: loops over floats, written so that compilers make vectors of them: sums have lanes of their own, nothing
 * branches on values. Each body is compiled twice, for any processor and for AVX2. See encoder_rows.h. */
#include "lm/encoder_rows.h"

#include <math.h>
#include <string.h>

enum { LANES = 16, QUERIES = 4 };
#define INLINE static inline __attribute__((always_inline))

typedef float lanes __attribute__((vector_size(32), aligned(4), may_alias));
typedef int32_t signs __attribute__((vector_size(32), aligned(4), may_alias));
typedef uint32_t whole __attribute__((vector_size(32), aligned(4), may_alias));
enum { WIDE = sizeof(lanes) / sizeof(float) };

INLINE float sum_of(const float sums[LANES]) {
    float all = 0;
    for (size_t k = 0; k < LANES; k++) all += sums[k];
    return all;
}

INLINE float dot_body(const float *a, const float *b, size_t n) {
    float sums[LANES] = {0}, rest = 0;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t k = 0; k < LANES; k++) sums[k] += a[i + k] * b[i + k];
    for (; i < n; i++) rest += a[i] * b[i];
    return sum_of(sums) + rest;
}

INLINE void norm_body(float *y, const float *x, const float *weight, size_t n, float epsilon) {
    const float scale = 1 / sqrtf(dot_body(x, x, n) / (float)n + epsilon);
    for (size_t i = 0; i < n; i++) y[i] = x[i] * scale * weight[i];
}

/* The largest size among values; NaN when one is not finite. */
INLINE float largest_body(const float *x, size_t n) {
    float most[LANES] = {0}, check[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t k = 0; k < LANES; k++) {
            const float size = fabsf(x[i + k]);
            most[k] = size > most[k] ? size : most[k];
            check[k] += x[i + k] * 0;
        }
    for (; i < n; i++) {
        most[0] = fabsf(x[i]) > most[0] ? fabsf(x[i]) : most[0];
        check[0] += x[i] * 0;
    }
    for (size_t k = 1; k < LANES; k++) most[0] = most[k] > most[0] ? most[k] : most[0];
    return most[0] + sum_of(check);
}

/* The nearest whole number to a value of at most 2^22: adding 1.5 * 2^23 leaves it in the low bits. */
INLINE int32_t nearest(float value) {
    union {
        float real;
        int32_t bits;
    } shifted = {.real = value + 12582912.0f};
    return shifted.bits - 0x4b400000;
}

INLINE void quantize_body(const float *x, size_t n, uint8_t *codes, float *scale) {
    const float most = largest_body(x, n), inverse = most > 0 ? BON_GEMM8_MOST / most : 0;
    *scale = most / BON_GEMM8_MOST;
    if (!(inverse > 0 && inverse <= 1e30f)) { /* all are 0 or next to it, or some are not finite */
        memset(codes, BON_GEMM8_ZERO, n);
        return;
    }
    for (size_t i = 0; i < n; i++) codes[i] = (uint8_t)(nearest(x[i] * inverse) + BON_GEMM8_ZERO);
}

INLINE void unscale_body(const struct bon_unscale *job) {
    for (size_t i = 0; i < job->n; i++) {
        const int32_t *sums = job->sums + i * BON_GEMM8_ROWS;
        float *y = job->y + i * job->stride, values[BON_GEMM8_ROWS];
        for (size_t r = 0; r < BON_GEMM8_ROWS; r++)
            values[r] = (float)(sums[r] - job->extra[r]) * (job->scales[r] * job->x_scales[i]);
        if (job->add)
            for (size_t r = 0; r < BON_GEMM8_ROWS; r++) y[r] += values[r];
        else
            for (size_t r = 0; r < BON_GEMM8_ROWS; r++) y[r] = values[r];
    }
}

/* Where `mask` has bits, a, else b. */
INLINE void choose(lanes *out, const signs *mask, const lanes *a, const lanes *b) {
    *(signs *)out = (*mask & *(const signs *)a) | (~*mask & *(const signs *)b);
}

/* e^x of each: 2^n times a polynomial on [-ln 2 / 2, ln 2 / 2] (Cody & Waite's reduction, coefficients of Cephes' expf), within 2
 * units of the last place from -87 to 88, beyond that as at the ends; NaN stays NaN. */
INLINE void exponential(lanes *value) {
    const lanes low = (lanes){0} - 87.0f, high = (lanes){0} + 88.0f;
    const float magic = 12582912.0f; /* 1.5 * 2^23: adding it rounds to an integer in the low bits */
    lanes x = *value;
    const signs below = x<low, above = x> high;
    choose(&x, &below, &low, &x);
    choose(&x, &above, &high, &x);
    const lanes shifted = x * 1.44269504f + magic, n = shifted - magic;
    const lanes r = x - n * 0.693359375f + n * 2.12194440e-4f;
    lanes p = (lanes){0} + 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    const whole power = (*(const whole *)&shifted + 127) << 23;
    *value = p * *(const lanes *)&power;
}

INLINE void swiglu_body(float *y, const float *gate, const float *up, size_t n) {
    for (size_t i = 0; i < n; i += WIDE) {
        const lanes value = *(const lanes *)(gate + i);
        lanes power = -value;
        exponential(&power);
        *(lanes *)(y + i) = value / (1.0f + power) * *(const lanes *)(up + i);
    }
}

/* ---- attention: keys are turned, so that a query is multiplied with many of them at once ---- */

INLINE void turn_keys(const struct bon_attend *a, size_t padded) {
    for (size_t d = 0; d < a->dim; d++) {
        float *row = a->turned + d * padded;
        for (size_t j = 0; j < a->n; j++) row[j] = a->keys[j * a->stride + d];
        for (size_t j = a->n; j < padded; j++) row[j] = 0;
    }
}

/* Scores of QUERIES queries, those of rows query[], with all keys. */
INLINE void score_body(const struct bon_attend *a, const float *const query[QUERIES], size_t padded) {
    for (size_t j = 0; j < padded; j += 2 * WIDE) {
        lanes sum[QUERIES][2] = {0};
        for (size_t d = 0; d < a->dim; d++) {
            const lanes *key = (const lanes *)(a->turned + d * padded + j);
            for (size_t i = 0; i < QUERIES; i++) {
                sum[i][0] += query[i][d] * key[0];
                sum[i][1] += query[i][d] * key[1];
            }
        }
        for (size_t i = 0; i < QUERIES; i++) {
            lanes *to = (lanes *)(a->scores + i * padded + j);
            to[0] = sum[i][0], to[1] = sum[i][1];
        }
    }
}

/* Scores -> shares, which add up to 1. What is behind them up to a multiple of WIDE is any numbers. */
INLINE void softmax_body(float *scores, size_t n, float scale) {
    float most = scores[0], sums[LANES] = {0}, rest = 0;
    size_t j = 0;
    for (j = 1; j < n; j++) most = scores[j] > most ? scores[j] : most;
    for (j = 0; j < n; j += WIDE) {
        lanes power = (*(const lanes *)(scores + j) - most) * scale;
        exponential(&power);
        *(lanes *)(scores + j) = power;
    }
    for (j = 0; j + LANES <= n; j += LANES)
        for (size_t k = 0; k < LANES; k++) sums[k] += scores[j + k];
    for (; j < n; j++) rest += scores[j];
    const float share = 1 / (sum_of(sums) + rest);
    for (j = 0; j < n; j++) scores[j] *= share;
}

/* Values of `wide` lanes from d on of the first n positions, weighted by the shares of each query. */
INLINE void gather_body(const struct bon_attend *a, float *const out[QUERIES], size_t n, size_t padded, size_t d) {
    lanes sum[QUERIES] = {0};
    for (size_t j = 0; j < n; j++) {
        const lanes *value = (const lanes *)(a->values + j * a->stride + d);
        for (size_t i = 0; i < QUERIES; i++) sum[i] += a->scores[i * padded + j] * *value;
    }
    for (size_t i = 0; i < QUERIES; i++) *(lanes *)(out[i] + d) = sum[i];
}

INLINE void gather_rest(const struct bon_attend *a, float *const out[QUERIES], size_t n, size_t padded, size_t d) {
    for (size_t i = 0; i < QUERIES; i++) {
        float sum = 0;
        for (size_t j = 0; j < n; j++) sum += a->scores[i * padded + j] * a->values[j * a->stride + d];
        out[i][d] = sum;
    }
}

INLINE void attend_body(const struct bon_attend *a) {
    const size_t padded = (a->n + BON_ENCODER_PAD - 1) / BON_ENCODER_PAD * BON_ENCODER_PAD;
    const float scale = 1 / sqrtf((float)a->dim);
    turn_keys(a, padded);
    for (size_t first = 0; first < a->n; first += QUERIES) {
        const float *query[QUERIES];
        float *out[QUERIES];
        size_t d = 0, keys[QUERIES];
        for (size_t i = 0; i < QUERIES; i++) { /* of fewer, the last is done again */
            const size_t row = first + i < a->n ? first + i : a->n - 1;
            keys[i] = a->causal ? row + 1 : a->n;
            query[i] = a->queries + row * a->stride;
            out[i] = a->out + row * a->out_stride;
        }
        score_body(a, query, padded);
        const size_t most = keys[QUERIES - 1];
        for (size_t i = 0; i < QUERIES; i++) {
            float *shares = a->scores + i * padded;
            softmax_body(shares, keys[i], scale);
            for (size_t j = keys[i]; j < most; j++) shares[j] = 0;
        }
        for (; d + WIDE <= a->dim; d += WIDE) gather_body(a, out, most, padded, d);
        for (; d < a->dim; d++) gather_rest(a, out, most, padded, d);
    }
}

/* ---- twice ---- */

#define FUNCTIONS(suffix, target)                                                                                      \
    target static void norm_##suffix(float *y, const float *x, const float *weight, size_t n, float epsilon) {         \
        norm_body(y, x, weight, n, epsilon);                                                                           \
    }                                                                                                                  \
    target static void quantize_##suffix(const float *x, size_t n, uint8_t *codes, float *scale) {                     \
        quantize_body(x, n, codes, scale);                                                                             \
    }                                                                                                                  \
    target static void unscale_##suffix(const struct bon_unscale *job) { unscale_body(job); }                          \
    target static void attend_##suffix(const struct bon_attend *job) { attend_body(job); }                             \
    target static void swiglu_##suffix(float *y, const float *gate, const float *up, size_t n) {                       \
        swiglu_body(y, gate, up, n);                                                                                   \
    }                                                                                                                  \
    target static float dot_##suffix(const float *a, const float *b, size_t n) { return dot_body(a, b, n); }

#define TABLE(suffix, usable)                                                                                          \
    { usable, norm_##suffix, quantize_##suffix, unscale_##suffix, attend_##suffix, swiglu_##suffix, dot_##suffix }

FUNCTIONS(portable, )
static bool always(void) { return true; }

#if defined(__x86_64__)
FUNCTIONS(avx2, __attribute__((target("avx2"))))
static bool has_avx2(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2");
}
const struct bon_encoder_rows bon_encoder_rows[BON_ENCODER_ROWS] = {TABLE(portable, always), TABLE(avx2, has_avx2)};
#else
static bool never(void) { return false; }
const struct bon_encoder_rows bon_encoder_rows[BON_ENCODER_ROWS] = {TABLE(portable, always), TABLE(portable, never)};
#endif

const struct bon_encoder_rows *bon_encoder_rows_best(void) {
    return &bon_encoder_rows[bon_encoder_rows[1].usable() ? 1 : 0];
}
