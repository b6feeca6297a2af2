/* Fewer words: on random small models, exactly the n-grams of words that stay, with the values they had, and probabilities that
 * still sum to 1 after every context; which words "the likeliest" are; out of memory. */
#include <criterion/criterion.h>
#include <math.h>

#include "ngram/table_score.h"
#include "support/failmalloc.h"
#include "support/lm_estimated.h"

static bon_lm_table *estimate(uint64_t seed, unsigned order) {
    const uint32_t cut = seed % 2;
    const bon_lm_build_options how = {.order = order, .discount_fallback = 1, .prune = {0, 0, cut, cut, cut}};
    return estimate_random(seed, &how);
}

static uint32_t find(const bon_lm_table *table, const char *word) {
    return bon_vocab_find(&table->vocab, word, strlen(word));
}

static uint64_t count_with_words_below(const bon_lm_table *table, unsigned k, const uint8_t *kept) {
    const struct bon_lm_level *level = &table->level[k - 1];
    uint64_t count = 0;
    uint8_t whole[BON_LM_MAX_ORDER][4096]; /* [k - 1][i] all words of n-gram i stay */
    for (unsigned j = 1; j <= k; j++) {
        level = &table->level[j - 1];
        cr_assert_lt(level->count, 4096);
        if (j == 1)
            memcpy(whole[0], kept, level->count);
        else
            for (uint32_t parent = 0; parent < level[-1].count; parent++)
                for (uint32_t i = level[-1].first_child[parent]; i < level[-1].first_child[parent + 1]; i++)
                    whole[j - 1][i] = whole[j - 2][parent] && kept[level->word[i]];
    }
    for (uint32_t i = 0; i < level->count; i++) count += whole[k - 1][i];
    return count;
}

Test(reduce, words_of_a_list) {
    static const char *const list[] = {"c", "a", "z", "f", "b", "a", "</s>"};
    for (unsigned seed = 1; seed < 40; seed++) {
        bon_lm_table *table = estimate(seed, 1 + seed % 5), *reduced;
        uint8_t kept[64] = {1, 1, 1};
        for (size_t i = 0; i < sizeof list / sizeof *list; i++)
            if (find(table, list[i]) != BON_VOCAB_NONE) kept[find(table, list[i])] = 1;
        cr_assert_eq(bon_lm_reduce(&reduced, table, 0, list, sizeof list / sizeof *list), BON_OK);
        for (unsigned k = 1; k <= table->order; k++)
            cr_assert_eq(bon_lm_table_count(reduced, k), count_with_words_below(table, k, kept), "order %u", k);
        cr_assert_eq(find(reduced, "d"), BON_VOCAB_NONE);
        cr_assert_eq(reduced->level[0].logprob[find(reduced, "a")], table->level[0].logprob[find(table, "a")]);
        cr_assert_eq(reduced->word_count[find(reduced, "c")], table->word_count[find(table, "c")]);
        assert_table_sums(reduced, seed, 100);
        bon_lm_table_close(table);
        bon_lm_table_close(reduced);
    }
}

Test(reduce, the_likeliest_words) {
    bon_lm_table *table = estimate(4, 3), *reduced;
    uint32_t words = table->level[0].count;
    for (uint32_t most = 0; most <= words; most++) {
        cr_assert_eq(bon_lm_reduce(&reduced, table, most, NULL, 0), BON_OK);
        uint32_t left = reduced->level[0].count;
        cr_assert_eq(left, most + 3 < words ? most + 3 : words);
        float least = INFINITY;
        for (uint32_t w = 3; w < left; w++) least = fminf(least, reduced->level[0].logprob[w]);
        for (uint32_t w = 3; w < words; w++) {
            const struct bon_vocab_word *word = &table->vocab.words[w];
            if (bon_vocab_find(&reduced->vocab, word->text, word->len) == BON_VOCAB_NONE)
                cr_assert_leq(table->level[0].logprob[w], least);
        }
        assert_table_sums(reduced, most, 100);
        bon_lm_table_close(reduced);
    }
    bon_lm_table_close(table);
}

static bon_status reduce_to_five(void *table) {
    bon_lm_table *reduced;
    BON_TRY(bon_lm_reduce(&reduced, table, 5, NULL, 0));
    bon_lm_table_close(reduced);
    return BON_OK;
}

Test(reduce, allocation_failures) {
    bon_lm_table *table = estimate(8, 3);
    failmalloc_check(reduce_to_five, table);
    bon_lm_table_close(table);
}
