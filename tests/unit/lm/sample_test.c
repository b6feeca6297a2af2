/* Sampling: shares follow the softmax, cuts cut, the same seed draws the same. */
#include <criterion/criterion.h>
#include <math.h>

#include "bon/lm.h"
#include "failmalloc.h"

enum { N = 6, DRAWS = 20000 };

static const float logits[N] = {0.5f, 2, -1, 2, 1, -30};

static void shares(const bon_sampling *how, double share[N]) {
    unsigned count[N] = {0};
    for (uint64_t i = 0; i < DRAWS; i++) {
        uint32_t id;
        cr_assert_eq(bon_sample(logits, N, how, i, &id), BON_OK);
        cr_assert_lt(id, N);
        count[id]++;
    }
    for (int i = 0; i < N; i++) share[i] = (double)count[i] / DRAWS;
}

Test(sample, shares) {
    static const struct {
        bon_sampling how;
        bool left[N];
    } cases[] = {
        {{.temperature = 1, .seed = 1}, {1, 1, 1, 1, 1, 1}},
        {{.temperature = 0.5, .seed = 2}, {1, 1, 1, 1, 1, 1}},
        {{.temperature = 3, .seed = 3}, {1, 1, 1, 1, 1, 1}},
        {{.temperature = 1, .top_k = 3, .seed = 4}, {0, 1, 0, 1, 1, 0}},
        {{.temperature = 1, .top_k = 1, .seed = 5}, {0, 1, 0, 0, 0, 0}},
        {{.temperature = 1, .top_p = 0.6, .seed = 6}, {0, 1, 0, 1, 0, 0}},
        {{.temperature = 1, .top_p = 1e-9, .seed = 7}, {0, 1, 0, 0, 0, 0}},
        {{.temperature = 0, .seed = 8}, {0, 1, 0, 0, 0, 0}},
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        double share[N], sum = 0;
        const double temperature = cases[c].how.temperature > 0 ? cases[c].how.temperature : 1;
        shares(&cases[c].how, share);
        for (int i = 0; i < N; i++) sum += cases[c].left[i] ? exp((double)logits[i] / temperature) : 0;
        for (int i = 0; i < N; i++) {
            const double expected = cases[c].left[i] ? exp((double)logits[i] / temperature) / sum : 0;
            cr_expect(fabs(share[i] - expected) < (cases[c].left[i] ? 0.015 : 1e-12), "case %zu: token %d: %g, not %g",
                      c, i, share[i], expected);
        }
    }
}

Test(sample, seeds) {
    const bon_sampling a = {.temperature = 1, .seed = 1}, b = {.temperature = 1, .seed = 2};
    unsigned different = 0;
    for (uint64_t i = 0; i < 100; i++) {
        uint32_t x, again, y;
        cr_assert_eq(bon_sample(logits, N, &a, i, &x), BON_OK);
        cr_assert_eq(bon_sample(logits, N, &a, i, &again), BON_OK);
        cr_assert_eq(bon_sample(logits, N, &b, i, &y), BON_OK);
        cr_expect_eq(x, again);
        different += x != y;
    }
    cr_expect_gt(different, 30);
}

Test(sample, edges) {
    const bon_sampling how = {.temperature = 1};
    const float bad[] = {1, NAN}, infinite[] = {-INFINITY, INFINITY, 0}, none[] = {-INFINITY, -INFINITY};
    uint32_t id = 9;
    cr_expect_eq(bon_sample(bad, 2, &how, 0, &id), BON_ERR_DATA);
    cr_expect_eq(bon_sample(bad, 0, &how, 0, &id), BON_ERR_ARGUMENT);
    cr_expect_eq(bon_sample(logits, N, &(bon_sampling){.temperature = -1}, 0, &id), BON_ERR_ARGUMENT);
    cr_expect_eq(bon_sample(logits, N, &(bon_sampling){.temperature = NAN}, 0, &id), BON_ERR_ARGUMENT);
    for (uint64_t i = 0; i < 50; i++) {
        cr_expect_eq(bon_sample(infinite, 3, &how, i, &id), BON_OK);
        cr_expect_eq(id, 1);
        cr_expect_eq(bon_sample(none, 2, &how, i, &id), BON_OK);
        cr_expect_lt(id, 2);
    }
    cr_expect_eq(bon_sample(bad, 1, &how, 7, &id), BON_OK);
    cr_expect_eq(id, 0);
}

static bon_status draw(void *arg) {
    uint32_t id;
    (void)arg;
    return bon_sample(logits, N, &(bon_sampling){.temperature = 1}, 0, &id);
}

Test(sample, allocation_failures) { failmalloc_check(draw, NULL); }
