/* src/ngram/table_score.c: see table_score.h. The walk is that of query.c, over arrays. */
#include "ngram/table_score.h"

#include "ngram/corpus.h"
#include "ngram/leap.h"

static bool find_child(const struct bon_lm_level *level, uint32_t node, uint32_t word, uint32_t *child) {
    uint32_t end = level->first_child[node + 1];
    uint32_t at = bon_leap(level[1].word, level->first_child[node], end, word);
    *child = at;
    return at < end && level[1].word[at] == word;
}

void bon_table_state_begin(const bon_lm_table *table, bon_lm_state *state) {
    const struct bon_lm_level *words = &table->level[0];
    *state = (bon_lm_state){.length = 0};
    if (table->order == 1 || !words->extends[BON_LM_BOS]) return;
    state->words[0] = BON_LM_BOS;
    state->backoff[0] = words->backoff[BON_LM_BOS];
    state->length = 1;
}

/* The state after a walk: its nodes up to the longest that is a context. */
static void remember(const bon_lm_table *table, const bon_lm_state *state, const uint32_t *nodes, unsigned found,
                     bon_lm_state *next) {
    unsigned contexts = found < table->order ? found : table->order - 1, length = 0;
    for (unsigned i = 0; i < contexts; i++)
        if (table->level[i].extends[nodes[i]]) length = i + 1;
    for (unsigned i = length; i-- > 0;) { /* from the end, since next may be state */
        next->backoff[i] = table->level[i].backoff[nodes[i]];
        next->words[i] = i > 0 ? state->words[i - 1] : nodes[0];
    }
    next->length = length;
}

float bon_table_score(const bon_lm_table *table, const bon_lm_state *state, uint32_t word, bon_lm_state *next) {
    uint32_t nodes[BON_LM_MAX_ORDER] = {word < table->level[0].count ? word : BON_LM_UNK};
    unsigned found = 1;
    while (found <= state->length &&
           find_child(&table->level[found - 1], nodes[found - 1], state->words[found - 1], &nodes[found]))
        found++;
    float logprob = table->level[found - 1].logprob[nodes[found - 1]];
    for (unsigned i = found - 1; i < state->length; i++) logprob += state->backoff[i];
    remember(table, state, nodes, found, next);
    return logprob;
}

bool bon_next_token(const char *line, size_t n, size_t *at, const char **token, size_t *length) {
    while (*at < n && bon_lm_is_blank((unsigned char)line[*at])) ++*at;
    size_t begin = *at;
    while (*at < n && !bon_lm_is_blank((unsigned char)line[*at])) ++*at;
    *token = line + begin;
    *length = *at - begin;
    return *length > 0;
}

uint32_t bon_table_word(const bon_lm_table *table, const char *token, size_t n) {
    uint32_t word = bon_vocab_find(&table->vocab, token, n);
    return word == BON_VOCAB_NONE ? BON_LM_UNK : word;
}

void bon_totals_add(bon_lm_totals *totals, uint32_t word, double logprob) {
    totals->tokens++;
    totals->logprob10 += logprob;
    if (word == BON_LM_UNK)
        totals->oov++;
    else
        totals->logprob10_known += logprob;
}

void bon_lm_table_score_line(const bon_lm_table *table, const char *line, size_t n, bon_lm_totals *totals) {
    bon_lm_state state;
    const char *token;
    size_t at = 0, length;
    bon_table_state_begin(table, &state);
    while (bon_next_token(line, n, &at, &token, &length)) {
        uint32_t word = bon_table_word(table, token, length);
        bon_totals_add(totals, word, (double)bon_table_score(table, &state, word, &state));
    }
    bon_totals_add(totals, BON_LM_EOS, (double)bon_table_score(table, &state, BON_LM_EOS, &state));
}
