/* src/corpus/stats_tally.h: how often each of very many keys was seen: runs of words, lines. Exact, within a limit of memory, and a sum
 * of parts, whoever counted which.
 *
 * A key is 128 bits that behave like random ones (stats_keys.h makes them). Its first bits are the bucket, a line of the cache with
 * room for three keys; what finds no room there goes into the next bucket. So a table is nearly in the order of its keys, grows
 * where it is in one walk, and when it is full goes to disk as a sorted run after putting each stretch of full buckets in order. Tables and runs, of any number of threads and processes, are merged like those of an external sort (Knuth, volume 3,
 * 5.4), which gives the same sums however the work was dealt out.
 *
 * A tally belongs to one thread at a time.
 */
#ifndef BON_SRC_CORPUS_STATS_TALLY_H
#define BON_SRC_CORPUS_STATS_TALLY_H

#include <stdbool.h>

#include "base/status.h"

struct bon_tally_key {
    uint64_t high, low;
};

struct bon_tally_entry {
    struct bon_tally_key key;
    uint64_t count;
};

static inline int bon_tally_compare(const struct bon_tally_key *a, const struct bon_tally_key *b) {
    if (a->high != b->high) return a->high < b->high ? -1 : 1;
    return (a->low > b->low) - (a->low < b->low);
}

enum { BON_TALLY_SLOTS = 3 };

/* 64 bytes; a slot is free when its count is 0, and slots fill from the first. */
struct bon_tally_bucket {
    struct bon_tally_key keys[BON_TALLY_SLOTS];
    uint32_t counts[BON_TALLY_SLOTS];
    uint32_t zero;
};

/* All zeros but for memory and folder is an empty tally. */
struct bon_tally {
    uint64_t memory;    /* bytes that the table may take; 0 = no limit */
    const char *folder; /* for runs; not copied */

    void *block;                      /* addresses for the largest table */
    size_t block_size;                /* bytes */
    struct bon_tally_bucket *buckets; /* in it; NULL: nothing was counted yet */
    unsigned bits;           /* 1 << bits buckets, and BON_TALLY_SPARE for what the last ones have no room for */
    uint64_t count;          /* keys in the table */
    bool frozen;             /* the table is sorted, nothing can be added */
    struct bon_store *store; /* NULL: no run was written */
    int fd;
    uint64_t *run_ends; /* [runs] in entries of the file */
    size_t runs, runs_cap;
};

enum { BON_TALLY_SPARE = 64, BON_TALLY_LEAST_BITS = 10 };

/* Adds to the count of a key (1 to UINT32_MAX / 2). */
bon_status bon_tally_add(struct bon_tally *tally, struct bon_tally_key key, uint32_t count);

/* Asks the memory for what bon_tally_add of the key will touch. */
static inline void bon_tally_expect(const struct bon_tally *tally, struct bon_tally_key key) {
    if (tally->buckets) __builtin_prefetch(&tally->buckets[key.high >> (64 - tally->bits)], 1);
}

/* Sorts the table: the tally can be merged now, and not be added to. */
void bon_tally_freeze(struct bon_tally *tally);
void bon_tally_free(struct bon_tally *tally);

/* ---- merging ---- */

/* All zeros is a merge of nothing. */
struct bon_tally_merge {
    struct bon_tally_source *sources; /* a heap, the least key first */
    size_t count, cap;
};

/* Adds what a frozen tally, or an ascending array that something else holds, has to the merge. Both must outlive it. */
bon_status bon_tally_merge_tally(struct bon_tally_merge *merge, const struct bon_tally *tally);
bon_status bon_tally_merge_array(struct bon_tally_merge *merge, const struct bon_tally_entry *entries, uint64_t n);
/* The entries in ascending order, each key once; *end: there is none. */
bon_status bon_tally_next(struct bon_tally_merge *merge, struct bon_tally_entry *entry, bool *end);
void bon_tally_merge_free(struct bon_tally_merge *merge);

#endif
