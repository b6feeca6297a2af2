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
 * Level by level from unigrams up (kn_level.c): contexts add up their n-grams, then each n-gram takes its share and what is
 * left for the probability of its trie parent, which is the same n-gram less its first word.
 */
#include "ngram/kn.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ngram/kn_level.h"
#include "ngram/log10.h"

/* ---- unigrams ---- */

/* Takes from each word its share of what words leave over and gives all of that to <unk> (lmplz --interpolate_unigrams 0), which
 * was never seen and has nothing but its share. */
static void favour_unknown(const struct bon_gram_level *level, double *p) {
    double share = p[BON_LM_UNK], rest = 0;
    for (size_t w = 0; w < level->count; w++) {
        if (w == BON_LM_BOS) continue;
        if (!bon_gram_is_pruned(level, w)) rest += share;
        p[w] -= share;
    }
    p[BON_LM_UNK] = rest;
}

bon_status bon_kn_words(const struct bon_gram_level *level, const struct bon_discount *discount,
                        const struct bon_kn_rule *rule, double *p) {
    uint64_t total = 0, removed = 0, kept = 0, with_count[4] = {0};
    for (size_t w = 0; w < level->count; w++) {
        total += level->adjusted[w];
        if (bon_gram_is_pruned(level, w)) {
            removed += level->adjusted[w];
            continue;
        }
        kept++;
        with_count[bon_discount_class(level->adjusted[w])]++;
    }
    if (total == 0) return bon_fail(BON_ERR_DATA, "there is no text to estimate a model from");
    double weight = (double)removed;
    for (unsigned c = 1; c <= 3; c++) weight += discount->of[c] * (double)with_count[c];
    double uniform = weight / (double)total / (double)(kept - 1); /* <s> is not predicted */
    for (size_t w = 0; w < level->count; w++) {
        uint32_t count = level->adjusted[w];
        p[w] = (count - discount->of[bon_discount_class(count)]) / (double)total + uniform;
    }
    p[BON_LM_BOS] = 1;
    if (rule->unknown_mass) favour_unknown(level, p);
    return BON_OK;
}

/* ---- into the table ---- */

_Static_assert(sizeof(float) == sizeof(uint32_t), "a probability takes the place of a count");

/* Makes the arrays of a level. The count of an n-gram is not looked at any more when its probability is known, which is put in its
 * place: of all arrays those of the highest orders are what makes the most memory. */
static bon_status take_level(struct bon_store *store, struct bon_gram_level *from, struct bon_lm_level *to,
                             bool highest) {
    to->count = (uint32_t)from->count;
    to->logprob = (float *)(void *)from->adjusted;
    if (highest) return BON_OK;
    to->backoff = bon_store_zeroed(store, from->count, sizeof *to->backoff);
    to->extends = bon_store_zeroed(store, from->count, sizeof *to->extends);
    return to->backoff && to->extends ? BON_OK : BON_ERR_NOMEM;
}

enum { GRAM_BYTES = 24 }; /* of all arrays of a level and of those above that are walked beside it, about */

/* Moves n-grams that stay over those that are pruned. `above` is the level above as it was. All children of a pruned n-gram
 * are pruned too. */
static void drop_pruned(struct bon_store *store, struct bon_gram_level *level, struct bon_lm_level *to,
                        const struct bon_gram_level *above) {
    uint32_t kept = 0, children = 0;
    for (uint32_t i = 0; i < level->count; i++) {
        uint32_t first = children;
        bon_store_pace(store, GRAM_BYTES);
        if (above)
            for (uint32_t j = level->first_child[i]; j < level->first_child[i + 1]; j++)
                children += !bon_gram_is_pruned(above, j);
        if (bon_gram_is_pruned(level, i)) continue;
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

void bon_kn_hand_over(struct bon_grams *grams, struct bon_lm_table *table) {
    for (unsigned k = 1; k <= grams->order; k++) {
        struct bon_gram_level *from = &grams->level[k - 1];
        struct bon_lm_level *to = &table->level[k - 1];
        if (from->pruned) drop_pruned(grams->store, from, to, k < grams->order ? &grams->level[k] : NULL);
        to->word = from->word;
        to->first_child = from->first_child;
        from->word = from->first_child = NULL;
        if (from->pruned) continue; /* contexts are not where they were */
        to->context = from->context;
        from->context = NULL;
    }
    table->order = grams->order;
}

/* Level k; *p, of the level below, is replaced by its own (NULL at the highest order). */
static bon_status estimate_next(struct bon_grams *grams, unsigned k, const struct bon_discount *discount,
                                struct bon_lm_table *table, const struct bon_kn_rule *rule, double **p) {
    struct bon_gram_level *level = &grams->level[k - 1];
    struct bon_lm_level *to = &table->level[k - 1];
    bool highest = k == grams->order;
    double *p_here = highest && k > 1 ? NULL : bon_store_array(grams->store, level->count, sizeof *p_here);
    if (!p_here && !(highest && k > 1)) return BON_ERR_NOMEM;
    bon_status status = take_level(grams->store, level, to, highest);
    if (status == BON_OK && k == 1) status = bon_kn_words(level, discount, rule, p_here);
    for (size_t i = 0; i < level->count && status == BON_OK && k == 1; i++) to->logprob[i] = bon_log10(p_here[i]);
    if (status == BON_OK && k > 2) {
        level->context = bon_store_array(grams->store, level->count, sizeof *level->context);
        if (!level->context) status = BON_ERR_NOMEM;
    }
    if (status == BON_OK && k > 1) status = bon_kn_level(grams, k, discount, table, *p, p_here);
    bon_store_free(grams->store, *p);
    *p = p_here;
    level->adjusted = NULL; /* they are probabilities now */
    return status;
}

bon_status bon_kn_estimate(struct bon_grams *grams, const struct bon_kn_rule *rule, struct bon_lm_table *table) {
    struct bon_discount discounts[BON_LM_MAX_ORDER];
    for (unsigned k = 1; k <= grams->order; k++)
        BON_TRY(bon_discount_estimate(&discounts[k - 1], k, grams->with_count[k - 1], rule->discounts, rule->fallback));
    double *p = NULL;
    bon_status status = BON_OK;
    for (unsigned k = 1; k <= grams->order && status == BON_OK; k++)
        status = estimate_next(grams, k, &discounts[k - 1], table, rule, &p);
    bon_store_free(grams->store, p);
    if (status != BON_OK) return status;
    bon_kn_hand_over(grams, table);
    return BON_OK;
}
