/* src/syllable/cuts.c: entries of text with AVX-512, AVX2, SSE2 or plain C; the processor decides at run time.
 *
 * Comparisons give masks (cut_edges.h); the places of their bits are written without asking how many there are, as most blocks
 * have about as many (Langdale and Lemire, "Parsing gigabytes of JSON per second", 2019). AVX-512 packs them in one step.
 */
#include "syllable/cuts.h"

#include <string.h>

#include "syllable/cut_edges.h"

#define INLINE static inline __attribute__((always_inline))

enum { USUAL = 16 }; /* entries in 64 bytes of text, or fewer */

INLINE uint32_t lowest(uint64_t mask) { return (uint32_t)__builtin_ctzll(mask | (uint64_t)1 << 63); }

INLINE void write_places(const struct bon_edges *edges, uint32_t base, uint32_t *starts, uint32_t *ends, unsigned from,
                         unsigned to) {
    uint64_t start = edges->starts, end = edges->ends;
    for (unsigned i = 0; i < from; i++) start &= start - 1, end &= end - 1;
    for (unsigned i = from; i < to; i++) {
        uint32_t place = lowest(end);
        starts[i] = base + lowest(start);
        ends[i] =
            (base + place) | (uint32_t)(edges->dirty >> place & 1) << 31 | (uint32_t)(edges->dots >> place & 1) << 30;
        start &= start - 1;
        end &= end - 1;
    }
}

INLINE size_t places_plain(const struct bon_edges *edges, uint32_t base, uint32_t *starts, uint32_t *ends,
                           size_t *start_count) {
    size_t count = (size_t)__builtin_popcountll(edges->ends);
    *start_count = (size_t)__builtin_popcountll(edges->starts);
    write_places(edges, base, starts, ends, 0, USUAL);
    if (count > USUAL || *start_count > USUAL) write_places(edges, base, starts, ends, USUAL, BON_CUT_BLOCK);
    return count;
}

/* Plain C: vectors as GCC and Clang know them on every machine. */
typedef uint8_t vector16 __attribute__((vector_size(16)));
typedef int8_t signed16 __attribute__((vector_size(16)));

INLINE vector16 load16(const uint8_t *p) {
    vector16 v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* One bit a byte, of bytes that are 0 or 255: each keeps the bit of its place, and the multiplication adds them up. */
INLINE uint16_t bits16(vector16 v) {
    uint64_t halves[2];
    memcpy(halves, &v, sizeof halves);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    halves[0] = __builtin_bswap64(halves[0]);
    halves[1] = __builtin_bswap64(halves[1]);
#endif
    for (unsigned i = 0; i < 2; i++)
        halves[i] = (halves[i] & UINT64_C(0x8040201008040201)) * UINT64_C(0x0101010101010101) >> 56;
    return (uint16_t)(halves[0] | halves[1] << 8);
}

#define TARGET
#define SIMD(name) name##_plain
#define VECTOR vector16
#define MASK uint16_t
#define LOAD load16
#define SET(x) ((vector16){0} + (uint8_t)(x))
#define OR(a, b) ((a) | (b))
#define ADD(a, b) ((a) + (b))
#define EQUAL(a, b) ((vector16)((a) == (b)))
#define LESS(a, b) ((vector16)((signed16)(a) < (signed16)(b)))
#define MOVEMASK bits16
#include "syllable/cuts_simd.h"
#undef TARGET
#undef SIMD
#undef VECTOR
#undef MASK
#undef LOAD
#undef SET
#undef OR
#undef ADD
#undef EQUAL
#undef LESS
#undef MOVEMASK

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#define TARGET __attribute__((target("sse2")))
#define SIMD(name) name##_sse2
#define VECTOR __m128i
#define MASK uint16_t
#define LOAD(p) _mm_loadu_si128((const __m128i *)(const void *)(p))
#define SET(x) _mm_set1_epi8((char)(x))
#define OR _mm_or_si128
#define ADD _mm_add_epi8
#define EQUAL _mm_cmpeq_epi8
#define LESS(a, b) _mm_cmplt_epi8(a, b)
#define MOVEMASK _mm_movemask_epi8
#include "syllable/cuts_simd.h"
#undef TARGET
#undef SIMD
#undef VECTOR
#undef MASK
#undef LOAD
#undef SET
#undef OR
#undef ADD
#undef EQUAL
#undef LESS
#undef MOVEMASK

#define TARGET __attribute__((target("avx2,bmi,bmi2,popcnt,lzcnt")))
#define SIMD(name) name##_avx2
#define VECTOR __m256i
#define MASK uint32_t
#define LOAD(p) _mm256_loadu_si256((const __m256i *)(const void *)(p))
#define SET(x) _mm256_set1_epi8((char)(x))
#define OR _mm256_or_si256
#define ADD _mm256_add_epi8
#define EQUAL _mm256_cmpeq_epi8
#define LESS(a, b) _mm256_cmpgt_epi8(b, a)
#define MOVEMASK _mm256_movemask_epi8
#include "syllable/cuts_simd.h"

/* 64 bytes at once, comparisons that give masks, and places packed by them. */
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi2,bmi,bmi2,popcnt,lzcnt")))

AVX512 INLINE uint64_t between(__m512i v, uint8_t first, uint8_t last) {
    __m512i moved = _mm512_sub_epi8(v, _mm512_set1_epi8((char)first));
    return _mm512_cmple_epu8_mask(moved, _mm512_set1_epi8((char)(last - first)));
}

AVX512 INLINE uint64_t is(__m512i v, uint8_t byte) { return _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8((char)byte)); }

AVX512 INLINE void kinds_avx512(const uint8_t *block, struct bon_byte_kinds *k) {
    __m512i v = _mm512_loadu_si512(block);
    k->letter = between(_mm512_or_si512(v, _mm512_set1_epi8(0x20)), 'a', 'z');
    k->digit = between(v, '0', '9');
    k->high = (uint64_t)_mm512_movepi8_mask(v);
    k->low = between(v, 0, ' ');
    k->blank = is(v, ' ') | between(v, '\t', '\r');
    k->newline = is(v, '\n');
    k->inner = between(v, ',', '/') | is(v, ':');
    k->tag = is(v, '@') | is(v, '#') | is(v, '+');
    k->knot = k->inner | k->tag | is(v, '%') | is(v, '_');
    k->dot = is(v, '.');
    k->e2 = is(v, 0xe2);
    k->x80 = is(v, 0x80);
    k->x90_bf = between(v, 0x90, 0xbf);
    k->latin = between(v, 0xc3, 0xc6);
    k->e1 = is(v, 0xe1);
    k->ba_bb = between(v, 0xba, 0xbb);
}

/* 16 places from packed bytes. */
AVX512 INLINE void write_16(__m128i places, __m128i flags, uint32_t base, uint32_t *out) {
    __m512i wide = _mm512_add_epi32(_mm512_cvtepu8_epi32(places), _mm512_set1_epi32((int)base));
    _mm512_storeu_si512(out, _mm512_or_si512(wide, _mm512_slli_epi32(_mm512_cvtepu8_epi32(flags), 24)));
}

AVX512 INLINE size_t places_avx512(const struct bon_edges *edges, uint32_t base, uint32_t *starts, uint32_t *ends,
                                   size_t *start_count) {
    static const uint8_t counting[64] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                         16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
                                         32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
                                         48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    __m512i places = _mm512_loadu_si512(counting);
    __m512i flags = _mm512_or_si512(_mm512_maskz_set1_epi8(edges->dirty, (char)(BON_CUT_DIRTY >> 24)),
                                    _mm512_maskz_set1_epi8(edges->dots, (char)(BON_CUT_DOT >> 24)));
    __m512i start = _mm512_maskz_compress_epi8(edges->starts, places);
    __m512i end = _mm512_maskz_compress_epi8(edges->ends, places);
    __m512i end_flags = _mm512_maskz_compress_epi8(edges->ends, flags);
    size_t count = (size_t)_mm_popcnt_u64(edges->ends);
    *start_count = (size_t)_mm_popcnt_u64(edges->starts);
    write_16(_mm512_castsi512_si128(start), _mm_setzero_si128(), base, starts);
    write_16(_mm512_castsi512_si128(end), _mm512_castsi512_si128(end_flags), base, ends);
#define WRITE(i)                                                                                                       \
    write_16(_mm512_extracti32x4_epi32(start, i), _mm_setzero_si128(), base, starts + USUAL * (i));                    \
    write_16(_mm512_extracti32x4_epi32(end, i), _mm512_extracti32x4_epi32(end_flags, i), base, ends + USUAL * (i))
    if (count > USUAL || *start_count > USUAL) {
        WRITE(1);
        WRITE(2);
        WRITE(3);
    }
#undef WRITE
    return count;
}

AVX512 static size_t cut_avx512(const uint8_t *bytes, struct bon_cuts *cuts) {
    return bon_cut_window(kinds_avx512, places_avx512, bytes, cuts);
}

bon_cut_function *bon_cut_nth(unsigned i) {
    bon_cut_function *all[4] = {cut_plain, cut_sse2};
    unsigned count = 2;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) all[count++] = cut_avx2;
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2")) all[count++] = cut_avx512;
    return i < count ? all[i] : NULL;
}
#else
bon_cut_function *bon_cut_nth(unsigned i) { return i == 0 ? cut_plain : NULL; }
#endif

bon_cut_function *bon_cut_best(void) {
    bon_cut_function *best = NULL, *next;
    for (unsigned i = 0; (next = bon_cut_nth(i)) != NULL; i++) best = next;
    return best;
}
