/* From lists to the trie: any order of lines gives the same model, and suffixes that a file leaves out score what back-off
 * gives. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "files.h"
#include "lm_toy.h"
#include "ngram/arpa.h"

/* The toy model's n-grams as ARPA lists, each order in random order; leaving out `without`, when it is not NULL. */
static void fill(struct bon_arpa *arpa, const struct toy *toy, uint64_t seed, const struct toy_ngram *without) {
    *arpa = (struct bon_arpa){.name = "toy", .order = toy->order};
    for (uint32_t id = 0; id < toy->vocabulary; id++) {
        char text[16];
        uint32_t given;
        cr_assert_eq(bon_vocab_add(&arpa->vocab, text, (size_t)snprintf(text, sizeof text, "w%u", id), &given), BON_OK);
    }
    uint32_t *order = calloc(toy->count, sizeof *order);
    for (size_t i = 0; i < toy->count; i++) {
        size_t j = (size_t)(files_random(&seed) % (i + 1));
        order[i] = order[j];
        order[j] = (uint32_t)i;
    }
    for (size_t i = 0; i < toy->count; i++) {
        const struct toy_ngram *ngram = &toy->ngrams[order[i]];
        if (ngram == without) continue;
        struct bon_arpa_level *level = &arpa->level[ngram->order - 1];
        size_t place = ngram->order == 1 ? ngram->words[0] : level->count;
        size_t need = ngram->order == 1 ? toy->vocabulary : place + 1;
        cr_assert_eq(bon_arpa_reserve(arpa, ngram->order, need), BON_OK);
        if (ngram->order > 1)
            memcpy(level->words + place * ngram->order, ngram->words, ngram->order * sizeof(uint32_t));
        level->logprob[place] = ngram->logprob;
        if (level->backoff) level->backoff[place] = ngram->backoff;
        level->count = ngram->order == 1 ? toy->vocabulary : level->count + 1;
    }
    free(order);
}

static bon_lm_table *build(const struct toy *toy, uint64_t seed, const struct toy_ngram *without) {
    struct bon_arpa arpa;
    fill(&arpa, toy, seed, without);
    bon_lm_table *table = calloc(1, sizeof *table);
    cr_assert_eq(bon_arpa_build(&arpa, table), BON_OK, "%s", bon_error_message());
    bon_arpa_free(&arpa);
    return table;
}

static void check_same(const bon_lm_table *a, const bon_lm_table *b) {
    for (unsigned k = 0; k < a->order; k++) {
        const struct bon_lm_level *x = &a->level[k], *y = &b->level[k];
        cr_assert_eq(x->count, y->count, "order %u", k + 1);
        if (x->count == 0) continue;
        cr_assert_arr_eq(x->word, y->word, x->count * sizeof *x->word);
        cr_assert_arr_eq(x->logprob, y->logprob, x->count * sizeof *x->logprob);
        if (k + 1 == a->order) continue;
        cr_assert_arr_eq(x->first_child, y->first_child, (x->count + 1) * sizeof *x->first_child);
        cr_assert_arr_eq(x->backoff, y->backoff, x->count * sizeof *x->backoff);
        cr_assert_arr_eq(x->extends, y->extends, x->count);
    }
}

Test(arpa_build, any_order_of_lines_gives_the_same_trie) {
    for (uint64_t seed = 1; seed < 60; seed++) {
        struct toy toy = toy_make(seed, 1 + (unsigned)(seed % 5), 4 + (uint32_t)(seed % 30), 12);
        bon_lm_table *expected = toy_table(&toy), *table = build(&toy, seed, NULL);
        check_same(table, expected);
        bon_lm_table_close(table);
        bon_lm_table_close(expected);
        toy_free(&toy);
    }
}

/* The node of an n-gram; UINT32_MAX: none. */
static uint32_t find(const bon_lm_table *table, const uint32_t *words, unsigned order) {
    uint32_t node = words[order - 1];
    for (unsigned k = 2; k <= order; k++) {
        const struct bon_lm_level *below = &table->level[k - 2];
        uint32_t child = below->first_child[node], end = below->first_child[node + 1];
        while (child < end && table->level[k - 1].word[child] != words[order - k]) child++;
        if (child == end) return UINT32_MAX;
        node = child;
    }
    return node;
}

Test(arpa_build, a_suffix_left_out_scores_what_back_off_gives) {
    unsigned blanks = 0;
    for (uint64_t seed = 1; seed < 40; seed++) {
        struct toy toy = toy_make(seed, 4, 9, 10);
        for (size_t i = 0; i < toy.count; i += 3) {
            const struct toy_ngram *hole = &toy.ngrams[i];
            if (hole->order < 2 || hole->order == toy.order) continue;
            bon_lm_table *table = build(&toy, seed, hole);
            uint32_t node = find(table, hole->words, hole->order);
            bool needed = false; /* as a suffix */
            for (size_t j = 0; j < toy.count; j++)
                needed = needed || (toy.ngrams[j].order == hole->order + 1 &&
                                    memcmp(toy.ngrams[j].words + 1, hole->words, hole->order * sizeof(uint32_t)) == 0);
            cr_assert_eq(node != UINT32_MAX, needed);
            if (needed) {
                const struct toy_ngram *context = toy_find(&toy, hole->words, hole->order - 1);
                const struct bon_lm_level *level = &table->level[hole->order - 1];
                double expected =
                    (context ? (double)context->backoff : 0) + toy_score(&toy, hole->words + 1, hole->order - 1);
                cr_assert_eq(level->blank[node], 1);
                cr_assert_float_eq((double)level->logprob[node], expected, 1e-5);
                cr_assert_eq(level->backoff[node], 0.0f);
                blanks++;
            }
            bon_lm_table_close(table);
        }
        toy_free(&toy);
    }
    cr_assert_gt(blanks, 100u);
}
