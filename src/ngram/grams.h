/* src/ngram/grams.h: the distinct n-grams of a text, all orders, with what Kneser-Ney needs to know of each. Laid out as the
 * levels of the reverse trie of table.h.
 */
#ifndef BON_SRC_NGRAM_GRAMS_H
#define BON_SRC_NGRAM_GRAMS_H

#include "ngram/corpus.h"

struct bon_gram_level {
    size_t count, cap;
    uint32_t *word;        /* the leftmost word */
    uint32_t *first_child; /* [count + 1]; NULL at the highest order */
    uint32_t
        *adjusted; /* Kneser-Ney's count: distinct words to the left; times seen at the highest order and behind <s> */
    uint32_t
        *context;    /* orders above 2: place of the n-gram without its last word in the level below; order 2: NULL, it
                              is `word` itself */
    uint8_t *pruned; /* 1 = not to appear in the model; NULL = none of them */
};

struct bon_grams {
    unsigned order;
    struct bon_gram_level level[BON_LM_MAX_ORDER];
    uint64_t with_count[BON_LM_MAX_ORDER]
                       [5]; /* n-grams of each order with adjusted count 1, 2, 3, 4 (pruned ones too) */
};

/* Finds them. The corpus is numbered for good (bon_corpus_renumber); its ids are freed on the way. n-grams of order k seen at
 * most prune[k - 1] times, and all that contain a word not kept, are marked as pruned. */
bon_status bon_grams_find(struct bon_grams *grams, unsigned order, struct bon_corpus *corpus,
                          const struct bon_word_order *words, const uint32_t *prune);
void bon_grams_free(struct bon_grams *grams);

#endif
