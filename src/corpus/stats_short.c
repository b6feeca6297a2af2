/* src/corpus/stats_short.c: see stats_short.h. */
#include "corpus/stats_short.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define INLINE static inline __attribute__((always_inline))

enum { WRITE_SLOTS = 1 << 15 };

/* ---- the table ---- */

/* The first slot of a bucket that has the key, or is free; BON_SHORT_SLOTS: there is none. */
typedef unsigned fit_function(const uint64_t *bucket, uint64_t key);

INLINE unsigned fit_plain(const uint64_t *bucket, uint64_t key) {
    unsigned i = 0;
    while (i < BON_SHORT_SLOTS && bucket[i] && (bucket[i] ^ key) > BON_SHORT_COUNT) i++;
    return i;
}

/* The slot of a key, or the free one for it; NULL: there is no room behind the last bucket. */
INLINE uint64_t *find(const struct bon_table *table, uint64_t key, fit_function *fit) {
    uint64_t *bucket = (uint64_t *)table->buckets + bon_table_home(table, key) * BON_SHORT_SLOTS;
    const uint64_t *end = (uint64_t *)table->buckets + bon_table_buckets(table) * BON_SHORT_SLOTS;
    for (; bucket < end; bucket += BON_SHORT_SLOTS) {
        unsigned i = fit(bucket, key);
        if (i < BON_SHORT_SLOTS) return bucket + i;
    }
    return NULL;
}

/* ---- growing ---- */

/* What a walk over a table that has more buckets needs. */
struct spreading {
    struct bon_table *table;
    uint8_t *used; /* [buckets] slots of each that are taken */
    uint64_t *aside;
    size_t aside_count, aside_cap;
};

/* False: there is no room behind the last bucket. */
static inline bool place(const struct spreading *spreading, uint64_t slot) {
    const struct bon_table *table = spreading->table;
    size_t bucket = bon_table_home(table, slot & ~BON_SHORT_COUNT), end = bon_table_buckets(table);
    while (bucket < end && spreading->used[bucket] == BON_SHORT_SLOTS) bucket++;
    if (bucket == end) return false;
    ((uint64_t *)table->buckets)[bucket * BON_SHORT_SLOTS + spreading->used[bucket]++] = slot;
    return true;
}

/* Where more buckets are, a key's home is that of before, or a later one. So keys move from the last to the first, and each finds only
 * keys that have moved already; but near the beginning some are farther from home than home moves: they step aside until the
 * end. */
static bon_status spread(struct spreading *spreading, size_t had, bool *fits) {
    uint64_t *slots = spreading->table->buckets;
    *fits = true;
    for (size_t i = had; i-- > 0;) {
        uint64_t moving[BON_SHORT_SLOTS];
        memcpy(moving, slots + i * BON_SHORT_SLOTS, sizeof moving);
        memset(slots + i * BON_SHORT_SLOTS, 0, sizeof moving);
        for (unsigned k = 0; k < BON_SHORT_SLOTS && moving[k]; k++) {
            if (bon_table_home(spreading->table, moving[k] & ~BON_SHORT_COUNT) >= i) {
                *fits &= place(spreading, moving[k]);
                continue;
            }
            size_t count = spreading->aside_count + 1;
            BON_TRY(bon_grow_array(&spreading->aside, &spreading->aside_cap, count, sizeof *spreading->aside));
            spreading->aside[spreading->aside_count++] = moving[k];
        }
    }
    for (size_t i = 0; i < spreading->aside_count; i++) *fits &= place(spreading, spreading->aside[i]);
    return BON_OK;
}

static bon_status grow(struct bon_table *table, size_t had) {
    bool fits = true;
    struct spreading spreading = {.table = table, .used = bon_alloc_zeroed(bon_table_buckets(table), 1)};
    bon_status status = spreading.used ? spread(&spreading, had, &fits) : BON_ERR_NOMEM;
    free(spreading.used);
    free(spreading.aside);
    return status != BON_OK || fits ? status : bon_table_fail();
}

/* ---- sorting ---- */

/* Keys are nearly in order: few have moved, and not far. */
static void sort_stretch(uint64_t *slots, size_t n) {
    for (size_t i = 1; i < n; i++) {
        uint64_t slot = slots[i];
        size_t k = i;
        for (; k > 0 && slots[k - 1] > slot; k--) slots[k] = slots[k - 1];
        slots[k] = slot;
    }
}

/* A stretch of buckets up to the first with a free slot holds all keys whose home is in it. */
static void sort_table(struct bon_table *table) {
    uint64_t *slots = table->buckets;
    size_t end = bon_table_buckets(table) * BON_SHORT_SLOTS;
    for (size_t begin = 0, at = 0; begin < end; begin = at) {
        while (at < end && slots[at + BON_SHORT_SLOTS - 1]) at += BON_SHORT_SLOTS;
        size_t used = at;
        if (at < end) {
            while (slots[used]) used++;
            at += BON_SHORT_SLOTS;
        }
        sort_stretch(slots + begin, used - begin);
    }
}

void bon_short_freeze(struct bon_short *table) {
    if (!table->frozen) sort_table(&table->table);
    table->frozen = true;
}

/* ---- runs ---- */

static bon_status write_table(const struct bon_table *table, uint64_t *block) {
    const uint64_t *slots = table->buckets;
    size_t held = 0, end = bon_table_buckets(table) * BON_SHORT_SLOTS;
    for (size_t i = 0; i < end; i++) {
        if (!slots[i]) continue;
        block[held++] = slots[i];
        if (held < WRITE_SLOTS) continue;
        BON_TRY(bon_table_write(table, block, held * sizeof *block));
        held = 0;
    }
    return bon_table_write(table, block, held * sizeof *block);
}

/* The table becomes a run on disk. */
static bon_status spill(struct bon_table *table) {
    BON_TRY(bon_table_begin_run(table));
    uint64_t *block = bon_alloc_array(WRITE_SLOTS, sizeof *block);
    if (!block) return BON_ERR_NOMEM;
    sort_table(table);
    bon_status status = write_table(table, block);
    free(block);
    if (status == BON_OK) bon_table_end_run(table);
    return status;
}

static bon_status make_room(struct bon_table *table) {
    size_t had;
    bon_table_widen(table, &had);
    return had ? grow(table, had) : spill(table);
}

/* ---- adding ---- */

/* Moves a count that is full to the list of those. */
static bon_status carry(struct bon_short *table, uint64_t *slot) {
    uint64_t key = *slot & ~BON_SHORT_COUNT;
    size_t at = table->carried_count;
    while (at > 0 && table->carried[at - 1].key >= key) at--;
    if (at == table->carried_count || table->carried[at].key != key) {
        BON_TRY(bon_grow_array(&table->carried, &table->carried_cap, table->carried_count + 1, sizeof *table->carried));
        memmove(table->carried + at + 1, table->carried + at, (table->carried_count - at) * sizeof *table->carried);
        table->carried[at] = (struct bon_short_sum){key, 0};
        table->carried_count++;
    }
    table->carried[at].count += *slot & BON_SHORT_COUNT;
    *slot = key;
    return BON_OK;
}

INLINE bon_status add_keys(struct bon_short *table, const uint64_t *keys, size_t n, fit_function *fit) {
    struct bon_table *places = &table->table;
    for (size_t i = 0; i < n; i++) {
        uint64_t *slot;
        while (!(slot = find(places, keys[i], fit))) BON_TRY(make_room(places));
        places->count += *slot == 0;
        if ((*slot & BON_SHORT_COUNT) == BON_SHORT_COUNT) BON_TRY(carry(table, slot));
        *slot = (*slot | keys[i]) + 1;
        /* Seven of eight slots: most keys are in their home, and the next bucket is at hand. */
        if (places->count > (uint64_t)(BON_SHORT_SLOTS - 1) * places->homes) BON_TRY(make_room(places));
    }
    return BON_OK;
}

static bon_status add_plain(struct bon_short *table, const uint64_t *keys, size_t n) {
    return add_keys(table, keys, n, fit_plain);
}

#ifdef __x86_64__
#include <immintrin.h>

/* Where in its bucket a key stands is anybody's guess: all slots are looked at without a branch. */
__attribute__((target("avx2"))) INLINE unsigned fit_avx2(const uint64_t *bucket, uint64_t key) {
    const __m256i wanted = _mm256_set1_epi64x((long long)key), zero = _mm256_setzero_si256();
    unsigned fits = 1U << BON_SHORT_SLOTS;
    for (unsigned i = 0; i < BON_SHORT_SLOTS; i += 4) {
        __m256i four = _mm256_load_si256((const __m256i *)(const void *)(bucket + i));
        __m256i other = _mm256_srli_epi64(_mm256_xor_si256(four, wanted), BON_SHORT_COUNT_BITS);
        __m256i fit = _mm256_or_si256(_mm256_cmpeq_epi64(other, zero), _mm256_cmpeq_epi64(four, zero));
        fits |= (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(fit)) << i;
    }
    return (unsigned)__builtin_ctz(fits);
}

__attribute__((target("avx2"))) static bon_status add_avx2(struct bon_short *table, const uint64_t *keys, size_t n) {
    return add_keys(table, keys, n, fit_avx2);
}

bon_short_add_function *bon_short_add_nth(unsigned i) {
    if (i == 1 && __builtin_cpu_supports("avx2")) return add_avx2;
    return i == 0 ? add_plain : NULL;
}
#else
bon_short_add_function *bon_short_add_nth(unsigned i) { return i == 0 ? add_plain : NULL; }
#endif

bon_status bon_short_add(struct bon_short *table, const uint64_t *keys, size_t n) {
    if (!table->table.buckets) {
        BON_TRY(bon_table_open(&table->table));
        if (!table->add) table->add = bon_short_add_nth(1) ? bon_short_add_nth(1) : add_plain;
    }
    return table->add(table, keys, n);
}

void bon_short_free(struct bon_short *table) {
    bon_table_close(&table->table);
    free(table->carried);
    table->carried = NULL;
    table->carried_count = table->carried_cap = 0;
    table->frozen = false;
}
