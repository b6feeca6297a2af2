/* src/corpus/stats_tally.c: see stats_tally.h. */
#include "corpus/stats_tally.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/store.h"

enum { HUGE_PAGE = 2 << 20, WRITE_ENTRIES = 1 << 14, READ_ENTRIES = 1 << 11 };
#define UNLIMITED ((size_t)1 << 36) /* bytes of a table; more goes to disk */

_Static_assert(sizeof(struct bon_tally_bucket) == 64, "a bucket is a line of the cache");

/* ---- the table ---- */

static size_t home_of(const struct bon_tally *tally, const struct bon_tally_key *key) {
    return key->high >> (64 - tally->bits);
}

static size_t bucket_count(unsigned bits) { return ((size_t)1 << bits) + BON_TALLY_SPARE; }

static inline bool is_key(const struct bon_tally_key *a, const struct bon_tally_key *b) {
    return ((a->high ^ b->high) | (a->low ^ b->low)) == 0;
}

/* Finds the slot of a key, or the free one for it; false: there is no room behind the last bucket. */
static inline bool find(const struct bon_tally *tally, const struct bon_tally_key *key,
                        struct bon_tally_bucket **bucket, unsigned *slot) {
    struct bon_tally_bucket *at = &tally->buckets[home_of(tally, key)];
    const struct bon_tally_bucket *end = tally->buckets + bucket_count(tally->bits);
    for (; at < end; at++)
        for (unsigned i = 0; i < BON_TALLY_SLOTS; i++)
            if (at->counts[i] == 0 || is_key(&at->keys[i], key)) {
                *bucket = at;
                *slot = i;
                return true;
            }
    return false;
}

/* Takes address space for the largest table there may be, aligned to huge pages, so that it can grow where it is and its random reads
 * miss the translation buffers seldom; memory it takes where it is written to. Where a process may not have that much, less will
 * do. */
static bon_status reserve(struct bon_tally *tally) {
    const size_t least = bucket_count(BON_TALLY_LEAST_BITS) * sizeof(struct bon_tally_bucket);
    size_t wanted = tally->memory && tally->memory < UNLIMITED ? (size_t)tally->memory : UNLIMITED;
    void *block = MAP_FAILED;
    wanted = (wanted > least ? wanted : least) + HUGE_PAGE;
    for (; wanted >= least + HUGE_PAGE; wanted = wanted / 2 > least + HUGE_PAGE ? wanted / 2 : least) {
        block = mmap(NULL, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (block != MAP_FAILED) break;
    }
    if (block == MAP_FAILED) return bon_fail_memory(least + HUGE_PAGE);
    uintptr_t begin = ((uintptr_t)block + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    madvise((void *)begin, wanted - (begin - (uintptr_t)block),
            MADV_HUGEPAGE); /* only advice: small pages do as well */
    tally->block = block;
    tally->block_size = wanted;
    tally->buckets = (struct bon_tally_bucket *)begin;
    tally->bits = BON_TALLY_LEAST_BITS;
    return BON_OK;
}

/* Puts a key that is not in the table. */
static bool place(struct bon_tally *tally, const struct bon_tally_entry *entry) {
    struct bon_tally_bucket *bucket;
    unsigned slot;
    if (!find(tally, &entry->key, &bucket, &slot)) return false;
    bucket->keys[slot] = entry->key;
    bucket->counts[slot] = (uint32_t)entry->count;
    return true;
}

/* Where twice as many buckets are, a key's home is that of before twice, or the next one. So keys move from the last to the first,
 * and each finds only keys that have moved already; but near the beginning some are farther from home than home is from there:
 * they step aside until the end. */
static bon_status spread(struct bon_tally *tally, size_t had, struct bon_tally_entry **aside, bool *fits) {
    size_t aside_count = 0, aside_cap = 0;
    *fits = true;
    for (size_t i = had; i-- > 0;) {
        struct bon_tally_bucket moving = tally->buckets[i];
        memset(&tally->buckets[i], 0, sizeof moving);
        for (unsigned k = 0; k < BON_TALLY_SLOTS && moving.counts[k]; k++) {
            struct bon_tally_entry entry = {moving.keys[k], moving.counts[k]};
            if (home_of(tally, &entry.key) >= i) {
                *fits &= place(tally, &entry);
                continue;
            }
            BON_TRY(bon_grow_array(aside, &aside_cap, aside_count + 1, sizeof **aside));
            (*aside)[aside_count++] = entry;
        }
    }
    for (size_t i = 0; i < aside_count; i++) *fits &= place(tally, &(*aside)[i]);
    return BON_OK;
}

/* Pages behind the table were never written to: they are zeros. */
static bon_status grow(struct bon_tally *tally) {
    struct bon_tally_entry *aside = NULL;
    bool fits;
    size_t had = bucket_count(tally->bits++);
    bon_status status = spread(tally, had, &aside, &fits);
    free(aside);
    if (status != BON_OK || fits) return status;
    return bon_fail(BON_ERR_LIMIT, "too many texts have hashes that begin alike: they were made to");
}

static bool may_grow(const struct bon_tally *tally) {
    size_t larger = bucket_count(tally->bits + 1) * sizeof *tally->buckets;
    return larger <= tally->block_size - HUGE_PAGE && (!tally->memory || larger <= tally->memory);
}

/* ---- sorting: a stretch of buckets up to the first with a free slot holds all keys whose home is in it ---- */

static int compare_entries(const void *a, const void *b) {
    return bon_tally_compare(&((const struct bon_tally_entry *)a)->key, &((const struct bon_tally_entry *)b)->key);
}

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
    size_t buckets = tally->buckets ? bucket_count(tally->bits) : 0;
    for (size_t begin = 0, end; begin < buckets; begin = end + 1) {
        unsigned used = BON_TALLY_SLOTS;
        for (end = begin; end < buckets && (used = used_slots(&tally->buckets[end])) == BON_TALLY_SLOTS;) end++;
        if (end == buckets) used = 0;
        sort_stretch(tally->buckets + begin, (end - begin) * BON_TALLY_SLOTS + used);
    }
}

void bon_tally_freeze(struct bon_tally *tally) {
    if (!tally->frozen) sort_table(tally);
    tally->frozen = true;
}

/* ---- runs ---- */

static bon_status write_table(const struct bon_tally *tally, struct bon_tally_entry *block) {
    size_t held = 0;
    const struct bon_tally_bucket *end = tally->buckets + bucket_count(tally->bits);
    for (const struct bon_tally_bucket *bucket = tally->buckets; bucket < end; bucket++)
        for (unsigned i = 0; i < BON_TALLY_SLOTS && bucket->counts[i]; i++) {
            block[held++] = (struct bon_tally_entry){bucket->keys[i], bucket->counts[i]};
            if (held < WRITE_ENTRIES) continue;
            BON_TRY(bon_store_write(tally->store, tally->fd, block, held * sizeof *block));
            held = 0;
        }
    return bon_store_write(tally->store, tally->fd, block, held * sizeof *block);
}

/* The table becomes a run on disk. */
static bon_status spill(struct bon_tally *tally) {
    if (!tally->store) {
        tally->fd = -1;
        BON_TRY(bon_store_open(&tally->store, 1 << 20, tally->folder));
        BON_TRY(bon_store_file(tally->store, &tally->fd));
    }
    BON_TRY(bon_grow_array(&tally->run_ends, &tally->runs_cap, tally->runs + 1, sizeof *tally->run_ends));
    struct bon_tally_entry *block = bon_alloc_array(WRITE_ENTRIES, sizeof *block);
    if (!block) return BON_ERR_NOMEM;
    sort_table(tally);
    bon_status status = write_table(tally, block);
    free(block);
    if (status != BON_OK) return status;
    tally->run_ends[tally->runs] = (tally->runs ? tally->run_ends[tally->runs - 1] : 0) + tally->count;
    tally->runs++;
    tally->count = 0;
    memset(tally->buckets, 0, bucket_count(tally->bits) * sizeof *tally->buckets);
    return BON_OK;
}

static bon_status make_room(struct bon_tally *tally) { return may_grow(tally) ? grow(tally) : spill(tally); }

bon_status bon_tally_add(struct bon_tally *tally, struct bon_tally_key key, uint32_t count) {
    struct bon_tally_bucket *bucket;
    unsigned slot;
    if (!tally->buckets) BON_TRY(reserve(tally));
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
    if (++tally->count > (uint64_t)5 << (tally->bits - 1)) return make_room(tally);
    return BON_OK;
}

void bon_tally_free(struct bon_tally *tally) {
    if (tally->block) munmap(tally->block, tally->block_size);
    free(tally->run_ends);
    if (tally->store && tally->fd >= 0) close(tally->fd);
    bon_store_close(tally->store);
    *tally = (struct bon_tally){.memory = tally->memory, .folder = tally->folder};
}

/* ---- merging ---- */

struct bon_tally_source {
    struct bon_tally_entry head;
    const struct bon_tally *tally; /* of a table or run; NULL: an array */
    const struct bon_tally_entry *entries;
    uint64_t at, end; /* slots of a table; entries of a run or array */
    struct bon_tally_entry *block;
    uint64_t block_at, block_count; /* entries of a run in `block`, from block_at on */
};

static bon_status fill_block(struct bon_tally_source *source) {
    const struct bon_tally *tally = source->tally;
    uint64_t left = source->end - source->at;
    source->block_at = source->at;
    source->block_count = left < READ_ENTRIES ? left : READ_ENTRIES;
    return bon_store_read(tally->store, tally->fd, source->at * sizeof *source->block, source->block,
                          (size_t)source->block_count * sizeof *source->block);
}

/* Moves the head on; *end: there is no more. */
static bon_status step(struct bon_tally_source *source, bool *end) {
    *end = false;
    if (!source->tally || source->block) {
        *end = source->at == source->end;
        if (*end) return BON_OK;
        if (source->block && source->at - source->block_at >= source->block_count) BON_TRY(fill_block(source));
        source->head = source->block ? source->block[source->at - source->block_at] : source->entries[source->at];
        source->at++;
        return BON_OK;
    }
    for (; source->at < source->end; source->at++) {
        const struct bon_tally_bucket *bucket = &source->tally->buckets[source->at / BON_TALLY_SLOTS];
        unsigned slot = source->at % BON_TALLY_SLOTS;
        if (!bucket->counts[slot]) continue;
        source->head = (struct bon_tally_entry){bucket->keys[slot], bucket->counts[slot]};
        source->at++;
        return BON_OK;
    }
    *end = true;
    return BON_OK;
}

static bool is_less(const struct bon_tally_merge *merge, size_t i, size_t k) {
    return compare_entries(&merge->sources[i].head, &merge->sources[k].head) < 0;
}

static void swap_sources(struct bon_tally_merge *merge, size_t i, size_t k) {
    struct bon_tally_source source = merge->sources[i];
    merge->sources[i] = merge->sources[k];
    merge->sources[k] = source;
}

static void sink_down(struct bon_tally_merge *merge, size_t i) {
    for (size_t child; (child = 2 * i + 1) < merge->count; i = child) {
        if (child + 1 < merge->count && is_less(merge, child + 1, child)) child++;
        if (!is_less(merge, child, i)) return;
        swap_sources(merge, i, child);
    }
}

static bon_status add_source(struct bon_tally_merge *merge, struct bon_tally_source source) {
    bool end = false;
    bon_status status = bon_grow_array(&merge->sources, &merge->cap, merge->count + 1, sizeof *merge->sources);
    if (status == BON_OK) status = step(&source, &end);
    if (status != BON_OK || end) {
        free(source.block);
        return status;
    }
    size_t i = merge->count++;
    merge->sources[i] = source;
    for (; i > 0 && is_less(merge, i, (i - 1) / 2); i = (i - 1) / 2) swap_sources(merge, i, (i - 1) / 2);
    return BON_OK;
}

bon_status bon_tally_merge_array(struct bon_tally_merge *merge, const struct bon_tally_entry *entries, uint64_t n) {
    return add_source(merge, (struct bon_tally_source){.entries = entries, .end = n});
}

bon_status bon_tally_merge_tally(struct bon_tally_merge *merge, const struct bon_tally *tally) {
    if (tally->buckets)
        BON_TRY(add_source(
            merge, (struct bon_tally_source){.tally = tally, .end = bucket_count(tally->bits) * BON_TALLY_SLOTS}));
    for (size_t run = 0; run < tally->runs; run++) {
        struct bon_tally_source source = {
            .tally = tally, .at = run ? tally->run_ends[run - 1] : 0, .end = tally->run_ends[run]};
        source.block = bon_alloc_array(READ_ENTRIES, sizeof *source.block);
        if (!source.block) return BON_ERR_NOMEM;
        BON_TRY(add_source(merge, source));
    }
    return BON_OK;
}

/* The first source's next entry; a source at its end leaves the heap. */
static bon_status advance(struct bon_tally_merge *merge) {
    bool end;
    BON_TRY(step(&merge->sources[0], &end));
    if (end) {
        free(merge->sources[0].block);
        merge->sources[0] = merge->sources[--merge->count];
    }
    sink_down(merge, 0);
    return BON_OK;
}

bon_status bon_tally_next(struct bon_tally_merge *merge, struct bon_tally_entry *entry, bool *end) {
    *end = merge->count == 0;
    if (*end) return BON_OK;
    *entry = merge->sources[0].head;
    BON_TRY(advance(merge));
    while (merge->count && is_key(&merge->sources[0].head.key, &entry->key)) {
        entry->count += merge->sources[0].head.count;
        BON_TRY(advance(merge));
    }
    return BON_OK;
}

void bon_tally_merge_free(struct bon_tally_merge *merge) {
    for (size_t i = 0; i < merge->count; i++) free(merge->sources[i].block);
    free(merge->sources);
    *merge = (struct bon_tally_merge){0};
}
