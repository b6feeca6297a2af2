/* Sorting places: against qsort over the words themselves, for keys that hold all words, some, and one. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "bon/ngram.h"
#include "files.h"
#include "ngram/sort.h"

Test(sort, keys_sort_stably_at_every_size_and_width) {
    static const size_t sizes[] = {0, 1, 2, 39, 40, 41, 300, 70000};
    static const unsigned widths[] = {1, 7, 8, 9, 33, 64};
    uint64_t seed = 1;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (size_t b = 0; b < sizeof widths / sizeof *widths; b++) {
            size_t n = sizes[s];
            struct bon_place *places = calloc(n + 1, sizeof *places), *scratch = calloc(n + 1, sizeof *scratch);
            uint64_t sum = 0, after = 0;
            for (size_t i = 0; i < n; i++) {
                uint64_t key = files_random(&seed) >> (64 - widths[b]);
                if (s % 2) key &= UINT64_C(0xff00ff00ff00ff); /* digits that are all the same are skipped */
                places[i] = (struct bon_place){.key = key, .at = (uint32_t)i};
                sum += key ^ i * 31;
            }
            bon_place_sort_keys(places, scratch, n, widths[b]);
            for (size_t i = 0; i < n; i++) {
                after += places[i].key ^ (uint64_t)places[i].at * 31;
                if (i == 0) continue;
                cr_assert(places[i - 1].key < places[i].key ||
                          (places[i - 1].key == places[i].key && places[i - 1].at < places[i].at));
            }
            cr_assert_eq(sum, after, "nothing is lost");
            free(places);
            free(scratch);
        }
}

static const uint32_t *text;
static unsigned depth;

/* The words before two places, nearest first; a sentence's beginning comes before any word behind it. */
static int by_words(const void *a, const void *b) {
    const uint32_t *x = a, *y = b;
    for (unsigned back = 1; back <= depth; back++) {
        uint32_t u = text[*x - back], v = text[*y - back];
        if (u != v) return u < v ? -1 : 1;
        if (u == BON_LM_BOS) break;
    }
    return *x < *y ? -1 : *x > *y;
}

/* The word before `known` words before a place, as the sorter keeps it beside the key. */
static uint32_t word_behind(uint32_t at, unsigned known) {
    for (unsigned back = 1; back <= known; back++)
        if (text[at - back] == BON_LM_BOS) return 0;
    return known < depth ? text[at - known - 1] : 0;
}

Test(sort, places_sort_by_the_words_before) {
    enum { N = 6000 };
    static const uint32_t types[] = {4, 20, 300, 70000, 1u << 20, UINT32_MAX};
    uint32_t *ids = malloc(N * sizeof *ids), *expected = malloc(N * sizeof *expected);
    struct bon_place *places = malloc(N * sizeof *places), *scratch = malloc(N * sizeof *scratch);
    uint64_t seed = 2;
    for (size_t t = 0; t < sizeof types / sizeof *types; t++)
        for (depth = 1; depth < BON_LM_MAX_ORDER; depth++) {
            size_t n = 0;
            for (size_t i = 0; i < N; i++) {
                uint32_t few = (uint32_t)(files_random(&seed) % 4), any = types[t] - 1 - few;
                ids[i] = files_random(&seed) % 9 == 0 || i == 0 ? BON_LM_BOS : files_random(&seed) % 5 ? few + 2 : any;
                if (types[t] == 4 && ids[i] > 3) ids[i] = 3;
                if (ids[i] != BON_LM_BOS) expected[n++] = (uint32_t)i;
            }
            struct bon_place_sorter sorter;
            bon_place_sorter_init(&sorter, ids, depth, types[t]);
            for (size_t i = 0; i < n; i++) places[i] = (struct bon_place){.at = expected[i]};
            bon_place_sort(&sorter, places, scratch, n);
            text = ids;
            qsort(expected, n, sizeof *expected, by_words);
            for (size_t i = 0; i < n; i++) {
                cr_assert_eq(places[i].at, expected[i], "%u types, %u words: place %zu", types[t], depth, i);
                cr_assert_eq(places[i].more, word_behind(places[i].at, sorter.per_key), "place %zu", i);
            }
        }
    free(ids);
    free(expected);
    free(places);
    free(scratch);
}

Test(sort, places_are_listed_word_by_word) {
    static const uint32_t ids[] = {1, 3, 4, 3, 2, 1, 2, 1, 4, 2};
    static const uint32_t expected[] = {4, 6, 9, 1, 3, 2, 8}, starts[] = {0, 0, 0, 3, 5, 7};
    uint32_t start[6], *list = bon_place_list(ids, 10, 1, 0, 5, start);
    cr_assert_arr_eq(list, expected, sizeof expected);
    cr_assert_arr_eq(start, starts, sizeof starts);
    free(list);
    list = bon_place_list(ids, 10, 1, 2, 4, start); /* some of the words */
    cr_assert_arr_eq(list, expected, 5 * sizeof *expected);
    cr_assert(start[0] == 0 && start[1] == 3 && start[2] == 5);
    free(list);
    list = bon_place_list(ids, 10, 2, 2, 5, start); /* every second place: ids 3, 3, 1, 1, 2 */
    cr_assert(list[0] == 9 && list[1] == 1 && list[2] == 3);
    cr_assert(start[1] == 1 && start[2] == 3 && start[3] == 3);
    free(list);
}
