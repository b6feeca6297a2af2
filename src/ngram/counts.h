/* src/ngram/counts.h: counted n-grams in memory (struct bon_counts of bon/ngram.h). */
#ifndef BON_SRC_NGRAM_COUNTS_H
#define BON_SRC_NGRAM_COUNTS_H

#include "ngram/corpus.h"
#include "ngram/shards.h"

struct bon_counts {
    unsigned order;
    uint32_t words;
    uint64_t *word_end; /* [words] word i is text[word_end[i - 1]..word_end[i]); words ascend by bytes */
    char *text;
    uint64_t size;
    uint32_t *grams; /* [size * order] word ids; n-grams ascend, first word first */
    uint64_t *count; /* [size] */

    /* What an estimator needs beside them: the windows of `order` items that end at a word of a line, or at its end, and reach
     * over its beginning or end. Items are BON_EDGE_BOS (as often as needed to fill up), BON_EDGE_EOS, or a word's id +
     * BON_EDGE_WORDS. */
    uint64_t edge_size;
    uint32_t *edges; /* [edge_size * order] ascending like grams */
    uint64_t *edge_count;

    struct bon_shards shards; /* which parts of the text these are the counts of */
};

enum { BON_EDGE_BOS, BON_EDGE_EOS, BON_EDGE_WORDS };

enum { BON_COUNTS_FILE_VERSION = 2 }; /* of kind "bonc", see docs/bonc-format.md */

/* Makes room, for counts that are all zeros but for the order. */
bon_status bon_counts_reserve_words(bon_counts *counts, uint64_t words, uint64_t bytes);
bon_status bon_counts_reserve_grams(bon_counts *counts, uint64_t size);
bon_status bon_counts_reserve_edges(bon_counts *counts, uint64_t size);
/* Appends a word behind the last one; there is room. */
void bon_counts_push_word(bon_counts *counts, const char *text, size_t n);

/* Fills in the edges from a numbered corpus of BON_CORPUS_LINES that has so many lines (count_edges.c). */
bon_status bon_counts_find_edges(bon_counts *counts, const struct bon_corpus *corpus, uint64_t lines);

/* memcmp, then the shorter one first. */
int bon_compare_bytes(const char *a, size_t a_size, const char *b, size_t b_size);

#endif
