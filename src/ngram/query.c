/* src/ngram/query.c: scoring with state.
 *
 * A score walks the reverse trie from the word into its context, most recent word first, as far as the model goes: the last
 * node has the probability, the context words not used pay their back-offs, which the state carries (Heafield 2011, "KenLM:
 * Faster and Smaller Language Model Queries"). The nodes on the way are the contexts of the next word: the longest one that
 * some n-gram begins with is all the next state has to remember.
 */
#include "ngram/query.h"

#include "ngram/blocks_score.h"

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

/* The nodes of the word and its context, nodes[i] of order i + 1; returns how many. What will be read of each is asked for at
 * once, so that it is there when the walk is over. */
static unsigned walk(const bon_lm *lm, const bon_lm_state *state, unsigned length, uint32_t word,
                     uint32_t nodes[BON_LM_MAX_ORDER]) {
    unsigned found = 1;
    nodes[0] = word;
    bon_lm_node_prefetch(lm, 1, word);
    while (found <= length && bon_lm_child(lm, found, nodes[found - 1], state->words[found - 1], &nodes[found])) {
        found++;
        bon_lm_node_prefetch(lm, found, nodes[found - 1]);
    }
    return found;
}

/* The state that the nodes of a walk make: all that are contexts of something, up to the longest. */
static void remember(const bon_lm *lm, const bon_lm_state *state, const uint32_t *nodes, unsigned found,
                     bon_lm_state *next) {
    int64_t places[BON_LM_MAX_ORDER];
    unsigned contexts = found < lm->order ? found : lm->order - 1, length = 0;
    for (unsigned i = 0; i < contexts; i++) places[i] = bon_lm_backoff_place(&lm->level[i], nodes[i]);
    for (unsigned i = 0; i < contexts; i++)
        if (places[i] != BON_LM_NO_BACKOFF) length = i + 1;
    for (unsigned i = length; i-- > 0;) { /* from the end, since next may be state */
        bool none = places[i] == BON_LM_NO_BACKOFF;
        next->backoff[i] = none ? 0.0f : bon_lm_value_at(&lm->level[i].backoff, (uint64_t)places[i]);
        next->words[i] = i > 0 ? state->words[i - 1] : nodes[0];
    }
    next->length = length;
}

float bon_lm_score(const bon_lm *lm, const bon_lm_state *state, uint32_t word, bon_lm_state *next, unsigned *matched) {
    uint32_t nodes[BON_LM_MAX_ORDER];
    if (lm->fast) return lm->fast->score(lm, state, word, next, matched);
    if (lm->ranked) return bon_blocks_score(lm, state, word, next, matched);
    unsigned length = usable_length(lm, state);
    unsigned found = walk(lm, state, length, bon_lm_unigram(lm, word), nodes);
    float logprob = bon_lm_node_logprob(lm, found, nodes[found - 1]);
    for (unsigned i = found - 1; i < length; i++) logprob += state->backoff[i];
    if (matched) {
        *matched = found;
        while (*matched > 1 && bon_lm_node_blank(lm, *matched, nodes[*matched - 1])) --*matched;
    }
    remember(lm, state, nodes, found, next);
    return logprob;
}

void bon_lm_score_words(const bon_lm *lm, bon_lm_state *state, const uint32_t *words, size_t n, float *logprob,
                        uint8_t *matched) {
    if (lm->fast) {
        lm->fast->words(lm, state, words, n, logprob, matched);
        return;
    }
    if (lm->ranked) {
        bon_blocks_score_words(lm, state, words, n, logprob, matched);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        unsigned order;
        logprob[i] = bon_lm_score(lm, state, words[i], state, &order);
        if (matched) matched[i] = (uint8_t)order;
        if (words[i] == BON_LM_EOS) bon_lm_state_begin(lm, state);
    }
}

void bon_lm_score_batch(const bon_lm *lm, const bon_lm_state *states, const uint32_t *words, size_t n,
                        bon_lm_state *next, float *logprob, uint8_t *matched) {
    if (lm->fast) {
        lm->fast->batch(lm, states, words, n, next, logprob, matched);
        return;
    }
    if (lm->ranked) {
        bon_blocks_score_batch(lm, states, words, n, next, logprob, matched);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        unsigned order;
        logprob[i] = bon_lm_score(lm, &states[i], words[i], &next[i], &order);
        if (matched) matched[i] = (uint8_t)order;
    }
}
