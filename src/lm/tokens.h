/* src/lm/tokens.h: what the training loop asks of its data besides batches. */
#ifndef BON_SRC_LM_TOKENS_H
#define BON_SRC_LM_TOKENS_H

#include "bon/lm.h"

/* A hash of the tokens of the range, their width, context, seed and end: what decides the order of windows and what is in
 * them. */
uint64_t bon_batches_hash(const bon_batches *batches);

/* Number `cursor` of the numbers 0 ... count - 1, each once in a row of `count`, in an order that depends on the seed and on how
 * often they went by; seed 0: as they are. */
uint64_t bon_shuffled(uint64_t seed, uint64_t count, uint64_t cursor);

#endif
