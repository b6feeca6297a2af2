/* src/ngram/tune.c: the weights of a linear mix that fit a text best, by expectation maximization (Dempster, Laird and Rubin
 * 1977; for language models Jelinek and Mercer 1980).
 *
 * What each model gives each word of the text is looked up once. A round then asks how much of each word every model is
 * answerable for, weight_i p_i / sum of weight_j p_j, and takes the means of these shares as new weights. The likelihood is
 * concave in the weights, so the rounds climb to the one best mix from any inner starting point.
 */
#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "ngram/table_score.h"

enum { ROUNDS = 1000 };
static const double STILL = 1e-7;   /* weights that move less have arrived */
static const double NOTHING = 1e-5; /* a model that gets less is not worth its n-grams */

struct bon_lm_tuner {
    const bon_lm_table *const *models;
    size_t count;
    bon_lm_state *states;  /* [count] */
    uint32_t *words;       /* [count] ids of the word now scored */
    bon_lm_totals *totals; /* [count] of each model alone */
    float *p;              /* [tokens][count] of the words that some model knows */
    size_t tokens, cap;
};

bon_status bon_lm_tuner_open(bon_lm_tuner **out, const bon_lm_table *const *models, size_t count) {
    if (count == 0) return bon_fail(BON_ERR_ARGUMENT, "no models to find weights for");
    bon_lm_tuner *tuner = bon_alloc_zeroed(1, sizeof *tuner);
    if (!tuner) return BON_ERR_NOMEM;
    *tuner = (bon_lm_tuner){.models = models,
                            .count = count,
                            .states = bon_alloc_array(count, sizeof *tuner->states),
                            .words = bon_alloc_array(count, sizeof *tuner->words),
                            .totals = bon_alloc_zeroed(count, sizeof *tuner->totals)};
    if (tuner->states && tuner->words && tuner->totals) {
        *out = tuner;
        return BON_OK;
    }
    bon_lm_tuner_close(tuner);
    return BON_ERR_NOMEM;
}

void bon_lm_tuner_close(bon_lm_tuner *tuner) {
    if (!tuner) return;
    free(tuner->states);
    free(tuner->words);
    free(tuner->totals);
    free(tuner->p);
    free(tuner);
}

/* ---- the text ---- */

/* Scores the word that words[] has the ids of with every model. A model that does not know it, where another one does, has
 * nothing to do with it: its <unk> is not this word. */
static bon_status add_word(bon_lm_tuner *tuner) {
    bool known = false;
    BON_TRY(bon_grow_array(&tuner->p, &tuner->cap, (tuner->tokens + 1) * tuner->count, sizeof *tuner->p));
    float *p = tuner->p + tuner->tokens * tuner->count;
    for (size_t i = 0; i < tuner->count; i++) {
        uint32_t word = tuner->words[i];
        double logprob = (double)bon_table_score(tuner->models[i], &tuner->states[i], word, &tuner->states[i]);
        bon_totals_add(&tuner->totals[i], word, logprob);
        p[i] = word == BON_LM_UNK ? 0 : (float)pow(10, logprob);
        known = known || word != BON_LM_UNK;
    }
    tuner->tokens += known;
    return BON_OK;
}

bon_status bon_lm_tuner_add(bon_lm_tuner *tuner, const char *line, size_t n) {
    const char *token;
    size_t at = 0, length;
    for (size_t i = 0; i < tuner->count; i++) bon_table_state_begin(tuner->models[i], &tuner->states[i]);
    while (bon_next_token(line, n, &at, &token, &length)) {
        for (size_t i = 0; i < tuner->count; i++) tuner->words[i] = bon_table_word(tuner->models[i], token, length);
        BON_TRY(add_word(tuner));
    }
    for (size_t i = 0; i < tuner->count; i++) tuner->words[i] = BON_LM_EOS;
    return add_word(tuner);
}

const bon_lm_totals *bon_lm_tuner_totals(const bon_lm_tuner *tuner, size_t model) { return &tuner->totals[model]; }

/* ---- the weights ---- */

/* A round: from weights to better ones. Returns how far the one that moved most has moved. */
static double improve(const bon_lm_tuner *tuner, double *weights, double *shares) {
    double moved = 0;
    for (size_t i = 0; i < tuner->count; i++) shares[i] = 0;
    for (size_t t = 0; t < tuner->tokens; t++) {
        const float *p = tuner->p + t * tuner->count;
        double mix = 0;
        for (size_t i = 0; i < tuner->count; i++) mix += weights[i] * (double)p[i];
        if (mix <= 0) continue;
        for (size_t i = 0; i < tuner->count; i++) shares[i] += (double)p[i] / mix;
    }
    for (size_t i = 0; i < tuner->count; i++) {
        double better = weights[i] * shares[i] / (double)tuner->tokens;
        moved = fmax(moved, fabs(better - weights[i]));
        weights[i] = better;
    }
    return moved;
}

static void drop_nothings(double *weights, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (weights[i] < NOTHING) weights[i] = 0;
        sum += weights[i];
    }
    for (size_t i = 0; i < count; i++) weights[i] /= sum;
}

bon_status bon_lm_tuner_weights(const bon_lm_tuner *tuner, double *weights) {
    if (tuner->tokens == 0)
        return bon_fail(BON_ERR_DATA, "the text to find weights by is empty; give lines of the kind that is to be met");
    double *shares = bon_alloc_array(tuner->count, sizeof *shares);
    if (!shares) return BON_ERR_NOMEM;
    for (size_t i = 0; i < tuner->count; i++) weights[i] = 1 / (double)tuner->count;
    for (unsigned round = 0; round < ROUNDS && improve(tuner, weights, shares) > STILL; round++) {
    }
    free(shares);
    drop_nothings(weights, tuner->count);
    return BON_OK;
}
