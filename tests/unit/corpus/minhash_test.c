/* Signatures: estimates of similarities that are known, and bands that meet as often as they should. */
#include "corpus/minhash.h"

#include <math.h>

#include "support.h"

/* Two sets of n shingles that share `common` of them. */
static void make_sets(uint64_t seed, size_t n, size_t common, uint32_t *a, uint32_t *b) {
    uint64_t state = seed;
    for (size_t i = 0; i < n; i++) {
        a[i] = (uint32_t)files_random(&state);
        b[i] = i < common ? a[i] : (uint32_t)files_random(&state);
    }
}

Test(minhash, estimates_similarities) {
    enum { N = 300, TRIALS = 200 };
    static uint32_t a[N], b[N], minima[BON_MINHASHES], bands[BON_MINHASHES];
    uint8_t sign_a[BON_MINHASHES], sign_b[BON_MINHASHES];
    struct bon_minhash hash;
    bon_minhash_init(&hash, 0.7);
    for (size_t common = 0; common <= N; common += 50) {
        double sum = 0, squares = 0, truth = (double)common / (2 * N - common);
        for (uint64_t trial = 0; trial < TRIALS; trial++) {
            make_sets(trial * 1000 + common, N, common, a, b);
            bon_minhash_minima(&hash, a, N, minima);
            bon_minhash_sign(&hash, minima, bands, sign_a);
            bon_minhash_minima(&hash, b, N, minima);
            bon_minhash_sign(&hash, minima, bands, sign_b);
            double error = bon_minhash_similarity(sign_a, sign_b) - truth;
            sum += error, squares += error * error;
        }
        cr_assert_lt(fabs(sum / TRIALS), 0.012, "%zu in common: bias %g", common, sum / TRIALS);
        cr_assert_lt(sqrt(squares / TRIALS), 0.055, "%zu in common: error %g", common, sqrt(squares / TRIALS));
    }
}

Test(minhash, minima_are_those_of_the_definition) {
    static uint32_t shingles[100], minima[BON_MINHASHES];
    struct bon_minhash hash;
    uint64_t state = 1;
    bon_minhash_init(&hash, 0.5);
    for (size_t i = 0; i < 100; i++) shingles[i] = (uint32_t)files_random(&state);
    for (size_t n = 1; n <= 100; n += 33) {
        bon_minhash_minima(&hash, shingles, n, minima);
        for (int i = 0; i < BON_MINHASHES; i++) {
            uint32_t least = UINT32_MAX;
            for (size_t k = 0; k < n; k++) {
                uint32_t value = hash.a[i] * shingles[k] + hash.b[i];
                if (value < least) least = value;
            }
            cr_assert_eq(minima[i], least);
        }
    }
}

Test(minhash, bands_fit_the_similarity) {
    struct bon_minhash hash;
    unsigned rows = 0;
    for (double similarity = 0.05; similarity <= 1; similarity += 0.05) {
        bon_minhash_init(&hash, similarity);
        cr_assert_leq(hash.bands * hash.rows, BON_MINHASHES);
        cr_assert_geq(hash.rows, rows, "more alike: longer bands");
        rows = hash.rows;
        double meets = 1 - pow(1 - pow(similarity, hash.rows), hash.bands);
        cr_assert(meets >= 0.98 || hash.rows == 1);
    }
}
