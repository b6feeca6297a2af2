/* src/ngram/select.h: a table with some n-grams of another one, its back-offs made anew so that probabilities sum to 1. And what
 * is asked of the n-grams of a level again and again.
 */
#ifndef BON_SRC_NGRAM_SELECT_H
#define BON_SRC_NGRAM_SELECT_H

#include <math.h>

#include "ngram/table.h"

struct bon_selection {
    const bon_lm_table *table;
    const uint32_t *context[BON_LM_MAX_ORDER]; /* of levels 2 and up, as bon_contexts_find gives them */
    const uint8_t *keep[BON_LM_MAX_ORDER]; /* [level count] 1 = stays, and then so do its context and its end. Level 1:
                                              NULL = all words; words that go leave their probability to <unk> */
};

bon_status bon_table_select(const struct bon_selection *selection, bon_lm_table **out);

static inline double bon_p10(float log10) { return pow(10.0, (double)log10); }

static inline bool bon_is_blank(const struct bon_lm_level *level, uint32_t i) {
    return level->blank && level->blank[i];
}

/* Calls for every n-gram of a level above the first and its trie parent. */
#define BON_EACH_CHILD(level, parent, i)                                                                               \
    for (uint32_t parent = 0, i = 0; parent < (level)[-1].count; parent++)                                             \
        for (; i < (level)[-1].first_child[parent + 1]; i++)

/* Sums over the words that follow a context h: p(v|h) and p(v|h'), h' being h without its first word. */
struct bon_mass {
    double here, below;
};

/* Of all contexts of a level; keep NULL = all n-grams. */
void bon_add_masses(const struct bon_lm_level *level, const uint32_t *context, const uint8_t *keep,
                    struct bon_mass *masses);

/* The back-off that makes the probabilities after a context sum to 1; 0 where they leave nothing to back off to. */
static inline double bon_backoff_of(struct bon_mass mass) {
    double left = 1 - mass.here, below = 1 - mass.below;
    return left > 1e-9 && below > 1e-9 ? left / below : 0;
}

#endif
