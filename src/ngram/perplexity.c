/* src/ngram/perplexity.c: how well a model foretells text. Words, sentence marks and unknown words are counted as KenLM's
 * `query` counts them, so the figures can be laid side by side: </s> is a token, <s> is not; an unknown word is scored as
 * <unk>, and the second perplexity leaves such words out. */
#include <math.h>

#include "ngram/query.h"
#include "ngram/table_score.h"

enum { TOGETHER = 256 /* words that are scored in one call */ };

struct sentence {
    bon_lm_state state;
    uint32_t words[TOGETHER]; /* to be scored */
    size_t count;
};

static void score_words(const bon_lm *lm, struct sentence *sentence, bon_lm_totals *totals) {
    float logprob[TOGETHER];
    bon_lm_score_words(lm, &sentence->state, sentence->words, sentence->count, logprob, NULL);
    for (size_t i = 0; i < sentence->count; i++) bon_totals_add(totals, sentence->words[i], (double)logprob[i]);
    sentence->count = 0;
}

/* A </s> among the words of a line ends nothing, as it would in running text: it is scored by itself. */
static void score_end(const bon_lm *lm, struct sentence *sentence, bon_lm_totals *totals) {
    score_words(lm, sentence, totals);
    float logprob = bon_lm_score(lm, &sentence->state, BON_LM_EOS, &sentence->state, NULL);
    bon_totals_add(totals, BON_LM_EOS, (double)logprob);
}

void bon_lm_score_line(const bon_lm *lm, const char *line, size_t n, bon_lm_totals *totals) {
    struct sentence sentence;
    const char *token;
    size_t at = 0, length;
    bon_lm_state_begin(lm, &sentence.state);
    sentence.count = 0;
    while (bon_next_token(line, n, &at, &token, &length)) {
        uint32_t word = bon_lm_word(lm, token, length);
        if (word == BON_LM_EOS) {
            score_end(lm, &sentence, totals);
            continue;
        }
        sentence.words[sentence.count++] = word;
        if (sentence.count == TOGETHER) score_words(lm, &sentence, totals);
    }
    score_end(lm, &sentence, totals);
}

static double perplexity(double logprob10, uint64_t tokens) {
    return tokens > 0 ? pow(10.0, -logprob10 / (double)tokens) : (double)NAN;
}

double bon_lm_perplexity(const bon_lm_totals *totals) { return perplexity(totals->logprob10, totals->tokens); }

double bon_lm_perplexity_known(const bon_lm_totals *totals) {
    return perplexity(totals->logprob10_known, totals->tokens - totals->oov);
}
