/* Parts of a text: sets that grow in any order until they are whole. */
#include <criterion/criterion.h>
#include <string.h>

#include "ngram/shards.h"

static bon_status add(struct bon_shards *shards, uint32_t index, uint32_t of) {
    return bon_shards_add(shards, &(struct bon_shards){.of = of, .index = &index, .count = 1});
}

static void check_missing(const struct bon_shards *shards, const char *expected) {
    bon_buf text = {0};
    cr_assert_eq(bon_shards_missing(shards, &text), BON_OK);
    cr_assert(text.len == strlen(expected) && (!text.len || memcmp(text.data, expected, text.len) == 0), "%.*s",
              (int)text.len, text.data);
    bon_buf_free(&text);
}

Test(shards, whole_when_all_parts_are_there) {
    static const uint32_t order[] = {3, 0, 4, 1};
    struct bon_shards shards = {0};
    check_missing(&shards, "");
    for (size_t i = 0; i < 4; i++) cr_assert_eq(add(&shards, order[i], 5), BON_OK);
    cr_assert(shards.of == 5 && shards.count == 4);
    static const uint32_t sorted[] = {0, 1, 3, 4};
    cr_assert_arr_eq(shards.index, sorted, sizeof sorted);
    check_missing(&shards, "2/5");
    cr_assert_eq(bon_shards_add(&shards, &(struct bon_shards){0}), BON_OK, "a whole text changes nothing");
    cr_assert_eq(shards.count, 4u);
    cr_assert(!bon_shards_whole(&shards));
    cr_assert_eq(add(&shards, 2, 5), BON_OK);
    cr_assert(bon_shards_whole(&shards) && bon_shards_have_all(&shards));
    check_missing(&shards, "");
    cr_assert_eq(add(&shards, 3, 5), BON_ERR_ARGUMENT, "all are there, and this one once more");
    cr_assert(strstr(bon_error_message(), "part 3/5 is there twice"));
    cr_assert_eq(add(&shards, 0, 1), BON_ERR_ARGUMENT, "of a text that was cut otherwise");
    bon_shards_free(&shards);
    cr_assert(bon_shards_whole(&shards));
    cr_assert_eq(add(&shards, 0, 1), BON_OK);
    cr_assert(bon_shards_whole(&shards), "one of one is whole");
    bon_shards_free(&shards);
}

Test(shards, sets_join) {
    uint32_t a[] = {0, 5, 6}, b[] = {1, 2, 9};
    struct bon_shards shards = {0};
    cr_assert_eq(bon_shards_add(&shards, &(struct bon_shards){.of = 40, .index = a, .count = 3}), BON_OK);
    cr_assert_eq(bon_shards_add(&shards, &(struct bon_shards){.of = 40, .index = b, .count = 3}), BON_OK);
    static const uint32_t both[] = {0, 1, 2, 5, 6, 9};
    cr_assert_arr_eq(shards.index, both, sizeof both);
    check_missing(&shards, "3/40, 4/40, 7/40, 8/40, 10/40, 11/40, 12/40, 13/40, 14/40, 15/40, ...");
    cr_assert_eq(add(&shards, 5, 40), BON_ERR_ARGUMENT);
    cr_assert(strstr(bon_error_message(), "part 5/40 is there twice"));
    cr_assert_eq(add(&shards, 3, 41), BON_ERR_ARGUMENT);
    cr_assert_eq(shards.count, 6u);
    bon_shards_free(&shards);
}

/* Shards in parts: cells, of which a part of every shard is a set, too. */
Test(shards, parts_are_cells) {
    struct bon_shards all = {0}, parts[2] = {{0}, {0}}, sum = {0};
    uint32_t cells[2][2] = {{0, 1}, {4, 5}}; /* shards 0 and 2 of 3, in 2 parts */
    for (size_t i = 0; i < 2; i++)
        cr_assert_eq(
            bon_shards_add(&all, &(struct bon_shards){.of = 6, .parts = 2, .digest = 7, .index = cells[i], .count = 2}),
            BON_OK);
    check_missing(&all, "1/3");
    for (uint32_t p = 0; p < 2; p++) cr_assert_eq(bon_shards_of_part(&all, p, 2, &parts[p]), BON_OK);
    cr_assert(!bon_shards_have_all(&parts[0]));
    cr_assert_eq(
        bon_shards_add(&parts[0],
                       &(struct bon_shards){.of = 6, .parts = 2, .digest = 7, .index = &(uint32_t){2}, .count = 1}),
        BON_OK);
    cr_assert(bon_shards_have_all(&parts[0]) && parts[0].of == 6, "a part of all shards");
    cr_assert_eq(bon_shards_add(&sum, &parts[1]), BON_OK);
    check_missing(&sum, "0/3 in part 0/2, 1/3, 2/3 in part 0/2");
    cr_assert_eq(bon_shards_add(&sum, &parts[0]), BON_OK);
    check_missing(&sum, "1/3 in part 1/2");
    cr_assert_eq(bon_shards_add(&sum, &(struct bon_shards){.of = 6, .parts = 3, .index = &(uint32_t){3}, .count = 1}),
                 BON_ERR_ARGUMENT);
    cr_assert_eq(bon_shards_add(
                     &sum, &(struct bon_shards){.of = 6, .parts = 2, .digest = 8, .index = &(uint32_t){3}, .count = 1}),
                 BON_ERR_ARGUMENT);
    cr_assert(strstr(bon_error_message(), "different texts"));
    cr_assert_eq(bon_shards_add(
                     &sum, &(struct bon_shards){.of = 6, .parts = 2, .digest = 7, .index = &(uint32_t){3}, .count = 1}),
                 BON_OK);
    cr_assert(bon_shards_whole(&sum));
    bon_shards_free(&all);
    bon_shards_free(&sum);
    for (size_t p = 0; p < 2; p++) bon_shards_free(&parts[p]);
}
