/* src/ngram/runs.h: sorted windows of words in a file, in runs that are merged as they are read.
 *
 * A window is `order` words; an estimator's has its last one first, and behind <s> nothing counts. A run is a strictly ascending
 * sequence of windows with weights. Written down is how many words a window shares with the one before, by how much the next word is larger, and the
 * words behind it, in numbers of 7 bits a byte: some 5 bytes a window of five words.
 */
#ifndef BON_SRC_NGRAM_RUNS_H
#define BON_SRC_NGRAM_RUNS_H

#include <stdbool.h>

#include "base/store.h"
#include "bon/ngram.h"

enum { BON_RUN_WORDS = BON_LM_MAX_ORDER + 2 }; /* most words of a window */

struct bon_run {
    uint64_t begin, end; /* in the file */
};

struct bon_runs {
    unsigned order;
    bool plain; /* set behind bon_runs_open: BON_LM_BOS is a word like others */
    struct bon_store *store;
    int fd; /* -1 = not open */
    uint64_t size;
    struct bon_run *run;
    size_t count, cap;
    uint8_t *buffer;
    size_t used;
    uint32_t last[BON_RUN_WORDS]; /* window */
};

/* Puts a number as 7 bits a byte, the lowest first: at most 10 bytes. Returns how many. */
size_t bon_number_put(uint8_t *bytes, uint64_t number);

/* What a record takes at most. */
enum { BON_RUN_RECORD_MAX = 1 + BON_RUN_WORDS * 5 + 10 };
/* A window as it is written, of a run whose words are all words: puts at most BON_RUN_RECORD_MAX bytes and moves `last` on.
 * Returns how many. */
size_t bon_run_record(uint8_t *bytes, unsigned order, unsigned shared, const uint32_t *words, uint64_t weight,
                      uint32_t *last);

/* runs is all zeros; bon_runs_close also after a failure. */
bon_status bon_runs_open(struct bon_runs *runs, unsigned order, struct bon_store *store);
void bon_runs_close(struct bon_runs *runs);
bon_status bon_runs_begin(struct bon_runs *runs);
/* Appends a window that shares its first `shared` words with the last one of this run (0 when it is the first). */
bon_status bon_runs_put(struct bon_runs *runs, unsigned shared, const uint32_t *words, uint64_t weight);
bon_status bon_runs_end(struct bon_runs *runs);

/* A run wherever it lies. */
struct bon_run_source {
    int fd;
    const char *name;    /* for messages */
    uint64_t begin, end; /* in the file */
    const uint32_t *to;  /* what each word becomes, ascending; NULL: itself */
    /* Of a run that comes from elsewhere: its words are below `words`, XXH3 of its bytes is `checksum`, and what is ill-formed is
     * refused (BON_ERR_FORMAT). 0: it was written just now. */
    uint64_t words, checksum;
};

/* All windows of all runs in order, equal ones added up. */
struct bon_merge;

/* The runs are at their end and outlive the merge. Buffers take some `budget` bytes. */
bon_status bon_merge_open(struct bon_merge **out, const struct bon_runs *runs, size_t budget);
/* The same of runs of all words in any files, which are open for as long; sources[] is copied. */
bon_status bon_merge_open_sources(struct bon_merge **out, unsigned order, const struct bon_run_source *sources,
                                  size_t count, size_t budget);
void bon_merge_close(struct bon_merge *merge);
/* The name of the source that the last window came from; of several ones that have it, of one. */
const char *bon_merge_source(const struct bon_merge *merge);
/* The next window: *words is valid until the next call; it shares *shared words with the one before. *weight is 0 at the end. */
bon_status bon_merge_next(struct bon_merge *merge, const uint32_t **words, unsigned *shared, uint64_t *weight);

#endif
