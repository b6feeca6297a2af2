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
    uint32_t *context; /* orders above 2, once linked: place of the n-gram without its last word in the level below;
                              order 2: NULL, it is `word` itself */
    uint8_t *pruned;   /* 1 = not to appear in the model; NULL = none of them */
};

struct bon_grams {
    unsigned order;
    unsigned threads;        /* to use from here on */
    struct bon_store *store; /* where the arrays are; NULL: in memory */
    size_t bucket;           /* contexts to do at a time; 0: as many as suit the caches, or the store */
    struct bon_gram_level level[BON_LM_MAX_ORDER];
    uint64_t with_count[BON_LM_MAX_ORDER]
                       [5]; /* n-grams of each order with adjusted count 1, 2, 3, 4 (pruned ones too) */
};

static inline bool bon_gram_is_pruned(const struct bon_gram_level *level, size_t i) {
    return level->pruned && level->pruned[i];
}

/* Will any n-gram be marked as pruned, by what bon_grams_find is told? */
bool bon_grams_prunes(unsigned order, const uint32_t *prune, const struct bon_word_order *words);

/* Finds them with so many threads. The corpus is numbered for good (bon_corpus_renumber); its ids are freed on the way. n-grams
 * of order k seen at most prune[k - 1] times, and all that contain a word not kept, are marked as pruned. */
bon_status bon_grams_find(struct bon_grams *grams, unsigned order, unsigned threads, struct bon_corpus *corpus,
                          const struct bon_word_order *words, const uint32_t *prune);
void bon_grams_free(struct bon_grams *grams);

/* Fills in the contexts of order k (3 and up), for which there is room, of the children of n-grams first..end - 1 of order
 * k - 1, whose own are there (contexts.c). BON_ERR_DATA when one is missing, which n-grams of whole lines never lack. */
bon_status bon_grams_link(struct bon_grams *grams, unsigned k, uint32_t first, uint32_t end);

/* The place of the context of n-gram i of order k (2 and up) in the level below. */
static inline uint32_t bon_context_of(const struct bon_gram_level *level, size_t i) {
    return level->context ? level->context[i] : level->word[i];
}

/* How often n-gram i of order k was seen: its adjusted count where that is the same thing, else what its children add up to. */
uint64_t bon_grams_seen(const struct bon_grams *grams, unsigned k, uint32_t i);

/* Changes with_count to what lmplz makes of the same text, see the head of discount.c. first_seen[w] numbers the words below
 * `types` as they came in the text. */
void bon_grams_count_as_lmplz(struct bon_grams *grams, const uint32_t *first_seen);

#endif
