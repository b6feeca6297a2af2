/* tests/unit/restore/neural_text_test.c: what a neural restorer learns from: tokens with their marks, and their vocabulary. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "failmalloc.h"
#include "restore/neural_text.h"

static void add(struct bon_neural_text *text, const char *bytes, bool split) {
    cr_assert_eq(bon_neural_text_add(text, bytes, strlen(bytes), split), BON_OK, "%s", bon_error_message());
}

static const char *form(const struct bon_neural_text *text, size_t i) {
    const struct bon_vocab_word *word = &text->forms.words[text->tokens[i].form];
    static char out[64];
    memcpy(out, word->text, word->len);
    out[word->len] = '\0';
    return out;
}

Test(neural_text, a_line_is_its_tokens_between_a_begin_and_an_end) {
    struct bon_neural_text text = {0};
    add(&text, "Tôi ở Huế, 35 km.\n\nJavaScript\n", false);
    static const struct {
        const char *form;
        uint8_t shape, label;
    } rows[] = {
        {NULL, BON_NEURAL_OTHER, BON_NO_LABEL},     {"toi", BON_NEURAL_TITLE, 6},
        {"o", BON_NEURAL_LOWER, 12 + BON_TONE_HOI}, {"hue", BON_NEURAL_TITLE, 6 + BON_TONE_SAC},
        {",", BON_NEURAL_OTHER, BON_NO_LABEL},      {"<num>", BON_NEURAL_OTHER, BON_NO_LABEL},
        {"km", BON_NEURAL_LOWER, BON_NO_LABEL},     {".", BON_NEURAL_OTHER, BON_NO_LABEL},
        {NULL, BON_NEURAL_OTHER, BON_NO_LABEL},     {NULL, BON_NEURAL_OTHER, BON_NO_LABEL},
        {"javascript", BON_NEURAL_MIXED, 0},        {NULL, BON_NEURAL_OTHER, BON_NO_LABEL},
    };
    cr_assert_eq(text.count, sizeof rows / sizeof rows[0]);
    for (size_t i = 0; i < text.count; i++) {
        if (rows[i].form)
            cr_expect_str_eq(form(&text, i), rows[i].form);
        else
            cr_expect_geq(text.tokens[i].form, BON_TEXT_END);
        if (rows[i].form && strcmp(rows[i].form, "km") != 0)
            cr_expect(text.tokens[i].shape == rows[i].shape && text.tokens[i].label == rows[i].label, "token %zu", i);
        cr_expect_eq(text.tokens[i].split, BON_NO_LABEL);
    }
    cr_expect(text.tokens[0].form == BON_TEXT_BEGIN && text.tokens[8].form == BON_TEXT_END);
    bon_neural_text_free(&text);
}

Test(neural_text, joints_say_where_words_go_on) {
    struct bon_neural_text text = {0};
    static const uint8_t splits[] = {BON_NO_LABEL, 0, 0, 1, 0, 1, 1, 0, BON_NO_LABEL};
    add(&text, "Ông chủ_tịch Hồ_Chí_Minh .\n", true);
    cr_assert_eq(text.count, sizeof splits);
    for (size_t i = 0; i < text.count; i++) cr_expect_eq(text.tokens[i].split, splits[i], "token %zu", i);
    bon_neural_text_free(&text);
}

static void learn(struct bon_neural_text *text, uint32_t most, struct bon_neural_learned *learned) {
    for (int i = 0; i < 3; i++) add(text, "bạn bàn bạn và cho chó và rất\n", false);
    add(text, "bán\n", false); /* seen too seldom to be a choice */
    cr_assert_eq(bon_neural_text_learn(text, most, 8, learned), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_neural_text_use(text, &learned->words), BON_OK);
}

Test(neural_text, words_with_a_choice_come_first_with_what_they_were_seen_with) {
    struct bon_neural_text text = {0};
    struct bon_neural_learned learned;
    learn(&text, 100, &learned);
    const struct bon_neural_words *words = &learned.words;
    cr_expect(words->count == BON_NEURAL_FIRST + 4 && words->gates == BON_NEURAL_FIRST + 2);
    cr_expect_eq(memcmp(words->text, "banchoratva", 11), 0);
    const float *ban = learned.priors + 3 * BON_MARK_LABELS;
    cr_expect_float_eq(ban[BON_TONE_NANG], log(6 / 9.0), 1e-6);
    cr_expect_float_eq(ban[BON_TONE_HUYEN], log(3 / 9.0), 1e-6);
    cr_expect_eq(ban[BON_TONE_SAC], BON_PRIOR_NEVER);
    cr_expect_eq(text.of_form[text.tokens[1].form].word, 3);
    bon_neural_learned_free(&learned);
    bon_neural_text_free(&text);
}

Test(neural_text, the_most_frequent_are_kept) {
    struct bon_neural_text text = {0};
    struct bon_neural_learned learned;
    learn(&text, BON_NEURAL_FIRST + 3, &learned);
    cr_expect_eq(memcmp(learned.words.text, "banchova", 8), 0); /* not rất, seen half as often as và */
    cr_expect_eq(text.of_form[text.tokens[8].form].word, BON_NEURAL_UNKNOWN);
    bon_neural_learned_free(&learned);
    bon_neural_text_free(&text);
}

Test(neural_text, text_without_choices_is_refused) {
    struct bon_neural_text text = {0};
    struct bon_neural_learned learned;
    cr_expect_eq(bon_neural_text_learn(&text, 100, 8, &learned), BON_ERR_DATA);
    add(&text, "all of this is English\n", false);
    cr_expect_eq(bon_neural_text_learn(&text, 100, 8, &learned), BON_ERR_DATA);
    cr_expect(strstr(bon_error_message(), "two ways"));
    bon_neural_text_free(&text);
}

static bon_status everything(void *unused) {
    (void)unused;
    struct bon_neural_text text = {0};
    struct bon_neural_learned learned = {.begins = NULL};
    static const char line[] = "bạn bàn bạn bàn bạn bàn và\n";
    bon_status status = bon_neural_text_add(&text, line, sizeof line - 1, false);
    if (status == BON_OK) status = bon_neural_text_learn(&text, 100, 8, &learned);
    if (status == BON_OK) status = bon_neural_text_use(&text, &learned.words);
    bon_neural_learned_free(&learned);
    bon_neural_text_free(&text);
    return status;
}

Test(neural_text, out_of_memory_anywhere) { failmalloc_check(everything, NULL); }
