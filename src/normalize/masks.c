/* src/normalize/masks.c: 64 bytes to bit masks, with AVX-512, AVX2, SSSE3 or plain C; the processor decides at run time.
 *
 * As signed bytes, sequences of UTF-8 begin in [-64, -1] and go on in [-128, -65]; ASCII is not negative. So one signed
 * comparison tells each kind. Classes of letters are tables for both halves of a byte and of the byte before it.
 */
#include "normalize/normalizer.h"

enum { KIND_VOWEL = 0x03, KIND_QG = 0x0c, KIND_RARE = 0x70 };

/* A set of bytes behind certain bytes: the AND of four look-ups is not zero. */
struct pair_class {
    uint8_t low[16], high[16], before_low[16], before_high[16];
};

/* ASCII vowels and q, g, in both cases: bit 0 in 4x and 6x, bit 1 in 5x and 7x; bits 2 and 3 the same. Bytes that begin a
 * rare character, all from C0 on but C3 to C6 and E1: bit 4 in Cx, bit 5 in Dx and Fx, bit 6 in Ex. */
static const struct {
    uint8_t low[16], high[16];
} letter_kind = {
    .low = {[0x0] = 0x70,
            [0x1] = 0x39,
            [0x2] = 0x70,
            [0x3] = 0x60,
            [0x4] = 0x60,
            [0x5] = 0x63,
            [0x6] = 0x60,
            [0x7] = 0x74,
            [0x8] = 0x70,
            [0x9] = 0x73,
            [0xa] = 0x70,
            [0xb] = 0x70,
            [0xc] = 0x70,
            [0xd] = 0x70,
            [0xe] = 0x70,
            [0xf] = 0x71},
    .high =
        {[4] = 1 | 4, [6] = 1 | 4, [5] = 2 | 8, [7] = 2 | 8, [0xc] = 0x10, [0xd] = 0x20, [0xf] = 0x20, [0xe] = 0x40},
};

/* The last byte of a letter that bears a movable tone mark (classes.c):
 *   bit 0, 1: C3 8x Ax, C3 9x Bx: à á ã è é ì í, ò ó õ ù ú ý      bit 2: C4 and C5 Ax: ĩ ũ
 *   bit 3, 4: BA Ax, BA Bx: ạ ả, ẹ ẻ ẽ                            bit 5, 6, 7: BB 8x, BB Ax, BB Bx: ỉ ị ọ ỏ, ụ ủ ứ ừ ử ữ, ự ỳ ỵ ỷ ỹ */
static const struct pair_class check_pair = {
    .low = {[0x0] = 0x01 | 0x08 | 0x80,
            [0x1] = 0x01 | 0x08 | 0x80,
            [0x2] = 0x02 | 0x08 | 0x80,
            [0x3] = 0x01 | 0x02 | 0x08 | 0x80,
            [0x4] = 0x40 | 0x80,
            [0x5] = 0x02 | 0x40 | 0x80,
            [0x6] = 0x40 | 0x80,
            [0x7] = 0x40 | 0x80,
            [0x8] = 0x01 | 0x04 | 0x10 | 0x20 | 0x40 | 0x80,
            [0x9] = 0x01 | 0x02 | 0x04 | 0x10 | 0x20 | 0x40 | 0x80,
            [0xa] = 0x02 | 0x10 | 0x20 | 0x40,
            [0xb] = 0x10 | 0x20 | 0x40,
            [0xc] = 0x01 | 0x10 | 0x20 | 0x40,
            [0xd] = 0x01 | 0x02 | 0x10 | 0x20 | 0x40,
            [0xe] = 0x20 | 0x40,
            [0xf] = 0x20 | 0x40},
    .high = {[0x8] = 0x01 | 0x20, [0x9] = 0x02, [0xa] = 0x01 | 0x04 | 0x08 | 0x40, [0xb] = 0x02 | 0x10 | 0x80},
    .before_low = {[3] = 0x03, [4] = 0x04, [5] = 0x04, [0xa] = 0x18, [0xb] = 0xe0},
    .before_high = {[0xc] = 0x07, [0xb] = 0xf8},
};

/* Bytes behind C3, C5, C6, E1 and BB (of E1 BB) that make a character which the scan must look at:
 *   bit 0: C3 90 and C3 B0, eth                  bit 1: C5 BF
 *   bit 2, 3, 4: C6 8x 9x, C6 Ax, C6 Bx, but for ơ and ư
 *   bit 5: BB BA to BB BF                        bit 6, 7: E1 8x 9x Ax, E1 Bx, but for E1 BA and E1 BB */
static const struct pair_class odd_pair = {
    .low = {[0x0] = 0x01 | 0x04 | 0x40 | 0x80,
            [0x1] = 0x04 | 0x10 | 0x40 | 0x80,
            [0x2] = 0x04 | 0x08 | 0x10 | 0x40 | 0x80,
            [0x3] = 0x04 | 0x08 | 0x10 | 0x40 | 0x80,
            [0x4] = 0x04 | 0x08 | 0x10 | 0x40 | 0x80,
            [0x5] = 0x04 | 0x08 | 0x10 | 0x40 | 0x80,
            [0x6] = 0x04 | 0x08 | 0x10 | 0x40 | 0x80,
            [0x7] = 0x04 | 0x08 | 0x10 | 0x40 | 0x80,
            [0x8] = 0x04 | 0x08 | 0x10 | 0x40 | 0x80,
            [0x9] = 0x04 | 0x08 | 0x10 | 0x40 | 0x80,
            [0xa] = 0x04 | 0x08 | 0x10 | 0x20 | 0x40,
            [0xb] = 0x04 | 0x08 | 0x10 | 0x20 | 0x40,
            [0xc] = 0x04 | 0x08 | 0x10 | 0x20 | 0x40 | 0x80,
            [0xd] = 0x04 | 0x08 | 0x10 | 0x20 | 0x40 | 0x80,
            [0xe] = 0x04 | 0x08 | 0x10 | 0x20 | 0x40 | 0x80,
            [0xf] = 0x02 | 0x04 | 0x10 | 0x20 | 0x40 | 0x80},
    .high = {[0x8] = 0x04 | 0x40,
             [0x9] = 0x01 | 0x04 | 0x40,
             [0xa] = 0x08 | 0x40,
             [0xb] = 0x01 | 0x02 | 0x10 | 0x20 | 0x80},
    .before_low = {[3] = 0x01, [5] = 0x02, [6] = 0x1c, [0xb] = 0x20, [1] = 0xc0},
    .before_high = {[0xc] = 0x1f, [0xb] = 0x20, [0xe] = 0xc0},
};

static bool in_pair(const struct pair_class *c, uint8_t before, uint8_t b) {
    return c->low[b & 15] & c->high[b >> 4] & c->before_low[before & 15] & c->before_high[before >> 4];
}

static bool out_of_place(const uint8_t *p) {
    bool tail = (p[0] & 0xc0) == 0x80, announced = p[-1] >= 0xc0 || p[-2] >= 0xe0 || p[-3] >= 0xf0;
    bool control = (p[0] < 0x20 && p[0] != '\n') || p[0] == 0x7f;
    bool blank = (p[0] == ' ' && (p[-1] == ' ' || p[-1] == '\n')) || (p[0] == '\n' && p[-1] == ' ');
    return tail != announced || control || blank;
}

static void masks_portable(const uint8_t *block, struct bon_block_masks *m) {
    *m = (struct bon_block_masks){0};
    for (unsigned i = 0; i < 64; i++) {
        const uint8_t *p = block + i;
        uint8_t b = p[0], before = p[-1], small = b | 0x20;
        uint64_t bit = (uint64_t)1 << i;
        unsigned kinds = letter_kind.low[b & 15] & letter_kind.high[b >> 4];
        bool d_stroke = before == 0xc4 && (b | 1) == 0x91;
        if (out_of_place(p)) m->wrong |= bit;
        if (in_pair(&odd_pair, before, b) || (kinds & KIND_RARE)) m->odd |= bit;
        if (in_pair(&check_pair, before, b)) m->check |= bit;
        if ((b & 0xc0) == 0x80) m->tail |= bit;
        if (b >= 0x80) m->beyond |= bit;
        if ((kinds & KIND_VOWEL) || (b >= 0x80 && !d_stroke)) m->maybe_vowel |= bit;
        if (kinds & KIND_QG) m->qg |= bit;
        if (b >= 0x80 || (small >= 'a' && small <= 'z')) m->more |= bit;
    }
}

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#define TARGET __attribute__((target("ssse3")))
#define SIMD(name) name##_ssse3
#define VECTOR __m128i
#define MASK uint16_t
#define LOAD(p) _mm_loadu_si128((const __m128i *)(const void *)(p))
#define TABLE(t) LOAD(t)
#define SET(x) _mm_set1_epi8(x)
#define ZERO _mm_setzero_si128()
#define AND _mm_and_si128
#define OR _mm_or_si128
#define XOR _mm_xor_si128
#define ANDNOT _mm_andnot_si128
#define EQUAL _mm_cmpeq_epi8
#define GREATER _mm_cmpgt_epi8
#define LOWER _mm_min_epu8
#define MINUS _mm_subs_epu8
#define ADD _mm_add_epi8
#define SHUFFLE _mm_shuffle_epi8
#define SHIFT4(v) _mm_srli_epi16(v, 4)
#define MOVEMASK _mm_movemask_epi8
#include "normalize/masks_simd.h"
#undef TARGET
#undef SIMD
#undef VECTOR
#undef MASK
#undef LOAD
#undef TABLE
#undef SET
#undef ZERO
#undef AND
#undef OR
#undef XOR
#undef ANDNOT
#undef EQUAL
#undef GREATER
#undef LOWER
#undef MINUS
#undef ADD
#undef SHUFFLE
#undef SHIFT4
#undef MOVEMASK

#define TARGET __attribute__((target("avx2")))
#define SIMD(name) name##_avx2
#define VECTOR __m256i
#define MASK uint32_t
#define LOAD(p) _mm256_loadu_si256((const __m256i *)(const void *)(p))
#define TABLE(t) _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)(t)))
#define SET(x) _mm256_set1_epi8(x)
#define ZERO _mm256_setzero_si256()
#define AND _mm256_and_si256
#define OR _mm256_or_si256
#define XOR _mm256_xor_si256
#define ANDNOT _mm256_andnot_si256
#define EQUAL _mm256_cmpeq_epi8
#define GREATER _mm256_cmpgt_epi8
#define LOWER _mm256_min_epu8
#define MINUS _mm256_subs_epu8
#define ADD _mm256_add_epi8
#define SHUFFLE _mm256_shuffle_epi8
#define SHIFT4(v) _mm256_srli_epi16(v, 4)
#define MOVEMASK _mm256_movemask_epi8
#include "normalize/masks_simd.h"

/* 64 bytes at once, and comparisons that give masks. */
#define AVX512 __attribute__((target("avx512f,avx512bw")))
#define ALL(x) _mm512_set1_epi8((char)(x))

AVX512 static inline __m512i look_up(const uint8_t *table, __m512i index) {
    __m128i row = _mm_loadu_si128((const __m128i *)(const void *)table);
    return _mm512_shuffle_epi8(_mm512_broadcast_i32x4(row), index);
}

AVX512 static inline uint64_t pair_avx512(const struct pair_class *c, const __m512i halves[4]) {
    __m512i here = _mm512_and_si512(look_up(c->low, halves[0]), look_up(c->high, halves[1]));
    __m512i before = _mm512_and_si512(look_up(c->before_low, halves[2]), look_up(c->before_high, halves[3]));
    return _mm512_test_epi8_mask(here, before);
}

AVX512 static inline uint64_t between(__m512i v, uint8_t first, uint8_t last) {
    return _mm512_cmple_epu8_mask(_mm512_sub_epi8(v, ALL(first)), ALL(last - first));
}

AVX512 static void masks_avx512(const uint8_t *block, struct bon_block_masks *m) {
    __m512i v = _mm512_loadu_si512(block), before = _mm512_loadu_si512(block - 1), half = ALL(0x0f);
    __m512i halves[4] = {_mm512_and_si512(v, half), _mm512_and_si512(_mm512_srli_epi16(v, 4), half),
                         _mm512_and_si512(before, half), _mm512_and_si512(_mm512_srli_epi16(before, 4), half)};
    __m512i kinds = _mm512_and_si512(look_up(letter_kind.low, halves[0]), look_up(letter_kind.high, halves[1]));
    uint64_t beyond = _mm512_movepi8_mask(v), tail = _mm512_cmplt_epi8_mask(v, ALL(0xc0));
    uint64_t space = _mm512_cmpeq_epi8_mask(v, ALL(' ')), newline = _mm512_cmpeq_epi8_mask(v, ALL('\n'));
    uint64_t space_before = space << 1 | (block[-1] == ' '), newline_before = newline << 1 | (block[-1] == '\n');
    uint64_t announced = _mm512_cmpge_epu8_mask(before, ALL(0xc0)) |
                         _mm512_cmpge_epu8_mask(_mm512_loadu_si512(block - 2), ALL(0xe0)) |
                         _mm512_cmpge_epu8_mask(_mm512_loadu_si512(block - 3), ALL(0xf0));
    uint64_t control = (_mm512_cmplt_epu8_mask(v, ALL(0x20)) & ~newline) | _mm512_cmpeq_epi8_mask(v, ALL(0x7f));
    uint64_t d_stroke = _mm512_cmpeq_epi8_mask(before, ALL(0xc4)) & between(v, 0x90, 0x91);
    m->wrong = (tail ^ announced) | control | (space & (space_before | newline_before)) | (newline & space_before);
    m->odd = pair_avx512(&odd_pair, halves) | _mm512_test_epi8_mask(kinds, ALL(KIND_RARE));
    m->check = pair_avx512(&check_pair, halves);
    m->tail = tail;
    m->beyond = beyond;
    m->maybe_vowel = _mm512_test_epi8_mask(kinds, ALL(KIND_VOWEL)) | (beyond & ~d_stroke);
    m->qg = _mm512_test_epi8_mask(kinds, ALL(KIND_QG));
    m->more = between(_mm512_or_si512(v, ALL(0x20)), 'a', 'z') | beyond;
}

bon_masks_function *bon_masks_nth(unsigned i) {
    bon_masks_function *all[4] = {masks_portable};
    unsigned count = 1;
    if (__builtin_cpu_supports("ssse3")) all[count++] = masks_ssse3;
    if (__builtin_cpu_supports("avx2")) all[count++] = masks_avx2;
    if (__builtin_cpu_supports("avx512bw")) all[count++] = masks_avx512;
    return i < count ? all[i] : NULL;
}
#else
bon_masks_function *bon_masks_nth(unsigned i) { return i == 0 ? masks_portable : NULL; }
#endif

bon_masks_function *bon_masks_best(void) {
    bon_masks_function *best = NULL, *next;
    for (unsigned i = 0; (next = bon_masks_nth(i)) != NULL; i++) best = next;
    return best;
}
