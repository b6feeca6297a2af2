/* A set of hashes: what was added is found, and a limit is kept. */
#include "corpus/seen.h"

#include "support.h"

static struct bon_hash128 hash_of(uint64_t i) { return bon_hash128(&i, sizeof i); }

static enum bon_seen_answer add(struct bon_seen *seen, struct bon_hash128 hash) {
    enum bon_seen_answer answer = BON_SEEN_FULL;
    cr_assert_eq(bon_seen_add(seen, hash, &answer), BON_OK);
    return answer;
}

Test(seen, finds_what_was_added) {
    struct bon_seen seen = {0};
    for (uint64_t i = 0; i < 20000; i++) cr_assert_eq(add(&seen, hash_of(i)), BON_SEEN_NEW);
    for (uint64_t i = 0; i < 20000; i++) cr_assert_eq(add(&seen, hash_of(i)), BON_SEEN_BEFORE);
    cr_assert_eq(seen.count, 20000);
    bon_seen_clear(&seen);
    cr_assert_eq(add(&seen, hash_of(7)), BON_SEEN_NEW);
    bon_seen_free(&seen);
}

Test(seen, both_halves_count_and_zero_is_a_hash) {
    struct bon_seen seen = {0};
    static const struct bon_hash128 hashes[] = {{0, 0}, {5, 0}, {0, 5}, {5, 5}, {5 + BON_SEEN_LEAST, 5}};
    for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++) cr_assert_eq(add(&seen, hashes[i]), BON_SEEN_NEW);
    for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++) cr_assert_eq(add(&seen, hashes[i]), BON_SEEN_BEFORE);
    bon_seen_free(&seen);
}

Test(seen, a_full_set_still_answers) {
    for (uint64_t limit = 1; limit < 1 << 20; limit *= 3) {
        struct bon_seen seen = {.limit = limit};
        uint64_t held = 0;
        while (add(&seen, hash_of(held)) == BON_SEEN_NEW) held++;
        cr_assert_geq(held, BON_SEEN_LEAST / 4 * 3);
        cr_assert(seen.cap == BON_SEEN_LEAST || seen.cap * sizeof *seen.slots <= limit);
        for (uint64_t i = 0; i < 2 * held; i++)
            cr_assert_eq(add(&seen, hash_of(i)), i < held ? BON_SEEN_BEFORE : BON_SEEN_FULL);
        bon_seen_free(&seen);
    }
}

static bon_status fill(void *arg) {
    struct bon_seen seen = {0};
    enum bon_seen_answer answer;
    bon_status status = BON_OK;
    (void)arg;
    for (uint64_t i = 0; i < 5000 && status == BON_OK; i++) status = bon_seen_add(&seen, hash_of(i), &answer);
    bon_seen_free(&seen);
    return status;
}

Test(seen, allocation_failures) { failmalloc_check(fill, NULL); }
