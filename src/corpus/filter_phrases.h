/* src/corpus/filter_phrases.h: the phrases of menus, buttons and page footers, found in a text that comes as numbers of words.
 */
#ifndef BON_SRC_CORPUS_FILTER_PHRASES_H
#define BON_SRC_CORPUS_FILTER_PHRASES_H

#include "base/status.h"
#include "bon/syllable.h"

/* The number by which a word is known: capitals and the place of tone marks make no difference. Appends the folded word to
 * *folded, from which the number of what is no syllable is made. */

bon_status bon_word_number(const char *text, const bon_token *token, bon_buf *folded, uint32_t *number);

struct bon_phrases;
bon_status bon_phrases_open(struct bon_phrases **out);
void bon_phrases_close(struct bon_phrases *phrases); /* NULL is fine */

/* How many of the words of a line are in a phrase of the table; of overlapping ones the first counts. */
size_t bon_phrases_cover(const struct bon_phrases *phrases, const uint32_t *words, size_t count);

#endif
