/* src/restore/neural_beside.h: what a model of n-grams thinks of a text, for a network that is to work beside it.
 *
 * Such a network need not learn what the n-grams know, only what they do not: it is trained on the sum of both scores (a product of
 * experts: Hinton 2002; its errors are what is left to learn, as in boosting). The model must not have seen the text, or it knows
 * better than it ever will again.
 */
#ifndef BON_SRC_RESTORE_NEURAL_BESIDE_H
#define BON_SRC_RESTORE_NEURAL_BESIDE_H

#include "bon/restore.h"
#include "restore/neural.h"

enum { BON_BESIDE_LABELS = 4, BON_BESIDE_UNIT = 16, BON_BESIDE_NONE = 255 };

/* The likeliest labels of a token: costs are -log of their probability in sixteenths, BON_BESIDE_NONE where there are fewer. */
struct bon_beside {
    uint8_t labels[BON_BESIDE_LABELS], costs[BON_BESIDE_LABELS];
};

/* Restores a line after taking its marks away, and appends a struct bon_beside for each of its tokens to out. Tokens without a
 * choice have none. */
bon_status bon_beside_line(bon_restore_session *session, const char *line, size_t n, bon_buf *plain, bon_buf *out);

/* The log probability of a label; of one that is not among the likeliest, a guess below theirs. */
float bon_beside_score(const struct bon_beside *beside, unsigned label);

#endif
