/* Normalization of what is not Vietnamese equals ICU's, in each form, over the cases that Unicode's NormalizationTest.txt is made
 * of, which ICU itself makes here: every code point with its four forms, and marks in any order behind any base. */
#include <criterion/criterion.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

#include "normalize/normalizer.h"

enum { UNITS = 256, FORMS = 3 };

static uint64_t seed = 88172645463325252u;
static uint64_t draw(uint64_t below) { /* xorshift64 (Marsaglia 2003) */
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % below;
}

static const UNormalizer2 *icu[FORMS], *nfkd;
static bon_normalizer *nz[FORMS];

static void open_all(void) {
    UErrorCode error = U_ZERO_ERROR;
    icu[BON_FORM_NFC] = unorm2_getNFCInstance(&error);
    icu[BON_FORM_NFD] = unorm2_getNFDInstance(&error);
    icu[BON_FORM_NFKC] = unorm2_getNFKCInstance(&error);
    nfkd = unorm2_getNFKDInstance(&error);
    cr_assert(U_SUCCESS(error));
    for (unsigned f = 0; f < FORMS; f++) { /* the form alone */
        bon_normalize_options options = {.form = (bon_form)f,
                                         .disabled = ((1u << BON_RULES) - 1) & ~(1u << BON_RULE_COMPOSE)};
        cr_assert_eq(bon_normalizer_open(&nz[f], &options), BON_OK);
    }
}

static void close_all(void) {
    for (unsigned f = 0; f < FORMS; f++) bon_normalizer_close(nz[f]);
}

/* Vowels and d of Latin, which Vietnamese marks may be joined to in another order than Unicode's. */
static bool is_vietnamese(const UChar *units, int32_t n) {
    UErrorCode error = U_ZERO_ERROR;
    UChar out[8 * UNITS];
    int32_t length = unorm2_normalize(nfkd, units, n, out, 8 * UNITS, &error);
    for (int32_t i = 0; i < length && U_SUCCESS(error); i++)
        if (out[i] < 0x80 && strchr("aeiouyAEIOUYdD", out[i])) return true;
    return U_FAILURE(error);
}

static void check(const UChar *units, int32_t n) {
    if (is_vietnamese(units, n)) return;
    char text[4 * UNITS], want[16 * UNITS];
    for (unsigned f = 0; f < FORMS; f++) {
        UErrorCode error = U_ZERO_ERROR;
        UChar out[8 * UNITS];
        int32_t length = unorm2_normalize(icu[f], units, n, out, 8 * UNITS, &error), text_len, want_len;
        u_strToUTF8(text, sizeof text, &text_len, units, n, &error);
        u_strToUTF8(want, sizeof want, &want_len, out, length, &error);
        if (U_FAILURE(error)) return; /* a surrogate alone */
        bon_buf got = {0};
        cr_assert_eq(bon_normalize(nz[f], text, (size_t)text_len, &got), BON_OK);
        cr_assert(got.len == (size_t)want_len && memcmp(got.data, want, got.len) == 0, "form %u of U+%04X and %d more",
                  f, units[0], n - 1);
        bon_buf_free(&got);
    }
}

/* Each code point and its forms. */
Test(normalize_icu, every_code_point) {
    open_all();
    for (UChar32 c = 0x20; c <= 0x10ffff; c++) {
        UChar units[UNITS], form[UNITS];
        int32_t n = 0;
        UErrorCode error = U_ZERO_ERROR;
        if (c == 0x7f) c = 0xa0;
        if (!u_isdefined(c) || U_IS_SURROGATE(c) || (unorm2_isInert(nfkd, c) && c % 64)) continue;
        U16_APPEND_UNSAFE(units, n, c);
        check(units, n);
        for (unsigned f = 0; f <= FORMS; f++) {
            int32_t length = unorm2_normalize(f < FORMS ? icu[f] : nfkd, units, n, form, UNITS, &error);
            if (U_SUCCESS(error)) check(form, length);
        }
    }
    close_all();
}

/* Bases and marks in any order. */
Test(normalize_icu, marks_in_any_order) {
    static UChar32 marks[4096], bases[32768];
    size_t mark_count = 0, base_count = 0;
    open_all();
    for (UChar32 c = 0xa0; c < 0x1f000; c++) {
        if (!u_isdefined(c) || U_IS_SURROGATE(c)) continue;
        bool mark = u_getCombiningClass(c) != 0 || !unorm2_hasBoundaryBefore(icu[BON_FORM_NFC], c);
        if (mark && mark_count < 4096) marks[mark_count++] = c;
        if (!mark && !unorm2_isInert(nfkd, c) && base_count < 32768 && (c < 0xac00 || c > 0xd7a3 || c % 97 == 0))
            bases[base_count++] = c;
    }
    cr_assert(mark_count > 500 && base_count > 1000);
    for (unsigned i = 0; i < 60000; i++) {
        UChar units[UNITS];
        int32_t n = 0;
        for (size_t k = 1 + draw(3); k > 0; k--) {
            UChar32 base = draw(4) ? bases[draw(base_count)] : (UChar32)("bcghklmnpqrstvxBG =<>"[draw(21)]);
            if (base == ' ') base = 'k';
            U16_APPEND_UNSAFE(units, n, base);
            for (size_t m = draw(5); m > 0; m--) {
                UChar32 mark = draw(2) ? marks[draw(mark_count)] : marks[draw(mark_count < 90 ? mark_count : 90)];
                U16_APPEND_UNSAFE(units, n, mark);
            }
        }
        check(units, n);
    }
    close_all();
}
