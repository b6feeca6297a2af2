/* src/corpus/stats_tally.c: see stats_tally.h. */
#include "corpus/stats_tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum { WRITE_ENTRIES = 1 << 14 };

_Static_assert(sizeof(struct bon_tally_bucket) == BON_TABLE_BUCKET, "a bucket is a line of the cache");

/* ---- the table ---- */

/* Finds the slot of a key, or the free one for it; false: there is no room behind the last bucket. */
static inline bool find(const struct bon_tally *tally, const struct bon_tally_key *key,
                        struct bon_tally_bucket **bucket, unsigned *slot) {
    struct bon_tally_bucket *buckets = tally->table.buckets, *at = buckets + bon_tally_home(tally, *key);
    const struct bon_tally_bucket *end = buckets + bon_table_buckets(&tally->table);
    for (; at < end; at++)
        for (unsigned i = 0; i < BON_TALLY_SLOTS; i++)
            if (at->counts[i] == 0 || bon_tally_same(&at->keys[i], key)) {
                *bucket = at;
                *slot = i;
                return true;
            }
    return false;
}

/* ---- growing: as in stats_short.c, where the walk is explained ---- */

struct spreading {
    struct bon_tally *tally;
    uint8_t *used; /* [buckets] slots of each that are taken */
    struct bon_tally_entry *aside;
    size_t aside_count, aside_cap;
};

/* False: there is no room behind the last bucket. */
static bool place(const struct spreading *spreading, const struct bon_tally_entry *entry) {
    const struct bon_table *table = &spreading->tally->table;
    size_t at = bon_tally_home(spreading->tally, entry->key), end = bon_table_buckets(table);
    while (at < end && spreading->used[at] == BON_TALLY_SLOTS) at++;
    if (at == end) return false;
    struct bon_tally_bucket *bucket = (struct bon_tally_bucket *)table->buckets + at;
    bucket->keys[spreading->used[at]] = entry->key;
    bucket->counts[spreading->used[at]++] = (uint32_t)entry->count;
    return true;
}

static bon_status spread(struct spreading *spreading, size_t had, bool *fits) {
    struct bon_tally_bucket *buckets = spreading->tally->table.buckets;
    *fits = true;
    for (size_t i = had; i-- > 0;) {
        struct bon_tally_bucket moving = buckets[i];
        memset(&buckets[i], 0, sizeof moving);
        for (unsigned k = 0; k < BON_TALLY_SLOTS && moving.counts[k]; k++) {
            struct bon_tally_entry entry = {moving.keys[k], moving.counts[k]};
            if (bon_tally_home(spreading->tally, entry.key) >= i) {
                *fits &= place(spreading, &entry);
                continue;
            }
            size_t count = spreading->aside_count + 1;
            BON_TRY(bon_grow_array(&spreading->aside, &spreading->aside_cap, count, sizeof *spreading->aside));
            spreading->aside[spreading->aside_count++] = entry;
        }
    }
    for (size_t i = 0; i < spreading->aside_count; i++) *fits &= place(spreading, &spreading->aside[i]);
    return BON_OK;
}

static bon_status grow(struct bon_tally *tally, size_t had) {
    bool fits = true;
    struct spreading spreading = {.tally = tally, .used = bon_alloc_zeroed(bon_table_buckets(&tally->table), 1)};
    bon_status status = spreading.used ? spread(&spreading, had, &fits) : BON_ERR_NOMEM;
    free(spreading.used);
    free(spreading.aside);
    return status != BON_OK || fits ? status : bon_table_fail();
}

/* ---- sorting: a stretch of buckets up to the first with a free slot holds all keys whose home is in it ---- */

static void swap_slots(struct bon_tally_bucket *buckets, size_t i, size_t k) {
    struct bon_tally_bucket *a = &buckets[i / BON_TALLY_SLOTS], *b = &buckets[k / BON_TALLY_SLOTS];
    unsigned x = i % BON_TALLY_SLOTS, y = k % BON_TALLY_SLOTS;
    struct bon_tally_key key = a->keys[x];
    uint32_t count = a->counts[x];
    a->keys[x] = b->keys[y];
    a->counts[x] = b->counts[y];
    b->keys[y] = key;
    b->counts[y] = count;
}

static const struct bon_tally_key *key_at(const struct bon_tally_bucket *buckets, size_t i) {
    return &buckets[i / BON_TALLY_SLOTS].keys[i % BON_TALLY_SLOTS];
}

/* Keys are nearly in order: few have moved, and not far. */
static void sort_stretch(struct bon_tally_bucket *buckets, size_t n) {
    for (size_t i = 1; i < n; i++)
        for (size_t k = i; k > 0 && bon_tally_compare(key_at(buckets, k), key_at(buckets, k - 1)) < 0; k--)
            swap_slots(buckets, k, k - 1);
}

static unsigned used_slots(const struct bon_tally_bucket *bucket) {
    unsigned used = 0;
    while (used < BON_TALLY_SLOTS && bucket->counts[used]) used++;
    return used;
}

static void sort_table(struct bon_tally *tally) {
    struct bon_tally_bucket *buckets = tally->table.buckets;
    size_t count = bon_table_buckets(&tally->table);
    for (size_t begin = 0, end; begin < count; begin = end + 1) {
        unsigned used = BON_TALLY_SLOTS;
        for (end = begin; end < count && (used = used_slots(&buckets[end])) == BON_TALLY_SLOTS;) end++;
        if (end == count) used = 0;
        sort_stretch(buckets + begin, (end - begin) * BON_TALLY_SLOTS + used);
    }
}

void bon_tally_freeze(struct bon_tally *tally) {
    if (!tally->frozen) sort_table(tally);
    tally->frozen = true;
}

/* ---- runs ---- */

static bon_status write_table(const struct bon_tally *tally, struct bon_tally_entry *block) {
    const struct bon_tally_bucket *bucket = tally->table.buckets, *end = bucket + bon_table_buckets(&tally->table);
    size_t held = 0;
    for (; bucket < end; bucket++)
        for (unsigned i = 0; i < BON_TALLY_SLOTS && bucket->counts[i]; i++) {
            block[held++] = (struct bon_tally_entry){bucket->keys[i], bucket->counts[i]};
            if (held < WRITE_ENTRIES) continue;
            BON_TRY(bon_table_write(&tally->table, block, held * sizeof *block));
            held = 0;
        }
    return bon_table_write(&tally->table, block, held * sizeof *block);
}

/* The table becomes a run on disk. */
static bon_status spill(struct bon_tally *tally) {
    BON_TRY(bon_table_begin_run(&tally->table));
    struct bon_tally_entry *block = bon_alloc_array(WRITE_ENTRIES, sizeof *block);
    if (!block) return BON_ERR_NOMEM;
    sort_table(tally);
    bon_status status = write_table(tally, block);
    free(block);
    if (status == BON_OK) bon_table_end_run(&tally->table);
    return status;
}

static bon_status make_room(struct bon_tally *tally) {
    size_t had;
    bon_table_widen(&tally->table, &had);
    return had ? grow(tally, had) : spill(tally);
}

bon_status bon_tally_add(struct bon_tally *tally, struct bon_tally_key key, uint32_t count) {
    struct bon_tally_bucket *bucket;
    unsigned slot;
    if (!tally->table.buckets) BON_TRY(bon_table_open(&tally->table));
    while (!find(tally, &key, &bucket, &slot)) BON_TRY(make_room(tally));
    if (bucket->counts[slot]) {
        if (bucket->counts[slot] > UINT32_MAX / 2) { /* counts of a run have 64 bits */
            BON_TRY(spill(tally));
            return bon_tally_add(tally, key, count);
        }
        bucket->counts[slot] += count;
        return BON_OK;
    }
    bucket->keys[slot] = key;
    bucket->counts[slot] = count;
    /* Five of six slots: most keys are in their home, and the next bucket is at hand. */
    if (++tally->table.count > (uint64_t)tally->table.homes * BON_TALLY_SLOTS / 6 * 5) return make_room(tally);
    return BON_OK;
}

void bon_tally_free(struct bon_tally *tally) {
    bon_table_close(&tally->table);
    tally->frozen = false;
}
