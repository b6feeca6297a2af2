/* src/corpus/stats_short.h: how often each of very many short keys was seen, in eight bytes a key: runs of syllables, which are nearly
 * all that is counted.
 *
 * A key is the upper 45 bits of a number, spread evenly (stats_keys.h); the lower 19 are its count, so a line of the cache has room
 * for eight keys. What a count has no room for is carried to a list beside the table: a key comes there once in half a million times,
 * and few ever do. The table is that of stats_table.h.
 *
 * A table belongs to one thread at a time.
 */
#ifndef BON_SRC_CORPUS_STATS_SHORT_H
#define BON_SRC_CORPUS_STATS_SHORT_H

#include "corpus/stats_table.h"

enum { BON_SHORT_SLOTS = BON_TABLE_BUCKET / 8 };
#define BON_SHORT_COUNT_BITS 19
#define BON_SHORT_COUNT ((UINT64_C(1) << BON_SHORT_COUNT_BITS) - 1)

/* A key whose lower bits are zeros, and more of its count. */
struct bon_short_sum {
    uint64_t key, count;
};

struct bon_short;
typedef bon_status bon_short_add_function(struct bon_short *table, const uint64_t *keys, size_t n);

/* All zeros but for table.memory and table.folder is empty. */
struct bon_short {
    struct bon_table table;        /* a slot is free when it is 0; slots fill from the first */
    bon_short_add_function *add;   /* NULL: the best there is */
    struct bon_short_sum *carried; /* ascending */
    size_t carried_count, carried_cap;
    bool frozen; /* the table is sorted, nothing can be added */
};

/* Counts each of n keys once. */
bon_status bon_short_add(struct bon_short *table, const uint64_t *keys, size_t n);
/* How it can be done on this machine: plain C, then with its vectors; NULL behind the last. */
bon_short_add_function *bon_short_add_nth(unsigned i);

/* Asks the memory for what bon_short_add of the key will touch. */
static inline void bon_short_expect(const struct bon_short *table, uint64_t key) {
    const uint64_t *slots = table->table.buckets;
    if (slots) __builtin_prefetch(slots + bon_table_home(&table->table, key) * BON_SHORT_SLOTS, 1);
}

/* Sorts the table: it can be merged now (stats_merge.h), and not be added to. */
void bon_short_freeze(struct bon_short *table);
void bon_short_free(struct bon_short *table);

#endif
