/* tests/property/ime_edit.c: every syllable, edited: Backspace takes its last letter as it is shown, and typing that letter
 * again gives the syllable back; Backspace over the blank opens it again; Escape and Shift+Space give its keys. */
#include <criterion/criterion.h>
#include <string.h>

#include "bon/ime.h"
#include "syllable/spelling.h"
#include "syllable/utf8.h"

/* A syllable and the telex keys of it. */
struct word {
    char text[BON_SYLLABLE_MAX], keys[32], last[4]; /* last: the keys of its last letter */
    size_t len, start_of_last, key_count, last_count;
};

static bool make_word(unsigned code, struct word *word) {
    static const char tones[] = " fsrxj", horns[] = "\2\23\32";
    bon_buf keys = {0};
    word->len = bon_syllable_spell((bon_syllable)code, BON_CASE_LOWER, BON_TONE_OLD, word->text);
    if (word->len == 0) return false;
    cr_assert_eq(bon_ime_encode(NULL, word->text, word->len, &keys), BON_OK);
    cr_assert_leq(keys.len, sizeof word->keys);
    memcpy(word->keys, keys.data, keys.len);
    word->key_count = keys.len;
    bon_buf_free(&keys);
    word->start_of_last = word->len - 1;
    while (bon_utf8_tail(word->text[word->start_of_last])) word->start_of_last--;
    unsigned length, info = bon_letter_info(bon_utf8_read(word->text + word->start_of_last, 4, &length));
    unsigned number = info & BON_LETTER_NUMBER, tone = info >> BON_LETTER_TONE_SHIFT & 7;
    char base = (char)bon_glyphs[bon_plain_letter[number]][0][0];
    word->last_count = 0;
    word->last[word->last_count++] = base;
    if (bon_plain_letter[number] != number) word->last[word->last_count++] = strchr(horns, (int)number) ? 'w' : base;
    if (tone) word->last[word->last_count++] = tones[tone];
    return true;
}

static void type(bon_ime *ime, const char *keys, size_t n, bon_ime_result *result) {
    for (size_t i = 0; i < n; i++) bon_ime_key(ime, (unsigned char)keys[i], 0, result);
}

static void expect_preedit(const bon_ime_result *result, const char *text, size_t n, const struct word *word) {
    cr_assert(result->handled && result->preedit_len == n && (n == 0 || memcmp(result->preedit, text, n) == 0),
              "%.*s: %.*s instead of %.*s", (int)word->key_count, word->keys, (int)result->preedit_len, result->preedit,
              (int)n, text);
}

/* Whether a text is a syllable with its tone mark where the old placement has it; "hoà", left of hoàn, is none. */
static bool is_well_placed(const char *text, size_t n) {
    char spelled[BON_SYLLABLE_MAX];
    bon_syllable code;
    bon_case letter_case;
    if (!bon_syllable_parse_loose(text, n, &code, &letter_case)) return false;
    return bon_syllable_spell(code, BON_CASE_LOWER, BON_TONE_OLD, spelled) == n && memcmp(spelled, text, n) == 0;
}

Test(ime_edit, backspace_and_again) {
    bon_ime *ime;
    bon_ime_result result;
    struct word word;
    unsigned exact = 0;
    cr_assert_eq(bon_ime_open(&ime, NULL), BON_OK);
    for (unsigned code = 0; code < BON_SYLLABLE_CODES; code++) {
        if (!make_word(code, &word)) continue;
        bon_ime_reset(ime);
        type(ime, word.keys, word.key_count, &result);
        expect_preedit(&result, word.text, word.len, &word);
        bon_ime_key(ime, BON_IME_KEY_BACKSPACE, 0, &result);
        if (is_well_placed(word.text, word.start_of_last)) {
            expect_preedit(&result, word.text, word.start_of_last, &word);
            exact++;
        }
        type(ime, word.last, word.last_count, &result);
        expect_preedit(&result, word.text, word.len, &word);
    }
    cr_assert_gt(exact, 10000);
    bon_ime_close(ime);
}

Test(ime_edit, reopened) {
    bon_ime_options options = {.flags = BON_IME_REOPEN | BON_IME_RESTORE};
    bon_ime *ime;
    bon_ime_result result;
    struct word word;
    cr_assert_eq(bon_ime_open(&ime, &options), BON_OK);
    for (unsigned code = 0; code < BON_SYLLABLE_CODES; code++) {
        if (!make_word(code, &word)) continue;
        bon_ime_reset(ime);
        type(ime, word.keys, word.key_count, &result);
        bon_ime_key(ime, ' ', 0, &result);
        cr_assert(result.commit_len == word.len + 1 && memcmp(result.commit, word.text, word.len) == 0);
        bon_ime_key(ime, BON_IME_KEY_BACKSPACE, 0, &result);
        expect_preedit(&result, word.text, word.len, &word);
        unsigned points = 0;
        for (size_t i = 0; i < word.len; i++) points += !bon_utf8_tail(word.text[i]);
        cr_assert_eq(result.delete_before, points + 1);
    }
    bon_ime_close(ime);
}

Test(ime_edit, raw_keys) {
    bon_ime *ime;
    bon_ime_result result;
    struct word word;
    cr_assert_eq(bon_ime_open(&ime, NULL), BON_OK);
    for (unsigned code = 0; code < BON_SYLLABLE_CODES; code++) {
        if (!make_word(code, &word)) continue;
        bon_ime_reset(ime);
        type(ime, word.keys, word.key_count, &result);
        bon_ime_key(ime, BON_IME_KEY_ESCAPE, 0, &result);
        if (memcmp(word.keys, word.text, word.key_count) != 0)
            expect_preedit(&result, word.keys, word.key_count, &word);
        bon_ime_reset(ime);
        type(ime, word.keys, word.key_count, &result);
        bon_ime_key(ime, ' ', BON_IME_SHIFT, &result);
        cr_assert(result.commit_len == word.key_count + 1 && memcmp(result.commit, word.keys, word.key_count) == 0);
    }
    bon_ime_close(ime);
}
