/* src/ngram/log10.h: the logarithm of the estimator: the same bits from any machine that divides and multiplies as IEEE 754
 * says, the GPU's too (src/ngram/machine_maps.h).
 */
#ifndef BON_SRC_NGRAM_LOG10_H
#define BON_SRC_NGRAM_LOG10_H

#include <stdint.h>
#include <string.h>

/* A function of the CPU, and of the GPU when nvcc reads it. */
#ifdef __CUDACC__
#define BON_ANYWHERE static __host__ __device__ __forceinline__
#else
#define BON_ANYWHERE static inline
#endif

/* log2 of m in [1/sqrt 2, sqrt 2) by the series of atanh, 2 s (1 + s^2/3 + s^4/5 + ...) / ln 2 with s = (m - 1) / (m + 1),
 * to 1e-13, and several at once where the compiler can. */
BON_ANYWHERE double bon_log10_any(double p) {
    const double PER_LN10 = 0.8685889638065037, LOG10_2 = 0.3010299956639812;
    uint64_t bits;
    memcpy(&bits, &p, sizeof bits);
    int64_t exponent = (int64_t)(bits - 0x3fe6a09e667f3bcdu) >> 52; /* of 1/sqrt 2 */
    bits -= (uint64_t)exponent << 52;
    double m;
    memcpy(&m, &bits, sizeof m);
    double s = (m - 1) / (m + 1), t = s * s;
    double series =
        1 + t * (1.0 / 3 +
                 t * (1.0 / 5 + t * (1.0 / 7 + t * (1.0 / 9 + t * (1.0 / 11 + t * (1.0 / 13 + t * (1.0 / 15)))))));
    return PER_LN10 * s * series + (double)(int32_t)exponent * LOG10_2;
}

/* log10 p in single precision; 0 becomes -99, as ARPA files write "impossible". */
BON_ANYWHERE float bon_log10(double p) {
    const float LOG_ZERO = -99;
    if (!(p > 0)) return LOG_ZERO;
    float log = (float)bon_log10_any(p);
    return log < 0 ? log : 0;
}

#endif
