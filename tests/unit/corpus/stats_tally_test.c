/* Sums do not depend on memory, growth, runs on disk or how keys were dealt out; the oracle is a plain array. */
#include "corpus/stats_keys.h"
#include "support.h"

enum { KEYS = 20000, ADDS = 60000, PARTS = 3 };

/* Long and short keys as they come from text, and some whose first bits are alike, so that buckets run over, also at the table's
 * end. */
static struct bon_tally_key long_key(unsigned number) {
    if (number % 50 == 0) return (struct bon_tally_key){BON_TALLY_LONG | (number % 100 ? UINT64_MAX : 3), number};
    return bon_stats_run_key(BON_STATS_TRIPLES, number % 7, number, number * 31);
}

static uint64_t short_key(unsigned number) {
    if (number % 50 == 1) return ((uint64_t)number | (number % 100 == 1 ? UINT64_C(0x3ffff) << 27 : 0)) << 19;
    return bon_stats_short_key(number % 7, number / 7, number % 11);
}

static bool is_long(unsigned number) { return number % 3 == 0; }

static struct bon_tally_key key_of(unsigned number) {
    return is_long(number) ? long_key(number) : (struct bon_tally_key){short_key(number) >> 1, 0};
}

struct part {
    struct bon_short shorts;
    struct bon_tally tally;
};

static bon_status add(struct part *part, unsigned number, unsigned count) {
    if (is_long(number)) return bon_tally_add(&part->tally, long_key(number), count);
    uint64_t keys[3] = {short_key(number), short_key(number), short_key(number)};
    return bon_short_add(&part->shorts, keys, count);
}

static bon_status fill(struct part *parts, uint64_t *expected) {
    uint64_t state = 7;
    for (unsigned i = 0; i < ADDS; i++) {
        unsigned number = (unsigned)(files_random(&state) % KEYS), count = 1 + i % 3;
        number = i % 2 ? number : number % 500;
        if (expected) expected[number] += count;
        BON_TRY(add(&parts[files_random(&state) % PARTS], number, count));
    }
    return BON_OK;
}

static bon_status merge_parts(struct part *parts, struct bon_tally_entry *entries, size_t *count) {
    struct bon_tally_merge merge = {0};
    bool end = false;
    bon_status status = BON_OK;
    for (unsigned i = 0; i < PARTS && status == BON_OK; i++) {
        bon_short_freeze(&parts[i].shorts);
        bon_tally_freeze(&parts[i].tally);
        status = bon_tally_merge_short(&merge, &parts[i].shorts);
        if (status == BON_OK) status = bon_tally_merge_tally(&merge, &parts[i].tally);
    }
    *count = 0;
    while (status == BON_OK && !end) {
        status = bon_tally_next(&merge, &entries[*count], &end);
        if (status == BON_OK && !end) ++*count;
    }
    bon_tally_merge_free(&merge);
    return status;
}

static bon_status whole(uint64_t memory, uint64_t *expected, struct bon_tally_entry *entries, size_t *count) {
    struct part parts[PARTS];
    const struct bon_table table = {.memory = memory, .folder = "/tmp"};
    for (unsigned i = 0; i < PARTS; i++)
        parts[i] =
            (struct part){{.table = table, .add = bon_short_add_nth(i)}, {.table = table}}; /* the last: the best */
    bon_status status = fill(parts, expected);
    if (status == BON_OK) status = merge_parts(parts, entries, count);
    for (unsigned i = 0; i < PARTS; i++) {
        bon_short_free(&parts[i].shorts);
        bon_tally_free(&parts[i].tally);
    }
    return status;
}

static int compare_entries(const void *a, const void *b) {
    return bon_tally_compare(&((const struct bon_tally_entry *)a)->key, &((const struct bon_tally_entry *)b)->key);
}

Test(stats_tally, sums_in_any_memory) {
    static uint64_t expected[KEYS];
    static struct bon_tally_entry entries[KEYS + 1], wanted[KEYS];
    for (uint64_t memory = 0; memory < 4 << 20; memory = memory * 3 + 90000) {
        size_t count, want = 0;
        memset(expected, 0, sizeof expected);
        cr_assert_eq(whole(memory, expected, entries, &count), BON_OK, "%s", bon_error_message());
        for (unsigned i = 0; i < KEYS; i++)
            if (expected[i]) wanted[want++] = (struct bon_tally_entry){key_of(i), expected[i]};
        qsort(wanted, want, sizeof *wanted, compare_entries);
        cr_assert_eq(count, want, "%zu keys instead of %zu with %zu bytes", count, want, (size_t)memory);
        for (size_t i = 0; i < count; i++) {
            cr_assert_eq(compare_entries(&entries[i], &wanted[i]), 0);
            cr_assert_eq(entries[i].count, wanted[i].count);
        }
    }
}

static uint64_t sum_of(struct bon_tally_merge *merge, uint64_t *keys) {
    struct bon_tally_entry entry;
    uint64_t sum = 0;
    *keys = 0;
    for (bool end;; ++*keys) {
        cr_assert_eq(bon_tally_next(merge, &entry, &end), BON_OK);
        if (end) return sum;
        sum += entry.count;
    }
}

/* What a slot has no room for is carried, also of the key that is 0, and with runs on disk. */
Test(stats_tally, short_counts_above_19_bits) {
    enum { TIMES = 3 << 19, BATCH = 1 << 10 };
    static const uint64_t keys[] = {0, UINT64_C(5) << 19, UINT64_MAX - BON_SHORT_COUNT};
    uint64_t batch[BATCH], other, found;
    for (uint64_t memory = 0; memory < 2; memory++) {
        struct bon_short table = {.table = {.memory = memory, .folder = "/tmp"}, .add = bon_short_add_nth(memory)};
        struct bon_tally_merge merge = {0};
        struct bon_tally_entry entry;
        bool end;
        for (unsigned k = 3; k-- > 0;) {
            for (unsigned i = 0; i < BATCH; i++) batch[i] = keys[k];
            for (unsigned i = 0; i < TIMES / BATCH; i++) cr_assert_eq(bon_short_add(&table, batch, BATCH), BON_OK);
        }
        cr_assert_eq(table.carried_count, 3);
        for (unsigned i = 0; memory && i < 20000; i++) {
            other = bon_stats_short_key(1, 2, i);
            cr_assert_eq(bon_short_add(&table, &other, 1), BON_OK);
        }
        cr_assert_eq(table.table.runs > 0, memory > 0);
        bon_short_freeze(&table);
        cr_assert_eq(bon_tally_merge_short(&merge, &table), BON_OK);
        cr_assert_eq(bon_tally_next(&merge, &entry, &end), BON_OK);
        cr_assert(!end && entry.key.high == 0 && entry.count == TIMES);
        cr_assert_eq(sum_of(&merge, &found), 2 * TIMES + memory * 20000);
        cr_assert_eq(found, 2 + memory * 20000);
        bon_tally_merge_free(&merge);
        bon_short_free(&table);
    }
}

Test(stats_tally, counts_above_32_bits) {
    struct bon_tally tally = {.table.folder = "/tmp"};
    struct bon_tally_merge merge = {0};
    struct bon_tally_entry entry;
    bool end;
    for (unsigned i = 0; i < 7; i++) cr_assert_eq(bon_tally_add(&tally, long_key(3), UINT32_MAX / 2), BON_OK);
    bon_tally_freeze(&tally);
    cr_assert_eq(bon_tally_merge_tally(&merge, &tally), BON_OK);
    cr_assert_eq(bon_tally_next(&merge, &entry, &end), BON_OK);
    cr_assert(!end);
    cr_assert_eq(entry.count, 7 * (uint64_t)(UINT32_MAX / 2));
    cr_assert_eq(bon_tally_next(&merge, &entry, &end), BON_OK);
    cr_assert(end);
    bon_tally_merge_free(&merge);
    bon_tally_free(&tally);
}

static bool has_items(struct bon_stats_meaning meaning, enum bon_stats_family family, const bon_stats_item *items) {
    return meaning.family == family && memcmp(meaning.items, items, sizeof meaning.items) == 0;
}

Test(stats_tally, keys_give_back_what_they_are_made_of) {
    uint64_t state = 3;
    for (unsigned i = 0; i < 1000; i++) {
        bon_stats_item items[3];
        for (unsigned k = 0; k < 3; k++) items[k] = files_random(&state) & BON_STATS_ITEM_MASK;
        struct bon_tally_key key = bon_stats_run_key(BON_STATS_TRIPLES, items[0], items[1], items[2]);
        cr_assert(!bon_tally_is_short(key) && has_items(bon_stats_read_key(key), BON_STATS_TRIPLES, items));
        items[0] = 0;
        key = bon_stats_run_key(BON_STATS_PAIRS, 0, items[1], items[2]);
        cr_assert(!bon_tally_is_short(key) && has_items(bon_stats_read_key(key), BON_STATS_PAIRS, items));
        struct bon_hash128 hash = {files_random(&state), files_random(&state)};
        key = bon_stats_line_key(hash, i);
        cr_assert(!bon_tally_is_short(key));
        cr_assert_eq(bon_stats_read_key(key).family, BON_STATS_LINES);
        cr_assert_eq(bon_stats_read_key(key).length, i);
        for (unsigned k = 0; k < 3; k++) items[k] = files_random(&state) % BON_SYLLABLE_CODES;
        key.high = bon_stats_short_key(items[0], items[1], items[2]);
        cr_assert_eq(key.high & BON_SHORT_COUNT, 0);
        key = (struct bon_tally_key){key.high >> 1, 0};
        cr_assert(bon_tally_is_short(key) && has_items(bon_stats_read_key(key), BON_STATS_TRIPLES, items));
        key.high = bon_stats_short_key(BON_STATS_SHORT_NONE, items[1], items[2]) >> 1;
        items[0] = 0;
        cr_assert(bon_tally_is_short(key) && has_items(bon_stats_read_key(key), BON_STATS_PAIRS, items));
    }
}

static bon_status allocate(void *arg) {
    static struct bon_tally_entry entries[KEYS + 1];
    size_t count;
    return whole(*(uint64_t *)arg, NULL, entries, &count);
}

Test(stats_tally, allocation_failures) {
    uint64_t memory = 0;
    failmalloc_check(allocate, &memory);
    memory = 90000;
    failmalloc_check_step(allocate, &memory, 5);
}
