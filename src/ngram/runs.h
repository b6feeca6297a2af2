/* src/ngram/runs.h: sorted windows of words in a temporary file, in runs that are merged as they are read.
 *
 * A window is `order` words, last one first; behind <s> nothing counts. A run is a strictly ascending sequence of windows with
 * weights. Written down is how many words a window shares with the one before, by how much the next word is larger, and the
 * words behind it, in numbers of 7 bits a byte: some 5 bytes a window of five words.
 */
#ifndef BON_SRC_NGRAM_RUNS_H
#define BON_SRC_NGRAM_RUNS_H

#include "base/store.h"
#include "bon/ngram.h"

struct bon_run {
    uint64_t begin, end; /* in the file */
};

struct bon_runs {
    unsigned order;
    struct bon_store *store;
    int fd; /* -1 = not open */
    uint64_t size;
    struct bon_run *run;
    size_t count, cap;
    uint8_t *buffer;
    size_t used;
    uint32_t last[BON_LM_MAX_ORDER]; /* window */
};

/* runs is all zeros; bon_runs_close also after a failure. */
bon_status bon_runs_open(struct bon_runs *runs, unsigned order, struct bon_store *store);
void bon_runs_close(struct bon_runs *runs);
bon_status bon_runs_begin(struct bon_runs *runs);
/* Appends a window that shares its first `shared` words with the last one of this run (0 when it is the first). */
bon_status bon_runs_put(struct bon_runs *runs, unsigned shared, const uint32_t *words, uint64_t weight);
bon_status bon_runs_end(struct bon_runs *runs);

/* All windows of all runs in order, equal ones added up. */
struct bon_merge;

/* The runs are at their end and outlive the merge. Buffers take some `budget` bytes. */
bon_status bon_merge_open(struct bon_merge **out, const struct bon_runs *runs, size_t budget);
void bon_merge_close(struct bon_merge *merge);
/* The next window: *words is valid until the next call; it shares *shared words with the one before. *weight is 0 at the end. */
bon_status bon_merge_next(struct bon_merge *merge, const uint32_t **words, unsigned *shared, uint64_t *weight);

#endif
