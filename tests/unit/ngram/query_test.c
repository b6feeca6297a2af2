/* Scores of a model small enough to work out by hand; states; ids and states that make no sense; perplexity. */
#include <criterion/criterion.h>
#include <math.h>
#include <unistd.h>

#include "ngram/query.h"
#include "support/lm_toy.h"

enum { UNK, BOS, EOS, TOI, DI, HOC, WORDS };

/* p(đi | tôi) and p(học | tôi đi) and so on; "đi học" is a blank: needed above, not part of the model. */
static bon_lm *make_lm(bon_lm_layout layout) {
    static const struct toy_ngram rows[] = {
        {1, {UNK}, -3.0f, 0.0f},
        {1, {BOS}, 0.0f, -0.5f},
        {1, {EOS}, -1.0f, 0.0f},
        {1, {TOI}, -1.25f, -0.25f},
        {1, {DI}, -1.5f, -0.125f},
        {1, {HOC}, -1.75f, 0.0f},
        {2, {BOS, TOI}, -0.5f, -0.0625f},
        {2, {TOI, DI}, -0.75f, -1.0f},
        {2, {DI, HOC}, -1.875f, 0.0f}, /* = back-off of "đi" + p(học) */
        {3, {BOS, TOI, DI}, -0.375f, 0.0f},
        {3, {TOI, DI, HOC}, -0.25f, 0.0f},
    };
    static const char *const words[] = {"<unk>", "<s>", "</s>", "tôi", "đi", "học"};
    struct toy toy = {.order = 3, .vocabulary = WORDS};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        toy_add(&toy, rows[i].order, rows[i].words, rows[i].logprob, rows[i].backoff);
    bon_lm_table *table = toy_table(&toy);
    bon_vocab_free(&table->vocab);
    table->vocab = (struct bon_vocab){0};
    for (uint32_t id = 0, given; id < WORDS; id++)
        cr_assert_eq(bon_vocab_add(&table->vocab, words[id], strlen(words[id]), &given), BON_OK);
    table->level[1].blank = calloc(table->level[1].count, 1);
    for (uint32_t i = 0; i < table->level[1].count; i++)
        table->level[1].blank[i] = table->level[1].logprob[i] == -1.875f;
    char path[64];
    bon_lm *lm;
    toy_path(path);
    const bon_lm_write_options options = {.layout = layout};
    cr_assert_eq(bon_lm_table_write(table, path, &options), BON_OK);
    cr_assert_eq(bon_lm_open(&lm, path, NULL), BON_OK, "%s", bon_error_message());
    unlink(path);
    bon_lm_table_close(table);
    toy_free(&toy);
    return lm;
}

static void scores_worked_out_by_hand(bon_lm_layout layout) {
    static const struct {
        uint32_t words[4]; /* after <s> */
        unsigned n, matched, length;
        float logprob; /* of the last */
    } rows[] = {
        {{TOI}, 1, 2, 2, -0.5f},
        {{TOI, DI}, 2, 3, 2, -0.375f},
        {{TOI, DI, HOC}, 3, 3, 0, -0.25f},
        {{TOI, DI, TOI}, 3, 1, 1, -1.25f - 0.125f - 1.0f},
        {{DI}, 1, 1, 1, -1.5f - 0.5f},
        {{DI, HOC}, 2, 1, 0, -1.875f}, /* a blank is not a match */
        {{HOC}, 1, 1, 0, -1.75f - 0.5f},
        {{EOS}, 1, 1, 0, -1.0f - 0.5f},
        {{TOI, EOS}, 2, 1, 0, -1.0f - 0.25f - 0.0625f},
        {{UNK}, 1, 1, 0, -3.0f - 0.5f},
        {{12345}, 1, 1, 0, -3.0f - 0.5f}, /* no id of the model: unknown */
        {{UNK, TOI}, 2, 1, 1, -1.25f},
    };
    bon_lm *lm = make_lm(layout);
    for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
        bon_lm_state state;
        unsigned matched = 0;
        float logprob = 0;
        bon_lm_state_begin(lm, &state);
        for (unsigned i = 0; i < rows[row].n; i++)
            logprob = bon_lm_score(lm, &state, rows[row].words[i], &state, &matched);
        cr_assert_eq(logprob, rows[row].logprob, "row %zu: %g", row, (double)logprob);
        cr_assert_eq(matched, rows[row].matched, "row %zu: matched %u", row, matched);
        cr_assert_eq(state.length, rows[row].length, "row %zu: length %u", row, state.length);
    }
    bon_lm_close(lm);
}

static void states_begin_and_compare(bon_lm_layout layout) {
    bon_lm *lm = make_lm(layout);
    bon_lm_state begin, empty, other;
    bon_lm_state_begin(lm, &begin);
    bon_lm_state_empty(&empty);
    cr_assert(begin.length == 1 && begin.words[0] == BOS && begin.backoff[0] == -0.5f && empty.length == 0);
    cr_assert(!bon_lm_state_equal(&begin, &empty) && bon_lm_state_equal(&begin, &begin));
    other = begin;
    other.words[0] = TOI;
    cr_assert(!bon_lm_state_equal(&begin, &other));
    cr_assert_eq(bon_lm_score(lm, &empty, TOI, &other, NULL), -1.25f);
    bon_lm_close(lm);
}

/* A state of another model, or garbage: something is answered, nothing is read outside. */
static void states_that_make_no_sense_are_survived(bon_lm_layout layout) {
    bon_lm *lm = make_lm(layout);
    bon_lm_state state, next;
    memset(&state, 0xff, sizeof state);
    bon_lm_score(lm, &state, TOI, &next, NULL);
    cr_assert_leq(next.length, 2);
    cr_assert(!bon_lm_state_equal(&state, &state));
    state.length = 2;
    state.words[0] = state.words[1] = 77;
    bon_lm_score(lm, &state, TOI, &next, NULL);
    cr_assert_eq(next.length, 1);
    bon_lm_close(lm);
}

static void nodes_can_be_walked_one_by_one(bon_lm_layout layout) {
    bon_lm *lm = make_lm(layout);
    float backoff;
    uint32_t node = bon_lm_unigram(lm, HOC), child;
    cr_assert(!bon_lm_node_backoff(lm, 1, node, &backoff) && backoff == 0.0f);
    cr_assert(bon_lm_child(lm, 1, node, DI, &child) && bon_lm_node_blank(lm, 2, child));
    cr_assert(!bon_lm_child(lm, 1, node, TOI, &node));
    uint32_t toi = layout == BON_LM_LAYOUT_SMALL ? 0 : TOI; /* the only word ever seen before "đi": rank 0 */
    cr_assert(!bon_lm_child(lm, 2, child, toi + 1, &node));
    cr_assert(bon_lm_child(lm, 2, child, toi, &child) && bon_lm_node_logprob(lm, 3, child) == -0.25f);
    cr_assert(!bon_lm_child(lm, 3, child, toi, &child));
    struct bon_ef_run children = bon_lm_children(lm, 1, bon_lm_unigram(lm, DI));
    if (layout == BON_LM_LAYOUT_SMALL) cr_assert_eq(children.end - children.begin, 1);
    cr_assert(bon_lm_find(lm, 2, &children, TOI, &node) && !bon_lm_find(lm, 2, &children, DI, &node));
    cr_assert(bon_lm_node_backoff(lm, 2, bon_lm_unigram(lm, 1), &backoff) || backoff == 0.0f);
    bon_lm_close(lm);
}

static void lines_are_scored_as_sentences(bon_lm_layout layout) {
    bon_lm *lm = make_lm(layout);
    bon_lm_totals totals = {0};
    cr_assert(isnan(bon_lm_perplexity(&totals)) && isnan(bon_lm_perplexity_known(&totals)));
    static const char line[] = "\t tôi  đi\rhọc mai\0";
    bon_lm_score_line(lm, line, sizeof line, &totals);
    double known = -0.5 - 0.375 - 0.25 - 1.0, all = known - 3.0;
    cr_assert(totals.tokens == 5 && totals.oov == 1);
    cr_assert_float_eq(totals.logprob10, all, 1e-6);
    cr_assert_float_eq(totals.logprob10_known, known, 1e-6);
    cr_assert_float_eq(bon_lm_perplexity(&totals), pow(10, -all / 5), 1e-6);
    cr_assert_float_eq(bon_lm_perplexity_known(&totals), pow(10, -known / 4), 1e-6);
    bon_lm_score_line(lm, "", 0, &totals); /* an empty line is a sentence too: p(</s> | <s>) */
    cr_assert(totals.tokens == 6 && fabs(totals.logprob10 - (all - 1.5)) < 1e-6);
    bon_lm_score_line(lm, "<unk>", 5, &totals);
    cr_assert_eq(totals.oov, 2);
    bon_lm_close(lm);
}

static void in_both_layouts(void (*check)(bon_lm_layout layout)) {
    check(BON_LM_LAYOUT_SMALL);
    check(BON_LM_LAYOUT_FAST);
}

Test(query, scores_worked_out_by_hand) { in_both_layouts(scores_worked_out_by_hand); }
Test(query, states_begin_and_compare) { in_both_layouts(states_begin_and_compare); }
Test(query, states_that_make_no_sense_are_survived) { in_both_layouts(states_that_make_no_sense_are_survived); }
Test(query, nodes_can_be_walked_one_by_one) { in_both_layouts(nodes_can_be_walked_one_by_one); }
Test(perplexity, lines_are_scored_as_sentences) { in_both_layouts(lines_are_scored_as_sentences); }

/* Lines longer than what is scored in one call, and </s> where it is no end. */
static void lines_are_scored_token_by_token(bon_lm_layout layout) {
    enum { LONG = 700 };
    static const char *const words[] = {"tôi", "đi", "học", "</s>", "lạ", "<s>"};
    bon_lm *lm = make_lm(layout);
    bon_lm_totals totals = {0}, sum = {0};
    char line[16 * LONG];
    size_t n = 0;
    bon_lm_state state;
    bon_lm_state_begin(lm, &state);
    for (unsigned i = 0; i <= LONG; i++) {
        const char *word = i == LONG ? "</s>" : words[i * i % 7 % 6];
        uint32_t id = bon_lm_word(lm, word, strlen(word));
        if (i < LONG) n += (size_t)sprintf(line + n, "%s ", word);
        sum.logprob10 += (double)bon_lm_score(lm, &state, id, &state, NULL);
        sum.tokens++;
        sum.oov += id == BON_LM_UNK;
    }
    bon_lm_score_line(lm, line, n, &totals);
    cr_assert(totals.tokens == sum.tokens && totals.oov == sum.oov && sum.oov > 50);
    cr_assert_eq(totals.logprob10, sum.logprob10);
    bon_lm_close(lm);
}

Test(perplexity, lines_are_scored_token_by_token) { in_both_layouts(lines_are_scored_token_by_token); }
