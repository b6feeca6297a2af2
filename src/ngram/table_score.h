/* src/ngram/table_score.h: scoring words with a table, as bon_lm_score does with a model file: slower (a binary search a word of
 * context), but before anything is written.
 */
#ifndef BON_SRC_NGRAM_TABLE_SCORE_H
#define BON_SRC_NGRAM_TABLE_SCORE_H

#include "ngram/table.h"

void bon_table_state_begin(const bon_lm_table *table, bon_lm_state *state); /* after <s> */

/* log10 p(word | state), and the state after it in *next (may be state). An id that the vocabulary lacks is <unk>. */
float bon_table_score(const bon_lm_table *table, const bon_lm_state *state, uint32_t word, bon_lm_state *next);

/* The id of a word; BON_LM_UNK when the table does not know it. */
uint32_t bon_table_word(const bon_lm_table *table, const char *token, size_t n);

/* Counts a scored word, as bon_lm_score_line does. */
void bon_totals_add(bon_lm_totals *totals, uint32_t word, double logprob);

/* The tokens of a line, parted by the blanks of lmplz: the next one from *at on; false behind the last. */
bool bon_next_token(const char *line, size_t n, size_t *at, const char **token, size_t *length);

#endif
