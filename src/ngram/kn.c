/* src/ngram/kn.c: interpolated modified Kneser-Ney (Chen and Goodman 1998, section 3; Heafield, Pouzyrevsky, Clark and Koehn,
 * "Scalable modified Kneser-Ney language model estimation", ACL 2013, for pruning and for the details that make the numbers
 * those of lmplz).
 *
 *     p(w | c) = (a(c w) - D(a(c w))) / A(c)  +  g(c) p(w | c less its first word)
 *     A(c) = sum over w of a(c w),   g(c) = (D1 N1(c) + D2 N2(c) + D3 N3+(c) + a of all pruned c w) / A(c)
 *
 * a is the adjusted count; N_i(c) counts the unpruned c w with a = i. Unigrams mix with 1/V, V counting <unk> and </s> but not
 * <s>. g(c) is at once the back-off of c. <s> has log-probability 0: it is given, never predicted.
 *
 * Level by level from unigrams up: a scatter-add of integers over the contexts, then one pass that reads each n-gram's context
 * and the probability of its trie parent, which is the same n-gram less its first word. Sums are of integers and each float is
 * rounded once, so the result does not depend on the order of the work.
 */
#include "ngram/kn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ngram/discount.h"

/* ARPA files write "impossible" as -99: what a weight of exactly 0 becomes. */
static const double LOG_ZERO = -99;

/* What is known of a context: first counts, then what they come to. */
union context {
    struct {
        uint32_t total;         /* A(c) */
        uint32_t with_count[3]; /* N1, N2, N3+ */
    } sum;
    struct {
        double per_count; /* 1 / A(c) */
        double weight;    /* g(c) */
    } share;
};

static float log10_of(double p) { return p > 0 ? (float)fmin(0, log10(p)) : (float)LOG_ZERO; }
static unsigned at_most_3(uint32_t count) { return count < 3 ? count : 3; }
static bool is_pruned(const struct bon_gram_level *level, size_t i) { return level->pruned && level->pruned[i]; }

/* The context of n-gram i of an order above 1. */
static uint32_t context_of(const struct bon_gram_level *level, size_t i) {
    return level->context ? level->context[i] : level->word[i];
}

/* Adds up the n-grams of one level over their contexts. removed[c], the counts of pruned n-grams, may be NULL. */
static void add_up(const struct bon_gram_level *level, union context *contexts, uint32_t *removed) {
    for (size_t i = 0; i < level->count; i++) {
        uint32_t c = context_of(level, i), count = level->adjusted[i];
        contexts[c].sum.total += count;
        if (is_pruned(level, i))
            removed[c] += count;
        else if (count)
            contexts[c].sum.with_count[at_most_3(count) - 1]++;
    }
}

/* From sums to shares; notes the back-off of each context and whether anything follows it in the model. */
static void share_out(const struct bon_discount *discount, union context *contexts, const uint32_t *removed,
                      size_t count, struct bon_lm_level *below) {
    for (size_t c = 0; c < count; c++) {
        uint32_t total = contexts[c].sum.total;
        uint32_t one = contexts[c].sum.with_count[0], two = contexts[c].sum.with_count[1],
                 more = contexts[c].sum.with_count[2];
        double freed =
            discount->of[1] * one + discount->of[2] * two + discount->of[3] * more + (removed ? removed[c] : 0);
        bool extends = one || two || more;
        contexts[c].share.per_count = total ? 1.0 / total : 0;
        contexts[c].share.weight = total ? freed / total : 1;
        below->extends[c] = extends;
        below->backoff[c] = extends ? log10_of(contexts[c].share.weight) : 0;
    }
}

/* ---- unigrams ---- */

static bon_status estimate_words(const struct bon_gram_level *level, const struct bon_discount *discount, double *p) {
    uint64_t total = 0, removed = 0, kept = 0, with_count[4] = {0};
    for (size_t w = 0; w < level->count; w++) {
        total += level->adjusted[w];
        if (is_pruned(level, w)) {
            removed += level->adjusted[w];
            continue;
        }
        kept++;
        with_count[at_most_3(level->adjusted[w])]++;
    }
    if (total == 0) return bon_fail(BON_ERR_DATA, "there is no text to estimate a model from");
    double weight = (double)removed;
    for (unsigned c = 1; c <= 3; c++) weight += discount->of[c] * (double)with_count[c];
    double uniform = weight / (double)total / (double)(kept - 1); /* <s> is not predicted */
    for (size_t w = 0; w < level->count; w++) {
        uint32_t count = level->adjusted[w];
        p[w] = (count - discount->of[at_most_3(count)]) / (double)total + uniform;
    }
    p[BON_LM_BOS] = 1;
    return BON_OK;
}

/* ---- higher orders ---- */

/* p of a level from p of the level below, which is that of the trie parents. */
static void interpolate(const struct bon_gram_level *level, const struct bon_gram_level *below,
                        const struct bon_discount *discount, const union context *contexts, const double *p_below,
                        double *p) {
    for (size_t parent = 0; parent < below->count; parent++) {
        double lower = p_below[parent];
        for (uint32_t i = below->first_child[parent]; i < below->first_child[parent + 1]; i++) {
            const union context *context = &contexts[context_of(level, i)];
            uint32_t count = level->adjusted[i];
            p[i] = (count - discount->of[at_most_3(count)]) * context->share.per_count + context->share.weight * lower;
        }
    }
}

/* Level k (2 and up): back-offs of the level below, *p from p_below. */
static bon_status estimate_level(struct bon_grams *grams, unsigned k, const struct bon_discount *discount,
                                 struct bon_lm_table *table, const double *p_below, double *p) {
    const struct bon_gram_level *level = &grams->level[k - 1], *below = &grams->level[k - 2];
    bon_status status = BON_ERR_NOMEM;
    union context *contexts = bon_alloc_zeroed(below->count, sizeof *contexts);
    uint32_t *removed = level->pruned ? bon_alloc_zeroed(below->count, sizeof *removed) : NULL;
    if (!contexts || (level->pruned && !removed)) goto done;
    add_up(level, contexts, removed);
    share_out(discount, contexts, removed, below->count, &table->level[k - 2]);
    interpolate(level, below, discount, contexts, p_below, p);
    status = BON_OK;
done:
    free(contexts);
    free(removed);
    return status;
}

/* ---- into the table ---- */

/* Takes over the grams' arrays where they fit, and makes those that are missing. */
static bon_status take_level(struct bon_gram_level *from, struct bon_lm_level *to, bool highest) {
    to->count = (uint32_t)from->count;
    to->logprob = bon_alloc_array(from->count, sizeof *to->logprob);
    if (!to->logprob) return BON_ERR_NOMEM;
    if (highest) return BON_OK;
    to->backoff = bon_alloc_zeroed(from->count, sizeof *to->backoff);
    to->extends = bon_alloc_zeroed(from->count, sizeof *to->extends);
    return to->backoff && to->extends ? BON_OK : BON_ERR_NOMEM;
}

/* Moves n-grams that stay over those that are pruned. `above` is the level above as it was. All children of a pruned n-gram
 * are pruned too. */
static void drop_pruned(struct bon_gram_level *level, struct bon_lm_level *to, const struct bon_gram_level *above) {
    uint32_t kept = 0, children = 0;
    for (uint32_t i = 0; i < level->count; i++) {
        uint32_t first = children;
        if (above)
            for (uint32_t j = level->first_child[i]; j < level->first_child[i + 1]; j++)
                children += !is_pruned(above, j);
        if (is_pruned(level, i)) continue;
        level->word[kept] = level->word[i];
        to->logprob[kept] = to->logprob[i];
        if (above) {
            level->first_child[kept] = first;
            to->backoff[kept] = to->backoff[i];
            to->extends[kept] = to->extends[i];
        }
        kept++;
    }
    if (above) level->first_child[kept] = children;
    to->count = kept;
}

static void hand_over(struct bon_grams *grams, struct bon_lm_table *table) {
    for (unsigned k = 1; k <= grams->order; k++) {
        struct bon_gram_level *from = &grams->level[k - 1];
        struct bon_lm_level *to = &table->level[k - 1];
        if (from->pruned) drop_pruned(from, to, k < grams->order ? &grams->level[k] : NULL);
        to->word = from->word;
        to->first_child = from->first_child;
        from->word = from->first_child = NULL;
    }
}

static bon_status estimate_all(struct bon_grams *grams, const struct bon_discount *discounts,
                               struct bon_lm_table *table) {
    double *p_below = NULL, *p = NULL;
    bon_status status = BON_OK;
    for (unsigned k = 1; k <= grams->order; k++) {
        struct bon_gram_level *level = &grams->level[k - 1];
        struct bon_lm_level *to = &table->level[k - 1];
        p = bon_alloc_array(level->count, sizeof *p);
        if (!p) {
            status = BON_ERR_NOMEM;
            break;
        }
        status = take_level(level, to, k == grams->order);
        if (status == BON_OK && k == 1) status = estimate_words(level, &discounts[0], p);
        if (status == BON_OK && k > 1) status = estimate_level(grams, k, &discounts[k - 1], table, p_below, p);
        if (status != BON_OK) break;
        for (size_t i = 0; i < level->count; i++) to->logprob[i] = log10_of(p[i]);
        free(p_below);
        p_below = p;
        p = NULL;
        free(level->context);
        free(level->adjusted);
        level->context = level->adjusted = NULL;
    }
    free(p_below);
    free(p);
    return status;
}

bon_status bon_kn_estimate(struct bon_grams *grams, int discount_fallback, struct bon_lm_table *table) {
    struct bon_discount discounts[BON_LM_MAX_ORDER];
    for (unsigned k = 1; k <= grams->order; k++)
        BON_TRY(bon_discount_estimate(&discounts[k - 1], k, grams->with_count[k - 1], discount_fallback));
    BON_TRY(estimate_all(grams, discounts, table));
    hand_over(grams, table);
    table->order = grams->order;
    return BON_OK;
}
