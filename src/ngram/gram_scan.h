/* src/ngram/gram_scan.h: from windows of text in suffix order to the levels of the reverse trie (see grams.c). */
#ifndef BON_SRC_NGRAM_GRAM_SCAN_H
#define BON_SRC_NGRAM_GRAM_SCAN_H

#include "ngram/grams.h"
#include "ngram/sort.h"

/* What all scans of a text share. */
struct bon_gram_search {
    struct bon_grams *grams; /* level 1 is filled in by all, each its own words */
    const struct bon_corpus *corpus;
    const struct bon_word_order *words;
    const uint32_t *prune; /* [order] */
    bool pruning;          /* anything at all */
    struct bon_place_sorter sorter;
};

struct bon_gram_scan {
    const struct bon_gram_search *search;
    struct bon_grams *grams; /* levels 2 and up, and with_count, of what is scanned */
    unsigned order;
    unsigned depth;                       /* n-grams of order 1..depth are open */
    uint32_t node[BON_LM_MAX_ORDER + 1];  /* [k] the open n-gram of order k */
    uint64_t seen;                        /* windows so far, by weight */
    uint64_t since[BON_LM_MAX_ORDER + 1]; /* [k] what `seen` was before its first window */
    bool unkept[BON_LM_MAX_ORDER + 1];    /* [k] it contains a word not kept */
};

/* Room for exactly `cap` n-grams of order k. */
bon_status bon_gram_level_resize(struct bon_grams *grams, unsigned k, bool pruning, size_t cap);
/* Room for `more` n-grams of each order above 1. */
bon_status bon_grams_reserve(struct bon_grams *grams, size_t more, bool pruning);

/* The next last word, the one before it being done; for every word there must be a call, in order. */
void bon_gram_scan_word(struct bon_gram_scan *scan, uint32_t word);
/* Scans sorted places of that word. There is room for as many n-grams of each order. */
void bon_gram_scan_places(struct bon_gram_scan *scan, const struct bon_place *places, size_t n);
/* Scans a window of that word that was seen `weight` times: words[0] is the last one, and behind <s> nothing counts. It
 * shares so many words with the window before, at least 1. There is room for one n-gram of each order. */
void bon_gram_scan_window(struct bon_gram_scan *scan, unsigned shared, const uint32_t *words, uint64_t weight);
/* No more words. */
void bon_gram_scan_end(struct bon_gram_scan *scan);

/* How many words, counted from the last, two sorted places with the same last word share; `order` or more when they are the
 * same n-gram. */
unsigned bon_gram_shared(const struct bon_place_sorter *sorter, const struct bon_place *a, const struct bon_place *b);

#endif
