/* The small layout: runs longer than blocks, dense and sparse ones; scores in one call and in many, on any processor; models
 * that it cannot hold. */
#include <criterion/criterion.h>
#include <unistd.h>

#include "ngram/blocks_write.h"
#include "ngram/query.h"
#include "support/lm_toy.h"

static bon_lm *write_and_open(const bon_lm_table *table, unsigned bits) {
    const bon_lm_write_options options = {.quantize_bits = bits, .layout = BON_LM_LAYOUT_SMALL};
    char path[64];
    bon_lm *lm;
    toy_path(path);
    cr_assert_eq(bon_lm_table_write(table, path, &options), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_lm_open(&lm, path, NULL), BON_OK, "%s", bon_error_message());
    unlink(path);
    return lm;
}

/* A table of order 2 in which word w has the children that has() says; nothing else is in it. */
static bon_lm_table *bigrams(uint32_t words, bool (*has)(uint32_t w, uint32_t before)) {
    bon_lm_table *table = calloc(1, sizeof *table);
    uint32_t count = 0, given;
    table->order = 2;
    for (uint32_t id = 0; id < words; id++) {
        char text[16];
        cr_assert_eq(bon_vocab_add(&table->vocab, text, (size_t)snprintf(text, sizeof text, "w%u", id), &given),
                     BON_OK);
        for (uint32_t before = 0; before < words; before++) count += has(id, before);
    }
    cr_assert_eq(bon_lm_level_alloc(&table->level[0], words, false), BON_OK);
    cr_assert_eq(bon_lm_level_alloc(&table->level[1], count, true), BON_OK);
    count = 0;
    for (uint32_t id = 0; id < words; id++) {
        table->level[0].word[id] = id;
        table->level[0].logprob[id] = -1.0f;
        table->level[0].extends[id] = 1;
        for (uint32_t before = 0; before < words; before++) {
            if (!has(id, before)) continue;
            table->level[1].word[count] = before;
            table->level[1].logprob[count++] = -(float)(id + before) / 4096.0f;
        }
        table->level[0].first_child[id + 1] = count;
    }
    return table;
}

static bool dense(uint32_t w, uint32_t before) { return w < 5 || before == w; }
static bool sparse(uint32_t w, uint32_t before) { return w % 50 == 3 && before % 97 == w % 97; }
static bool mixed(uint32_t w, uint32_t before) {
    return (w % 40 == 0 && (before * 7 + w) % 11 < 9) || (w * 31 + before * 17) % 199 == 0;
}
static bool clustered(uint32_t w, uint32_t before) { return (before >> 5) % 13 == w % 13 || before + 3 > 700; }
static bool none(uint32_t w, uint32_t before) { return w == 0 && before == 699; }

Test(blocks, every_child_is_found_and_no_other) {
    static bool (*const shapes[])(uint32_t, uint32_t) = {dense, sparse, mixed, clustered, none};
    enum { WORDS = 703 };
    for (size_t shape = 0; shape < sizeof shapes / sizeof shapes[0]; shape++) {
        bon_lm_table *table = bigrams(WORDS, shapes[shape]), *copy;
        bon_lm *lm = write_and_open(table, 0);
        cr_assert(lm->ranked);
        for (unsigned quick = 0; quick <= (lm->quick ? 1 : 0); quick++) {
            bool was = lm->quick;
            lm->quick = quick;
            for (uint32_t w = 0; w < WORDS; w++)
                for (uint32_t before = 0; before < WORDS + 60; before++) {
                    uint32_t node;
                    bool found = bon_lm_child(lm, 1, w, before, &node);
                    cr_assert_eq(found, before < WORDS && shapes[shape](w, before), "shape %zu: %u %u", shape, before,
                                 w);
                    if (found) cr_assert_eq(bon_lm_node_logprob(lm, 2, node), -(float)(w + before) / 4096.0f);
                }
            lm->quick = was;
        }
        cr_assert_eq(bon_lm_table_from_lm(&copy, lm), BON_OK, "%s", bon_error_message());
        cr_assert_eq(memcmp(copy->level[1].word, table->level[1].word, table->level[1].count * sizeof(uint32_t)), 0);
        bon_lm_table_close(copy);
        bon_lm_table_close(table);
        bon_lm_close(lm);
    }
}

/* Calls of one word, of a text and of a batch say the same, with and without the newer instructions. */
Test(blocks, all_ways_of_scoring_agree) {
    enum { N = 700 };
    for (unsigned order = 1; order <= 6; order++) {
        struct toy toy = toy_make(order + 50, order, 30, 60);
        bon_lm_table *table = toy_table(&toy);
        bon_lm *lm = write_and_open(table, order % 2 ? 8 : 0);
        cr_assert(lm->ranked);
        uint64_t seed = order;
        static uint32_t words[N];
        static bon_lm_state before[N], after[N], batch[N];
        static float one[N], many[N];
        static uint8_t matched[N];
        static unsigned orders[N];
        for (unsigned i = 0; i < N;) { /* mostly pieces of n-grams of the model */
            const struct toy_ngram *ngram = &toy.ngrams[toy_below(&seed, (uint32_t)toy.count)];
            for (unsigned j = 0; j < ngram->order && i < N; j++) words[i++] = ngram->words[j];
        }
        bon_lm_state state, end;
        bon_lm_state_begin(lm, &state);
        for (unsigned i = 0; i < N; i++) {
            before[i] = state;
            one[i] = bon_lm_score(lm, &state, words[i], &after[i], &orders[i]);
            state = after[i];
            if (words[i] == BON_LM_EOS) bon_lm_state_begin(lm, &state);
        }
        for (unsigned quick = 0; quick <= (lm->quick ? 1 : 0); quick++) {
            bool was = lm->quick;
            lm->quick = quick;
            bon_lm_state_begin(lm, &end);
            bon_lm_score_words(lm, &end, words, N, many, matched);
            cr_assert(bon_lm_state_equal(&end, &state));
            for (unsigned i = 0; i < N; i++)
                cr_assert(many[i] == one[i] && matched[i] == orders[i], "order %u, word %u", order, i);
            bon_lm_score_batch(lm, before, words, N, batch, many, matched);
            for (unsigned i = 0; i < N; i++)
                cr_assert(many[i] == one[i] && matched[i] == orders[i] && bon_lm_state_equal(&batch[i], &after[i]));
            lm->quick = was;
        }
        bon_lm_close(lm);
        bon_lm_table_close(table);
        toy_free(&toy);
    }
}

/* "a b c" without "a b": such an n-gram has no rank, so that the older arrays take the model. */
Test(blocks, models_without_all_contexts_are_kept_in_arrays) {
    static const struct toy_ngram rows[] = {
        {1, {0}, -1.0f, 0.0f},        {1, {1}, 0.0f, 0.0f},      {1, {2}, -1.5f, 0.0f},       {1, {3}, -2.0f, -0.5f},
        {2, {3, 2}, -0.25f, -0.125f}, {2, {3, 3}, -0.75f, 0.0f}, {3, {1, 3, 2}, -0.5f, 0.0f},
    };
    struct toy toy = {.order = 3, .vocabulary = 4};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        toy_add(&toy, rows[i].order, rows[i].words, rows[i].logprob, rows[i].backoff);
    bon_lm_table *table = toy_table(&toy);
    struct bon_blocks_plan plan;
    bool possible;
    cr_assert_eq(bon_blocks_plan(&plan, table, &possible), BON_OK);
    cr_assert(!possible && !plan.contexts[1] && !plan.contexts[2]);
    bon_lm *lm = write_and_open(table, 0);
    cr_assert(!lm->ranked && bon_lm_layout_of(lm) == BON_LM_LAYOUT_SMALL);
    uint32_t node;
    cr_assert(bon_lm_child(lm, 1, 2, 3, &node) && bon_lm_child(lm, 2, node, 1, &node));
    cr_assert_eq(bon_lm_node_logprob(lm, 3, node), -0.5f);
    bon_lm_close(lm);
    bon_lm_table_close(table);
    toy_free(&toy);
}
