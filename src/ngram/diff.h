/* src/ngram/diff.h: what differs between two models.
 */
#ifndef BON_SRC_NGRAM_DIFF_H
#define BON_SRC_NGRAM_DIFF_H

#include "ngram/table.h"

/* Of the n-grams of one order. N-grams that only keep a trie whole (blank) do not count. */
struct bon_level_difference {
    uint64_t only[2], both;  /* that the first model has, that the second one has, that both have */
    double logprob, backoff; /* the largest difference of log10 values, absolute, of those that both have */
    uint32_t worst;          /* number in the first model of the one that differs most; UINT32_MAX when none does */
};

struct bon_lm_difference {
    unsigned order; /* the higher one of both */
    struct bon_level_difference level[BON_LM_MAX_ORDER];
};

bon_status bon_lm_diff(const bon_lm_table *a, const bon_lm_table *b, struct bon_lm_difference *difference);

/* Whether something differs: an n-gram, or a value by more than the tolerance. */
bool bon_lm_differs(const struct bon_lm_difference *difference, double tolerance);

/* Appends the words of n-gram i of an order, blanks between them. */
bon_status bon_table_print_ngram(const bon_lm_table *table, unsigned order, uint32_t i, bon_buf *out);

#endif
