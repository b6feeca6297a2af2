/* src/restore/scorer.c: see scorer.h. */
#include "restore/scorer.h"

#include <stdlib.h>

#include "base/buf.h"

enum { WORD_SLOTS = 1 << 12, LONGER_BITS = 14, LONGER_SLOTS = 1 << LONGER_BITS };

static struct bon_gram *open_table(size_t slots) {
    size_t bytes = slots * sizeof(struct bon_gram);
    struct bon_gram *table = aligned_alloc(64, bytes);
    if (!table) {
        bon_fail_memory(bytes);
        return NULL;
    }
    memset(table, 0, bytes);
    return table;
}

bon_status bon_scorer_open(struct bon_scorer *scorer, const bon_lm *lm, const struct bon_pairs *pairs) {
    scorer->lm = lm;
    scorer->pairs = pairs ? *pairs : (struct bon_pairs){0};
    scorer->words = open_table(WORD_SLOTS);
    scorer->longer = open_table(LONGER_SLOTS);
    return scorer->words && scorer->longer ? BON_OK : BON_ERR_NOMEM;
}

void bon_scorer_close(struct bon_scorer *scorer) {
    free(scorer->words);
    free(scorer->longer);
}

/* Reads the values of the node into the slot. */
static void fill(const bon_lm *lm, struct bon_gram *gram, unsigned order, uint32_t node) {
    gram->order = (uint8_t)order;
    gram->node = node;
    gram->found = true;
    gram->has_run = false;
    gram->logprob = bon_lm_node_logprob(lm, order, node);
    gram->is_context = order < lm->order && bon_lm_node_backoff(lm, order, node, &gram->backoff);
}

/* Frequent words have small ids, so that they do not meet in this table. */
static struct bon_gram *word_gram(struct bon_scorer *scorer, uint32_t word) {
    uint32_t node = bon_lm_unigram(scorer->lm, word);
    struct bon_gram *gram = &scorer->words[node % WORD_SLOTS];
    if (gram->order == 0 || gram->node != node) fill(scorer->lm, gram, 1, node);
    return gram;
}

static uint32_t slot_of(unsigned order, uint32_t parent, uint32_t word) {
    uint64_t key = ((uint64_t)parent << 32 | word) + order;
    return (uint32_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> (64 - LONGER_BITS));
}

/* The n-gram with `word` before `gram`, whose order is below the model's. The slot may be gram's own: only the result is
 * good afterwards. */
static struct bon_gram *child_gram(struct bon_scorer *scorer, struct bon_gram *gram, uint32_t word) {
    unsigned order = gram->order + 1u;
    uint32_t parent = gram->node, node = 0;
    struct bon_gram *child = &scorer->longer[slot_of(order, parent, word)];
    if (child->order == order && child->parent == parent && child->word == word) return child;
    if (!gram->has_run) {
        gram->run = bon_lm_children(scorer->lm, gram->order, parent);
        gram->has_run = true;
    }
    bool found = bon_lm_find(scorer->lm, order, &gram->run, word, &node);
    uint32_t state_word = bon_lm_state_word(scorer->lm, &gram->run, word, node);
    child->parent = parent;
    child->word = word;
    child->order = (uint8_t)order;
    child->found = found;
    if (found) fill(scorer->lm, child, order, node);
    child->state_word = state_word;
    return child;
}

float bon_scorer_score(struct bon_scorer *scorer, const bon_lm_state *state, uint32_t word, bon_lm_state *next) {
    unsigned limit = scorer->lm->order, length = state->length < limit ? state->length : limit - 1, order = 1;
    struct bon_gram *gram = word_gram(scorer, word);
    bon_lm_state to = {.length = 0};
    float logprob;
    to.words[0] = gram->node;
    for (;; order++) {
        logprob = gram->logprob;
        if (gram->is_context) {
            to.backoff[order - 1] = gram->backoff;
            to.length = order;
        }
        if (order > length) break;
        if (order == 1 && !bon_pairs_may_have(&scorer->pairs, state->words[0], gram->node)) break;
        gram = child_gram(scorer, gram, state->words[order - 1]);
        if (!gram->found) break;
        if (order < BON_LM_MAX_ORDER - 1) to.words[order] = gram->state_word;
    }
    for (unsigned i = order - 1; i < length; i++) logprob += state->backoff[i];
    *next = to;
    return logprob;
}
