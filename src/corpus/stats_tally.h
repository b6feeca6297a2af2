/* src/corpus/stats_tally.h: how often each of very many keys was seen: runs of words that are not all syllables, lines. Exact, within a limit of
 * memory, and a sum of parts, whoever counted which.
 *
 * A key is 128 bits: the first tells it from a short one (stats_short.h), the others behave like random ones (stats_keys.h makes
 * them). A line of the cache has room for three keys. The table is that of stats_table.h.
 *
 * A tally belongs to one thread at a time.
 */
#ifndef BON_SRC_CORPUS_STATS_TALLY_H
#define BON_SRC_CORPUS_STATS_TALLY_H

#include "corpus/stats_table.h"

#define BON_TALLY_LONG ((uint64_t)1 << 63)

struct bon_tally_key {
    uint64_t high,
        low; /* high has BON_TALLY_LONG; in what comes of merging also short keys, each shifted by one bit, low is 0 */
};

struct bon_tally_entry {
    struct bon_tally_key key;
    uint64_t count;
};

enum { BON_TALLY_SLOTS = 3 };

/* 64 bytes; a slot is free when its count is 0, and slots fill from the first. */
struct bon_tally_bucket {
    struct bon_tally_key keys[BON_TALLY_SLOTS];
    uint32_t counts[BON_TALLY_SLOTS];
    uint32_t zero;
};

/* All zeros but for table.memory and table.folder is an empty tally. */
struct bon_tally {
    struct bon_table table;
    bool frozen; /* the table is sorted, nothing can be added */
};

static inline int bon_tally_compare(const struct bon_tally_key *a, const struct bon_tally_key *b) {
    if (a->high != b->high) return a->high < b->high ? -1 : 1;
    return (a->low > b->low) - (a->low < b->low);
}

static inline bool bon_tally_same(const struct bon_tally_key *a, const struct bon_tally_key *b) {
    return ((a->high ^ b->high) | (a->low ^ b->low)) == 0;
}

static inline size_t bon_tally_home(const struct bon_tally *tally, struct bon_tally_key key) {
    return bon_table_home(&tally->table, key.high << 1);
}

/* Adds to the count of a key (1 to UINT32_MAX / 2). */
bon_status bon_tally_add(struct bon_tally *tally, struct bon_tally_key key, uint32_t count);

/* Asks the memory for what bon_tally_add of the key will touch. */
static inline void bon_tally_expect(const struct bon_tally *tally, struct bon_tally_key key) {
    const struct bon_tally_bucket *buckets = tally->table.buckets;
    if (buckets) __builtin_prefetch(&buckets[bon_tally_home(tally, key)], 1);
}

/* Sorts the table: the tally can be merged now (stats_merge.h), and not be added to. */
void bon_tally_freeze(struct bon_tally *tally);
void bon_tally_free(struct bon_tally *tally);

#endif
