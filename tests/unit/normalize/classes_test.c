/* src/normalize/classes.c against ICU: what is listed as fine is fine, for every form. */
#include <criterion/criterion.h>
#include <unicode/uchar.h>

#include "normalize/normalizer.h"
#include "syllable/spelling.h"

static void check_form(bon_form form) {
    UErrorCode error = U_ZERO_ERROR;
    const UNormalizer2 *icu = form == BON_FORM_NFC   ? unorm2_getNFCInstance(&error)
                              : form == BON_FORM_NFD ? unorm2_getNFDInstance(&error)
                                                     : unorm2_getNFKCInstance(&error);
    bon_normalize_options options = {.form = form};
    bon_normalizer *nz;
    cr_assert_eq(bon_normalizer_open(&nz, &options), BON_OK);
    unsigned fine = 0;
    for (UChar32 c = 0; c <= 0xffff; c++) {
        unsigned klass = nz->classes[c];
        if (klass == BON_CLASS_SUSPECT) continue;
        UChar unit = (UChar)c, out[32];
        fine++;
        cr_assert_eq(unorm2_normalize(icu, &unit, 1, out, 32, &error), 1, "U+%04X", c);
        cr_assert_eq(out[0], unit, "U+%04X", c);
        cr_assert_eq(u_getCombiningClass(c), 0, "U+%04X", c);
        cr_assert(unorm2_hasBoundaryBefore(icu, c), "U+%04X joins what is before it", c);
        cr_assert(!u_isUWhiteSpace(c) && !u_iscntrl(c), "U+%04X", c);
        cr_assert(!u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT), "U+%04X", c);
        if (klass != BON_CLASS_SIGN) cr_assert(u_isalpha(c), "U+%04X is no letter", c);
        if (bon_letter_info((uint32_t)c) & BON_LETTER_NUMBER) cr_assert_neq(klass, BON_CLASS_SIGN, "U+%04X", c);
    }
    cr_expect_gt(fine, 25000);
    bon_normalizer_close(nz);
}

Test(classes, fine_is_fine_to_icu) {
    check_form(BON_FORM_NFC);
    check_form(BON_FORM_NFD);
    check_form(BON_FORM_NFKC);
}

/* The emoji that scan.c takes by their bytes. */
Test(classes, emoji) {
    UErrorCode error = U_ZERO_ERROR;
    const UNormalizer2 *icu[] = {unorm2_getNFCInstance(&error), unorm2_getNFDInstance(&error),
                                 unorm2_getNFKCInstance(&error)};
    for (UChar32 c = 0x1f300; c <= 0x1faff; c++)
        for (unsigned f = 0; f < 3; f++) cr_assert(unorm2_isInert(icu[f], c), "U+%04X", c);
}
