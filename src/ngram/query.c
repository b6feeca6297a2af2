/* src/ngram/query.c: scoring with state.
 *
 * A score walks the reverse trie from the word into its context, most recent word first, as far as the model goes: the last
 * node has the probability, the context words not used pay their back-offs, which the state carries (Heafield 2011, "KenLM:
 * Faster and Smaller Language Model Queries"). The nodes on the way are the contexts of the next word: the longest one that
 * some n-gram begins with is all the next state has to remember.
 */
#include "ngram/query.h"

void bon_lm_state_empty(bon_lm_state *state) { *state = (bon_lm_state){.length = 0}; }

void bon_lm_state_begin(const bon_lm *lm, bon_lm_state *state) {
    float backoff;
    bon_lm_state_empty(state);
    if (!bon_lm_node_backoff(lm, 1, BON_LM_BOS, &backoff)) return;
    state->words[0] = BON_LM_BOS;
    state->backoff[0] = backoff;
    state->length = 1;
}

bool bon_lm_state_equal(const bon_lm_state *a, const bon_lm_state *b) {
    if (a->length != b->length || a->length >= BON_LM_MAX_ORDER) return false;
    for (uint32_t i = 0; i < a->length; i++)
        if (a->words[i] != b->words[i]) return false;
    return true;
}

/* How much of a state can be used with this model, whatever the caller put into it. */
static unsigned usable_length(const bon_lm *lm, const bon_lm_state *state) {
    return state->length < lm->order ? state->length : lm->order - 1;
}

float bon_lm_score(const bon_lm *lm, const bon_lm_state *state, uint32_t word, bon_lm_state *next, unsigned *matched) {
    unsigned length = usable_length(lm, state), order = 1, seen = 1;
    bon_lm_state to = {.length = 0};
    uint32_t last = bon_lm_unigram(lm, word), node = last;
    to.words[0] = last;
    for (;; order++) {
        if (!bon_lm_node_blank(lm, order, node)) seen = order;
        last = node;
        if (order < lm->order && bon_lm_node_backoff(lm, order, node, &to.backoff[order - 1])) to.length = order;
        if (order > length || !bon_lm_child(lm, order, node, state->words[order - 1], &node)) break;
        if (order < BON_LM_MAX_ORDER - 1) to.words[order] = state->words[order - 1];
    }
    float logprob = bon_lm_node_logprob(lm, order, last);
    for (unsigned i = order - 1; i < length; i++) logprob += state->backoff[i];
    if (matched) *matched = seen;
    *next = to;
    return logprob;
}
