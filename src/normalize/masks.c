/* src/normalize/masks.c: 64 bytes to bit masks, with AVX2, SSE2 or plain C; the processor decides at run time.
 *
 * As signed bytes, sequences of UTF-8 begin in [-64, -1] and go on in [-128, -65]; ASCII is not negative. So one signed
 * comparison tells each kind.
 */
#include "normalize/normalizer.h"

static void masks_portable(const uint8_t *block, struct bon_block_masks *m) {
    *m = (struct bon_block_masks){0};
    for (unsigned i = 0; i < 64; i++) {
        uint8_t b = block[i];
        uint64_t bit = (uint64_t)1 << i;
        if (b == ' ') m->space |= bit;
        if (b == '\n') m->newline |= bit;
        if ((b < 0x20 && b != '\n') || b == 0x7f) m->control |= bit;
        if (b >= 0xc0) m->lead2 |= bit;
        if (b >= 0xe0) m->lead3 |= bit;
        if (b >= 0xf0) m->lead4 |= bit;
        if (b >= 0x80 && b < 0xc0) m->tail |= bit;
    }
}

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

static void masks_sse2(const uint8_t *block, struct bon_block_masks *m) {
    *m = (struct bon_block_masks){0};
    for (unsigned i = 0; i < 64; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(block + i));
#define MASK128(x) ((uint64_t)(uint32_t)_mm_movemask_epi8(x) << i)
        uint64_t high = MASK128(v);
        uint64_t below = MASK128(_mm_cmplt_epi8(v, _mm_set1_epi8(0x20)));
        uint64_t newline = MASK128(_mm_cmpeq_epi8(v, _mm_set1_epi8('\n')));
        uint64_t lead2 = high & MASK128(_mm_cmpgt_epi8(v, _mm_set1_epi8(-65)));
        m->space |= MASK128(_mm_cmpeq_epi8(v, _mm_set1_epi8(' ')));
        m->newline |= newline;
        m->control |= (below & ~high & ~newline) | MASK128(_mm_cmpeq_epi8(v, _mm_set1_epi8(0x7f)));
        m->lead2 |= lead2;
        m->lead3 |= high & MASK128(_mm_cmpgt_epi8(v, _mm_set1_epi8(-33)));
        m->lead4 |= high & MASK128(_mm_cmpgt_epi8(v, _mm_set1_epi8(-17)));
        m->tail |= high & ~lead2;
#undef MASK128
    }
}

__attribute__((target("avx2"))) static void masks_avx2(const uint8_t *block, struct bon_block_masks *m) {
    *m = (struct bon_block_masks){0};
    for (unsigned i = 0; i < 64; i += 32) {
        __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(block + i));
#define MASK256(x) ((uint64_t)(uint32_t)_mm256_movemask_epi8(x) << i)
        uint64_t high = MASK256(v);
        uint64_t at_least = MASK256(_mm256_cmpgt_epi8(v, _mm256_set1_epi8(0x1f)));
        uint64_t newline = MASK256(_mm256_cmpeq_epi8(v, _mm256_set1_epi8('\n')));
        uint64_t lead2 = high & MASK256(_mm256_cmpgt_epi8(v, _mm256_set1_epi8(-65)));
        uint64_t here = (uint64_t)0xffffffff << i;
        m->space |= MASK256(_mm256_cmpeq_epi8(v, _mm256_set1_epi8(' ')));
        m->newline |= newline;
        m->control |= (here & ~at_least & ~high & ~newline) | MASK256(_mm256_cmpeq_epi8(v, _mm256_set1_epi8(0x7f)));
        m->lead2 |= lead2;
        m->lead3 |= high & MASK256(_mm256_cmpgt_epi8(v, _mm256_set1_epi8(-33)));
        m->lead4 |= high & MASK256(_mm256_cmpgt_epi8(v, _mm256_set1_epi8(-17)));
        m->tail |= high & ~lead2;
#undef MASK256
    }
}

bon_masks_function *bon_masks_nth(unsigned i) {
    bool avx2 = __builtin_cpu_supports("avx2");
    bon_masks_function *all[] = {masks_portable, masks_sse2, avx2 ? masks_avx2 : NULL};
    return i < sizeof all / sizeof all[0] ? all[i] : NULL;
}
#else
bon_masks_function *bon_masks_nth(unsigned i) { return i == 0 ? masks_portable : NULL; }
#endif

bon_masks_function *bon_masks_best(void) {
    bon_masks_function *best = NULL, *next;
    for (unsigned i = 0; (next = bon_masks_nth(i)) != NULL; i++) best = next;
    return best;
}
