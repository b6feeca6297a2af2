/* src/ngram/blocks_score.h: bon_lm_score and the ones for many words, in the layout of blocks. */
#ifndef BON_SRC_NGRAM_BLOCKS_SCORE_H
#define BON_SRC_NGRAM_BLOCKS_SCORE_H

#include "ngram/lm.h"

float bon_blocks_score(const bon_lm *lm, const bon_lm_state *state, uint32_t word, bon_lm_state *next,
                       unsigned *matched);
void bon_blocks_score_words(const bon_lm *lm, bon_lm_state *state, const uint32_t *words, size_t n, float *logprob,
                            uint8_t *matched);
void bon_blocks_score_batch(const bon_lm *lm, const bon_lm_state *states, const uint32_t *words, size_t n,
                            bon_lm_state *next, float *logprob, uint8_t *matched);

#endif
