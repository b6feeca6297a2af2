/* src/lm/narrow.h: 16-bit floats: F16 (IEEE 754 binary16) and BF16 (the upper half of a 32-bit float), rounded to the nearest,
 * ties to even. */
#ifndef BON_SRC_LM_NARROW_H
#define BON_SRC_LM_NARROW_H

#include <stdint.h>
#include <string.h>

static inline uint32_t bon_bits_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline float bon_of_bits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint16_t bon_to_bf16(float value) {
    uint32_t bits = bon_bits_of(value);
    if ((bits & 0x7fffffff) > 0x7f800000) return (uint16_t)(bits >> 16 | 0x40); /* NaN stays NaN */
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static inline float bon_from_bf16(uint16_t narrow) { return bon_of_bits((uint32_t)narrow << 16); }

static inline uint16_t bon_to_f16(float value) {
    const uint32_t bits = bon_bits_of(value), sign = bits >> 16 & 0x8000, rest = bits & 0x7fffffff;
    if (rest > 0x7f800000) return (uint16_t)(sign | 0x7e00);        /* NaN */
    if (rest >= 0x47800000) return (uint16_t)(sign | 0x7c00);       /* 65536 and above: infinity */
    if (rest < 0x38800000) {                                        /* below 2^-14: a multiple of 2^-24 */
        const float scaled = bon_of_bits(rest) * 0x1p24f + 0x1p23f; /* the addition rounds to an integer */
        return (uint16_t)(sign | (bon_bits_of(scaled) & 0x7fffff));
    }
    const uint32_t rounded = rest + 0xfff + (rest >> 13 & 1);
    return (uint16_t)(sign | (rounded - 0x38000000) >> 13);
}

static inline float bon_from_f16(uint16_t narrow) {
    const uint32_t sign = (uint32_t)(narrow & 0x8000) << 16, exponent = narrow >> 10 & 0x1f, part = narrow & 0x3ff;
    if (exponent == 0) return bon_of_bits(sign | bon_bits_of((float)part * 0x1p-24f));
    if (exponent == 31) return bon_of_bits(sign | 0x7f800000 | part << 13);
    return bon_of_bits(sign | (exponent + 112) << 23 | part << 13);
}

#endif
