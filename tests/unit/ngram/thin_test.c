/* Thinning: what is left at every threshold is a model (n-grams whole, probabilities that sum to 1); fewer n-grams at higher
 * thresholds; where everything goes, the words are counted as a model of order 1 counts them; out of memory. That it foretells
 * better is for bench/prune.sh. */
#include <criterion/criterion.h>
#include <math.h>

#include "ngram/table_score.h"
#include "support/failmalloc.h"
#include "support/lm_estimated.h"

enum { TEXT = 60000 };

/* Words of a Zipf-like kind, each often followed by the same one. */
static size_t make_text(uint64_t seed, char *text, size_t room) {
    size_t n = 0;
    while (n + 150 < room) {
        unsigned word = 0;
        for (unsigned i = 0, words = 1 + toy_below(&seed, 14); i < words; i++) {
            word = toy_below(&seed, 5) < 3 ? (word * 7 + 3) % 60 : 400 / (1 + toy_below(&seed, 400));
            n += (size_t)snprintf(text + n, room - n, "w%u ",
                                  toy_below(&seed, 12) ? word : 1000 + toy_below(&seed, 900));
        }
        text[n++] = '\n';
    }
    return n;
}

static bon_lm_table *estimate(const char *text, size_t n, unsigned order, float threshold) {
    const bon_lm_build_options how = {.order = order, .threshold = threshold, .definition = 1, .discount_fallback = 1};
    return estimate_text(text, n, &how);
}

static uint64_t count_ngrams(const bon_lm_table *table) {
    uint64_t count = 0;
    for (unsigned k = 1; k <= table->order; k++) count += bon_lm_table_count(table, k);
    return count;
}

static char text[TEXT];

Test(thin, what_is_left_is_a_model) {
    static const float thresholds[] = {1e-7f, 1e-5f, 1e-4f, 1e-3f, 1e-2f, 100};
    for (unsigned order = 1; order <= 5; order++) {
        size_t n = make_text(order, text, 6000);
        bon_lm_table *whole = estimate(text, n, order, 0);
        uint64_t last = count_ngrams(whole), words = bon_lm_table_count(whole, 1);
        bon_lm_table_close(whole);
        for (size_t t = 0; t < sizeof thresholds / sizeof *thresholds; t++) {
            bon_lm_table *table = estimate(text, n, order, thresholds[t]);
            assert_table_sums(table, t + 1, 60);
            cr_assert_leq(count_ngrams(table), last);
            last = count_ngrams(table);
            bon_lm_table_close(table);
        }
        cr_assert_eq(last, words, "more than words are left");
    }
}

Test(thin, counts_are_handed_down) {
    size_t n = make_text(5, text, TEXT);
    bon_lm_table *words = estimate(text, n, 1, 0), *thinned = estimate(text, n, 4, 1000);
    cr_assert_eq(words->level[0].count, thinned->level[0].count);
    for (unsigned k = 2; k <= 4; k++) cr_assert_eq(thinned->level[k - 1].count, 0);
    for (uint32_t w = 0; w < words->level[0].count; w++)
        cr_assert_float_eq(words->level[0].logprob[w], thinned->level[0].logprob[w], 1e-6, "word %u: %g, not %g", w,
                           (double)thinned->level[0].logprob[w], (double)words->level[0].logprob[w]);
    bon_lm_table_close(words);
    bon_lm_table_close(thinned);
}

Test(thin, thresholds_that_are_none) {
    static const float bad[] = {-1, NAN, INFINITY};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        bon_lm_builder *builder;
        cr_assert_eq(bon_lm_builder_open(&builder, &(bon_lm_build_options){.threshold = bad[i]}), BON_ERR_ARGUMENT);
    }
}

static bon_status estimate_thinned(void *context) {
    bon_lm_build_options how = {.order = 3, .threshold = 1e-3f, .discount_fallback = 1};
    bon_lm_builder *builder;
    bon_lm_table *table;
    (void)context;
    BON_TRY(bon_lm_builder_open(&builder, &how));
    bon_status status = bon_lm_builder_add(builder, "a b a c\nb a b\n", 14, "text", 1);
    if (status == BON_OK) status = bon_lm_builder_estimate(builder, &table);
    if (status == BON_OK) bon_lm_table_close(table);
    bon_lm_builder_close(builder);
    return status;
}

Test(thin, allocation_failures) { failmalloc_check(estimate_thinned, NULL); }
