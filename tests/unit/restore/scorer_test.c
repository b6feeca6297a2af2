/* tests/unit/restore/scorer_test.c: the scorer's memory changes nothing: bit by bit what bon_lm_score gives. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lm_toy.h"
#include "restore/session.h"

Test(scorer, same_as_without_memory) {
    for (unsigned order = 1; order <= 5; order++) {
        char path[64];
        bon_lm *lm;
        struct toy toy = toy_make(order + 10, order, 300, 60);
        bon_lm_table *table = toy_table(&toy);
        const bon_lm_write_options options = {.quantize_bits = order % 2 ? 0 : 6};
        cr_assert_not_null(table);
        toy_path(path);
        cr_assert_eq(bon_lm_table_write(table, path, &options), BON_OK);
        cr_assert_eq(bon_lm_open(&lm, path, NULL), BON_OK);
        unlink(path);
        struct bon_scorer scorer = {0};
        cr_assert_eq(bon_scorer_open(&scorer, lm, NULL), BON_OK);
        uint64_t seed = 99;
        for (unsigned line = 0; line < 400; line++) {
            bon_lm_state a, b;
            bon_lm_state_begin(lm, &a);
            b = a;
            for (unsigned i = 0; i < 30; i++) {
                uint32_t word = toy_below(&seed, 310); /* some ids are out of range */
                if (toy_below(&seed, 4)) {             /* follow the model where it can be followed */
                    const struct toy_ngram *ngram = &toy.ngrams[toy_below(&seed, (uint32_t)toy.count)];
                    word = ngram->words[ngram->order - 1];
                    for (unsigned k = 0; k + 1 < ngram->order; k++) {
                        float p = bon_lm_score(lm, &a, ngram->words[k], &a, NULL);
                        float q = bon_scorer_score(&scorer, &b, ngram->words[k], &b);
                        cr_assert_eq(memcmp(&p, &q, sizeof p), 0);
                    }
                }
                float p = bon_lm_score(lm, &a, word, &a, NULL), q = bon_scorer_score(&scorer, &b, word, &b);
                cr_assert_eq(memcmp(&p, &q, sizeof p), 0);
                cr_assert(bon_lm_state_equal(&a, &b));
                cr_assert_eq(memcmp(a.backoff, b.backoff, a.length * sizeof *a.backoff), 0);
            }
        }
        bon_scorer_close(&scorer);
        bon_lm_close(lm);
        bon_lm_table_close(table);
        toy_free(&toy);
    }
}

/* A filter never says no to what is there, and seldom yes to what is not. */
Test(scorer, filter_of_pairs) {
    enum { PAIRS = 20000 };
    uint32_t count = bon_pairs_blocks(PAIRS), wrong = 0;
    uint64_t *blocks = calloc(count, sizeof *blocks), bits;
    const struct bon_pairs pairs = {.blocks = blocks, .count = count}, none = {0};
    for (uint32_t i = 0; i < PAIRS; i++) {
        uint32_t place = bon_pairs_place(i % 300, i, count, &bits);
        cr_assert_lt(place, count);
        blocks[place] |= bits;
    }
    for (uint32_t i = 0; i < PAIRS; i++) {
        cr_assert(bon_pairs_may_have(&pairs, i % 300, i));
        wrong += bon_pairs_may_have(&pairs, i % 300 + 1, i);
    }
    cr_expect_lt(wrong, PAIRS / 10);
    cr_expect(bon_pairs_may_have(&none, 1, 2));
    free(blocks);
}

/* The filter that a model's file has leaves every score as it is. */
Test(scorer, same_with_the_filter_of_the_file) {
    char path[64];
    bon_restorer *restorer;
    struct toy toy = toy_make(5, 3, 300, 60);
    bon_lm_table *table = toy_table(&toy);
    toy_path(path);
    cr_assert_eq(bon_restorer_write(table, path, NULL, 0), BON_OK);
    cr_assert_eq(bon_restorer_open(&restorer, path), BON_OK);
    unlink(path);
    struct bon_scorer scorer = {0};
    cr_assert_not_null(restorer->index.pairs.blocks);
    cr_assert_eq(bon_scorer_open(&scorer, restorer->lm, &restorer->index.pairs), BON_OK);
    for (uint32_t before = 0; before < 60; before++) {
        bon_lm_state state, a, b;
        bon_lm_state_empty(&state);
        bon_lm_score(restorer->lm, &state, before, &state, NULL);
        for (uint32_t word = 0; word < 300; word++) {
            float p = bon_lm_score(restorer->lm, &state, word, &a, NULL);
            float q = bon_scorer_score(&scorer, &state, word, &b);
            cr_assert_eq(memcmp(&p, &q, sizeof p), 0);
            cr_assert(bon_lm_state_equal(&a, &b));
        }
    }
    bon_scorer_close(&scorer);
    bon_restorer_close(restorer);
    bon_lm_table_close(table);
    toy_free(&toy);
}
