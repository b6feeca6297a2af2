/* src/ngram/trie_contexts.h: from the n-grams of a reverse trie to their contexts: w1 ... wk -> w1 ... w(k-1). */
#ifndef BON_SRC_NGRAM_TRIE_CONTEXTS_H
#define BON_SRC_NGRAM_TRIE_CONTEXTS_H

#include "ngram/table.h"

#define BON_NO_CONTEXT UINT32_MAX

/* contexts[] of level k (2 and up): for each n-gram the place of its context in level k - 1, or BON_NO_CONTEXT. below[] is
 * that of level k - 1 (not read at level 2). The context of w1 ... wk is the child w1 of the context of w2 ... wk, and
 * siblings are sorted on both sides, so a search starts where the last one ended. */
void bon_contexts_find(const struct bon_lm_table *table, unsigned k, const uint32_t *below, uint32_t *contexts);

#endif
