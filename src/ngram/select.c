/* src/ngram/select.c: see select.h. Values that no omission touches are copied bit for bit. */
#include "ngram/select.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ngram/trie_contexts.h"

void bon_add_masses(const struct bon_lm_level *level, const uint32_t *context, const uint8_t *keep,
                    struct bon_mass *masses) {
    BON_EACH_CHILD(level, parent, i) {
        if (context[i] == BON_NO_CONTEXT || bon_is_blank(level, i) || (keep && !keep[i])) continue;
        masses[context[i]].here += bon_p10(level->logprob[i]);
        masses[context[i]].below += bon_p10(level[-1].logprob[parent]);
    }
}

static bool stays(const struct bon_selection *selection, unsigned k, uint32_t i) {
    return !selection->keep[k - 1] || selection->keep[k - 1][i];
}

/* ---- words ---- */

/* numbers[]: of the words that stay, in the new table. */
static bon_status copy_vocab(const struct bon_selection *selection, bon_lm_table *to, uint32_t *numbers) {
    const bon_lm_table *from = selection->table;
    if (from->word_count) {
        to->word_count = bon_alloc_array(from->level[0].count, sizeof *to->word_count);
        if (!to->word_count) return BON_ERR_NOMEM;
    }
    for (uint32_t id = 0; id < from->vocab.count; id++) {
        if (!stays(selection, 1, id)) continue;
        BON_TRY(bon_vocab_add(&to->vocab, from->vocab.words[id].text, from->vocab.words[id].len, &numbers[id]));
        if (to->word_count) to->word_count[numbers[id]] = from->word_count[id];
    }
    return BON_OK;
}

/* What the words that go leave to <unk>: to the new model they are unknown words. */
static void give_to_unknown(const struct bon_selection *selection, bon_lm_table *to) {
    const struct bon_lm_level *words = &selection->table->level[0];
    double left = 0;
    for (uint32_t w = 0; w < words->count; w++)
        if (!stays(selection, 1, w)) left += bon_p10(words->logprob[w]);
    if (left > 0) to->level[0].logprob[BON_LM_UNK] = (float)fmin(0, log10(bon_p10(words->logprob[BON_LM_UNK]) + left));
}

/* ---- levels ---- */

static uint32_t count_kept(const struct bon_selection *selection, unsigned k) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < selection->table->level[k - 1].count; i++) kept += stays(selection, k, i);
    return kept;
}

/* The back-offs and marks of the n-grams of level k that the new table has, by their places in the old one: made anew where
 * an n-gram of level k + 1 after a context was left out. */
struct renewed {
    float *backoff;
    uint8_t *extends;
};

static void renewed_free(struct renewed *renewed) {
    free(renewed->backoff);
    free(renewed->extends);
    *renewed = (struct renewed){0};
}

static bon_status renew(const struct bon_selection *selection, unsigned k, struct renewed *renewed) {
    const struct bon_lm_level *contexts = &selection->table->level[k - 1], *level = contexts + 1;
    const uint32_t *context = selection->context[k];
    const uint8_t *keep = selection->keep[k];
    struct bon_mass *masses = bon_alloc_zeroed(contexts->count, sizeof *masses);
    uint8_t *fewer = bon_alloc_zeroed(contexts->count, 1);
    renewed->backoff = bon_alloc_array(contexts->count, sizeof *renewed->backoff);
    renewed->extends = bon_alloc_zeroed(contexts->count, 1);
    bon_status status = masses && fewer && renewed->backoff && renewed->extends ? BON_OK : BON_ERR_NOMEM;
    if (status == BON_OK) bon_add_masses(level, context, keep, masses);
    for (uint32_t i = 0; status == BON_OK && i < level->count; i++)
        if (context[i] != BON_NO_CONTEXT) *(keep[i] ? &renewed->extends[context[i]] : &fewer[context[i]]) = 1;
    for (uint32_t h = 0; status == BON_OK && h < contexts->count; h++) {
        double backoff = fewer[h] ? bon_backoff_of(masses[h]) : 0;
        renewed->backoff[h] = !renewed->extends[h] ? 0 : backoff > 0 ? (float)log10(backoff) : contexts->backoff[h];
    }
    free(masses);
    free(fewer);
    return status;
}

/* One level on its way from the old table to the new one. */
struct copying {
    const struct bon_selection *selection;
    unsigned k;
    const uint32_t *numbers;               /* of words */
    const struct renewed *below, *renewed; /* of level k - 1 (not read at level 1) and k */
    bon_lm_table *to;
};

/* Copies what stays of a level. A blank scores what backing off gives, so it follows the new back-offs. */
static void copy_values(const struct copying *copying) {
    const struct bon_selection *selection = copying->selection;
    unsigned k = copying->k;
    const struct bon_lm_level *from = &selection->table->level[k - 1];
    struct bon_lm_level *level = &copying->to->level[k - 1];
    uint32_t parent = 0, new_parent = 0; /* of n-gram i, in the old table and in the new one */
    for (uint32_t i = 0, at = 0; i < from->count; i++) {
        for (; k > 1 && i >= from[-1].first_child[parent + 1]; parent++) new_parent += stays(selection, k - 1, parent);
        if (!stays(selection, k, i)) continue;
        level->word[at] = copying->numbers[from->word[i]];
        level->logprob[at] = from->logprob[i];
        if (k < copying->to->order) {
            level->backoff[at] = copying->renewed->backoff[i];
            level->extends[at] = copying->renewed->extends[i];
        }
        if (level->blank && (level->blank[at] = from->blank[i])) {
            uint32_t h = selection->context[k - 1][i];
            level->logprob[at] = level[-1].logprob[new_parent] + (h == BON_NO_CONTEXT ? 0 : copying->below->backoff[h]);
        }
        at++;
    }
}

/* Where the children that stay begin. */
static void link_children(const struct copying *copying) {
    const struct bon_selection *selection = copying->selection;
    const struct bon_lm_level *from = &selection->table->level[copying->k - 1];
    uint32_t *first_child = copying->to->level[copying->k - 1].first_child, child = 0, at = 0;
    for (uint32_t i = 0; i < from->count; i++) {
        if (stays(selection, copying->k, i)) first_child[at++] = child;
        for (uint32_t c = from->first_child[i]; c < from->first_child[i + 1]; c++)
            child += stays(selection, copying->k + 1, c);
    }
    first_child[at] = child;
}

static bon_status copy_level(const struct copying *copying) {
    const struct bon_lm_level *from = &copying->selection->table->level[copying->k - 1];
    struct bon_lm_level *level = &copying->to->level[copying->k - 1];
    bool highest = copying->k == copying->to->order;
    uint32_t kept = count_kept(copying->selection, copying->k);
    BON_TRY(bon_lm_level_alloc(level, kept, highest));
    if (from->blank && !(level->blank = bon_alloc_zeroed(kept, 1))) return BON_ERR_NOMEM;
    copy_values(copying);
    if (!highest) link_children(copying);
    return BON_OK;
}

static bon_status copy_levels(const struct bon_selection *selection, const uint32_t *numbers, bon_lm_table *to) {
    struct renewed now = {0}, below = {0};
    bon_status status = BON_OK;
    for (unsigned k = 1; status == BON_OK && k <= to->order; k++) {
        if (k < to->order) status = renew(selection, k, &now);
        if (status == BON_OK) status = copy_level(&(struct copying){selection, k, numbers, &below, &now, to});
        renewed_free(&below);
        below = now;
        now = (struct renewed){0};
    }
    renewed_free(&below);
    return status;
}

bon_status bon_table_select(const struct bon_selection *selection, bon_lm_table **out) {
    bon_lm_table *table = bon_alloc_zeroed(1, sizeof *table);
    if (!table) return BON_ERR_NOMEM;
    table->order = selection->table->order;
    table->threads = selection->table->threads;
    uint32_t *numbers = bon_alloc_array(selection->table->vocab.count, sizeof *numbers);
    bon_status status = numbers ? copy_vocab(selection, table, numbers) : BON_ERR_NOMEM;
    if (status == BON_OK) status = copy_levels(selection, numbers, table);
    if (status == BON_OK) give_to_unknown(selection, table);
    free(numbers);
    if (status == BON_OK)
        *out = table;
    else
        bon_lm_table_close(table);
    return status;
}
