/* src/lm/bpe_learn.h: learning merges from pieces and their counts: exact byte-pair encoding. */
#ifndef BON_SRC_LM_BPE_LEARN_H
#define BON_SRC_LM_BPE_LEARN_H

#include "lm/bpe_pieces.h"
#include "lm/tokenizer.h"

/* Adds merges, and the tokens they make, to a tokenizer that has the 256 bytes at ids 0 to 255 and nothing else, until it has
 * `size` tokens or no pair is seen min_count times. */
bon_status bon_bpe_learn(bon_tokenizer *tokenizer, const struct bon_pieces *pieces, uint32_t size, uint64_t min_count);

#endif
