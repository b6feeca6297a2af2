/* src/lm/sample.c: drawing tokens: the likeliest first, cut by top-k and top-p, one is drawn. Few are looked at as a rule, so they
 * come from a heap instead of being sorted. */
#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "bon/lm.h"
#include "lm/random.h"

struct candidate {
    float logit;
    uint32_t id;
};

static bool likelier(struct candidate a, struct candidate b) {
    return a.logit != b.logit ? a.logit > b.logit : a.id < b.id;
}

/* The candidates: a heap of those not taken yet, and behind it, from the end, those taken. */
struct heap {
    struct candidate *list;
    size_t left, all;
    double best, temperature;
};

static void sink(struct heap *heap, size_t at) {
    for (size_t child; (child = 2 * at + 1) < heap->left; at = child) {
        if (child + 1 < heap->left && likelier(heap->list[child + 1], heap->list[child])) child++;
        if (!likelier(heap->list[child], heap->list[at])) return;
        const struct candidate moved = heap->list[at];
        heap->list[at] = heap->list[child], heap->list[child] = moved;
    }
}

/* The i-th likeliest. */
static struct candidate take(struct heap *heap, size_t i) {
    while (heap->all - heap->left <= i) {
        const struct candidate first = heap->list[0];
        heap->list[0] = heap->list[--heap->left];
        heap->list[heap->left] = first;
        sink(heap, 0);
    }
    return heap->list[heap->all - 1 - i];
}

/* Its probability, not normalized. */
static double weight(const struct heap *heap, struct candidate candidate) {
    const double below = (double)candidate.logit - heap->best;
    return isnan(below) ? 1 : exp(below / heap->temperature); /* NaN: both are the same infinity */
}

static uint32_t draw(struct heap *heap, const bon_sampling *how, double uniform) {
    const size_t most = how->top_k && how->top_k < heap->all ? how->top_k : heap->all;
    double sum = 0, all = 0;
    size_t left = most;
    for (size_t i = 0; i < most; i++) all += weight(heap, most < heap->all ? take(heap, i) : heap->list[i]);
    if (how->top_p > 0 && how->top_p < 1)
        for (left = 0; left < most && (left == 0 || sum < how->top_p * all); left++)
            sum += weight(heap, take(heap, left));
    else
        sum = all;
    double point = uniform * sum;
    size_t drawn = 0;
    for (double one; drawn + 1 < left && point >= (one = weight(heap, take(heap, drawn))); drawn++) point -= one;
    return take(heap, drawn).id;
}

bon_status bon_sample(const float *logits, size_t n, const bon_sampling *how, uint64_t position, uint32_t *id) {
    if (n == 0 || n > UINT32_MAX || !(how->temperature >= 0))
        return bon_fail(BON_ERR_ARGUMENT, "sampling: %zu logits at a temperature of %g", n, how->temperature);
    *id = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(logits[i])) return bon_fail(BON_ERR_DATA, "sampling: the logit of token %zu is NaN", i);
        if (logits[i] > logits[*id]) *id = (uint32_t)i;
    }
    if (how->temperature == 0) return BON_OK;
    struct heap heap = {.left = n, .all = n, .best = (double)logits[*id], .temperature = how->temperature};
    if (!(heap.list = bon_alloc_array(n, sizeof *heap.list))) return BON_ERR_NOMEM;
    for (size_t i = 0; i < n; i++) heap.list[i] = (struct candidate){logits[i], (uint32_t)i};
    for (size_t i = n / 2; i-- > 0;) sink(&heap, i);
    *id = draw(&heap, how, bon_uniform(bon_philox(how->seed, 0, position).v[0]));
    free(heap.list);
    return BON_OK;
}
