/* src/lm/cpu/f32_template.h: the CPU backend in 32-bit floats: what trains. Compiled once a set of instructions (f32.c,
 * f32_avx512.c) under the name BACKEND: loops of single values are a quarter of a training step where vectors have four of them.
 * Results are the same bytes: no sum changes its order, and no product is fused with one. */
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "lm/random.h"

#define REAL float
#define GEMM sgemm

/* e^x without branches, so that loops of it become vectors: 2^n times a polynomial on [-ln 2 / 2, ln 2 / 2] (Cody & Waite's
 * reduction, coefficients of Cephes' expf). Within 2 units of the last place from -87 to 88, beyond that as at the ends; NaN
 * stays NaN. */
static inline float exponential(float x) {
    x = x < -87.0f ? -87.0f : x;
    x = x > 88.0f ? 88.0f : x;
    const float magic = 12582912.0f; /* 1.5 * 2^23: adding it rounds to an integer in the low bits */
    const float shifted = x * 1.44269504f + magic, n = shifted - magic;
    const float r = x - n * 0.693359375f + n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    union {
        float real;
        uint32_t bits;
    } power = {.real = shifted};
    power.bits = (power.bits + 127) << 23;
    return p * power.real;
}

#include "lm/cpu/template.h"

#include "lm/cpu/gemm_template.h"

#include "lm/cpu/map_template.h"

#include "lm/cpu/attention_template.h"
#include "lm/cpu/linear_template.h"
#include "lm/cpu/norm_template.h"
#include "lm/cpu/optimizer_template.h"
#include "lm/cpu/softmax_template.h"

#include "lm/cpu/backend_template.h"
