/* src/corpus/stats_merge.c: see stats_merge.h. Sources are a heap; each holds its next entry. */
#include "corpus/stats_merge.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/store.h"

enum { READ_BYTES = 3 << 14 }; /* of a run at a time: whole records of either kind */

enum shape { SLOTS, SUMS, ENTRIES, BUCKETS };

/* Bytes of a record; of buckets none, as their slots are not one behind the other. */
static const size_t sizes[] = {
    [SLOTS] = sizeof(uint64_t), [SUMS] = sizeof(struct bon_short_sum), [ENTRIES] = sizeof(struct bon_tally_entry)};

struct bon_tally_source {
    struct bon_tally_entry head;
    enum shape shape;
    const void *records; /* from `base` on */
    uint64_t at, end, base;
    const struct bon_table *run; /* NULL: all records are in memory, */
    void *block;                 /* else those from `base` to `held` */
    uint64_t held;
};

/* ---- a source ---- */

static bon_status fill_block(struct bon_tally_source *source) {
    size_t size = sizes[source->shape];
    uint64_t left = source->end - source->at, most = READ_BYTES / size, n = left < most ? left : most;
    source->records = source->block;
    source->base = source->at;
    source->held = source->at + n;
    return bon_store_read(source->run->store, source->run->fd, source->at * size, source->block, (size_t)n * size);
}

/* The i-th record as an entry; false: it is a free slot. */
static inline bool read_record(const struct bon_tally_source *source, uint64_t i, struct bon_tally_entry *entry) {
    switch (source->shape) {
    case SLOTS: {
        uint64_t slot = ((const uint64_t *)source->records)[i];
        *entry = (struct bon_tally_entry){{(slot & ~BON_SHORT_COUNT) >> 1, 0}, slot & BON_SHORT_COUNT};
        break;
    }
    case SUMS: {
        const struct bon_short_sum *sum = (const struct bon_short_sum *)source->records + i;
        *entry = (struct bon_tally_entry){{sum->key >> 1, 0}, sum->count};
        break;
    }
    case ENTRIES:
        *entry = ((const struct bon_tally_entry *)source->records)[i];
        entry->key.high |= BON_TALLY_LONG; /* also in a state file that somebody made up */
        break;
    case BUCKETS: {
        const struct bon_tally_bucket *bucket = (const struct bon_tally_bucket *)source->records + i / BON_TALLY_SLOTS;
        *entry = (struct bon_tally_entry){bucket->keys[i % BON_TALLY_SLOTS], bucket->counts[i % BON_TALLY_SLOTS]};
        break;
    }
    }
    return entry->count != 0;
}

/* Moves the head on; *end: there is no more. */
static bon_status step(struct bon_tally_source *source, bool *end) {
    *end = false;
    while (source->at < source->end) {
        if (source->run && source->at == source->held) BON_TRY(fill_block(source));
        if (read_record(source, source->at++ - source->base, &source->head)) return BON_OK;
    }
    *end = true;
    return BON_OK;
}

/* ---- the heap ---- */

static bool is_less(const struct bon_tally_merge *merge, size_t i, size_t k) {
    return bon_tally_compare(&merge->sources[i].head.key, &merge->sources[k].head.key) < 0;
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
    if (status == BON_OK && source.run) {
        source.block = bon_alloc_array(READ_BYTES, 1);
        source.held = source.at;
        if (!source.block) return BON_ERR_NOMEM;
    }
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

/* ---- what is merged ---- */

static bon_status add_runs(struct bon_tally_merge *merge, const struct bon_table *table, enum shape shape) {
    for (size_t run = 0; run < table->runs; run++)
        BON_TRY(add_source(merge, (struct bon_tally_source){.shape = shape,
                                                            .at = run ? table->run_ends[run - 1] : 0,
                                                            .end = table->run_ends[run],
                                                            .run = table}));
    return BON_OK;
}

bon_status bon_tally_merge_short(struct bon_tally_merge *merge, const struct bon_short *table) {
    const struct bon_table *places = &table->table;
    BON_TRY(bon_tally_merge_slots(merge, places->buckets, bon_table_buckets(places) * BON_SHORT_SLOTS));
    BON_TRY(add_source(
        merge, (struct bon_tally_source){.shape = SUMS, .records = table->carried, .end = table->carried_count}));
    return add_runs(merge, places, SLOTS);
}

bon_status bon_tally_merge_tally(struct bon_tally_merge *merge, const struct bon_tally *tally) {
    const struct bon_table *places = &tally->table;
    BON_TRY(add_source(merge, (struct bon_tally_source){.shape = BUCKETS,
                                                        .records = places->buckets,
                                                        .end = bon_table_buckets(places) * BON_TALLY_SLOTS}));
    return add_runs(merge, places, ENTRIES);
}

bon_status bon_tally_merge_slots(struct bon_tally_merge *merge, const uint64_t *slots, uint64_t n) {
    return add_source(merge, (struct bon_tally_source){.shape = SLOTS, .records = slots, .end = n});
}

bon_status bon_tally_merge_array(struct bon_tally_merge *merge, const struct bon_tally_entry *entries, uint64_t n) {
    return add_source(merge, (struct bon_tally_source){.shape = ENTRIES, .records = entries, .end = n});
}

bon_status bon_tally_next(struct bon_tally_merge *merge, struct bon_tally_entry *entry, bool *end) {
    *end = merge->count == 0;
    if (*end) return BON_OK;
    *entry = merge->sources[0].head;
    BON_TRY(advance(merge));
    while (merge->count && bon_tally_same(&merge->sources[0].head.key, &entry->key)) {
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
