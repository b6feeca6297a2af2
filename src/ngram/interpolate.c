/* src/ngram/interpolate.c: several models mixed into one, linearly: p(w | h) = sum of weight_i p_i(w | h).
 *
 * The mixed model has every n-gram that one of them has, with exactly that probability: a model without the n-gram says what it
 * says by backing off. Where none has it the mixed model backs off as well, by the weight that makes the probabilities behind
 * the context sum to 1. (A static mix, as SRILM makes it: Stolcke 2002, "SRILM, an extensible language modeling toolkit",
 * section on interpolation. The sum over all words is exact, the share of what none of the models lists is the back-off's.)
 * A word that a model does not know has probability 0 there.
 *
 * One model after the other, level by level from single words up: what the model says of every n-gram of the union follows
 * from what it says of the n-gram's parent (one word less of context) and its back-off for the n-gram's context; what it lists
 * itself is then written over that.
 */
#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "ngram/trie_contexts.h"
#include "ngram/union.h"

enum { MAX = BON_LM_MAX_ORDER };

/* ARPA files write "impossible" as -99. */
static const double LOG_ZERO = -99;

static double p10(float log10) { return exp((double)log10 * 2.302585092994045684); }
static float log10_of(double p) { return p > 0 ? (float)fmax(LOG_ZERO, fmin(0, log10(p))) : (float)LOG_ZERO; }

/* A back-off may be above 1, but not without end, whatever the models had. */
static float backoff_log10(double weight) { return (float)fmax(LOG_ZERO, fmin(-LOG_ZERO, log10(weight))); }

/* The mix on its way: sums over the models worked on. */
struct mix {
    struct bon_union all;
    double *p[MAX];      /* of every n-gram */
    float *backoff[MAX]; /* mean of the models' own; for contexts that leave nothing to back off to */
};

/* What one model says of the n-grams of two levels: p of the last word, weight of backing off behind them. */
struct view {
    double *p, *backoff;
};

static void view_free(struct view *view) {
    free(view->p);
    free(view->backoff);
    *view = (struct view){0};
}

static bon_status view_alloc(struct view *view, uint32_t count, bool highest) {
    view->p = bon_alloc_array(count, sizeof *view->p);
    view->backoff = highest ? NULL : bon_alloc_array(count, sizeof *view->backoff);
    if (view->p && (highest || view->backoff)) return BON_OK;
    view_free(view);
    return BON_ERR_NOMEM;
}

/* What backing off gives for every n-gram of level k. */
static void back_off(const struct mix *mix, unsigned k, const struct view *below, double *p) {
    const struct bon_lm_level *level = &mix->all.table->level[k - 1], *parents = level - 1;
    const uint32_t *context = mix->all.context[k - 1];
    for (uint32_t parent = 0; parent < parents->count; parent++)
        for (uint32_t i = parents->first_child[parent]; i < parents->first_child[parent + 1]; i++)
            p[i] = below->p[parent] * (context[i] == BON_NO_CONTEXT ? 1 : below->backoff[context[i]]);
}

/* Writes what the model lists over it. */
static void set_listed(const struct bon_union_source *source, unsigned k, struct view *view) {
    const struct bon_lm_level *own = &source->table->level[k - 1];
    const uint32_t *to = source->to[k - 1];
    for (uint32_t i = 0; i < own->count; i++) view->p[to[i]] = p10(own->logprob[i]);
    if (!view->backoff || !own->backoff) return;
    for (uint32_t i = 0; i < own->count; i++)
        if (own->extends[i]) view->backoff[to[i]] = p10(own->backoff[i]);
}

static bon_status add_level(struct mix *mix, const struct bon_union_source *source, unsigned k,
                            const struct view *below, struct view *view) {
    uint32_t count = mix->all.table->level[k - 1].count;
    BON_TRY(view_alloc(view, count, k == mix->all.table->order));
    if (k > 1)
        back_off(mix, k, below, view->p);
    else
        for (uint32_t i = 0; i < count; i++) view->p[i] = 0;
    for (uint32_t i = 0; view->backoff && i < count; i++) view->backoff[i] = 1;
    if (k <= source->table->order) set_listed(source, k, view);
    for (uint32_t i = 0; i < count; i++) mix->p[k - 1][i] += source->weight * view->p[i];
    for (uint32_t i = 0; view->backoff && i < count; i++)
        mix->backoff[k - 1][i] += (float)(source->weight * view->backoff[i]);
    return BON_OK;
}

static bon_status add_model(struct mix *mix, const struct bon_union_source *source) {
    struct view below = {0}, view = {0};
    bon_status status = BON_OK;
    for (unsigned k = 1; k <= mix->all.table->order && status == BON_OK; k++) {
        status = add_level(mix, source, k, &below, &view);
        view_free(&below);
        below = view;
        view = (struct view){0};
    }
    view_free(&below);
    return status;
}

/* ---- back-offs ---- */

/* Sums over the words that follow a context: their probabilities, and those with one word less of context. */
struct mass {
    double here, below;
};

/* Float rounding in the models' files leaves this much doubt in what is left of 1. */
static const double LEAST_LEFT = 1e-6;

static double backoff_of(struct mass mass, double mean) {
    double left = 1 - mass.here, below = 1 - mass.below;
    return left > LEAST_LEFT && below > LEAST_LEFT ? left / below : mean;
}

/* The back-offs of level k - 1 from the n-grams of level k. */
static bon_status normalize(struct mix *mix, unsigned k) {
    struct bon_lm_level *level = &mix->all.table->level[k - 1], *contexts = level - 1;
    const uint32_t *context = mix->all.context[k - 1];
    struct mass *masses = bon_alloc_zeroed(contexts->count, sizeof *masses);
    if (!masses) return BON_ERR_NOMEM;
    for (uint32_t parent = 0; parent < contexts->count; parent++)
        for (uint32_t i = contexts->first_child[parent]; i < contexts->first_child[parent + 1]; i++) {
            if (context[i] == BON_NO_CONTEXT) continue;
            contexts->extends[context[i]] = 1;
            masses[context[i]].here += mix->p[k - 1][i];
            masses[context[i]].below += mix->p[k - 2][parent];
        }
    for (uint32_t c = 0; c < contexts->count; c++)
        if (contexts->extends[c])
            contexts->backoff[c] = backoff_log10(backoff_of(masses[c], (double)mix->backoff[k - 2][c]));
    free(masses);
    return BON_OK;
}

static bon_status fill_table(struct mix *mix) {
    struct bon_lm_table *table = mix->all.table;
    for (unsigned k = 1; k <= table->order; k++) {
        struct bon_lm_level *level = &table->level[k - 1];
        for (uint32_t i = 0; i < level->count; i++) level->logprob[i] = log10_of(mix->p[k - 1][i]);
        if (k > 1) BON_TRY(normalize(mix, k));
    }
    return BON_OK;
}

/* ---- the call ---- */

static bon_status check_weights(const double *weights, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (!(weights[i] >= 0 && weights[i] <= 1))
            return bon_fail(BON_ERR_ARGUMENT, "weight %zu, %g, is not between 0 and 1", i + 1, weights[i]);
        sum += weights[i];
    }
    if (fabs(sum - 1) < 1e-6) return BON_OK;
    return bon_fail(BON_ERR_ARGUMENT, "the weights sum to %g; make them sum to 1", sum);
}

static bon_status alloc_sums(struct mix *mix) {
    const struct bon_lm_table *table = mix->all.table;
    for (unsigned i = 0; i < table->order; i++) {
        mix->p[i] = bon_alloc_zeroed(table->level[i].count, sizeof *mix->p[i]);
        if (!mix->p[i]) return BON_ERR_NOMEM;
        if (i + 1 == table->order) return BON_OK;
        mix->backoff[i] = bon_alloc_zeroed(table->level[i].count, sizeof *mix->backoff[i]);
        if (!mix->backoff[i]) return BON_ERR_NOMEM;
    }
    return BON_OK;
}

bon_status bon_lm_interpolate(bon_lm_table **out, const bon_lm_table *const *models, const double *weights,
                              size_t count) {
    struct mix mix = {0};
    BON_TRY(check_weights(weights, count));
    bon_status status = bon_union_find(&mix.all, models, weights, count);
    if (status == BON_OK) status = alloc_sums(&mix);
    for (size_t s = 0; s < mix.all.source_count && status == BON_OK; s++) status = add_model(&mix, &mix.all.sources[s]);
    if (status == BON_OK) status = fill_table(&mix);
    if (status == BON_OK) {
        *out = mix.all.table;
        mix.all.table = NULL;
    }
    for (unsigned i = 0; i < MAX; i++) {
        free(mix.p[i]);
        free(mix.backoff[i]);
    }
    bon_union_free(&mix.all);
    return status;
}
