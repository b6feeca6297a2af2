/* src/ngram/trie_contexts.c: see trie_contexts.h. */
#include "ngram/trie_contexts.h"

#include <string.h>

/* The first place in word[begin..end) whose word is not below w: steps of 1, 2, 4, ... and then halving. */
static uint32_t seek_word(const uint32_t *word, uint32_t begin, uint32_t end, uint32_t w) {
    uint32_t step = 1;
    while (end - begin > step && word[begin + step - 1] < w) {
        begin += step;
        step *= 2;
    }
    uint32_t high = end - begin > step ? begin + step : end;
    while (begin < high) {
        uint32_t middle = begin + (high - begin) / 2;
        if (word[middle] < w)
            begin = middle + 1;
        else
            high = middle;
    }
    return begin;
}

void bon_contexts_find(const struct bon_lm_table *table, unsigned k, const uint32_t *below, uint32_t *contexts) {
    const struct bon_lm_level *level = &table->level[k - 1], *parents = level - 1;
    if (k == 2) {
        if (level->count) memcpy(contexts, level->word, level->count * sizeof *contexts);
        return;
    }
    const struct bon_lm_level *top = parents - 1; /* where the contexts of the parents stand */
    for (uint32_t parent = 0; parent < parents->count; parent++) {
        uint32_t above = below[parent], at = 0, end = 0;
        if (above != BON_NO_CONTEXT) {
            at = top->first_child[above];
            end = top->first_child[above + 1];
        }
        for (uint32_t i = parents->first_child[parent]; i < parents->first_child[parent + 1]; i++) {
            at = seek_word(parents->word, at, end, level->word[i]);
            contexts[i] = at < end && parents->word[at] == level->word[i] ? at : BON_NO_CONTEXT;
        }
    }
}
