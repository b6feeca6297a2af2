/* src/ngram/counts.h: counted n-grams in memory (struct bon_counts of bon/ngram.h). */
#ifndef BON_SRC_NGRAM_COUNTS_H
#define BON_SRC_NGRAM_COUNTS_H

#include "base/buf.h"
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

enum { BON_COUNTS_FILE_VERSION = 3 }; /* of kind "bonc", see docs/bonc-format.md */

/* Makes room, for counts that are all zeros but for the order. */
bon_status bon_counts_reserve_words(bon_counts *counts, uint64_t words, uint64_t bytes);
bon_status bon_counts_reserve_grams(bon_counts *counts, uint64_t size);
bon_status bon_counts_reserve_edges(bon_counts *counts, uint64_t size);
/* Appends a word behind the last one; there is room. */
void bon_counts_push_word(bon_counts *counts, const char *text, size_t n);

/* ---- the counter's other options (bon_counter of bon/ngram.h) ---- */

/* What is added is shard `index` of `of` of a text with that digest (base/cut.h), to be written in so many parts. */
struct bon_counter_cut {
    uint32_t index, of, parts;
    uint64_t digest;
};
bon_status bon_counter_cut(bon_counter *counter, const struct bon_counter_cut *cut);
const struct bon_shards *bon_counter_shards(const bon_counter *counter);
/* Takes at most so much memory, at least BON_LM_MEMORY_MIN, and 64 MiB for the program; what does not fit goes to temporary files
 * in the folder. Finishing and writing give the same counts. */
bon_status bon_counter_limit(bon_counter *counter, uint64_t memory, const char *folder);
/* bon_counter_finish and bon_counts_write or bon_counts_print, within that limit. */
bon_status bon_counter_write(bon_counter *counter, const char *path);
bon_status bon_counter_print(bon_counter *counter, const char *path, uint64_t least);

/* Adds up files into another one, reading them as they are needed. `missing`, when it is not NULL, gets what is missing of the
 * text; with `whole` nothing is written then. */
struct bon_counts_join {
    uint32_t part, parts; /* parts above 0: only that part of files that have so many */
    bool whole;
    uint64_t memory; /* 0 = as it is fast */
    const char *folder;
};
bon_status bon_counts_join(const char *const *paths, size_t count, const char *output,
                           const struct bon_counts_join *how, bon_buf *missing);

/* Fills in the edges from a numbered corpus of BON_CORPUS_LINES that has so many lines (count_edges.c). */
bon_status bon_counts_find_edges(bon_counts *counts, const struct bon_corpus *corpus, uint64_t lines);

/* Appends what is behind the n-gram on a printed line. */
bon_status bon_counts_append_count(bon_buf *line, uint64_t count);

#endif
