/* Runs: what is merged from several is what sorting everything gives, with equal windows added up, whatever the sizes of runs and
 * buffers. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "ngram/runs.h"

struct window {
    uint32_t words[BON_LM_MAX_ORDER];
    uint64_t weight;
};

static int by_words(const void *a, const void *b) {
    const struct window *x = a, *y = b;
    for (unsigned j = 0; j < BON_LM_MAX_ORDER; j++)
        if (x->words[j] != y->words[j]) return x->words[j] < y->words[j] ? -1 : 1;
    return 0;
}

static unsigned shared(const struct window *a, const struct window *b, unsigned order) {
    unsigned j = 0;
    while (j < order && a->words[j] == b->words[j]) j++;
    return j;
}

/* Sorts and adds up equal ones; returns how many are left. */
static size_t tidy(struct window *windows, size_t n) {
    size_t kept = 0;
    qsort(windows, n, sizeof *windows, by_words);
    for (size_t i = 0; i < n; i++)
        if (kept && by_words(&windows[kept - 1], &windows[i]) == 0)
            windows[kept - 1].weight += windows[i].weight;
        else
            windows[kept++] = windows[i];
    return kept;
}

static struct window random_window(uint64_t *seed, unsigned order, uint32_t types) {
    struct window window = {.weight =
                                1 + (files_random(seed) % 9 ? files_random(seed) % 20 : files_random(seed) >> 20)};
    for (unsigned j = 0; j < order; j++) {
        uint32_t word = 1 + (uint32_t)(files_random(seed) % types);
        if (j == 0 && word == BON_LM_BOS) word = BON_LM_EOS;
        window.words[j] = word;
        if (word == BON_LM_BOS) break;
    }
    return window;
}

static void write_run(struct bon_runs *runs, struct window *windows, size_t n) {
    cr_assert_eq(bon_runs_begin(runs), BON_OK);
    for (size_t i = 0; i < n; i++) {
        unsigned same = i ? shared(&windows[i - 1], &windows[i], runs->order) : 0;
        cr_assert_eq(bon_runs_put(runs, same, windows[i].words, windows[i].weight), BON_OK);
    }
    cr_assert_eq(bon_runs_end(runs), BON_OK);
}

static void check_merge(const struct bon_runs *runs, size_t budget, const struct window *expected, size_t n) {
    struct bon_merge *merge;
    const uint32_t *words;
    unsigned same;
    uint64_t weight;
    cr_assert_eq(bon_merge_open(&merge, runs, budget), BON_OK);
    for (size_t i = 0; i < n; i++) {
        cr_assert_eq(bon_merge_next(merge, &words, &same, &weight), BON_OK);
        cr_assert_eq(weight, expected[i].weight, "window %zu", i);
        cr_assert_eq(memcmp(words, expected[i].words, runs->order * sizeof *words), 0, "window %zu", i);
        cr_assert_eq(same, i ? shared(&expected[i - 1], &expected[i], runs->order) : 0, "window %zu", i);
    }
    for (unsigned i = 0; i < 2; i++) {
        cr_assert_eq(bon_merge_next(merge, &words, &same, &weight), BON_OK);
        cr_assert_eq(weight, 0);
    }
    bon_merge_close(merge);
}

Test(runs, merged_ones_are_sorted_and_added_up) {
    enum { N = 40000 };
    static const uint32_t types[] = {3, 200, 3000000000u};
    static const size_t lengths[] = {1, 37, 9000, N};
    struct window *all = malloc(N * sizeof *all), *part = malloc(N * sizeof *part);
    struct bon_store *store;
    cr_assert_eq(bon_store_open(&store, 1, "/tmp"), BON_OK);
    uint64_t seed = 5;
    for (unsigned order = 2; order <= BON_LM_MAX_ORDER; order += 3)
        for (size_t t = 0; t < sizeof types / sizeof *types; t++)
            for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {
                struct bon_runs runs;
                size_t n = lengths[l] == 1 ? 300 : N;
                cr_assert_eq(bon_runs_open(&runs, order, store), BON_OK);
                for (size_t i = 0; i < n; i++) all[i] = random_window(&seed, order, types[t]);
                for (size_t at = 0, size; at < n; at += size) {
                    size = n - at < lengths[l] ? n - at : lengths[l];
                    memcpy(part, all + at, size * sizeof *part);
                    write_run(&runs, part, tidy(part, size));
                    if (at == 0) write_run(&runs, part, 0); /* an empty one */
                }
                size_t expected = tidy(all, n);
                check_merge(&runs, 1, all, expected);
                check_merge(&runs, 1 << 24, all, expected);
                bon_runs_close(&runs);
            }
    bon_store_close(store);
    free(all);
    free(part);
}

Test(runs, nothing_merges_to_nothing) {
    struct bon_store *store;
    struct bon_runs runs;
    cr_assert_eq(bon_store_open(&store, 1, "/tmp"), BON_OK);
    cr_assert_eq(bon_runs_open(&runs, 3, store), BON_OK);
    check_merge(&runs, 1000, NULL, 0);
    bon_runs_close(&runs);
    bon_store_close(store);
}

/* Runs of all words, from several files, under maps that keep the order. */
Test(runs, maps_apply) {
    enum { TYPES = 60, RUNS = 3, N = 500 };
    uint32_t to[RUNS][TYPES];
    uint64_t seed = 9;
    struct bon_store *store;
    struct bon_runs runs[RUNS];
    struct bon_run_source sources[RUNS];
    struct window *all = malloc(RUNS * N * sizeof *all), part[N];
    size_t count = 0;
    cr_assert_eq(bon_store_open(&store, 1, "/tmp"), BON_OK);
    for (size_t r = 0; r < RUNS; r++) {
        uint32_t word = 0;
        for (size_t i = 0; i < TYPES; i++) to[r][i] = word += (uint32_t)(files_random(&seed) % 3) + (i > 0);
        cr_assert_eq(bon_runs_open(&runs[r], 3, store), BON_OK);
        runs[r].plain = true;
        for (size_t i = 0; i < N; i++) {
            part[i] = (struct window){.weight = 1 + files_random(&seed) % 40};
            for (unsigned j = 0; j < 3; j++) part[i].words[j] = (uint32_t)(files_random(&seed) % TYPES);
        }
        size_t n = tidy(part, N);
        write_run(&runs[r], part, n);
        for (size_t i = 0; i < n; i++) {
            all[count] = part[i];
            for (unsigned j = 0; j < 3; j++) all[count].words[j] = to[r][part[i].words[j]];
            count++;
        }
        sources[r] = (struct bon_run_source){.fd = runs[r].fd, .name = "run", .end = runs[r].size, .to = to[r]};
    }
    count = tidy(all, count);
    struct bon_merge *merge;
    const uint32_t *words;
    unsigned same;
    uint64_t weight;
    cr_assert_eq(bon_merge_open_sources(&merge, 3, sources, RUNS, 1), BON_OK);
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(bon_merge_next(merge, &words, &same, &weight), BON_OK);
        cr_assert_eq(weight, all[i].weight, "window %zu", i);
        cr_assert_eq(memcmp(words, all[i].words, 3 * sizeof *words), 0);
        cr_assert_eq(same, i ? shared(&all[i - 1], &all[i], 3) : 0);
    }
    cr_assert_eq(bon_merge_next(merge, &words, &same, &weight), BON_OK);
    cr_assert_eq(weight, 0);
    bon_merge_close(merge);
    for (size_t r = 0; r < RUNS; r++) bon_runs_close(&runs[r]);
    bon_store_close(store);
    free(all);
}

Test(runs, sums_do_not_wrap) {
    struct bon_store *store;
    struct bon_runs runs;
    struct bon_merge *merge;
    struct window window = {.words = {2, 3}, .weight = UINT64_MAX};
    const uint32_t *words;
    unsigned same;
    uint64_t weight;
    cr_assert_eq(bon_store_open(&store, 1, "/tmp"), BON_OK);
    cr_assert_eq(bon_runs_open(&runs, 2, store), BON_OK);
    write_run(&runs, &window, 1);
    window.weight = 1;
    write_run(&runs, &window, 1);
    cr_assert_eq(bon_merge_open(&merge, &runs, 1), BON_OK);
    cr_assert_eq(bon_merge_next(merge, &words, &same, &weight), BON_ERR_LIMIT);
    bon_merge_close(merge);
    bon_runs_close(&runs);
    bon_store_close(store);
}
