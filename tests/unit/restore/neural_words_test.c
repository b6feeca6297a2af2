/* tests/unit/restore/neural_words_test.c: labels of marks, and what the network reads of a token. */
#include <criterion/criterion.h>
#include <string.h>

#include "restore/neural.h"

static unsigned label(const char *word) { return bon_marks_label(word, strlen(word)); }

Test(neural_words, labels_are_shape_tone_and_bar) {
    static const struct {
        const char *word;
        unsigned shape, tone;
        bool bar;
    } rows[] = {
        {"ban", 0, BON_TONE_NGANG, false},  {"bàn", 0, BON_TONE_HUYEN, false}, {"tiếng", 1, BON_TONE_SAC, false},
        {"đường", 2, BON_TONE_HUYEN, true}, {"đi", 0, BON_TONE_NGANG, true},   {"ngữ", 2, BON_TONE_NGA, false},
        {"khuấy", 1, BON_TONE_SAC, false},  {"thuở", 2, BON_TONE_HOI, false},  {"đắk", 2, BON_TONE_SAC, true},
        {"hòa", 0, BON_TONE_HUYEN, false},  {"hoà", 0, BON_TONE_HUYEN, false}, {"", 0, BON_TONE_NGANG, false},
        {"café", 0, BON_TONE_SAC, false},   {"đặng", 2, BON_TONE_NANG, true},  {"???", 0, BON_TONE_NGANG, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_expect_eq(label(rows[i].word), rows[i].shape * 6 + rows[i].tone + (rows[i].bar ? 18 : 0), "%s: %u",
                     rows[i].word, label(rows[i].word));
    cr_expect_eq(bon_label_shape(label("đường")), label("đương"));
    cr_expect_eq(bon_label_tone(label("đường")), label("bàn"));
}

/* Every syllable's marks are told by its plain form and its label: no two candidates share one. */
Test(neural_words, labels_tell_all_syllables_of_a_plain_form_apart) {
    for (unsigned code = 0; code < BON_SYLLABLE_CODES; code++) {
        char text[BON_SYLLABLE_MAX], other[BON_SYLLABLE_MAX];
        bon_syllable candidates[36];
        const size_t n = bon_syllable_spell((bon_syllable)code, BON_CASE_LOWER, BON_TONE_OLD, text);
        bon_buf plain = {0};
        if (n == 0) continue;
        cr_assert_eq(bon_strip_marks(text, n, &plain), BON_OK);
        const size_t count = bon_syllable_candidates(plain.data, plain.len, candidates, 36);
        for (size_t i = 0; i < count; i++) {
            const size_t other_n = bon_syllable_spell(candidates[i], BON_CASE_LOWER, BON_TONE_OLD, other);
            cr_assert((candidates[i] == code) == (bon_marks_label(other, other_n) == bon_marks_label(text, n)),
                      "%.*s and %.*s", (int)n, text, (int)other_n, other);
        }
        bon_buf_free(&plain);
    }
}

static const uint32_t begins[] = {0, 0, 0, 0, 2, 5, 6, 8};
static const struct bon_neural_words words = {
    .count = 7, .gates = 5, .hashes = 16, .begins = begins, .text = "bacho.vi"};

static struct bon_neural_token find(const char *form) {
    struct bon_neural_token token = {.shape = BON_NEURAL_LOWER};
    bon_neural_find(&words, form, strlen(form), &token);
    return token;
}

Test(neural_words, forms_are_found_or_hashed) {
    cr_expect_eq(find("ba").word, 3);
    cr_expect_eq(find("cho").word, 4);
    cr_expect_eq(find(".").word, 5);
    cr_expect_eq(find("vi").word, 6);
    static const char *const unknown[] = {"b", "bac", "", "v", "vie", "javascript", "ホテル", "\xff\xfe"};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        const struct bon_neural_token token = find(unknown[i]);
        cr_expect_eq(token.word, BON_NEURAL_UNKNOWN, "%s", unknown[i]);
        cr_expect(token.hash[0] < words.hashes && token.hash[1] < words.hashes);
    }
    const struct bon_neural_token a = find("javascript"), b = find("javelin"), c = find("typescript");
    cr_expect_eq(a.hash[0], b.hash[0]); /* the same first letters */
    cr_expect_eq(a.hash[1], c.hash[1]); /* the same last ones */
}

Test(neural_words, features_of_a_position_lie_in_their_parts_of_the_table) {
    const int32_t all = (int32_t)bon_neural_features(&words);
    int32_t ids[BON_NEURAL_BAG], other[BON_NEURAL_BAG];
    struct bon_neural_token token = find("cho");
    token.typed = BON_MARK_LABELS;
    bon_neural_bag(&words, &token, ids);
    cr_expect_eq(ids[0], 4);
    for (int k = 0; k < BON_NEURAL_BAG; k++) cr_expect(ids[k] >= 0 && ids[k] < all);
    cr_expect_eq(ids[3], ids[4]); /* not hashed */
    token = find("typescript");
    token.hash[0] = token.hash[1] = 15;
    token.shape = BON_NEURAL_OTHER;
    bon_neural_bag(&words, &token, other);
    cr_expect_eq(other[4], all - 1);
    cr_expect(other[1] > ids[1] && other[1] < other[2] && other[2] < ids[2] && ids[2] < ids[3] && ids[3] < other[3]);
    cr_expect_eq(bon_neural_gate(&words, &(struct bon_neural_token){.word = 4}), 4);
    cr_expect_eq(bon_neural_gate(&words, &(struct bon_neural_token){.word = 5}), BON_NEURAL_UNKNOWN);
}
