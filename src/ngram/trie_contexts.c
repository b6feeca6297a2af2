/* src/ngram/trie_contexts.c: see trie_contexts.h. */
#include "ngram/trie_contexts.h"

#include <string.h>

#include "ngram/leap.h"

enum { FETCH_AHEAD = 16 };

void bon_contexts_find(const struct bon_lm_table *table, unsigned k, const uint32_t *below, uint32_t *contexts) {
    const struct bon_lm_level *level = &table->level[k - 1], *parents = level - 1;
    if (k == 2) {
        if (level->count) memcpy(contexts, level->word, level->count * sizeof *contexts);
        return;
    }
    const struct bon_lm_level *top = parents - 1; /* where the contexts of the parents stand */
    for (uint32_t parent = 0; parent < parents->count; parent++) {
        if (parents->count - parent > 2 * FETCH_AHEAD) { /* first where a list begins, then the list */
            uint32_t far = below[parent + 2 * FETCH_AHEAD], near = below[parent + FETCH_AHEAD];
            if (far != BON_NO_CONTEXT) __builtin_prefetch(&top->first_child[far]);
            if (near != BON_NO_CONTEXT) __builtin_prefetch(&parents->word[top->first_child[near]]);
        }
        uint32_t above = below[parent], at = 0, end = 0;
        if (above != BON_NO_CONTEXT) {
            at = top->first_child[above];
            end = top->first_child[above + 1];
        }
        for (uint32_t i = parents->first_child[parent]; i < parents->first_child[parent + 1]; i++) {
            at = bon_leap(parents->word, at, end, level->word[i]);
            contexts[i] = at < end && parents->word[at] == level->word[i] ? at : BON_NO_CONTEXT;
        }
    }
}
