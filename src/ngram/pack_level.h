/* src/ngram/pack_level.h: the sections of the n-grams in the small layout (docs/bonlm-format.md). */
#ifndef BON_SRC_NGRAM_PACK_LEVEL_H
#define BON_SRC_NGRAM_PACK_LEVEL_H

#include "ngram/table.h"

/* Writes the sections of every order; values above order 1 in quantize_bits bits (0 = floats). */
bon_status bon_small_write_levels(const struct bon_lm_table *table, unsigned quantize_bits,
                                  struct bon_artefact_writer *writer);

/* The trie itself, which both layouts have: the words and where the children of each n-gram begin. */
bon_status bon_write_trie(const struct bon_lm_table *table, unsigned order, struct bon_artefact_writer *writer);

#endif
