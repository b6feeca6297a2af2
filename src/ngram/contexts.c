/* src/ngram/contexts.c: finds the context of every n-gram, i.e. the n-gram less its last word, in the level below.
 *
 * No second sort is needed. The trie parent of an n-gram x w2 .. wk is w2 .. wk; its context x w2 .. wk-1 is a child, by the same
 * word x, of the parent's context w2 .. wk-1. So the children of a node are met again among the children of the node's context,
 * and both lists ascend: one walk along the shorter, with leaps through the longer, links them all. Contexts of the parents
 * ascend as long as the last word is the same, so memory is read in order for the most part.
 */
#include "ngram/grams.h"
#include "ngram/leap.h"

bon_status bon_grams_link(struct bon_grams *grams, unsigned k, uint32_t first, uint32_t end) {
    struct bon_gram_level *level = &grams->level[k - 1], *below = level - 1, *two_below = level - 2;
    for (uint32_t q = first; q < end; q++) {
        uint32_t parent = bon_context_of(below, q);
        uint32_t at = two_below->first_child[parent], at_end = two_below->first_child[parent + 1];
        for (uint32_t i = below->first_child[q]; i < below->first_child[q + 1]; i++) {
            at = bon_leap(below->word, at, at_end, level->word[i]);
            if (at >= at_end || below->word[at] != level->word[i])
                return bon_fail(BON_ERR_DATA,
                                "a %u-gram has no context among the %u-grams: these are not the counts of whole lines",
                                k, k - 1);
            level->context[i] = at++;
        }
    }
    return BON_OK;
}

/* ---- as lmplz counts ---- */

uint64_t bon_grams_seen(const struct bon_grams *grams, unsigned k, uint32_t i) {
    const struct bon_gram_level *level = &grams->level[k - 1];
    if (k == grams->order || (k > 1 && level->word[i] == BON_LM_BOS)) return level->adjusted[i];
    uint64_t seen = 0;
    for (uint32_t child = level->first_child[i]; child < level->first_child[i + 1]; child++)
        seen += bon_grams_seen(grams, k + 1, child);
    return seen;
}

/* Of the n-grams begin..end - 1 of a level, the one whose leftmost word came last in the text. */
static uint32_t newest(const struct bon_gram_level *level, uint32_t begin, uint32_t end, const uint32_t *first_seen) {
    uint32_t best = begin;
    for (uint32_t i = begin + 1; i < end; i++)
        if (first_seen[level->word[i]] > first_seen[level->word[best]]) best = i;
    return best;
}

void bon_grams_count_as_lmplz(struct bon_grams *grams, const uint32_t *first_seen) {
    uint32_t begin = BON_LM_EOS, end = (uint32_t)grams->level[0].count;
    for (unsigned k = 1; k < grams->order && begin < end; k++) {
        const struct bon_gram_level *level = &grams->level[k - 1];
        uint32_t last = newest(level, begin, end, first_seen);
        uint64_t seen = bon_grams_seen(grams, k, last);
        if (level->adjusted[last] < 5) grams->with_count[k - 1][level->adjusted[last]]--;
        if (seen < 5) grams->with_count[k - 1][seen]++;
        begin = level->first_child[last];
        end = level->first_child[last + 1];
    }
}
