/* src/ngram/thin.c: pruning a Kneser-Ney model while its counts are still there.
 *
 * The lower orders of a Kneser-Ney model are made for backing off: they count in how many contexts a word was seen, for where
 * it was seen often in one context the higher order speaks. Leave that higher n-gram out and nobody speaks for it. Entropy
 * pruning of a finished model keeps the lower orders as they are and does harm for that reason (Chelba, Brants, Neveitt and Xu,
 * "Study on interaction between entropy pruning and Kneser-Ney smoothing", Interspeech 2010). So the counts of an n-gram that
 * goes are handed down: its end, the n-gram less its first word, for which it counted once, counts it as often as it was seen
 * (Siivola, Hirsimaki and Virpioja, "On growing and pruning Kneser-Ney smoothed n-gram models", IEEE TASLP 2007). Orders are
 * thinned from the highest down, and the model is estimated anew below each.
 *
 * Let p be the probability of w after c, q that after c less its first word, g the weight of backing off from c, g' that weight
 * once c w is gone. In a text where c comes n times, without c w the logarithm of the likelihood falls by
 *
 *     n (p log(p / (g' q)) - g log(g' / g)),
 *
 * the first for w itself, the second for what backs off after c: Stolcke's criterion. For n stands what is to be expected of
 * another text as long as this one: half less than c was seen here, since what was seen once is more often chance.
 */
#include "ngram/thin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/* The model as it is before an order is thinned. */
struct thin_level {
    float *p;               /* of each n-gram */
    float *backoff, *total; /* of each n-gram as a context: g, the sum of counts behind it; NULL at the highest order */
};

struct thinning {
    struct bon_grams *grams;
    const struct bon_kn_rule *rule;
    struct bon_discount discounts[BON_LM_MAX_ORDER];
    struct thin_level level[BON_LM_MAX_ORDER];
    double least; /* an n-gram stays when the likelihood falls by so much without it, in nats */
};

/* ---- the model so far ---- */

static bon_status alloc_level(struct thinning *thinning, unsigned k) {
    struct bon_gram_level *level = &thinning->grams->level[k - 1];
    struct thin_level *to = &thinning->level[k - 1];
    bool highest = k == thinning->grams->order;
    to->p = bon_alloc_array(level->count, sizeof *to->p);
    if (!highest) to->backoff = bon_alloc_array(level->count, sizeof *to->backoff);
    if (!highest) to->total = bon_alloc_array(level->count, sizeof *to->total);
    if (!level->pruned) level->pruned = bon_alloc_zeroed(level->count, 1);
    if (k > 2) level->context = bon_alloc_array(level->count, sizeof *level->context);
    return to->p && (highest || (to->backoff && to->total)) && level->pruned && (k <= 2 || level->context)
               ? BON_OK
               : BON_ERR_NOMEM;
}

/* Half a count more for each, in place of what is shared with unknown words. */
static void estimate_words(struct thinning *thinning) {
    const struct bon_gram_level *words = &thinning->grams->level[0];
    double total = 0;
    for (size_t w = 0; w < words->count; w++) total += words->adjusted[w] + 0.5;
    for (size_t w = 0; w < words->count; w++) thinning->level[0].p[w] = (float)((words->adjusted[w] + 0.5) / total);
}

/* Of the contexts of level k: what follows each, and the part of it that is free for backing off. */
static void weigh_contexts(const struct thinning *thinning, unsigned k) {
    const struct bon_gram_level *level = &thinning->grams->level[k - 1], *below = level - 1;
    const struct thin_level *contexts = &thinning->level[k - 2];
    const double *discount = thinning->discounts[k - 1].of;
    memset(contexts->total, 0, below->count * sizeof *contexts->total);
    memset(contexts->backoff, 0, below->count * sizeof *contexts->backoff);
    for (size_t i = 0; i < level->count; i++) {
        uint32_t c = bon_context_of(level, i), count = level->adjusted[i];
        contexts->total[c] += (float)count;
        contexts->backoff[c] += level->pruned[i] ? (float)count : (float)discount[bon_discount_class(count)];
    }
    for (size_t c = 0; c < below->count; c++)
        contexts->backoff[c] = contexts->total[c] > 0 ? contexts->backoff[c] / contexts->total[c] : 1;
}

static void estimate_level(const struct thinning *thinning, unsigned k) {
    const struct bon_gram_level *level = &thinning->grams->level[k - 1], *below = level - 1;
    const struct thin_level *to = &thinning->level[k - 1], *contexts = to - 1;
    const double *discount = thinning->discounts[k - 1].of;
    weigh_contexts(thinning, k);
    for (size_t parent = 0, i = 0; parent < below->count; parent++)
        for (; i < below->first_child[parent + 1]; i++) {
            uint32_t c = bon_context_of(level, i), count = level->adjusted[i];
            float own =
                level->pruned[i] ? 0 : (float)(count - discount[bon_discount_class(count)]) / contexts->total[c];
            to->p[i] = own + contexts->backoff[c] * contexts->p[parent];
        }
}

/* ---- what goes ---- */

/* Marks what the n-grams of level k + 1 that stay need of level k. */
static void mark_needed(const struct bon_grams *grams, unsigned k, uint8_t *needed) {
    const struct bon_gram_level *level = &grams->level[k - 1], *above = level + 1;
    for (size_t parent = 0, i = 0; parent < level->count; parent++)
        for (; i < level->first_child[parent + 1]; i++)
            if (!above->pruned[i]) needed[parent] = needed[bon_context_of(above, i)] = 1;
}

/* How far the logarithm of the likelihood is expected to fall without n-gram i of level k. */
static double worth(const struct thinning *thinning, unsigned k, size_t i, size_t parent) {
    const struct thin_level *contexts = &thinning->level[k - 2];
    uint32_t c = bon_context_of(&thinning->grams->level[k - 1], i);
    double p = (double)thinning->level[k - 1].p[i], q = (double)contexts->p[parent], g = (double)contexts->backoff[c];
    double more = g + fmax(0, p - g * q);
    if (!(p > 0 && q > 0 && g > 0)) return INFINITY;
    return ((double)contexts->total[c] - 0.5) * (p * log(p / (more * q)) - g * log(more / g));
}

static bon_status thin_level(const struct thinning *thinning, unsigned k) {
    struct bon_grams *grams = thinning->grams;
    struct bon_gram_level *level = &grams->level[k - 1], *below = level - 1;
    uint8_t *needed = bon_alloc_zeroed(level->count, 1);
    if (!needed) return BON_ERR_NOMEM;
    if (k < grams->order) mark_needed(grams, k, needed);
    for (size_t parent = 0, i = 0; parent < below->count; parent++)
        for (; i < below->first_child[parent + 1]; i++) {
            if (!needed[i] && !level->pruned[i]) level->pruned[i] = worth(thinning, k, i, parent) < thinning->least;
            if (level->pruned[i] && level->adjusted[i] > 0) below->adjusted[parent] += level->adjusted[i] - 1;
        }
    free(needed);
    return BON_OK;
}

/* Discounts follow the counts that were handed down, where these allow to estimate them. */
static void count_counts(struct thinning *thinning, unsigned k) {
    const struct bon_gram_level *level = &thinning->grams->level[k - 1];
    uint64_t with_count[5] = {0};
    struct bon_discount discount;
    for (size_t i = 0; i < level->count; i++)
        if (level->adjusted[i] < 5) with_count[level->adjusted[i]]++;
    if (bon_discount_estimate(&discount, k, with_count, thinning->rule->discounts, 0) != BON_OK) return;
    memcpy(thinning->grams->with_count[k - 1], with_count, sizeof with_count);
    thinning->discounts[k - 1] = discount;
}

/* ---- all together ---- */

/* Every place in the text is one n-gram of the highest order or one that goes back to the beginning of its sentence. */
static double count_tokens(const struct bon_grams *grams) {
    double tokens = 0;
    for (unsigned k = 2; k <= grams->order; k++)
        for (size_t i = 0; i < grams->level[k - 1].count; i++)
            if (k == grams->order || grams->level[k - 1].word[i] == BON_LM_BOS)
                tokens += grams->level[k - 1].adjusted[i];
    return tokens;
}

static bon_status prepare(struct thinning *thinning) {
    struct bon_grams *grams = thinning->grams;
    for (unsigned k = 1; k <= grams->order; k++) {
        BON_TRY(bon_discount_estimate(&thinning->discounts[k - 1], k, grams->with_count[k - 1],
                                      thinning->rule->discounts, thinning->rule->fallback));
        BON_TRY(alloc_level(thinning, k));
        if (k > 2) BON_TRY(bon_grams_link(grams, k, 0, (uint32_t)grams->level[k - 2].count));
    }
    return BON_OK;
}

static bon_status thin(struct thinning *thinning) {
    BON_TRY(prepare(thinning));
    for (unsigned k = thinning->grams->order; k > 1; k--) {
        estimate_words(thinning);
        for (unsigned j = 2; j <= k; j++) estimate_level(thinning, j);
        BON_TRY(thin_level(thinning, k));
        count_counts(thinning, k - 1);
    }
    return BON_OK;
}

bon_status bon_grams_thin(struct bon_grams *grams, const struct bon_kn_rule *rule, double threshold) {
    struct thinning thinning = {.grams = grams, .rule = rule, .least = count_tokens(grams) * log1p(threshold)};
    bon_status status = thin(&thinning);
    for (unsigned i = 0; i < grams->order; i++) {
        free(thinning.level[i].p);
        free(thinning.level[i].backoff);
        free(thinning.level[i].total);
        free(grams->level[i].context); /* the estimator links for itself, a level at a time */
        grams->level[i].context = NULL;
    }
    return status;
}
