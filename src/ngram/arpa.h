/* src/ngram/arpa.h: the n-grams of an ARPA file as lists of word ids, between the parser and the trie. */
#ifndef BON_SRC_NGRAM_ARPA_H
#define BON_SRC_NGRAM_ARPA_H

#include "ngram/table.h"

struct bon_arpa_level {
    size_t count, cap;
    uint32_t *
        words; /* [count * order] each n-gram's words as they stand in the text; NULL at order 1, whose word is its index */
    float *logprob;
    float *backoff;      /* NULL at the highest order */
    uint8_t *blank;      /* NULL = none; see struct bon_lm_level */
    uint64_t first_line; /* of the file, where n-gram 0 stands; the others follow line by line */
};

struct bon_arpa {
    const char *name; /* of the file, for messages */
    unsigned order;
    struct bon_vocab vocab;
    struct bon_arpa_level level[BON_LM_MAX_ORDER];
};

/* Makes room for `need` n-grams of order k. */
bon_status bon_arpa_reserve(struct bon_arpa *arpa, unsigned k, size_t need);
void bon_arpa_free(struct bon_arpa *arpa);

/* Sorts the n-grams, refuses duplicates, adds the suffixes that the file leaves out and builds the trie in *table (all zeros).
 * Uses up the lists and the vocabulary. */
bon_status bon_arpa_build(struct bon_arpa *arpa, struct bon_lm_table *table);

#endif
