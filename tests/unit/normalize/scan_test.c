/* src/normalize/scan.c against every syllable there is, with its tone mark on every letter, in three cases. */
#include <criterion/criterion.h>

#include "normalize/normalizer.h"
#include "syllable/spelling.h"
#include "syllable/utf8.h"

static bon_normalizer *opened(bon_tone_style style) {
    bon_normalize_options options = {.tone_style = style};
    bon_normalizer *nz;
    cr_assert_eq(bon_normalizer_open(&nz, &options), BON_OK);
    return nz;
}

/* The syllable with its tone mark on letter `place` (from the beginning); 0 when that letter takes none. */
static size_t misplaced(bon_syllable code, bon_case letter_case, unsigned place, char *out) {
    bon_tone tone = bon_syllable_tone(code);
    char plain[BON_SYLLABLE_MAX];
    size_t n = bon_syllable_spell(code, letter_case, BON_TONE_OLD, plain), length = 0, i = 0;
    for (size_t at = 0; at < n; i++) {
        unsigned bytes;
        unsigned info = bon_letter_info(bon_utf8_read(plain + at, n - at, &bytes));
        uint32_t c = bon_glyphs[info & BON_LETTER_NUMBER][(info & BON_LETTER_UPPER) != 0][i == place ? tone : 0];
        if (!c) return 0;
        length += bon_utf8_write(c, out + length);
        at += bytes;
    }
    return place < i ? length : 0;
}

static void check_style(bon_tone_style style, bon_case letter_case) {
    bon_normalizer *nz = opened(style);
    unsigned passed = 0, suspected = 0;
    for (unsigned code = 0; code < BON_SYLLABLE_CODES; code++) {
        if (!bon_syllable_valid(code) || bon_syllable_tone((bon_syllable)code) == BON_TONE_NGANG) continue;
        char right[BON_SYLLABLE_MAX], other[BON_SYLLABLE_MAX], wrong[2 * BON_SYLLABLE_MAX];
        size_t n = bon_syllable_spell((bon_syllable)code, letter_case, style, right);
        size_t m = bon_syllable_spell((bon_syllable)code, letter_case, BON_TONE_NEW, other);
        bool fine = bon_scan(nz, right, n) == n;
        passed += fine;
        suspected += !fine;
        for (unsigned place = 0; place < BON_LETTERS_MAX; place++) {
            size_t length = misplaced((bon_syllable)code, letter_case, place, wrong);
            bool is_right = length == n && memcmp(wrong, right, n) == 0;
            bool is_kept = style == BON_TONE_KEEP && length == m && memcmp(wrong, other, m) == 0;
            if (!length || is_right || is_kept) continue;
            cr_assert_eq(bon_scan(nz, wrong, length), 0, "%.*s passes for %.*s", (int)length, wrong, (int)n, right);
            wrong[length] = 'x'; /* a longer word is not this syllable, but the scan must not read past the end */
        }
    }
    cr_expect_gt(passed, 14000, "%u", passed);
    cr_expect_lt(suspected * 100, passed, "%u right syllables suspected, %u passed", suspected, passed);
    bon_normalizer_close(nz);
}

Test(scan, every_syllable_with_its_mark_anywhere) {
    for (unsigned style = BON_TONE_OLD; style <= BON_TONE_KEEP; style++) {
        check_style(style, BON_CASE_LOWER);
        check_style(style, BON_CASE_TITLE);
        check_style(style, BON_CASE_UPPER);
    }
}

/* How much of a text is passed: up to the end of the last word before something is wrong. */
static const struct {
    const char *text;
    size_t passed;
} stops[] = {
    {"", 0},
    {"a", 1},
    {"một hai\nba", sizeof "một hai\nba" - 1},
    {"một \xff hai", sizeof "một" - 1},
    {"một hai ", sizeof "một hai" - 1},
    {"một  hai", sizeof "một" - 1},
    {"một \nhai", sizeof "một" - 1},
    {"một\n hai", sizeof "một" - 1},
    {"một\n\nhai", sizeof "một\n\nhai" - 1},
    {"một\thai", 0},
    {"x một\thai", 1},
    {"x hoà", 1},
    {"x ho\u0300a", 1},
    {"x Ðức", 1},
    {"x \xc3", 1},
    {"x \xe1\xbb", 1},
    {"x \xf0\x9f\x98", 1},
    {"x \xc1\x81", 1},
    {"x \xe0\x81\x81", 1},
    {"x \xed\xa0\x80", 1},
    {"x \x80", 1},
    {"x \u200b", 1},
    {"x \u00a0y", 1},
    {"“một” – hai…", sizeof "“một” – hai…" - 1},
    {"x 😀 y", sizeof "x 😀 y" - 1},
    {"x\ry", 0},
};

Test(scan, stops) {
    bon_normalizer *nz = opened(BON_TONE_OLD);
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
        for (unsigned m = 0; (nz->masks = bon_masks_nth(m)) != NULL; m++) {
            /* The same behind fine text of every length around a block. */
            for (size_t before = 0; before < 200; before += 1 + (before > 6 && before < 50) * 40) {
                char text[256];
                size_t n = strlen(stops[i].text);
                for (size_t k = 0; k < before; k++) text[k] = k + 1 == before ? '\n' : 'b';
                memcpy(text + before, stops[i].text, n);
                size_t want = before + stops[i].passed;
                if (stops[i].passed == 0 && n && before) want = before - 1;
                cr_assert_eq(bon_scan(nz, text, before + n), want, "masks %u, %zu before %s: %zu, not %zu", m, before,
                             stops[i].text, bon_scan(nz, text, before + n), want);
            }
        }
    }
    bon_normalizer_close(nz);
}
