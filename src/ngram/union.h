/* src/ngram/union.h: the n-grams of several models as one reverse trie, and where in it each n-gram of each model stands.
 */
#ifndef BON_SRC_NGRAM_UNION_H
#define BON_SRC_NGRAM_UNION_H

#include "ngram/table.h"

/* A model and the way from its n-grams to those of the union. */
struct bon_union_source {
    const bon_lm_table *table;
    double weight;                    /* above 0 */
    uint32_t *to[BON_LM_MAX_ORDER];   /* [level count] number of each n-gram in the union's level */
    uint32_t *rank[BON_LM_MAX_ORDER]; /* while levels are merged: n-grams of the model in the order of the union */
};

struct bon_union {
    struct bon_lm_table *table; /* words and children; values are zeros */
    struct bon_union_source *sources;
    size_t source_count;
    uint32_t *context[BON_LM_MAX_ORDER]; /* [level count] as bon_contexts_find gives them; NULL at level 1 */
};

/* Finds it. Words are numbered by falling probability, weighted, then by bytes. bon_union_free, also after a failure. */
bon_status bon_union_find(struct bon_union *all, const bon_lm_table *const *models, const double *weights,
                          size_t count);
void bon_union_free(struct bon_union *all); /* with its table, unless that was taken out */

#endif
