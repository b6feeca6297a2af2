/* Comparing models: random models with themselves and with changed copies; models without a word in common; out of memory. */
#include <criterion/criterion.h>
#include <math.h>

#include "base/buf.h"
#include "ngram/diff.h"
#include "support/failmalloc.h"
#include "support/lm_toy.h"

static struct bon_lm_difference diff(const bon_lm_table *a, const bon_lm_table *b) {
    struct bon_lm_difference difference;
    cr_assert_eq(bon_lm_diff(a, b, &difference), BON_OK, "%s", bon_error_message());
    return difference;
}

Test(diff, a_model_and_itself) {
    for (unsigned seed = 0; seed < 60; seed++) {
        struct toy toy = toy_make(seed + 1, 1 + seed % BON_LM_MAX_ORDER, 4 + seed, seed % 20);
        bon_lm_table *table = toy_table(&toy);
        struct bon_lm_difference difference = diff(table, table);
        cr_assert(!bon_lm_differs(&difference, 0));
        cr_assert_eq(difference.order, toy.order);
        for (unsigned k = 1; k <= toy.order; k++) {
            cr_assert_eq(difference.level[k - 1].both, bon_lm_table_count(table, k));
            cr_assert_eq(difference.level[k - 1].worst, UINT32_MAX);
        }
        bon_lm_table_close(table);
        toy_free(&toy);
    }
}

Test(diff, one_value_changed) {
    for (unsigned seed = 0; seed < 60; seed++) {
        uint64_t random = seed + 9;
        struct toy toy = toy_make(seed + 1, 1 + seed % 5, 30, 12);
        bon_lm_table *a = toy_table(&toy), *b = toy_table(&toy);
        unsigned k = 1 + toy_below(&random, toy.order);
        uint32_t i = toy_below(&random, b->level[k - 1].count);
        bool backoff = k < toy.order && a->level[k - 1].extends[i] && seed % 2;
        *(backoff ? &b->level[k - 1].backoff[i] : &b->level[k - 1].logprob[i]) -= 0.5f;
        struct bon_lm_difference difference = diff(a, b);
        const struct bon_level_difference *level = &difference.level[k - 1];
        cr_assert(bon_lm_differs(&difference, 0.49));
        cr_assert(!bon_lm_differs(&difference, 0.51));
        cr_assert_float_eq(backoff ? level->backoff : level->logprob, 0.5, 1e-6);
        cr_assert_eq(backoff ? level->logprob : level->backoff, 0);
        cr_assert_eq(level->worst, i);
        bon_lm_table_close(a);
        bon_lm_table_close(b);
        toy_free(&toy);
    }
}

Test(diff, ngrams_left_out_and_orders) {
    struct toy toy = toy_make(3, 3, 20, 40);
    bon_lm_table *all = toy_table(&toy);
    size_t count[3], left = 0;
    for (unsigned k = 1; k <= 3; k++) count[k - 1] = bon_lm_table_count(all, k);
    for (size_t i = 0; i < toy.count;) /* every other trigram goes: nothing needs it */
        if (toy.ngrams[i].order == 3 && ++left % 2)
            toy.ngrams[i] = toy.ngrams[--toy.count];
        else
            i++;
    bon_lm_table *fewer = toy_table(&toy);
    struct bon_lm_difference difference = diff(all, fewer);
    cr_assert_eq(difference.level[2].only[0], count[2] - bon_lm_table_count(fewer, 3));
    cr_assert_eq(difference.level[2].only[1], 0);
    difference = diff(fewer, all);
    cr_assert_eq(difference.level[2].only[1], count[2] - bon_lm_table_count(fewer, 3));
    cr_assert_eq(difference.level[2].both, bon_lm_table_count(fewer, 3));
    cr_assert(bon_lm_differs(&difference, 100));
    bon_lm_table_close(all);
    bon_lm_table_close(fewer);
    toy_free(&toy);
}

Test(diff, the_words_of_an_ngram) {
    struct toy toy = toy_make(5, 4, 12, 30);
    bon_lm_table *table = toy_table(&toy); /* sorts the list in the order of the table */
    uint32_t number[BON_LM_MAX_ORDER] = {0};
    for (size_t i = 0; i < toy.count; i++) {
        const struct toy_ngram *ngram = &toy.ngrams[i];
        bon_buf got = {0}, expected = {0};
        cr_assert_eq(bon_table_print_ngram(table, ngram->order, number[ngram->order - 1]++, &got), BON_OK);
        for (unsigned w = 0; w < ngram->order; w++) {
            const struct bon_vocab_word *word = &table->vocab.words[ngram->words[w]];
            cr_assert_eq(bon_buf_printf(&expected, "%s%.*s", w ? " " : "", (int)word->len, word->text), BON_OK);
        }
        cr_assert_eq(got.len, expected.len);
        cr_assert_arr_eq(got.data, expected.data, got.len);
        bon_buf_free(&got);
        bon_buf_free(&expected);
    }
    bon_lm_table_close(table);
    toy_free(&toy);
}

static bon_status diff_with_itself(void *table) {
    struct bon_lm_difference difference;
    return bon_lm_diff(table, table, &difference);
}

Test(diff, allocation_failures) {
    struct toy toy = toy_make(5, 3, 12, 10);
    bon_lm_table *table = toy_table(&toy);
    failmalloc_check(diff_with_itself, table);
    bon_lm_table_close(table);
    toy_free(&toy);
}
