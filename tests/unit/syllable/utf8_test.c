/* tests/unit/syllable/utf8_test.c: every code point out and in, and every way to be malformed. */
#include <criterion/criterion.h>
#include <string.h>

#include "syllable/utf8.h"

Test(utf8, every_code_point_comes_back) {
    for (uint32_t c = 0; c < 0x110000; c++) {
        char text[4] = {0};
        unsigned length = 0;
        if (c >= 0xd800 && c < 0xe000) continue;
        unsigned written = bon_utf8_write(c, text);
        cr_assert_eq(bon_utf8_read(text, written, &length), c);
        cr_assert_eq(length, written);
        for (unsigned n = 1; n < written; n++) { /* cut short */
            cr_assert_eq(bon_utf8_read(text, n, &length), BON_UTF8_INVALID);
            cr_assert_eq(length, 1);
        }
    }
}

/* Of all sequences of two bytes and all leads with every second byte, just those that RFC 3629 lists are well-formed. */
Test(utf8, well_formed_is_what_the_standard_says) {
    for (unsigned lead = 0x80; lead < 0x100; lead++) {
        for (unsigned second = 0; second < 0x100; second++) {
            char text[4] = {(char)lead, (char)second, (char)0x80, (char)0xbf};
            unsigned length, want = 1;
            bool tail = second >= 0x80 && second <= 0xbf;
            if (lead >= 0xc2 && lead <= 0xdf && tail) want = 2;
            if (lead >= 0xe0 && lead <= 0xef && tail) want = 3;
            if (lead == 0xe0 && second < 0xa0) want = 1; /* overlong */
            if (lead == 0xed && second > 0x9f) want = 1; /* surrogates */
            if (lead >= 0xf0 && lead <= 0xf4 && tail) want = 4;
            if (lead == 0xf0 && second < 0x90) want = 1; /* overlong */
            if (lead == 0xf4 && second > 0x8f) want = 1; /* above U+10FFFF */
            uint32_t c = bon_utf8_read(text, sizeof text, &length);
            cr_assert_eq(length, want, "%02x %02x", lead, second);
            cr_assert_eq(c == BON_UTF8_INVALID, want == 1, "%02x %02x", lead, second);
        }
    }
}

Test(utf8, tails_are_checked) {
    static const char *const texts[] = {"\xe1\xba\x41", "\xe1\xba\xc0", "\xf0\x9f\x41\x80", "\xf0\x9f\x98\x41"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        unsigned length;
        cr_expect_eq(bon_utf8_read(texts[i], strlen(texts[i]), &length), BON_UTF8_INVALID);
        cr_expect_eq(length, 1);
    }
}
