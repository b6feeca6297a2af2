/* src/lm/dot.c: 8-bit dot products. AVX2 multiplies unsigned by signed bytes and adds pairs into 16 bits, where two products of
 * 128 * 128 would not fit: with |x| as the unsigned factor and w under the sign of x, both at most 127, 2 * 127 * 127 does.
 * VNNI adds four products into 32 bits at once. */
#include "lm/dot.h"

static void portable_dot4(const int8_t *x, const int8_t *const w[4], size_t n, int32_t out[4]) {
    for (int r = 0; r < 4; r++) {
        int32_t sum = 0;
        for (size_t i = 0; i < n; i++) sum += x[i] * w[r][i];
        out[r] = sum;
    }
}

static bool always(void) { return true; }

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

/* The rest that fills no register. */
static void add_tail(const int8_t *x, const int8_t *const w[4], size_t first, size_t n, int32_t out[4]) {
    for (int r = 0; r < 4; r++)
        for (size_t i = first; i < n; i++) out[r] += x[i] * w[r][i];
}

__attribute__((target("avx2"))) static int32_t sum_of(__m256i v) {
    __m128i s = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4e));
    return _mm_cvtsi128_si32(_mm_add_epi32(s, _mm_shuffle_epi32(s, 0xb1)));
}

#define LOAD(p) _mm256_loadu_si256((const __m256i *)(const void *)(p))

__attribute__((target("avx2"))) static void avx2_dot4(const int8_t *x, const int8_t *const w[4], size_t n,
                                                      int32_t out[4]) {
    const __m256i ones = _mm256_set1_epi16(1);
    __m256i sum[4] = {_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256()};
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        const __m256i v = LOAD(x + i), size = _mm256_abs_epi8(v);
        for (int r = 0; r < 4; r++) {
            const __m256i pairs = _mm256_maddubs_epi16(size, _mm256_sign_epi8(LOAD(w[r] + i), v));
            sum[r] = _mm256_add_epi32(sum[r], _mm256_madd_epi16(pairs, ones));
        }
    }
    for (int r = 0; r < 4; r++) out[r] = sum_of(sum[r]);
    add_tail(x, w, i, n, out);
}

__attribute__((target("avx2,avxvnni"))) static void vnni_dot4(const int8_t *x, const int8_t *const w[4], size_t n,
                                                              int32_t out[4]) {
    __m256i sum[4] = {_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256()};
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        const __m256i v = LOAD(x + i), size = _mm256_abs_epi8(v);
        for (int r = 0; r < 4; r++) sum[r] = _mm256_dpbusd_avx_epi32(sum[r], size, _mm256_sign_epi8(LOAD(w[r] + i), v));
    }
    for (int r = 0; r < 4; r++) out[r] = sum_of(sum[r]);
    add_tail(x, w, i, n, out);
}

static bool has_avx2(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2");
}

/* AVX-VNNI: CPUID leaf 7, subleaf 1, EAX bit 4. That the system saves the registers is what AVX2 tells. */
static bool has_vnni(void) {
    unsigned a, b, c, d;
    return has_avx2() && __get_cpuid_count(7, 1, &a, &b, &c, &d) && a >> 4 & 1;
}
#else
static bool has_avx2(void) { return false; }
static bool has_vnni(void) { return false; }
#define avx2_dot4 portable_dot4
#define vnni_dot4 portable_dot4
#endif

const struct bon_dot_kernel bon_dot_kernels[BON_DOT_KERNELS] = {
    {"portable", portable_dot4, always}, {"avx2", avx2_dot4, has_avx2}, {"avx-vnni", vnni_dot4, has_vnni}};

const struct bon_dot_kernel *bon_dot_best(void) {
    size_t best = BON_DOT_KERNELS;
    while (!bon_dot_kernels[--best].usable()) continue;
    return &bon_dot_kernels[best];
}
