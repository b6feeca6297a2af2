/* src/normalize/compose.c: ICU's normalization, but for Vietnamese letters with marks in the wrong order. */
#include "unit/normalize/support.h"

#include <unicode/uchar.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

#include "syllable/spelling.h"

static const struct rule_case orders[] = {
    {B("a\u0301\u0302 a\u0302\u0301 á\u0302 â\u0301 a\u0341\u0302"), B("ấ ấ ấ ấ ấ"), 5},
    {B("O\u031b\u0323 O\u0323\u031b Ọ\u031b Ơ\u0323"), B("Ợ Ợ Ợ Ợ"), 4},
    {B("a\u0306\u0309 a\u0309\u0306 ả\u0306"), B("ẳ ẳ ẳ"), 3},
    {B("tiê\u0301ng Viê\u0323t"), B("tiếng Việt"), 2},
    {B("tiếng Việt"), B("tiếng Việt"), 0},
    {B("á\u0306 é\u0302 ó\u0302 Ó\u0302 ý\u0323"), B("ắ ế ố Ố ỵ\u0301"), 5},
    /* not letters of Vietnamese: as NFC has them */
    {B("a\u0301\u0306\u0302 í\u0302 u\u0301\u0302 n\u0303 ñ"), B("á\u0306\u0302 í\u0302 ú\u0302 ñ ñ"), 3},
    {B("a\u0301\u0302\u0316"), B("á\u0316\u0302"), 1},
    {B("a\u0302\u0302 à\u0301"), B("â\u0302 à\u0301"), 1},
    {B("\u0301a\u0302"), B("\u0301â"), 1},
};

Test(compose, slots) { EXPECT_ALL(orders, BON_RULE_COMPOSE, .form = BON_FORM_NFC); }

static const struct rule_case decomposed[] = {
    {B("tiếng hoà"), B("tie\u0302\u0301ng ho\u0300a"), 2},
    {B("tie\u0302\u0301ng ho\u0300a"), B("tie\u0302\u0301ng ho\u0300a"), 0},
    {B("a\u0301\u0302"), B("a\u0302\u0301"), 1},
    {B("ab đ"), B("ab đ"), 0},
};

Test(compose, decomposed_form) { EXPECT_ALL(decomposed, BON_RULE_COMPOSE, .form = BON_FORM_NFD); }

static const struct rule_case compatible[] = {
    {B("ｈｏà ﬁ ① …"), B("hòa fi 1 ..."), 4},  {B("ａ\u0301\u0302"), B("ấ"), 1}, {B("x ¨ y"), B("x \u0308 y"), 1},
    {B("\ufe70\u200d"), B("\u064b\u200d"), 1}, {B("Hoa"), B("Hoa"), 0},
};

Test(compose, compatible_form) { EXPECT_ALL(compatible, BON_RULE_COMPOSE, .form = BON_FORM_NFKC); }

/* The rule alone against ICU on UTF-16. */
struct oracle {
    bon_normalizer *nz;
    const UNormalizer2 *icu;
};

static struct oracle oracle_for(bon_form form) {
    UErrorCode error = U_ZERO_ERROR;
    bon_normalize_options options = {.form = form, .disabled = ((1u << BON_RULES) - 1) & ~(1u << BON_RULE_COMPOSE)};
    struct oracle o = {.nz = normalizer_with(options)};
    o.icu = form == BON_FORM_NFC   ? unorm2_getNFCInstance(&error)
            : form == BON_FORM_NFD ? unorm2_getNFDInstance(&error)
                                   : unorm2_getNFKCInstance(&error);
    cr_assert(U_SUCCESS(error));
    return o;
}

static bool as_icu(const struct oracle *o, const UChar *text, int32_t n) {
    UErrorCode error = U_ZERO_ERROR;
    UChar wanted[128];
    char in[256], out[512];
    int32_t in_n, out_n, wanted_n = unorm2_normalize(o->icu, text, n, wanted, 128, &error);
    u_strToUTF8(in, sizeof in, &in_n, text, n, &error);
    u_strToUTF8(out, sizeof out, &out_n, wanted, wanted_n, &error);
    cr_assert(U_SUCCESS(error));
    bon_buf got = {0};
    cr_assert_eq(bon_normalize(o->nz, in, (size_t)in_n, &got), BON_OK);
    bool same = got.len == (size_t)out_n && (out_n == 0 || memcmp(got.data, out, got.len) == 0);
    bon_buf_free(&got);
    return same;
}

/* Every code point alone, in each form. */
Test(compose, every_code_point_as_icu) {
    for (unsigned form = BON_FORM_NFC; form <= BON_FORM_NFKC; form++) {
        struct oracle o = oracle_for(form);
        for (UChar32 c = 1; c <= 0x10ffff; c++) {
            if (U_IS_SURROGATE(c) || u_charType(c) == U_UNASSIGNED || u_charType(c) == U_PRIVATE_USE_CHAR) continue;
            UChar text[2];
            int32_t n = 0;
            U16_APPEND_UNSAFE(text, n, c);
            cr_assert(as_icu(&o, text, n), "U+%04X, form %u", c, form);
        }
        bon_normalizer_close(o.nz);
    }
}

/* Every letter below U+2000 with every pair of these marks; pairs that make a letter of Vietnamese out of order are the only
 * ones that may differ from ICU, and there are as many as there are letters with shape and upper tone mark. */
Test(compose, bases_with_marks_as_icu) {
    static const UChar marks[] = {0x300, 0x301, 0x302, 0x303, 0x306, 0x307, 0x308, 0x309, 0x30a, 0x30c,  0x316, 0x31b,
                                  0x323, 0x327, 0x328, 0x340, 0x341, 0x344, 0x345, 0x5b4, 0x93c, 0x20e3, 'x',   0x200d};
    enum { MARKS = sizeof marks / sizeof marks[0] };
    struct oracle o = oracle_for(BON_FORM_NFC);
    unsigned differ = 0;
    for (UChar base = 0x21; base < 0x2000; base++) {
        if (!u_isalpha(base) || (base >= 0x700 && base < 0x1e00)) continue;
        for (unsigned i = 0; i < MARKS; i++) {
            for (unsigned j = 0; j < MARKS; j++) {
                UChar text[4] = {base, marks[i], marks[j], 'a'};
                if (as_icu(&o, text, 4)) continue;
                differ++;
                unsigned info = bon_letter_info(base);
                cr_assert(info & BON_LETTER_NUMBER, "U+%04X U+%04X U+%04X", base, marks[i], marks[j]);
                bool shape = marks[j] == 0x302 || marks[j] == 0x306 || marks[i] == 0x302 || marks[i] == 0x306;
                cr_assert(shape, "U+%04X U+%04X U+%04X", base, marks[i], marks[j]);
            }
        }
    }
    /* There are 8: a e o with circumflex and a with breve, in two cases. From the plain letter by tone (four, two of them
     * under two names), then shape; from the toned letter (four tones) by shape and something that is no mark: 'x', U+200D,
     * U+20E3. */
    cr_expect_eq(differ, 8 * 6 + 8 * 4 * 3, "%u", differ);
    bon_normalizer_close(o.nz);
}

/* Hangul, which composes algorithmically, and long sequences of marks. */
Test(compose, sequences_as_icu) {
    struct oracle o = oracle_for(BON_FORM_NFC);
    UChar text[64];
    for (UChar l = 0x1100; l <= 0x1112; l++)
        for (UChar v = 0x1161; v <= 0x1175; v++)
            for (UChar t = 0x11a7; t <= 0x11c2; t++) {
                UChar jamo[3] = {l, v, t};
                cr_assert(as_icu(&o, jamo, 3));
            }
    uint32_t state = 1;
    for (unsigned round = 0; round < 20000; round++) {
        int32_t n = 0;
        while (n < 30) {
            state = state * 1664525u + 1013904223u; /* Numerical Recipes' generator */
            unsigned k = state >> 16 & 0xff;
            text[n++] = (UChar)(k < 40    ? 0x0391 + k % 24
                                : k < 80  ? 0x0900 + k
                                : k < 120 ? 'b' + k % 3
                                          : 0x0307 + (k & 0x3f) % 2);
        }
        cr_assert(as_icu(&o, text, n), "round %u", round);
    }
    bon_normalizer_close(o.nz);
}
