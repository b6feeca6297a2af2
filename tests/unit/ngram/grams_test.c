/* The distinct n-grams of a text worked by hand: counts, adjusted counts, contexts, pruning marks. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "ngram/grams.h"

/* Ids after numbering: 3 a (3 times), 4 b (3), 5 c (1). */
static const char TEXT[] = "a b a\nb a b c\n";

static void find(struct bon_grams *grams, unsigned order, const uint32_t *prune) {
    struct bon_corpus corpus;
    struct bon_word_order words;
    const struct bon_word_rule rule = {0};
    cr_assert_eq(bon_corpus_open(&corpus, BON_CORPUS_SENTENCES), BON_OK);
    cr_assert_eq(bon_corpus_add(&corpus, TEXT, sizeof TEXT - 1, NULL, 1), BON_OK);
    cr_assert_eq(bon_corpus_renumber(&corpus, &rule, &words), BON_OK);
    cr_assert_eq(bon_grams_find(grams, order, 2, &corpus, &words, prune), BON_OK);
    for (unsigned k = 3; k <= order; k++) {
        grams->level[k - 1].context = malloc((grams->level[k - 1].count + 1) * sizeof(uint32_t));
        cr_assert_eq(bon_grams_link(grams, k, 0, (uint32_t)grams->level[k - 2].count), BON_OK);
    }
    bon_word_order_free(&words);
    bon_corpus_free(&corpus);
}

Test(grams, trie_of_a_text) {
    static const uint32_t none[BON_LM_MAX_ORDER] = {0};
    struct bon_grams grams;
    find(&grams, 3, none);
    /*                              <unk> <s> </s> a  b  c */
    static const uint32_t adjusted1[] = {0, 0, 2, 2, 2, 1}, first_child1[] = {0, 0, 0, 2, 4, 6, 7};
    /* a </s>, c </s>, <s> a, b a, <s> b, a b, b c */
    static const uint32_t word2[] = {3, 5, 1, 4, 1, 3, 4}, adjusted2[] = {1, 1, 1, 2, 1, 2, 1};
    static const uint32_t first_child2[] = {0, 1, 2, 2, 4, 4, 6, 7};
    /* b a </s>, b c </s>, <s> b a, a b a, <s> a b, b a b, a b c */
    static const uint32_t word3[] = {4, 4, 1, 3, 1, 4, 3}, adjusted3[] = {1, 1, 1, 1, 1, 1, 1};
    static const uint32_t context3[] = {3, 6, 4, 5, 2, 3, 5};
    cr_assert(grams.level[0].count == 6 && grams.level[1].count == 7 && grams.level[2].count == 7);
    cr_assert_arr_eq(grams.level[0].adjusted, adjusted1, sizeof adjusted1);
    cr_assert_arr_eq(grams.level[0].first_child, first_child1, sizeof first_child1);
    cr_assert_arr_eq(grams.level[1].word, word2, sizeof word2);
    cr_assert_arr_eq(grams.level[1].adjusted, adjusted2, sizeof adjusted2);
    cr_assert_arr_eq(grams.level[1].first_child, first_child2, sizeof first_child2);
    cr_assert_arr_eq(grams.level[2].word, word3, sizeof word3);
    cr_assert_arr_eq(grams.level[2].adjusted, adjusted3, sizeof adjusted3);
    cr_assert_arr_eq(grams.level[2].context, context3, sizeof context3);
    cr_assert(grams.with_count[0][1] == 1 && grams.with_count[0][2] == 3);
    cr_assert(grams.with_count[1][1] == 5 && grams.with_count[1][2] == 2);
    cr_assert_null(grams.level[1].pruned);
    bon_grams_free(&grams);
}

Test(grams, contexts_of_middle_orders) {
    static const uint32_t none[BON_LM_MAX_ORDER] = {0};
    struct bon_grams grams;
    find(&grams, 4, none);
    /* order 3 as above; its contexts come from order 4 or, behind <s>, from the text */
    static const uint32_t context3[] = {3, 6, 4, 5, 2, 3, 5};
    cr_assert_eq(grams.level[2].count, 7u);
    cr_assert_arr_eq(grams.level[2].context, context3, sizeof context3);
    for (size_t i = 0; i < grams.level[3].count; i++) { /* a context has the same leftmost word */
        cr_assert_lt(grams.level[3].context[i], grams.level[2].count);
        cr_assert_eq(grams.level[2].word[grams.level[3].context[i]], grams.level[3].word[i]);
    }
    bon_grams_free(&grams);
}

Test(grams, seldom_seen_ones_are_marked) {
    static const uint32_t prune[BON_LM_MAX_ORDER] = {0, 1, 1};
    struct bon_grams grams;
    find(&grams, 3, prune);
    static const uint8_t pruned1[6] = {0}, pruned2[] = {1, 1, 1, 0, 1, 0, 1}, pruned3[] = {1, 1, 1, 1, 1, 1, 1};
    cr_assert_arr_eq(grams.level[0].pruned, pruned1, 6);
    cr_assert_arr_eq(grams.level[1].pruned, pruned2, 7);
    cr_assert_arr_eq(grams.level[2].pruned, pruned3, 7);
    bon_grams_free(&grams);
}
