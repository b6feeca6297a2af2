/* src/corpus/minhash.c: see minhash.h. */
#include "corpus/minhash.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/hash.h"

/* Splitmix64 (Steele et al. 2014): the constants of the hashes, the same everywhere. */
static uint64_t next_random(uint64_t *state) {
    uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static double chance_to_meet(double similarity, unsigned rows) {
    return 1 - pow(1 - pow(similarity, rows), BON_MINHASHES / rows);
}

void bon_minhash_init(struct bon_minhash *hash, double similarity) {
    uint64_t state = 5;
    for (int i = 0; i < BON_MINHASHES; i++) {
        uint64_t random = next_random(&state);
        hash->a[i] = (uint32_t)random | 1;
        hash->b[i] = (uint32_t)(random >> 32);
    }
    hash->rows = 1;
    while (hash->rows < 16 && chance_to_meet(similarity, hash->rows + 1) >= 0.98) hash->rows++;
    hash->bands = BON_MINHASHES / hash->rows;
}

/* ---- minima ---- */

static void plain_minima(const struct bon_minhash *hash, const uint32_t *shingles, size_t n,
                         uint32_t minima[BON_MINHASHES]) {
    memset(minima, 0xff, BON_MINHASHES * sizeof *minima);
    for (size_t k = 0; k < n; k++)
        for (int i = 0; i < BON_MINHASHES; i++) {
            uint32_t value = hash->a[i] * shingles[k] + hash->b[i];
            if (value < minima[i]) minima[i] = value;
        }
}

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

enum { LANES = 8, VECTORS = 4 }; /* of hashes that stay in registers while all shingles pass */

#define LOAD(p) _mm256_loadu_si256((const __m256i *)(const void *)(p))

__attribute__((target("avx2"))) static void avx2_minima(const struct bon_minhash *hash, const uint32_t *shingles,
                                                        size_t n, uint32_t minima[BON_MINHASHES]) {
    for (int first = 0; first < BON_MINHASHES; first += LANES * VECTORS) {
        __m256i a[VECTORS], b[VECTORS], least[VECTORS];
        for (int v = 0; v < VECTORS; v++) {
            a[v] = LOAD(hash->a + first + v * LANES);
            b[v] = LOAD(hash->b + first + v * LANES);
            least[v] = _mm256_set1_epi32(-1);
        }
        for (size_t k = 0; k < n; k++) {
            const __m256i x = _mm256_set1_epi32((int)shingles[k]);
            for (int v = 0; v < VECTORS; v++)
                least[v] = _mm256_min_epu32(least[v], _mm256_add_epi32(_mm256_mullo_epi32(x, a[v]), b[v]));
        }
        for (int v = 0; v < VECTORS; v++)
            _mm256_storeu_si256((__m256i *)(void *)(minima + first + v * LANES), least[v]);
    }
}

static bool has_avx2(void) { return __builtin_cpu_supports("avx2"); }
#else
static bool has_avx2(void) { return false; }
#define avx2_minima plain_minima
#endif

void bon_minhash_minima(const struct bon_minhash *hash, const uint32_t *shingles, size_t n,
                        uint32_t minima[BON_MINHASHES]) {
    if (has_avx2())
        avx2_minima(hash, shingles, n, minima);
    else
        plain_minima(hash, shingles, n, minima);
}

/* ---- signatures ---- */

void bon_minhash_sign(const struct bon_minhash *hash, const uint32_t minima[BON_MINHASHES], uint32_t *bands,
                      uint8_t signature[BON_MINHASHES]) {
    for (unsigned band = 0; band < hash->bands; band++)
        bands[band] = (uint32_t)bon_hash64(minima + band * hash->rows, hash->rows * sizeof *minima);
    /* The high bits of a minimum are nearly always zeros: a multiplication carries the low ones up. */
    for (int i = 0; i < BON_MINHASHES; i++) signature[i] = (uint8_t)((minima[i] * UINT32_C(0x9e3779b1)) >> 24);
}

double bon_minhash_similarity(const uint8_t a[BON_MINHASHES], const uint8_t b[BON_MINHASHES]) {
    int equal = 0;
    for (int i = 0; i < BON_MINHASHES; i++) equal += a[i] == b[i];
    const double share = equal / (double)BON_MINHASHES, by_chance = 1.0 / 256;
    return (share - by_chance) / (1 - by_chance);
}
