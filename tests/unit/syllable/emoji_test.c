/* The emoji tables against ICU's copy of Unicode's data. */
#include <criterion/criterion.h>
#include <unicode/uchar.h>

#include "syllable/segment.h"
#include "syllable/utf8.h"

Test(emoji, agrees_with_icu) {
    for (UChar32 c = 0; c <= 0x10ffff; c++) {
        if (u_hasBinaryProperty(c, UCHAR_REGIONAL_INDICATOR)) continue; /* a flag is two of them */
        bool alone = u_hasBinaryProperty(c, UCHAR_EMOJI_PRESENTATION);
        bool selected = alone || u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC);
        cr_assert_eq(bon_is_emoji((uint32_t)c, false), alone, "U+%04X", (unsigned)c);
        cr_assert_eq(bon_is_emoji((uint32_t)c, true), selected, "U+%04X", (unsigned)c);
    }
    cr_expect_not(bon_is_emoji(0x110000, true));
    cr_expect_not(bon_is_emoji(BON_UTF8_INVALID, true));
}
