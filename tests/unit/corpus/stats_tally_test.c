/* Sums do not depend on memory, growth, runs on disk or how keys were dealt out; the oracle is a plain array. */
#include "corpus/stats_tally.h"

#include "corpus/stats_keys.h"
#include "support.h"

enum { KEYS = 20000, ADDS = 60000, PARTS = 3 };

/* Keys as they come from text, and some whose first bits are alike, so that buckets run over, also at the table's end. */
static struct bon_tally_key key_of(unsigned number) {
    if (number % 50 == 0) return (struct bon_tally_key){number % 100 ? UINT64_MAX : 3, number};
    return bon_stats_run_key(BON_STATS_TRIPLES, number % 7, number, number * 31);
}

static bon_status fill(struct bon_tally *parts, uint64_t *expected) {
    uint64_t state = 7;
    for (unsigned i = 0; i < ADDS; i++) {
        unsigned number = (unsigned)(files_random(&state) % KEYS), count = 1 + i % 3;
        number = i % 2 ? number : number % 500;
        if (expected) expected[number] += count;
        BON_TRY(bon_tally_add(&parts[files_random(&state) % PARTS], key_of(number), count));
    }
    return BON_OK;
}

static bon_status merge_parts(struct bon_tally *parts, struct bon_tally_entry *entries, size_t *count) {
    struct bon_tally_merge merge = {0};
    bool end = false;
    bon_status status = BON_OK;
    for (unsigned i = 0; i < PARTS && status == BON_OK; i++) {
        bon_tally_freeze(&parts[i]);
        status = bon_tally_merge_tally(&merge, &parts[i]);
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
    struct bon_tally parts[PARTS];
    for (unsigned i = 0; i < PARTS; i++) parts[i] = (struct bon_tally){.memory = memory, .folder = "/tmp"};
    bon_status status = fill(parts, expected);
    if (status == BON_OK) status = merge_parts(parts, entries, count);
    for (unsigned i = 0; i < PARTS; i++) bon_tally_free(&parts[i]);
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

Test(stats_tally, counts_above_32_bits) {
    struct bon_tally tally = {.folder = "/tmp"};
    struct bon_tally_merge merge = {0};
    struct bon_tally_entry entry;
    bool end;
    for (unsigned i = 0; i < 7; i++) cr_assert_eq(bon_tally_add(&tally, key_of(1), UINT32_MAX / 2), BON_OK);
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

Test(stats_tally, keys_give_back_what_they_are_made_of) {
    uint64_t state = 3;
    for (unsigned i = 0; i < 1000; i++) {
        bon_stats_item a = files_random(&state) & BON_STATS_ITEM_MASK, b = files_random(&state) & BON_STATS_ITEM_MASK;
        bon_stats_item c = files_random(&state) & BON_STATS_ITEM_MASK, items[3];
        struct bon_tally_key key = bon_stats_unmix(bon_stats_run_key(BON_STATS_TRIPLES, a, b, c));
        bon_stats_run_items(key, items);
        cr_assert_eq(bon_stats_family_of(key), BON_STATS_TRIPLES);
        cr_assert(items[0] == a && items[1] == b && items[2] == c);
        key = bon_stats_unmix(bon_stats_run_key(BON_STATS_PAIRS, 0, b, c));
        bon_stats_run_items(key, items);
        cr_assert_eq(bon_stats_family_of(key), BON_STATS_PAIRS);
        cr_assert(items[0] == 0 && items[1] == b && items[2] == c);
        struct bon_hash128 hash = {files_random(&state), files_random(&state)};
        key = bon_stats_unmix(bon_stats_line_key(hash, i));
        cr_assert_lt(bon_stats_family_of(key), BON_STATS_PAIRS);
        cr_assert_eq(bon_stats_line_length(key), i);
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
