/* src/ngram/diff.c: two models side by side. Their words are numbered differently, so n-grams are matched by their places in the
 * union of both (union.h).
 */
#include "ngram/diff.h"

#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "ngram/select.h"
#include "ngram/union.h"

enum { ABSENT = UINT32_MAX };

static float backoff_at(const struct bon_lm_level *level, uint32_t i) {
    return level->backoff && level->extends[i] ? level->backoff[i] : 0;
}

static void compare(const struct bon_lm_level *a, uint32_t i, const struct bon_lm_level *b, uint32_t j,
                    struct bon_level_difference *difference) {
    double logprob = fabs((double)a->logprob[i] - (double)b->logprob[j]);
    double backoff = fabs((double)backoff_at(a, i) - (double)backoff_at(b, j));
    if (fmax(logprob, backoff) > fmax(difference->logprob, difference->backoff)) difference->worst = i;
    difference->logprob = fmax(difference->logprob, logprob);
    difference->backoff = fmax(difference->backoff, backoff);
    difference->both++;
}

static bon_status diff_level(const struct bon_union *all, unsigned k, struct bon_level_difference *difference) {
    static const struct bon_lm_level none = {0};
    const struct bon_lm_level *level[2];
    uint32_t count = all->table->level[k - 1].count;
    uint32_t *in_first = bon_alloc_array(count, sizeof *in_first);
    if (!in_first) return BON_ERR_NOMEM;
    *difference = (struct bon_level_difference){.worst = ABSENT};
    for (unsigned s = 0; s < 2; s++)
        level[s] = k <= all->sources[s].table->order ? &all->sources[s].table->level[k - 1] : &none;
    for (uint32_t u = 0; u < count; u++) in_first[u] = ABSENT;
    for (uint32_t i = 0; i < level[0]->count; i++) {
        if (bon_is_blank(level[0], i)) continue;
        in_first[all->sources[0].to[k - 1][i]] = i;
        difference->only[0]++;
    }
    for (uint32_t j = 0; j < level[1]->count; j++) {
        uint32_t i = in_first[all->sources[1].to[k - 1][j]];
        if (bon_is_blank(level[1], j)) continue;
        if (i == ABSENT)
            difference->only[1]++;
        else
            compare(level[0], i, level[1], j, difference);
    }
    difference->only[0] -= difference->both;
    free(in_first);
    return BON_OK;
}

bon_status bon_lm_diff(const bon_lm_table *a, const bon_lm_table *b, struct bon_lm_difference *difference) {
    struct bon_union all;
    bon_status status = bon_union_find(&all, (const bon_lm_table *const[]){a, b}, (const double[]){0.5, 0.5}, 2);
    if (status == BON_OK) *difference = (struct bon_lm_difference){.order = all.table->order};
    for (unsigned k = 1; status == BON_OK && k <= all.table->order; k++)
        status = diff_level(&all, k, &difference->level[k - 1]);
    bon_union_free(&all);
    return status;
}

bool bon_lm_differs(const struct bon_lm_difference *difference, double tolerance) {
    for (unsigned i = 0; i < difference->order; i++) {
        const struct bon_level_difference *level = &difference->level[i];
        if (level->only[0] || level->only[1] || !(level->logprob <= tolerance && level->backoff <= tolerance))
            return true;
    }
    return false;
}

/* The parent of child i: the last node whose children begin at or before it, and that has any. */
static uint32_t parent_of(const struct bon_lm_level *parents, uint32_t i) {
    uint32_t low = 0, high = parents->count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (parents->first_child[middle] <= i)
            low = middle;
        else
            high = middle;
    }
    return low;
}

bon_status bon_table_print_ngram(const bon_lm_table *table, unsigned order, uint32_t i, bon_buf *out) {
    for (unsigned k = order; k > 0; k--) {
        const struct bon_vocab_word *word = &table->vocab.words[table->level[k - 1].word[i]];
        if (k < order) BON_TRY(bon_buf_put(out, ' '));
        BON_TRY(bon_buf_append(out, word->text, word->len));
        if (k > 1) i = parent_of(&table->level[k - 2], i);
    }
    return BON_OK;
}
