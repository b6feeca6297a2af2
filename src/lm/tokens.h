/* src/lm/tokens.h: what the training loop asks of its data besides batches. */
#ifndef BON_SRC_LM_TOKENS_H
#define BON_SRC_LM_TOKENS_H

#include "bon/lm.h"

/* A hash of the tokens of the range, their width, context, seed and end: what decides the order of windows and what is in
 * them. */
uint64_t bon_batches_hash(const bon_batches *batches);

#endif
