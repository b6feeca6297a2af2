/* src/ngram/bits.h: fixed-width numbers packed without gaps, and the two bit tricks succinct structures live on: how many
 * ones are in a word (popcount), and where the r-th one is (select).
 *
 * Packed arrays are little-endian: number i takes bits [i * width, (i + 1) * width) of the byte string, lowest bit first.
 * One unaligned 64-bit load reads any number, so a packed array must be followed by BON_BITS_PAD readable bytes.
 */
#ifndef BON_SRC_NGRAM_BITS_H
#define BON_SRC_NGRAM_BITS_H

#include <stdint.h>
#include <string.h>

enum { BON_BITS_PAD = 8, BON_BITS_WIDTH_MAX = 32 };

static inline uint64_t bon_load64(const void *bytes) {
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static inline uint32_t bon_load32(const void *bytes) {
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static inline float bon_load_float(const void *bytes) {
    float value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

/* Bits needed to write any number up to `max`; 0 for 0. */
static inline unsigned bon_bits_for(uint64_t max) { return max == 0 ? 0 : 64 - (unsigned)__builtin_clzll(max); }

/* Bytes of `count` numbers of `width` bits with their padding, a multiple of 8. */
static inline uint64_t bon_bits_bytes(uint64_t count, unsigned width) {
    return (count * width + 63) / 64 * 8 + BON_BITS_PAD;
}

static inline uint32_t bon_bits_get(const uint8_t *bytes, uint64_t index, unsigned width) {
    uint64_t bit = index * width;
    return (uint32_t)((bon_load64(bytes + (bit >> 3)) >> (bit & 7)) & ((UINT64_C(1) << width) - 1));
}

static inline unsigned bon_popcount(uint64_t word) {
#ifdef __POPCNT__
    return (unsigned)__builtin_popcountll(word);
#else /* side by side in pairs, nibbles, bytes (Knuth, TAOCP 7.1.3) */
    word -= (word >> 1) & UINT64_C(0x5555555555555555);
    word = (word & UINT64_C(0x3333333333333333)) + ((word >> 2) & UINT64_C(0x3333333333333333));
    word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (unsigned)((word * UINT64_C(0x0101010101010101)) >> 56);
#endif
}

/* Position of the one with `rank` ones below it; rank must be less than bon_popcount(word). The byte is found by comparing
 * all eight running counts at once (Vigna, Broadword implementation of rank/select queries, 2008), the bit by hand. */
static inline unsigned bon_select(uint64_t word, unsigned rank) {
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = UINT64_C(0x8080808080808080);
    uint64_t sums = word - ((word >> 1) & UINT64_C(0x5555555555555555));
    sums = (sums & UINT64_C(0x3333333333333333)) + ((sums >> 2) & UINT64_C(0x3333333333333333));
    sums = ((sums + (sums >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f)) * ones; /* byte i: ones in bytes 0..i */
    uint64_t not_above = (((rank * ones) | tops) - sums) & tops;         /* top bit of byte i: sums_i <= rank */
    unsigned byte = (unsigned)(((not_above >> 7) * ones) >> 56) * 8;     /* 8 * how many bytes lie wholly before */
    rank -= (unsigned)(((sums << 8) >> byte) & 0xff);
    unsigned bits = (unsigned)(word >> byte) & 0xff;
    for (; rank > 0; rank--) bits &= bits - 1;
    return byte + (unsigned)__builtin_ctz(bits);
}

#endif
