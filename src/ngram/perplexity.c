/* src/ngram/perplexity.c: how well a model foretells text. Words, sentence marks and unknown words are counted as KenLM's
 * `query` counts them, so the figures can be laid side by side: </s> is a token, <s> is not; an unknown word is scored as
 * <unk>, and the second perplexity leaves such words out. */
#include <math.h>

#include "ngram/query.h"
#include "ngram/table_score.h"

static void score_token(const bon_lm *lm, bon_lm_state *state, uint32_t word, bon_lm_totals *totals) {
    bon_totals_add(totals, word, (double)bon_lm_score(lm, state, word, state, NULL));
}

void bon_lm_score_line(const bon_lm *lm, const char *line, size_t n, bon_lm_totals *totals) {
    bon_lm_state state;
    const char *token;
    size_t at = 0, length;
    bon_lm_state_begin(lm, &state);
    while (bon_next_token(line, n, &at, &token, &length))
        score_token(lm, &state, bon_lm_word(lm, token, length), totals);
    score_token(lm, &state, BON_LM_EOS, totals);
}

static double perplexity(double logprob10, uint64_t tokens) {
    return tokens > 0 ? pow(10.0, -logprob10 / (double)tokens) : (double)NAN;
}

double bon_lm_perplexity(const bon_lm_totals *totals) { return perplexity(totals->logprob10, totals->tokens); }

double bon_lm_perplexity_known(const bon_lm_totals *totals) {
    return perplexity(totals->logprob10_known, totals->tokens - totals->oov);
}
