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
 * rounded once, so the result does not depend on the order of the work. Threads take ranges of contexts for the first, each
 * picking its own from all n-grams, and ranges of parents for the second.
 */
#include "ngram/kn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/parallel.h"

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

/* One level above 1 on its way. */
struct pass {
    const struct bon_gram_level *level, *below;
    const struct bon_discount *discount;
    union context *contexts;
    uint32_t *removed; /* [below->count] counts of pruned n-grams; NULL: none are */
    struct bon_lm_level *to, *to_below;
    const double *p_below;
    double *p; /* NULL at the highest order, where nobody reads it */
    size_t parts;
};

enum { FETCH_AHEAD = 16 }; /* contexts lie far apart: they are asked for while others are worked on */

static void fetch_context(const struct pass *pass, size_t i) {
    if (i + FETCH_AHEAD < pass->level->count)
        __builtin_prefetch(&pass->contexts[bon_context_of(pass->level, i + FETCH_AHEAD)]);
}

/* Adds up the n-grams of the level over their contexts from `first` to `end` - 1. */
static void add_up(const struct pass *pass, uint32_t first, uint32_t end) {
    const struct bon_gram_level *level = pass->level;
    for (size_t i = 0; i < level->count; i++) {
        uint32_t c = bon_context_of(level, i), count = level->adjusted[i];
        fetch_context(pass, i);
        if (c - first >= end - first) continue;
        pass->contexts[c].sum.total += count;
        if (is_pruned(level, i))
            pass->removed[c] += count;
        else if (count)
            pass->contexts[c].sum.with_count[at_most_3(count) - 1]++;
    }
}

/* From sums to shares; notes the back-off of each context and whether anything follows it in the model. */
static void share_out(const struct pass *pass, uint32_t first, uint32_t end) {
    const double *discount = pass->discount->of;
    for (uint32_t c = first; c < end; c++) {
        union context *context = &pass->contexts[c];
        uint32_t total = context->sum.total;
        uint32_t one = context->sum.with_count[0], two = context->sum.with_count[1], more = context->sum.with_count[2];
        double freed =
            discount[1] * one + discount[2] * two + discount[3] * more + (pass->removed ? pass->removed[c] : 0);
        bool extends = one || two || more;
        context->share.per_count = total ? 1.0 / total : 0;
        context->share.weight = total ? freed / total : 1;
        pass->to_below->extends[c] = extends;
        pass->to_below->backoff[c] = extends ? log10_of(context->share.weight) : 0;
    }
}

static bon_status weigh_contexts(void *context, size_t part, unsigned worker) {
    (void)worker;
    const struct pass *pass = context;
    uint32_t first = (uint32_t)bon_part_begin(pass->below->count, part, pass->parts);
    uint32_t end = (uint32_t)bon_part_begin(pass->below->count, part + 1, pass->parts);
    if (first == end) return BON_OK;
    add_up(pass, first, end);
    share_out(pass, first, end);
    return BON_OK;
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

enum { PART_PARENTS = 1 << 15 };

/* p of a level from p of the level below, which is that of the trie parents. */
static bon_status interpolate(void *context, size_t part, unsigned worker) {
    (void)worker;
    const struct pass *pass = context;
    const struct bon_gram_level *level = pass->level, *below = pass->below;
    size_t parent = part * PART_PARENTS,
           end = below->count - parent > PART_PARENTS ? parent + PART_PARENTS : below->count;
    for (; parent < end; parent++) {
        double lower = pass->p_below[parent];
        for (uint32_t i = below->first_child[parent]; i < below->first_child[parent + 1]; i++) {
            const union context *c = &pass->contexts[bon_context_of(level, i)];
            fetch_context(pass, i);
            uint32_t count = level->adjusted[i];
            double p = (count - pass->discount->of[at_most_3(count)]) * c->share.per_count + c->share.weight * lower;
            if (pass->p) pass->p[i] = p;
            pass->to->logprob[i] = log10_of(p);
        }
    }
    return BON_OK;
}

/* Level k (2 and up): back-offs of the level below, log-probabilities, and *p from p_below. */
static bon_status estimate_level(struct bon_grams *grams, unsigned k, const struct bon_discount *discount,
                                 struct bon_lm_table *table, const double *p_below, double *p) {
    struct pass pass = {.level = &grams->level[k - 1],
                        .below = &grams->level[k - 2],
                        .discount = discount,
                        .to = &table->level[k - 1],
                        .to_below = &table->level[k - 2],
                        .p_below = p_below,
                        .p = p,
                        .parts = grams->threads > 1 ? grams->threads : 1};
    const struct bon_parallel weigh = {grams->threads, pass.parts, &pass, weigh_contexts, NULL};
    const struct bon_parallel spread = {grams->threads, (pass.below->count + PART_PARENTS - 1) / PART_PARENTS, &pass,
                                        interpolate, NULL};
    bon_status status = BON_ERR_NOMEM;
    pass.contexts = bon_alloc_zeroed(pass.below->count, sizeof *pass.contexts);
    pass.removed = pass.level->pruned ? bon_alloc_zeroed(pass.below->count, sizeof *pass.removed) : NULL;
    if (!pass.contexts || (pass.level->pruned && !pass.removed)) goto done;
    status = bon_parallel_run(&weigh);
    if (status == BON_OK) status = bon_parallel_run(&spread);
done:
    free(pass.contexts);
    free(pass.removed);
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

/* What estimating level k was the last to need. */
static void free_used(struct bon_grams *grams, unsigned k) {
    struct bon_gram_level *level = &grams->level[k - 1];
    free(level->adjusted);
    level->adjusted = NULL;
    if (k == grams->order) {
        free(level->context);
        level->context = NULL;
    }
}

/* Level k; *p, of the level below, is replaced by its own (NULL at the highest order). */
static bon_status estimate_next(struct bon_grams *grams, unsigned k, const struct bon_discount *discount,
                                struct bon_lm_table *table, double **p) {
    struct bon_gram_level *level = &grams->level[k - 1];
    struct bon_lm_level *to = &table->level[k - 1];
    bool highest = k == grams->order;
    double *p_here = highest && k > 1 ? NULL : bon_alloc_array(level->count, sizeof *p_here);
    if (!p_here && !(highest && k > 1)) return BON_ERR_NOMEM;
    bon_status status = take_level(level, to, highest);
    if (status == BON_OK && k == 1) status = estimate_words(level, discount, p_here);
    for (size_t i = 0; i < level->count && status == BON_OK && k == 1; i++) to->logprob[i] = log10_of(p_here[i]);
    if (status == BON_OK && k > 2) {
        status = bon_grams_link(grams, k);
        free(level[-1].context); /* no more is asked of it */
        level[-1].context = NULL;
    }
    if (status == BON_OK && k > 1) status = estimate_level(grams, k, discount, table, *p, p_here);
    free(*p);
    *p = p_here;
    free_used(grams, k);
    return status;
}

bon_status bon_kn_estimate(struct bon_grams *grams, const struct bon_kn_rule *rule, struct bon_lm_table *table) {
    struct bon_discount discounts[BON_LM_MAX_ORDER];
    for (unsigned k = 1; k <= grams->order; k++)
        BON_TRY(bon_discount_estimate(&discounts[k - 1], k, grams->with_count[k - 1], rule->discounts, rule->fallback));
    double *p = NULL;
    bon_status status = BON_OK;
    for (unsigned k = 1; k <= grams->order && status == BON_OK; k++)
        status = estimate_next(grams, k, &discounts[k - 1], table, &p);
    free(p);
    if (status != BON_OK) return status;
    hand_over(grams, table);
    table->order = grams->order;
    return BON_OK;
}
