/* Entropy pruning: probabilities still sum to 1, thresholds nest, a table pruned by nothing is the table, what is left out is
 * what matters least by the definition, computed the long way. */
#include <criterion/criterion.h>
#include <math.h>
#include <unistd.h>

#include "ngram/lm.h"
#include "support/failmalloc.h"
#include "support/lm_estimated.h"

static bon_lm_table *estimate(uint64_t seed, unsigned order) {
    const bon_lm_build_options how = {.order = order, .discount_fallback = 1};
    return estimate_random(seed, &how);
}

static bon_lm *open_table(const bon_lm_table *table) {
    char path[64];
    bon_lm *lm;
    toy_path(path);
    cr_assert_eq(bon_lm_table_write(table, path, NULL), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_lm_open(&lm, path, NULL), BON_OK);
    unlink(path);
    return lm;
}

static bon_lm_table *prune(const bon_lm_table *table, double threshold) {
    bon_lm_pruner *pruner;
    bon_lm_table *pruned;
    cr_assert_eq(bon_lm_pruner_open(&pruner, table), BON_OK);
    cr_assert_eq(bon_lm_pruner_apply(pruner, threshold, &pruned), BON_OK);
    bon_lm_pruner_close(pruner);
    return pruned;
}

/* After many histories, the probabilities of all words but <s> sum to 1. */
static void assert_sums(const bon_lm *lm, uint64_t seed) {
    for (unsigned round = 0; round < 200; round++) {
        bon_lm_state state, next;
        double sum = 0;
        bon_lm_state_begin(lm, &state);
        for (unsigned i = toy_below(&seed, 6); i > 0; i--)
            bon_lm_score(lm, &state, 3 + toy_below(&seed, (uint32_t)bon_lm_count(lm, 1) - 3), &state, NULL);
        for (uint32_t word = 0; word < bon_lm_count(lm, 1); word++)
            if (word != BON_LM_BOS) sum += pow(10, (double)bon_lm_score(lm, &state, word, &next, NULL));
        cr_assert_float_eq(sum, 1, 1e-4, "round %u: %g", round, sum);
    }
}

Test(prune, probabilities_sum_to_one_at_every_threshold) {
    static const double thresholds[] = {0, 1e-7, 1e-5, 1e-4, 1e-3, 1e-2, INFINITY};
    for (unsigned order = 1; order <= 5; order++) {
        bon_lm_table *table = estimate(order + 11, order);
        uint64_t last = UINT64_MAX;
        for (size_t t = 0; t < sizeof thresholds / sizeof thresholds[0]; t++) {
            bon_lm_table *pruned = prune(table, thresholds[t]);
            bon_lm *lm = open_table(pruned);
            uint64_t count = 0;
            for (unsigned k = 1; k <= order; k++) count += bon_lm_count(lm, k);
            cr_assert_leq(count, last);
            last = count;
            assert_sums(lm, t + 1);
            bon_lm_close(lm);
            bon_lm_table_close(pruned);
        }
        cr_assert_lt(last, order == 1 ? UINT64_MAX : bon_lm_table_count(table, order) + bon_lm_table_count(table, 1));
        bon_lm_table_close(table);
    }
}

Test(prune, pruning_by_nothing_changes_nothing) {
    for (unsigned order = 1; order <= 5; order++) {
        bon_lm_table *table = estimate(order, order), *same = prune(table, -1);
        for (unsigned i = 0; i < order; i++) {
            const struct bon_lm_level *a = &table->level[i], *b = &same->level[i];
            cr_assert_eq(a->count, b->count);
            cr_assert_arr_eq(a->word, b->word, a->count * sizeof *a->word);
            cr_assert_arr_eq(a->logprob, b->logprob, a->count * sizeof *a->logprob);
            if (i + 1 == order) continue;
            cr_assert_arr_eq(a->first_child, b->first_child, (a->count + (size_t)1) * sizeof *a->first_child);
            cr_assert_arr_eq(a->extends, b->extends, a->count);
            cr_assert_arr_eq(a->backoff, b->backoff, a->count * sizeof *a->backoff);
        }
        bon_lm_table_close(table);
        bon_lm_table_close(same);
    }
}

enum { MOST = 32 };

/* p(v|h) of a bigram model, without one bigram (UINT32_MAX: with all), its back-off made anew. */
static void spell_out(const bon_lm_table *table, uint32_t without, double p[MOST][MOST]) {
    const struct bon_lm_level *words = &table->level[0], *bigrams = &table->level[1];
    for (uint32_t h = 0; h < words->count; h++) {
        bool listed[MOST] = {false};
        double here = 0, below = 0;
        for (uint32_t v = 0; v < words->count; v++)
            for (uint32_t i = words->first_child[v]; i < words->first_child[v + 1]; i++)
                if (bigrams->word[i] == h && i != without) {
                    listed[v] = true;
                    here += p[h][v] = pow(10, (double)bigrams->logprob[i]);
                    below += pow(10, (double)words->logprob[v]);
                }
        for (uint32_t v = 0; v < words->count; v++)
            if (!listed[v])
                p[h][v] = v == BON_LM_BOS ? 0 : (1 - here) / (1 - below) * pow(10, (double)words->logprob[v]);
    }
}

/* How often each word stands before another in a long text of the model; <s> stands where </s> does. */
static void long_run(uint32_t words, double (*p)[MOST], double frequency[MOST]) {
    for (uint32_t w = 0; w < words; w++) frequency[w] = w == BON_LM_EOS ? 0 : 1.0 / (words - 1);
    for (unsigned step = 0; step < 200; step++) {
        double next[MOST] = {0};
        for (uint32_t h = 0; h < words; h++)
            for (uint32_t v = 0; v < words; v++) next[v == BON_LM_EOS ? BON_LM_BOS : v] += frequency[h] * p[h][v];
        memcpy(frequency, next, sizeof next);
    }
}

/* Of a bigram model: leaves out each bigram alone and compares how far perplexity on the model's own text rises, by the
 * definition of relative entropy, with the threshold at which the pruner lets go of it. */
Test(prune, the_threshold_is_the_rise_of_perplexity) {
    static double whole[MOST][MOST], less[MOST][MOST], frequency[MOST];
    bon_lm_table *table = estimate(5, 2);
    bon_lm_pruner *pruner;
    const struct bon_lm_level *words = &table->level[0], *bigrams = &table->level[1];
    unsigned compared = 0;
    cr_assert_leq(words->count, MOST);
    cr_assert_eq(bon_lm_pruner_open(&pruner, table), BON_OK);
    spell_out(table, UINT32_MAX, whole);
    long_run(words->count, whole, frequency);
    for (uint32_t i = 0; i < bigrams->count; i++) {
        double entropy = 0;
        uint32_t h = bigrams->word[i];
        spell_out(table, i, less);
        for (uint32_t v = 0; v < words->count; v++)
            if (v != BON_LM_BOS) entropy += frequency[h] * whole[h][v] * log(whole[h][v] / less[h][v]);
        if (entropy < 1e-6) continue; /* lost in the rounding of floats */
        uint64_t stays = bon_lm_pruner_count(pruner, expm1(entropy) * 0.97);
        cr_assert_lt(bon_lm_pruner_count(pruner, expm1(entropy) * 1.03), stays, "bigram %u: %g", i, entropy);
        compared++;
    }
    cr_assert_gt(compared, 20);
    bon_lm_pruner_close(pruner);
    bon_lm_table_close(table);
}

Test(prune, thresholds_for_a_number_of_ngrams) {
    bon_lm_table *table = estimate(3, 4);
    bon_lm_pruner *pruner;
    cr_assert_eq(bon_lm_pruner_open(&pruner, table), BON_OK);
    uint64_t all = bon_lm_pruner_count(pruner, -1), words = bon_lm_table_count(table, 1);
    for (uint64_t n = words + 1; n < all; n += all / 16) {
        double threshold = bon_lm_pruner_threshold(pruner, n);
        cr_assert_leq(bon_lm_pruner_count(pruner, threshold), n);
        if (threshold > 0) cr_assert_gt(bon_lm_pruner_count(pruner, threshold * 0.99), n);
    }
    cr_assert_eq(bon_lm_pruner_threshold(pruner, all), 0);
    cr_assert(isinf(bon_lm_pruner_threshold(pruner, words - 1)));
    bon_lm_pruner_close(pruner);
    bon_lm_pruner_close(NULL);
    bon_lm_table_close(table);
}

static bon_status open_and_apply(void *table) {
    bon_lm_pruner *pruner;
    bon_lm_table *pruned;
    BON_TRY(bon_lm_pruner_open(&pruner, table));
    bon_status status = bon_lm_pruner_apply(pruner, 1e-4, &pruned);
    if (status == BON_OK) bon_lm_table_close(pruned);
    bon_lm_pruner_close(pruner);
    return status;
}

Test(prune, allocation_failures) {
    bon_lm_table *table = estimate(8, 3);
    failmalloc_check(open_and_apply, table);
    bon_lm_table_close(table);
}
