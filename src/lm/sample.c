/* src/lm/sample.c: drawing tokens: the candidates are sorted, cut by top-k and top-p, and one is drawn. */
#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "bon/lm.h"
#include "lm/random.h"

struct candidate {
    float logit;
    uint32_t id;
    double weight; /* not normalized */
};

static int likelier_first(const void *a, const void *b) {
    const struct candidate *x = a, *y = b;
    if (x->logit != y->logit) return x->logit > y->logit ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* How many of the sorted candidates are left, with their weights; *sum is all of those. */
static size_t cut(struct candidate *candidates, size_t n, const bon_sampling *how, double *sum) {
    const double temperature = how->temperature, top_p = how->top_p > 0 ? how->top_p : 1;
    double all = 0;
    if (how->top_k && how->top_k < n) n = how->top_k;
    for (size_t i = 0; i < n; i++) {
        const double below = (double)candidates[i].logit - (double)candidates[0].logit;
        candidates[i].weight = isnan(below) ? 1 : exp(below / temperature); /* NaN: both are the same infinity */
        all += candidates[i].weight;
    }
    size_t left = 0;
    *sum = 0;
    while (left < n && (left == 0 || *sum < top_p * all)) *sum += candidates[left++].weight;
    return left;
}

bon_status bon_sample(const float *logits, size_t n, const bon_sampling *how, uint64_t position, uint32_t *id) {
    double sum;
    if (n == 0 || n > UINT32_MAX || !(how->temperature >= 0))
        return bon_fail(BON_ERR_ARGUMENT, "sampling: %zu logits at a temperature of %g", n, how->temperature);
    *id = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(logits[i])) return bon_fail(BON_ERR_DATA, "sampling: the logit of token %zu is NaN", i);
        if (logits[i] > logits[*id]) *id = (uint32_t)i;
    }
    if (how->temperature == 0) return BON_OK;
    struct candidate *candidates = bon_alloc_array(n, sizeof *candidates);
    if (!candidates) return BON_ERR_NOMEM;
    for (size_t i = 0; i < n; i++) candidates[i] = (struct candidate){.logit = logits[i], .id = (uint32_t)i};
    qsort(candidates, n, sizeof *candidates, likelier_first);
    const size_t left = cut(candidates, n, how, &sum);
    double point = bon_uniform(bon_philox(how->seed, 0, position).v[0]) * sum;
    size_t drawn = 0;
    while (drawn + 1 < left && point >= candidates[drawn].weight) point -= candidates[drawn++].weight;
    *id = candidates[drawn].id;
    free(candidates);
    return BON_OK;
}
