/* src/corpus/stats_merge.h: the sums of many tables of counts, their runs and what state files hold, in one pass: short keys first, as
 * {key >> 1, 0}, then long ones, each once and ascending. */
#ifndef BON_SRC_CORPUS_STATS_MERGE_H
#define BON_SRC_CORPUS_STATS_MERGE_H

#include "corpus/stats_short.h"
#include "corpus/stats_tally.h"

/* All zeros is a merge of nothing. */
struct bon_tally_merge {
    struct bon_tally_source *sources; /* a heap, the least key first */
    size_t count, cap;
};

/* Add what a frozen table has, or an ascending array that something else holds: short keys with a count in each, where a key may stand
 * several times, or entries. All must outlive the merge. */
bon_status bon_tally_merge_short(struct bon_tally_merge *merge, const struct bon_short *table);
bon_status bon_tally_merge_tally(struct bon_tally_merge *merge, const struct bon_tally *tally);
bon_status bon_tally_merge_slots(struct bon_tally_merge *merge, const uint64_t *slots, uint64_t n);
bon_status bon_tally_merge_array(struct bon_tally_merge *merge, const struct bon_tally_entry *entries, uint64_t n);

/* The next key with its sum; *end: there is none. */
bon_status bon_tally_next(struct bon_tally_merge *merge, struct bon_tally_entry *entry, bool *end);
void bon_tally_merge_free(struct bon_tally_merge *merge);

static inline bool bon_tally_is_short(struct bon_tally_key key) { return !(key.high & BON_TALLY_LONG); }

#endif
