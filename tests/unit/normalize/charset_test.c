/* src/normalize/charset.c: the tables are iconv's; every syllable goes there and back. */
#include <criterion/criterion.h>
#include <iconv.h>
#include <stdio.h>

#include "normalize/charset.h"
#include "syllable/spelling.h"

static void check_table(const char *name, const uint16_t *points) {
    iconv_t to = iconv_open("UTF-16LE", name);
    if (to == (iconv_t)-1) {
        fprintf(stderr, "%s is not known to iconv here\n", name);
        return;
    }
    for (unsigned byte = 0; byte < 256; byte++) {
        char in[1] = {(char)byte}, out[8] = {0}, *from = in, *into = out;
        size_t in_left = 1, out_left = sizeof out;
        size_t result = iconv(to, &from, &in_left, &into, &out_left);
        if (result != (size_t)-1) iconv(to, NULL, NULL, &into, &out_left);
        unsigned want = result == (size_t)-1 ? 0 : (unsigned char)out[0] | (unsigned)(unsigned char)out[1] << 8;
        cr_expect_eq(points[byte], want, "%s 0x%02x: U+%04X, iconv U+%04X", name, byte, points[byte], want);
        iconv(to, NULL, NULL, NULL, NULL);
    }
    iconv_close(to);
}

Test(charset, tables_are_those_of_iconv) {
    check_table("TCVN", bon_tcvn_points);
    check_table("VISCII", bon_viscii_points);
    check_table("CP1258", bon_cp1258_points);
    check_table("CP1252", bon_cp1252_points);
}

static const bon_charset charsets[] = {BON_CHARSET_TCVN3, BON_CHARSET_VNI, BON_CHARSET_VISCII, BON_CHARSET_VIQR,
                                       BON_CHARSET_CP1258};
enum { CHARSETS = sizeof charsets / sizeof charsets[0] };

static void expect_round_trip(bon_charset charset, const char *text, size_t n) {
    bon_buf there = {0}, back = {0};
    uint64_t lost = 0;
    cr_assert_eq(bon_charset_encode(charset, text, n, &there, &lost), BON_OK);
    cr_assert_eq(lost, 0, "%.*s in %s", (int)n, text, bon_charset_name(charset));
    cr_assert_eq(bon_charset_decode(charset, there.data, there.len, &back, &lost), BON_OK);
    cr_assert_eq(lost, 0);
    cr_assert(back.len == n && memcmp(back.data, text, n) == 0, "%.*s in %s: %.*s, back %.*s", (int)n, text,
              bon_charset_name(charset), (int)there.len, there.data, (int)back.len, back.data);
    bon_buf_free(&there);
    bon_buf_free(&back);
}

/* Alone, and with signs and letters that a reader of VNI or VIQR could take for marks of it. */
Test(charset, every_syllable_there_and_back) {
    static const char *const around[][2] = {{"", ""},   {"", "?"},         {"", "'d"},
                                            {"d", "a"}, {"", "(^+.~`*\\"}, {"\\", "."}};
    for (unsigned code = 0; code < BON_SYLLABLE_CODES; code++) {
        if (!bon_syllable_valid(code)) continue;
        for (bon_case letter_case = BON_CASE_LOWER; letter_case <= BON_CASE_UPPER; letter_case++) {
            char syllable[BON_SYLLABLE_MAX], text[64];
            int n = (int)bon_syllable_spell((bon_syllable)code, letter_case, BON_TONE_OLD, syllable);
            const char *const *signs = around[code % (sizeof around / sizeof around[0])];
            int length = snprintf(text, sizeof text, "%s%.*s%s", signs[0], n, syllable, signs[1]);
            for (size_t i = 0; i < CHARSETS; i++) expect_round_trip(charsets[i], text, (size_t)length);
        }
    }
}

/* Every letter with every tone, whether a syllable has it there or not. */
Test(charset, every_letter_there_and_back) {
    for (uint32_t c = 0xc0; c < 0x1f00; c++) {
        if (!(bon_letter_info(c) & BON_LETTER_NUMBER)) continue;
        char text[8] = {(char)(0xc0 | c >> 6), (char)(0x80 | (c & 0x3f))};
        if (c >= 0x800)
            snprintf(text, sizeof text, "%c%c%c", 0xe0 | c >> 12, 0x80 | (c >> 6 & 0x3f), 0x80 | (c & 0x3f));
        for (size_t i = 0; i < CHARSETS; i++) expect_round_trip(charsets[i], text, strlen(text));
    }
}

/* Bytes as they are known from documents, and what they say. */
static const struct {
    bon_charset charset;
    const char *bytes, *text;
    unsigned lost;
} known[] = {
    {BON_CHARSET_TCVN3,
     "Ti\xd5ng Vi\xd6t \xae\xad\xee"
     "c",
     "Tiếng Việt được", 0},
    {BON_CHARSET_TCVN3, "\xa7\xa1\xa2\xa3\xa4\xa5\xa6", "ĐĂÂÊÔƠƯ", 0},
    {BON_CHARSET_TCVN3, "\x83\x01", "ÁÚ", 0},
    {BON_CHARSET_VNI,
     "Tie\xe1ng Vie\xe4t \xf1\xf6\xf4\xef"
     "c",
     "Tiếng Việt được", 0},
    {BON_CHARSET_VNI,
     "TIE\xc1NG VIE\xc4T \xd1\xd6\xd4\xcf"
     "C",
     "TIẾNG VIỆT ĐƯỢC", 0},
    {BON_CHARSET_VNI, "A\xf9 \x93m\xec nh\xf3 l\xee\x94", "Á “mì nhĩ lỵ”", 0},
    {BON_CHARSET_VNI, "x\xf9", "x\ufffd", 1},
    {BON_CHARSET_VISCII,
     "Ti\xaang Vi\xaet \xf0\xdf\xfe"
     "c",
     "Tiếng Việt được", 0},
    {BON_CHARSET_CP1258,
     "Ti\xea\xecng Vi\xea\xf2t \xf0\xfd\xf5\xf2"
     "c",
     "Tiếng Việt được", 0},
    {BON_CHARSET_CP1258,
     "\x93"
     "a\x94 \x81 \xf1\xec",
     "“a” \ufffd ñ\u0301", 1},
    {BON_CHARSET_VIQR, "Tie^'ng Vie^.t ddu+o+.c DDa( DdI", "Tiếng Việt được Đă ĐI", 0},
    {BON_CHARSET_VIQR, "la`m gi`\\? ho^`i ho^.p, a\\.", "làm gì? hồi hộp, a.", 0},
    {BON_CHARSET_VIQR, "\xff", "\ufffd", 1},
};

Test(charset, known_bytes) {
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        bon_buf out = {0};
        uint64_t lost = 0;
        cr_assert_eq(bon_charset_decode(known[i].charset, known[i].bytes, strlen(known[i].bytes), &out, &lost), BON_OK);
        cr_expect(out.len == strlen(known[i].text) && memcmp(out.data, known[i].text, out.len) == 0,
                  "%s %zu: %.*s, not %s", bon_charset_name(known[i].charset), i, (int)out.len, out.data, known[i].text);
        cr_expect_eq(lost, known[i].lost);
        bon_buf_free(&out);
    }
}

Test(charset, what_has_no_byte_is_counted) {
    bon_buf out = {0};
    uint64_t lost = 0;
    cr_assert_eq(bon_charset_encode(BON_CHARSET_VNI, "a“中ö", 9, &out, &lost), BON_OK);
    cr_expect(out.len == 4 && memcmp(out.data, "a\x93??", 4) == 0);
    cr_expect_eq(lost, 2);
    cr_expect_eq(bon_charset_decode(BON_CHARSET_AUTO, "a", 1, &out, NULL), BON_ERR_ARGUMENT);
    cr_expect_eq(bon_charset_encode((bon_charset)99, "a", 1, &out, NULL), BON_ERR_ARGUMENT);
    cr_expect_str_eq(bon_charset_name(BON_CHARSET_VIQR), "viqr");
    cr_expect_str_eq(bon_charset_name((bon_charset)99), "");
    bon_buf_free(&out);
}
