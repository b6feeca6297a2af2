/* src/ngram/trie_contexts.c: see trie_contexts.h. */
#include "ngram/trie_contexts.h"

#include <string.h>

#include "base/store.h"
#include "ngram/leap.h"

enum {
    FETCH_AHEAD = 16,
    PARENT_BYTES = 16,
    CHILD_BYTES = 8 /* in arrays */,
    FAULT_BITS = 16 /* bytes that come with one */
};

/* Bytes that come into memory with this one, when it is not near the one before. */
static size_t comes_in(const void *at, uintptr_t *before) {
    uintptr_t place = (uintptr_t)at >> FAULT_BITS;
    bool near = place == *before;
    *before = place;
    return near ? 0 : (size_t)1 << FAULT_BITS;
}

void bon_contexts_find(const struct bon_lm_table *table, unsigned k, const uint32_t *below, uint32_t *contexts) {
    const struct bon_lm_level *level = &table->level[k - 1], *parents = level - 1;
    if (k == 2) {
        if (level->count) memcpy(contexts, level->word, level->count * sizeof *contexts);
        return;
    }
    const struct bon_lm_level *top = parents - 1; /* where the contexts of the parents stand */
    uintptr_t list = 0, words = 0;
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
        if (!table->store) continue;
        size_t children = parents->first_child[parent + 1] - parents->first_child[parent];
        size_t jumps = above == BON_NO_CONTEXT
                           ? 0
                           : comes_in(&top->first_child[above], &list) + comes_in(&parents->word[end], &words);
        bon_store_pace(table->store, PARENT_BYTES + children * CHILD_BYTES + jumps);
    }
}
