/* tests/unit/restore/letters_test.c: plain forms, agreement of marks, putting marks on. */
#include <criterion/criterion.h>
#include <string.h>

#include "restore/letters.h"

static const struct {
    const char *text, *plain; /* plain NULL: none */
    bool marks;
} plains[] = {
    {"tieng", "tieng", false},
    {"TIẾNG", "tieng", true},
    {"Đường", "duong", true},
    {"d\u01b0o\u031b\u0300ng", "duong", true},
    {"facebook", "facebook", false},
    {"Zürich", "zürich", false},
    {"ÖL", "öl", false},
    {"şı", NULL, false},
    {"naïve", "naïve", false},
    {"中", NULL, false},            /* nothing that could carry a mark */
    {"e\u0301\u0300", NULL, false}, /* two tones */
    {"e\u0308", NULL, false},       /* not a Vietnamese mark */
    {"e\u0340", NULL, false},       /* a mark that bon_strip_marks leaves */
    {"b\u0301", NULL, false},       /* no letter for it */
    {"\xff", NULL, false},
    {"", NULL, false},
};

Test(letters, plain_form) {
    for (size_t i = 0; i < sizeof plains / sizeof plains[0]; i++) {
        char plain[BON_WORD_MAX];
        bool marks = false;
        size_t n = bon_plain_form(plains[i].text, strlen(plains[i].text), plain, &marks);
        size_t expected = plains[i].plain ? strlen(plains[i].plain) : 0;
        cr_assert_eq(n, expected, "%s: %zu", plains[i].text, n);
        if (n > 0) cr_assert_eq(memcmp(plain, plains[i].plain, n), 0, "%s: %.*s", plains[i].text, (int)n, plain);
        if (n > 0) cr_assert_eq(marks, plains[i].marks, "%s", plains[i].text);
    }
}

Test(letters, plain_form_is_bounded) {
    char text[2 * BON_WORD_MAX], plain[BON_WORD_MAX];
    bool marks;
    memset(text, 'a', sizeof text);
    cr_assert_eq(bon_plain_form(text, BON_WORD_MAX, plain, &marks), BON_WORD_MAX);
    cr_assert_eq(bon_plain_form(text, BON_WORD_MAX + 1, plain, &marks), 0);
    for (size_t n = 0; n <= 40; n++) { /* one letter and many marks */
        text[0] = 'o';
        for (size_t i = 0; i < n; i++) memcpy(text + 1 + 2 * i, "\u0301", 2);
        cr_assert_eq(bon_plain_form(text, 1 + 2 * n, plain, &marks), n <= 1 ? 1 : 0, "%zu", n);
    }
}

static const struct {
    const char *typed, *word;
    enum bon_agreement agreement;
} pairs[] = {
    {"duong", "đường", BON_AGREE_ADDS},
    {"đuong", "đường", BON_AGREE_ADDS},
    {"đuong", "dương", BON_AGREE_NOT},
    {"duông", "đường", BON_AGREE_NOT}, /* ô is not ơ */
    {"đuờng", "đường", BON_AGREE_ADDS},
    {"đường", "đường", BON_AGREE_SAME},
    {"ĐƯỜNG", "đường", BON_AGREE_SAME},
    {"tiéng", "tiếng", BON_AGREE_ADDS}, /* tone typed, vowel mark not */
    {"tiéng", "tiềng", BON_AGREE_NOT},
    {"tiêng", "tiếng", BON_AGREE_ADDS}, /* and the other way round */
    {"tíeng", "tiếng", BON_AGREE_ADDS}, /* the tone stands on another letter yet */
    {"hoà", "hòa", BON_AGREE_SAME},
    {"hoà", "hóa", BON_AGREE_NOT},
    {"hoa", "hoa", BON_AGREE_SAME},
    {"tie\u0302\u0301ng", "tiếng", BON_AGREE_SAME},
    {"việtnám", "việtnám", BON_AGREE_SAME},
    {"việtnam", "việtnám", BON_AGREE_ADDS},
    {"viẹtnám", "việtnam", BON_AGREE_NOT},
    {"hoa", "hoan", BON_AGREE_NOT},
    {"an", "on", BON_AGREE_NOT},
};

Test(letters, agreement) {
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        enum bon_agreement got =
            bon_letters_agree(pairs[i].typed, strlen(pairs[i].typed), pairs[i].word, strlen(pairs[i].word));
        cr_assert_eq(got, pairs[i].agreement, "%s %s: %d", pairs[i].typed, pairs[i].word, (int)got);
    }
}

static const struct {
    const char *typed, *word, *out;
} puts_[] = {
    {"tieng", "tiếng", "tiếng"},
    {"TIENG", "tiếng", "TIẾNG"},
    {"tIeNg", "tiếng", "tIếNg"},
    {"Duong", "đường", "Đường"},
    {"DUONG", "đường", "ĐƯỜNG"},
    {"tie\u0301ng", "tiếng", "tiếng"},
    {"Kon-Tum", "kon-tum", "Kon-Tum"},
    {"Zurich", "zürich", "Zurich"}, /* does not fit: left alone */
    {"hoa", "hoàn", "hoa"},
    {"hoan", "hoà", "hoan"},
    {"e\u0308", "ê", "e\u0308"},
    {"\xff", "a", "\xff"},
};

Test(letters, put_marks) {
    for (size_t i = 0; i < sizeof puts_ / sizeof puts_[0]; i++) {
        bon_buf out = {0};
        cr_assert_eq(bon_put_marks(puts_[i].typed, strlen(puts_[i].typed), puts_[i].word, strlen(puts_[i].word), &out),
                     BON_OK);
        cr_assert_eq(out.len, strlen(puts_[i].out), "%s: %.*s", puts_[i].typed, (int)out.len, out.data);
        cr_assert_eq(memcmp(out.data, puts_[i].out, out.len), 0, "%s: %.*s", puts_[i].typed, (int)out.len, out.data);
        bon_buf_free(&out);
    }
}
