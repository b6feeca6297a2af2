/* src/ngram/counts_flow.h: counted n-grams on their way: from memory, or from files in which some of them lie, to a file, to
 * memory, or into an estimator.
 *
 * What flows is first all words, ascending by bytes, then rows in one or more runs. A row is a window of `order` items (counts.h)
 * with its count: n-grams and edges together, ascending within a run, each once. Word i is the item i + BON_EDGE_WORDS.
 *
 * Runs are the parts into which shards of a text are counted: a row goes to the part that the hash of its last word falls in, and
 * rows that end with their line to that of no word. So all that ends in a word is in one part (what Kneser and Ney ask for in the
 * order of suffixes), and equal rows of different shards meet in the same part.
 */
#ifndef BON_SRC_NGRAM_COUNTS_FLOW_H
#define BON_SRC_NGRAM_COUNTS_FLOW_H

#include "ngram/counts.h"
#include "ngram/runs.h"

enum { BON_COUNTS_PARTS_MAX = 4096 };

/* Where it goes. */
struct bon_counts_sink {
    bon_status (*word)(void *context, const char *text, size_t n);
    bon_status (*begin)(void *context); /* a run; NULL when it does not matter */
    /* items shares its first `shared` items with the row before (0 for the first of a run). */
    bon_status (*row)(void *context, unsigned shared, const uint32_t *items, uint64_t count);
    bon_status (*end)(void *context);
    void *context;
};

/* Is the row an n-gram? Else it is an edge. */
static inline bool bon_row_is_gram(const uint32_t *items, unsigned order) {
    return items[0] != BON_EDGE_BOS && items[order - 1] != BON_EDGE_EOS;
}

/* ---- from memory ---- */

/* In so many runs (at least 1). */
bon_status bon_counts_give(const bon_counts *counts, unsigned parts, const struct bon_counts_sink *sink);

/* ---- from files ---- */

struct bon_counts_span {
    uint64_t begin, end; /* in the file */
    uint64_t checksum;   /* XXH3; of what is not believed only */
};

/* Words and runs that lie in files, open for as long: of a .bonc file, or of a temporary one. */
struct bon_counts_part {
    const char *name;
    bool believed; /* it was written just now */
    int word_fd, row_fd;
    uint32_t word_count;
    struct bon_counts_span words;
    struct bon_counts_span *runs; /* [run_count] */
    size_t run_count;
};

struct bon_sum_rule {
    unsigned order;
    bool each;       /* the first runs of all parts become one run, then the second ones ...; else all become one */
    uint64_t budget; /* bytes to read into; 0 = as it is fast */
    struct bon_store *store; /* for tables that grow with the words; NULL: memory */
};

/* Adds up. What is ill-formed is refused: BON_ERR_FORMAT. */
bon_status bon_counts_sum(const struct bon_counts_part *parts, size_t count, const struct bon_sum_rule *rule,
                          const struct bon_counts_sink *sink);

/* A word as it is written behind `before`: its encoding is appended. */
bon_status bon_word_record(bon_buf *out, const bon_buf *before, const char *text, size_t n);

/* ---- .bonc files ---- */

struct bon_counts_writer;

/* What flows into bon_counts_writer_sink becomes a file; `shards` are copied. */
bon_status bon_counts_writer_open(struct bon_counts_writer **out, const char *path, unsigned order);
struct bon_counts_sink bon_counts_writer_sink(struct bon_counts_writer *writer);
bon_status bon_counts_writer_publish(struct bon_counts_writer *writer, const struct bon_shards *shards); /* frees it */
void bon_counts_writer_abandon(struct bon_counts_writer *writer);

/* A file that is read as it is needed. */
struct bon_counts_file {
    char *path;
    unsigned order;
    uint64_t text; /* bytes of all words */
    uint64_t grams, edges;
    struct bon_counts_part part;
    struct bon_shards shards;
};

bon_status bon_counts_file_open(struct bon_counts_file **out, const char *path);
void bon_counts_file_close(struct bon_counts_file *file);

/* ---- temporary files ---- */

/* Counts that were put away, to be added up later. */
struct bon_counts_spill;

/* Counts of one order, in so many runs each. Files go to `folder`. */
bon_status bon_counts_spill_open(struct bon_counts_spill **out, uint64_t memory, const char *folder, unsigned order,
                                 unsigned parts);
bon_status bon_counts_spill_add(struct bon_counts_spill *spill, const bon_counts *counts);
bon_status bon_counts_spill_sum(struct bon_counts_spill *spill, bool each, const struct bon_counts_sink *sink);
/* Into memory. */
bon_status bon_counts_spill_read(struct bon_counts_spill *spill, unsigned order, bon_counts **out);
void bon_counts_spill_close(struct bon_counts_spill *spill);

/* ---- printing ---- */

/* What flows into bon_counts_printer_sink is printed as by bon_counts_print, within a limit of memory. */
struct bon_counts_printer;
bon_status bon_counts_printer_open(struct bon_counts_printer **out, unsigned order, uint64_t least, uint64_t memory,
                                   const char *folder);
struct bon_counts_sink bon_counts_printer_sink(struct bon_counts_printer *printer);
bon_status bon_counts_printer_write(struct bon_counts_printer *printer, const char *path);
void bon_counts_printer_close(struct bon_counts_printer *printer);

#endif
