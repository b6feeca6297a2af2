/* src/lm/gemm8.c: 8-bit products of blocks: five instructions for 64 products with AVX2, one for 32 or 64 with VNNI. See gemm8.h. */
#include "lm/gemm8.h"

#include <string.h>

enum { ROWS = BON_GEMM8_ROWS, COLS = BON_GEMM8_COLS };

static void portable_block(const uint8_t *x, size_t n, const int8_t *w, size_t cols, int32_t *sums) {
    for (size_t i = 0; i < n; i++, x += cols, sums += ROWS) {
        memset(sums, 0, ROWS * sizeof *sums);
        for (size_t c = 0; c < cols; c += COLS)
            for (size_t r = 0; r < ROWS; r++)
                for (size_t k = 0; k < COLS; k++) sums[r] += x[c + k] * w[c * ROWS + r * COLS + k];
    }
}

static bool always(void) { return true; }

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))
#define AVX_VNNI __attribute__((target("avx2,avxvnni")))
#define AVX512_VNNI __attribute__((target("avx512f,avx512bw,avx512vnni")))
#define INLINE static inline __attribute__((always_inline))

/* Four values that begin anywhere, as a number. */
INLINE int32_t four_bytes(const uint8_t *x) {
    int32_t value;
    memcpy(&value, x, sizeof value);
    return value;
}

/* ---- AVX2: a register holds eight rows by four columns ---- */

/* `many` rows of x by 16 rows of w; `many` is known where this is inlined, so that the sums are in registers. */
INLINE AVX2 void avx2_tile(const uint8_t *x, int many, const int8_t *w, size_t cols, int32_t *sums) {
    const __m256i ones = _mm256_set1_epi16(1);
    __m256i sum[5][2];
    for (int i = 0; i < many; i++) sum[i][0] = sum[i][1] = _mm256_setzero_si256();
    size_t c = 0;
    for (; c + 2 * COLS <= cols;
         c += 2 * COLS) { /* the sums of eight columns are made of four products, which fit in 16 bits */
        const __m256i *codes = (const __m256i *)(const void *)(w + c * ROWS), *next = codes + ROWS * COLS / 32;
        for (int i = 0; i < many; i++) {
            const __m256i value = _mm256_set1_epi32(four_bytes(x + (size_t)i * cols + c));
            const __m256i after = _mm256_set1_epi32(four_bytes(x + (size_t)i * cols + c + COLS));
            for (int r = 0; r < 2; r++) {
                const __m256i pairs = _mm256_maddubs_epi16(value, _mm256_loadu_si256(codes + r));
                const __m256i more = _mm256_maddubs_epi16(after, _mm256_loadu_si256(next + r));
                sum[i][r] = _mm256_add_epi32(sum[i][r], _mm256_madd_epi16(_mm256_add_epi16(pairs, more), ones));
            }
            __asm__("" : "+x"(sum[i][0]), "+x"(sum[i][1])); /* else gcc takes all values first, and sums go to memory */
        }
    }
    if (c < cols)
        for (int i = 0; i < many; i++)
            for (int r = 0; r < 2; r++) {
                const __m256i value = _mm256_set1_epi32(four_bytes(x + (size_t)i * cols + c));
                const __m256i codes = _mm256_loadu_si256((const __m256i *)(const void *)(w + c * ROWS) + r);
                sum[i][r] = _mm256_add_epi32(sum[i][r], _mm256_madd_epi16(_mm256_maddubs_epi16(value, codes), ones));
            }
    for (int i = 0; i < many; i++)
        for (int r = 0; r < 2; r++) _mm256_storeu_si256((__m256i *)(void *)(sums + i * ROWS + r * 8), sum[i][r]);
}

AVX2 static void avx2_block(const uint8_t *x, size_t n, const int8_t *w, size_t cols, int32_t *sums) {
    enum { MANY = 5, FEW = 3, HALF = ROWS / 2 };
    size_t i = 0;
    for (; i + MANY <= n; i += MANY)
        for (size_t r = 0; r < ROWS; r += HALF) avx2_tile(x + i * cols, MANY, w + r * COLS, cols, sums + i * ROWS + r);
    for (; i + FEW <= n; i += FEW)
        for (size_t r = 0; r < ROWS; r += HALF) avx2_tile(x + i * cols, FEW, w + r * COLS, cols, sums + i * ROWS + r);
    for (; i < n; i++)
        for (size_t r = 0; r < ROWS; r += HALF) avx2_tile(x + i * cols, 1, w + r * COLS, cols, sums + i * ROWS + r);
}

/* ---- VNNI: a register holds eight or sixteen rows by four columns ---- */

INLINE AVX_VNNI void vnni_tile(const uint8_t *x, int many, const int8_t *w, size_t cols, int32_t *sums) {
    __m256i sum[3][4];
    for (int i = 0; i < many; i++)
        for (int r = 0; r < 4; r++) sum[i][r] = _mm256_setzero_si256();
    for (size_t c = 0; c < cols; c += COLS) {
        const __m256i *codes = (const __m256i *)(const void *)(w + c * ROWS);
        for (int i = 0; i < many; i++) {
            const __m256i value = _mm256_set1_epi32(four_bytes(x + (size_t)i * cols + c));
            for (int r = 0; r < 4; r++)
                sum[i][r] = _mm256_dpbusd_avx_epi32(sum[i][r], value, _mm256_loadu_si256(codes + r));
        }
    }
    for (int i = 0; i < many; i++)
        for (int r = 0; r < 4; r++) _mm256_storeu_si256((__m256i *)(void *)(sums + i * ROWS + r * 8), sum[i][r]);
}

AVX_VNNI static void vnni_block(const uint8_t *x, size_t n, const int8_t *w, size_t cols, int32_t *sums) {
    enum { MANY = 3 };
    size_t i = 0;
    for (; i + MANY <= n; i += MANY) vnni_tile(x + i * cols, MANY, w, cols, sums + i * ROWS);
    for (; i < n; i++) vnni_tile(x + i * cols, 1, w, cols, sums + i * ROWS);
}

INLINE AVX512_VNNI void vnni512_tile(const uint8_t *x, int many, const int8_t *w, size_t cols, int32_t *sums) {
    __m512i sum[8][2];
    for (int i = 0; i < many; i++) sum[i][0] = sum[i][1] = _mm512_setzero_si512();
    for (size_t c = 0; c < cols; c += COLS) {
        const __m512i low = _mm512_loadu_si512(w + c * ROWS), high = _mm512_loadu_si512(w + c * ROWS + 64);
        for (int i = 0; i < many; i++) {
            const __m512i value = _mm512_set1_epi32(four_bytes(x + (size_t)i * cols + c));
            sum[i][0] = _mm512_dpbusd_epi32(sum[i][0], value, low);
            sum[i][1] = _mm512_dpbusd_epi32(sum[i][1], value, high);
        }
    }
    for (int i = 0; i < many; i++) {
        _mm512_storeu_si512(sums + i * ROWS, sum[i][0]);
        _mm512_storeu_si512(sums + i * ROWS + 16, sum[i][1]);
    }
}

AVX512_VNNI static void vnni512_block(const uint8_t *x, size_t n, const int8_t *w, size_t cols, int32_t *sums) {
    enum { MANY = 8, FEW = 3 };
    size_t i = 0;
    for (; i + MANY <= n; i += MANY) vnni512_tile(x + i * cols, MANY, w, cols, sums + i * ROWS);
    for (; i + FEW <= n; i += FEW) vnni512_tile(x + i * cols, FEW, w, cols, sums + i * ROWS);
    for (; i < n; i++) vnni512_tile(x + i * cols, 1, w, cols, sums + i * ROWS);
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
static bool has_vnni512(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vnni");
}
#else
static bool never(void) { return false; }
#define has_avx2 never
#define has_vnni never
#define has_vnni512 never
#define avx2_block portable_block
#define vnni_block portable_block
#define vnni512_block portable_block
#endif

const struct bon_gemm8_kernel bon_gemm8_kernels[BON_GEMM8_KERNELS] = {{"portable", portable_block, always},
                                                                      {"avx2", avx2_block, has_avx2},
                                                                      {"avx-vnni", vnni_block, has_vnni},
                                                                      {"avx512-vnni", vnni512_block, has_vnni512}};

const struct bon_gemm8_kernel *bon_gemm8_best(void) {
    size_t best = BON_GEMM8_KERNELS;
    while (!bon_gemm8_kernels[--best].usable()) continue;
    return &bon_gemm8_kernels[best];
}
