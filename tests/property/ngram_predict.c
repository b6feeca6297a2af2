/* Next words: on random small models of all orders, in both layouts and quantized, with back-offs above 1 among them, the k
 * likeliest words after any state are those that scoring every word and sorting finds, with and without a filter. */
#include <criterion/criterion.h>
#include <unistd.h>

#include "ngram/lm.h"
#include "support/lm_toy.h"

static bon_lm *make_model(uint64_t seed) {
    static const uint32_t vocabularies[] = {4, 5, 9, 17, 40, 90};
    unsigned order = 1 + (unsigned)(seed % BON_LM_MAX_ORDER);
    struct toy toy =
        toy_make(seed * UINT64_C(0x9e3779b97f4a7c15) + 3, order, vocabularies[seed / 8 % 6], (unsigned)(seed % 9) * 6);
    bon_lm_write_options options = {.quantize_bits = seed % 4 == 3 ? 4 : 0};
    char path[64];
    bon_lm *lm;
    for (size_t i = 0; i < toy.count; i += 1 + seed % 5) toy.ngrams[i].backoff *= -0.5f; /* ARPA files may have such */
    if (options.quantize_bits == 0) options.layout = seed % 2 ? BON_LM_LAYOUT_FAST : BON_LM_LAYOUT_SMALL;
    bon_lm_table *table = toy_table(&toy);
    cr_assert_not_null(table);
    toy_path(path);
    cr_assert_eq(bon_lm_table_write(table, path, &options), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_lm_open(&lm, path, NULL), BON_OK);
    unlink(path);
    bon_lm_table_close(table);
    toy_free(&toy);
    return lm;
}

static bool is_odd(void *user, uint32_t word) {
    ++*(unsigned *)user;
    return word % 2;
}

static int likelier(const void *a, const void *b) {
    const bon_lm_prediction *x = a, *y = b;
    if (x->logprob != y->logprob) return x->logprob > y->logprob ? -1 : 1;
    return x->word < y->word ? -1 : 1;
}

enum { WORDS_MAX = 128 };

static size_t by_brute_force(const bon_lm *lm, const bon_lm_state *state, bool odd_only, bon_lm_prediction *all) {
    size_t n = 0;
    for (uint32_t w = 0; w < bon_lm_count(lm, 1); w++) {
        bon_lm_state next;
        unsigned order;
        if (w == BON_LM_UNK || w == BON_LM_BOS || (odd_only && w % 2 == 0)) continue;
        float logprob = bon_lm_score(lm, state, w, &next, &order);
        all[n++] = (bon_lm_prediction){w, logprob, order};
    }
    qsort(all, n, sizeof *all, likelier);
    return n;
}

static void check_state(const bon_lm *lm, const bon_lm_predictor *predictor, const bon_lm_state *state) {
    bon_lm_prediction all[WORDS_MAX], best[WORDS_MAX];
    for (int odd_only = 0; odd_only < 2; odd_only++) {
        unsigned asked = 0;
        bon_lm_predict_options options = {.accept = is_odd, .user = &asked};
        size_t n = by_brute_force(lm, state, odd_only, all);
        for (size_t k = 0; k <= n + 2; k += 1 + k / 2) {
            size_t found = bon_lm_predict(predictor, state, odd_only ? &options : NULL, best, k);
            cr_assert_eq(found, k < n ? k : n);
            for (size_t i = 0; i < found; i++) {
                cr_assert_eq(best[i].word, all[i].word, "word %zu of %zu: %u, not %u", i, k, best[i].word, all[i].word);
                cr_assert_eq(best[i].logprob, all[i].logprob);
                cr_assert_eq(best[i].order, all[i].order);
            }
        }
        cr_assert(!odd_only || asked > 0);
    }
}

Test(ngram_predict, finds_what_scoring_every_word_finds) {
    for (uint64_t model = 0; model < 400; model++) {
        bon_lm *lm = make_model(model);
        bon_lm_predictor *predictor;
        bon_lm_state state;
        uint64_t seed = model + 1;
        cr_assert_eq(bon_lm_predictor_open(&predictor, lm), BON_OK, "%s", bon_error_message());
        bon_lm_state_empty(&state);
        check_state(lm, predictor, &state);
        bon_lm_state_begin(lm, &state);
        for (unsigned i = 0; i < 12; i++) {
            bon_lm_prediction likely[4];
            check_state(lm, predictor, &state);
            size_t n = bon_lm_predict(predictor, &state, NULL, likely, 4); /* what is likely leads to long contexts */
            uint32_t word = n && toy_below(&seed, 4) ? likely[toy_below(&seed, (uint32_t)n)].word
                                                     : toy_below(&seed, (uint32_t)bon_lm_count(lm, 1));
            bon_lm_score(lm, &state, word, &state, NULL);
        }
        bon_lm_predictor_close(predictor);
        bon_lm_close(lm);
    }
}
