/* The hash tables of the fast layout: n-grams that lie behind their bucket, both kinds of code, files of the layout before. */
#include <criterion/criterion.h>
#include <unistd.h>

#include "ngram/query.h"
#include "support/lm_toy.h"

enum { TEXT = 600 };

/* A model of random n-grams in the fast layout, read into memory that is not mapped, so that it can be written to. */
static bon_lm *open_toy(struct toy *toy, bon_lm_table **table) {
    static const bon_lm_write_options options = {.layout = BON_LM_LAYOUT_FAST};
    static const bon_lm_open_options resident = {.resident = 1};
    char path[64];
    bon_lm *lm;
    *table = toy_table(toy);
    toy_path(path);
    cr_assert_eq(bon_lm_table_write(*table, path, &options), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_lm_open(&lm, path, &resident), BON_OK, "%s", bon_error_message());
    unlink(path);
    return lm;
}

/* Random words, more often than not those that stood behind the two before somewhere in the model. */
static void make_text(const struct toy *toy, uint64_t seed, uint32_t *words) {
    for (size_t i = 0; i < TEXT;) {
        const struct toy_ngram *ngram = &toy->ngrams[toy_below(&seed, (uint32_t)toy->count)];
        for (unsigned k = 0; k < ngram->order && i < TEXT; k++)
            if (ngram->words[k] != BON_LM_BOS) words[i++] = ngram->words[k];
        if (i < TEXT && toy_below(&seed, 8) == 0) words[i++] = 1000000; /* no word of the model */
    }
}

static unsigned flags_set(const bon_lm *lm) {
    unsigned set = 0;
    for (unsigned order = 2; order <= lm->order; order++) {
        const struct bon_lm_buckets *buckets = &lm->level[order - 1].buckets;
        for (uint64_t byte = 0; byte < buckets->count * BON_FAST_LINE; byte += 8)
            set += byte % BON_FAST_LINE < 32 && (buckets->lines[byte] & BON_FAST_PAST);
    }
    return set;
}

Test(fast, both_codes_give_what_the_model_says) {
    unsigned overflows = 0;
    for (unsigned order = 1; order <= BON_LM_MAX_ORDER; order++) {
        struct toy toy = toy_make(order, order, 40, 60);
        bon_lm_table *table;
        bon_lm *lm = open_toy(&toy, &table);
        uint32_t words[TEXT];
        make_text(&toy, order, words);
        overflows += flags_set(lm);
        for (int wide = 0; wide <= bon_fast_can_be_wide(); wide++) {
            uint32_t history[TEXT + 1] = {BON_LM_BOS}, n = 1;
            float logprob[TEXT], batch[TEXT];
            uint8_t matched[TEXT], batch_matched[TEXT];
            bon_lm_state state, states[TEXT], next[TEXT];
            lm->fast = bon_fast_scorer_for(order, wide);
            bon_lm_state_begin(lm, &state);
            bon_lm_score_words(lm, &state, words, TEXT, logprob, matched);
            bon_lm_state_begin(lm, &state);
            for (size_t i = 0; i < TEXT; i++) {
                unsigned one;
                history[n++] = bon_lm_unigram(lm, words[i]);
                states[i] = state;
                float score = bon_lm_score(lm, &state, words[i], &state, &one);
                cr_assert_eq(score, (float)toy_score(&toy, history, n), "order %u, word %zu", order, i);
                cr_assert(score == logprob[i] && one == matched[i], "order %u, word %zu", order, i);
                if (words[i] != BON_LM_EOS) continue;
                bon_lm_state_begin(lm, &state);
                n = 1;
            }
            bon_lm_score_batch(lm, states, words, TEXT, next, batch, batch_matched);
            cr_assert_eq(memcmp(batch, logprob, sizeof batch), 0, "order %u", order);
            cr_assert_eq(memcmp(batch_matched, matched, sizeof matched), 0, "order %u", order);
            for (size_t i = 0; i + 1 < TEXT; i++)
                cr_assert(words[i] == BON_LM_EOS || bon_lm_state_equal(&next[i], &states[i + 1]));
        }
        bon_lm_close(lm);
        bon_lm_table_close(table);
        toy_free(&toy);
    }
    cr_assert_gt(overflows, 3, "no n-gram lay behind a full bucket");
}

/* Every n-gram is found, and from its node come its children; full buckets included. */
Test(fast, every_ngram_is_where_it_can_be_found) {
    struct toy toy = toy_make(7, 4, 60, 80);
    bon_lm_table *table;
    bon_lm *lm = open_toy(&toy, &table);
    for (size_t i = 0; i < toy.count; i++) {
        const struct toy_ngram *ngram = &toy.ngrams[i];
        uint32_t node = ngram->words[ngram->order - 1];
        for (unsigned k = 1; k < ngram->order; k++)
            cr_assert(bon_lm_child(lm, k, node, ngram->words[ngram->order - 1 - k], &node));
        cr_assert_eq(bon_lm_node_logprob(lm, ngram->order, node), ngram->logprob);
    }
    bon_lm_close(lm);
    bon_lm_table_close(table);
    toy_free(&toy);
}

/* Tables in which everything is full and flagged: looking on ends. */
Test(fast, endless_tables_are_survived) {
    struct toy toy = toy_make(3, 5, 40, 60);
    bon_lm_table *table;
    bon_lm *lm = open_toy(&toy, &table);
    for (unsigned order = 2; order <= lm->order; order++) {
        const struct bon_lm_buckets *buckets = &lm->level[order - 1].buckets;
        memset((uint8_t *)lm->resident.bytes + (buckets->lines - (const uint8_t *)lm->resident.bytes), 0xff,
               (size_t)buckets->count * BON_FAST_LINE);
    }
    uint32_t words[TEXT];
    float logprob[TEXT];
    uint8_t matched[TEXT];
    make_text(&toy, 3, words);
    for (int wide = 0; wide <= bon_fast_can_be_wide(); wide++) {
        bon_lm_state state = {.length = 4, .words = {5, 6, 7, 8}};
        lm->fast = bon_fast_scorer_for(lm->order, wide);
        bon_lm_score_words(lm, &state, words, TEXT, logprob, matched);
        for (size_t i = 0; i < TEXT; i++) cr_assert_eq(matched[i], 1);
    }
    bon_lm_close(lm);
    bon_lm_table_close(table);
    toy_free(&toy);
}

Test(fast, the_layout_before_is_refused) {
    static const bon_lm_open_options lazy = {.lazy = 1};
    struct toy toy = toy_make(3, 3, 20, 20);
    bon_lm_table *table;
    bon_lm *lm = open_toy(&toy, &table), *old;
    uint64_t offset = 0;
    for (size_t i = 0; i < bon_lm_section_count(lm); i++) {
        uint64_t at;
        if (strcmp(bon_lm_section(lm, i, &at, NULL), "lm.header") == 0) offset = at;
    }
    uint32_t layout = BON_LM_FILE_FAST_2;
    memcpy((char *)lm->resident.bytes + offset + offsetof(struct bon_lm_header, layout), &layout, sizeof layout);
    cr_assert_eq(bon_lm_open_memory(&old, lm->resident.bytes, lm->resident.size, "old.bonlm", &lazy), BON_ERR_VERSION);
    cr_assert_not_null(strstr(bon_error_message(), "old.bonlm: is in the fast layout of an older bon"));
    bon_lm_close(lm);
    bon_lm_table_close(table);
    toy_free(&toy);
}
