/* tests/unit/ime/charset_test.c: commits in other charsets. The expectations are the published tables: TCVN 5712:1993, and
 * the VNI for Windows layout; iconv(3) is asked about TCVN3 where the C library knows it. */
#include <criterion/criterion.h>
#include <iconv.h>
#include <string.h>

#include "ime/charset.h"
#include "typing.h"

Test(charset, decomposed) {
    static const struct typed rows[] = {
        {"tieengs ", "tie\u0302\u0301ng "},
        {"vieetj ", "vie\u0323\u0302t "},
        {"dduwowcj ", "đu\u031bo\u031b\u0323c "},
        {"awj", "a\u0323\u0306"},
    };
    CHECK(rows, .charset = BON_IME_NFD);
}

Test(charset, tcvn3) {
    static const struct typed rows[] = {
        {"tieengs Vieetj ", "ti\u00d5ng Vi\u00d6t "},
        {"DDOONG ddoongf", "\u00a7\u00a4NG \u00ae\u00e5ng"},
        {"AS", "\u00b8"}, /* the fonts ending in H draw it as a capital */
    };
    CHECK(rows, .charset = BON_IME_TCVN3);
}

Test(charset, vni_windows) {
    static const struct typed rows[] = {
        {"tieengs Vieetj ", "tie\u00e1ng Vie\u00e4t "},
        {"DDaats nuwowcs", "\u00d1a\u00e1t n\u00f6\u00f4\u00f9c"},
        {"lys quyj AS OWR IJ", "ly\u00f9 qu\u00ee A\u00d9 \u00d4\u00db \u00d2"},
    };
    CHECK(rows, .charset = BON_IME_VNI_WINDOWS);
}

/* What is deleted to reopen a word is counted in the charset it was written in. */
Test(charset, reopening) {
    static const struct typed rows[] = {{"tieengs {BackSpace}{BackSpace}m ", "tie\u0302\u0301nm "}};
    CHECK(rows, .charset = BON_IME_NFD, .flags = BON_IME_REOPEN);
}

/* glibc's TCVN is the standard's first set, whose letters without ready-made bytes are a letter and a combining byte; it
 * shares the bytes of the small letters with TCVN3. */
Test(charset, tcvn3_agrees_with_iconv) {
    iconv_t convert = iconv_open("UTF-8", "TCVN");
    if (convert == (iconv_t)-1) cr_skip_test("this C library does not know TCVN");
    unsigned compared = 0;
    for (unsigned code = 0; code < BON_SYLLABLE_CODES; code++) {
        char text[BON_SYLLABLE_MAX], latin[64], bytes[64], back[64], *in = bytes, *out = back;
        size_t n = bon_syllable_spell((bon_syllable)code, BON_CASE_LOWER, BON_TONE_OLD, text), in_left = 0,
               out_left = 64;
        if (n == 0) continue;
        size_t length = bon_ime_convert(BON_IME_TCVN3, text, n, latin);
        for (size_t i = 0; i < length; i++) /* code points below U+0100 */
            bytes[in_left++] =
                (unsigned char)latin[i] < 0x80 ? latin[i] : (char)((latin[i] & 3) << 6 | (latin[i + 1] & 63)),
            i += (unsigned char)latin[i] >= 0x80;
        cr_assert_eq(iconv(convert, &in, &in_left, &out, &out_left), 0);
        iconv(convert, NULL, NULL, &out, &out_left);
        cr_assert(64 - out_left == n && memcmp(back, text, n) == 0, "%.*s", (int)n, text);
        compared++;
    }
    cr_assert_gt(compared, 17000);
    iconv_close(convert);
}
