/* src/corpus/stats_table.h: what tables of counts have in common (stats_short.h, stats_tally.h): buckets in address space that they grow in, and
 * sorted runs on disk.
 *
 * A bucket is a line of the cache. A key's first 64 bits, as a fraction of 2^64, tell which is its home; what finds no room there
 * goes into the next bucket. So a table is nearly in the order of its keys, however many buckets there are: it doubles, where
 * it is, in one walk from the last bucket to the first, and is put in order by sorting each stretch of full buckets. Where it may not
 * grow it becomes a sorted run on disk. Tables and runs, of any number of threads and processes, are merged like those of
 * an external sort (Knuth, volume 3, 5.4), which gives the same sums however the work was dealt out.
 */
#ifndef BON_SRC_CORPUS_STATS_TABLE_H
#define BON_SRC_CORPUS_STATS_TABLE_H

#include <stdbool.h>

#include "base/status.h"

enum { BON_TABLE_BUCKET = 64, BON_TABLE_LEAST = 1 << 10, BON_TABLE_SPARE = 64 };

/* All zeros but for memory and folder is an empty table. */
struct bon_table {
    uint64_t memory;    /* bytes that it may take; 0 = no limit */
    const char *folder; /* for runs; not copied */

    void *block;             /* addresses for the largest table */
    size_t block_size;       /* bytes */
    void *buckets;           /* in it; NULL: nothing was counted yet */
    size_t homes;            /* buckets, and BON_TABLE_SPARE more for what the last ones have no room for */
    uint64_t count;          /* keys in the table */
    struct bon_store *store; /* NULL: no run was written */
    int fd;
    uint64_t *run_ends; /* [runs] in records of the file */
    size_t runs, runs_cap;
};

/* The bucket where a key belongs, of whose first 64 bits these are. */
static inline size_t bon_table_home(const struct bon_table *table, uint64_t bits) {
    return (size_t)((unsigned __int128)bits * table->homes >> 64);
}

/* Buckets, the spare ones too. */
static inline size_t bon_table_buckets(const struct bon_table *table) {
    return table->buckets ? table->homes + BON_TABLE_SPARE : 0;
}

/* Takes the addresses; the table has BON_TABLE_LEAST homes, all free. */
bon_status bon_table_open(struct bon_table *table);
void bon_table_close(struct bon_table *table);

/* Makes more of the addresses buckets, which are all zeros, behind those there are; what they hold must be spread then. *had: how many there were, the
 * spare ones too; 0: memory does not allow more. */
void bon_table_widen(struct bon_table *table, size_t *had);
/* For a table that is spread, but in which keys found no room behind the last bucket. */
bon_status bon_table_fail(void);

/* ---- runs: begin, any number of writes, end ---- */

bon_status bon_table_begin_run(struct bon_table *table);
bon_status bon_table_write(const struct bon_table *table, const void *bytes, size_t n);
/* Ends a run of table->count records; the table is empty then. */
void bon_table_end_run(struct bon_table *table);

#endif
