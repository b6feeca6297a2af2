/* tests/support/lm_estimated.h: small Kneser-Ney models for tests, estimated by the library itself. What fails ends the test. */
#ifndef BON_TESTS_SUPPORT_LM_ESTIMATED_H
#define BON_TESTS_SUPPORT_LM_ESTIMATED_H

#include <criterion/criterion.h>
#include <math.h>

#include "ngram/table_score.h"
#include "support/lm_toy.h"

static inline bon_lm_table *estimate_text(const char *text, size_t n, const bon_lm_build_options *how) {
    bon_lm_builder *builder;
    bon_lm_table *table;
    cr_assert_eq(bon_lm_builder_open(&builder, how), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_lm_builder_add(builder, text, n, "text", 1), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_lm_builder_estimate(builder, &table), BON_OK, "%s", bon_error_message());
    bon_lm_builder_close(builder);
    return table;
}

/* Of random lines over the words a, b, c, ... */
static inline bon_lm_table *estimate_random(uint64_t seed, const bon_lm_build_options *how) {
    char text[4096];
    size_t n = 0;
    while (n + 80 < sizeof text) {
        for (unsigned i = 0, words = 1 + toy_below(&seed, 12); i < words; i++)
            n += (size_t)snprintf(text + n, sizeof text - n, "%c ", (char)('a' + toy_below(&seed, 3 + i % 9)));
        text[n++] = '\n';
    }
    return estimate_text(text, n, how);
}

/* After many random histories, the probabilities of all words but <s> sum to 1. */
static inline void assert_table_sums(const bon_lm_table *table, uint64_t seed, unsigned rounds) {
    for (unsigned round = 0; round < rounds; round++) {
        bon_lm_state state, next;
        double sum = 0;
        bon_table_state_begin(table, &state);
        for (unsigned i = toy_below(&seed, 6); i > 0; i--)
            bon_table_score(table, &state, toy_below(&seed, table->level[0].count), &state);
        for (uint32_t word = 0; word < table->level[0].count; word++)
            if (word != BON_LM_BOS) sum += pow(10, (double)bon_table_score(table, &state, word, &next));
        cr_assert_float_eq(sum, 1, 1e-4, "round %u: %g", round, sum);
    }
}

#endif
