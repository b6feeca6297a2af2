/* web/unicode.c: what web/unicode declares. Normalization is asked of the JavaScript engine (bon.js imports `normalize`),
 * properties of the table that gen_unicode.c wrote: ascending code points, each with the class of all up to the next.
 */
#include "unicode_data.h" /* generated */

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

/* ---- properties ---- */

static unsigned class_of(UChar32 c) {
    unsigned low = 0, high = sizeof starts / sizeof *starts;
    while (high - low > 1) {
        unsigned middle = (low + high) / 2;
        if (starts[middle] <= (uint32_t)c)
            low = middle;
        else
            high = middle;
    }
    return classes[low];
}

UBool u_isalpha(UChar32 c) { return (class_of(c) & CLASS_ALPHA) != 0; }
UBool u_isdigit(UChar32 c) { return (class_of(c) & CLASS_DIGIT) != 0; }
UBool u_isalnum(UChar32 c) { return (class_of(c) & (CLASS_ALPHA | CLASS_DIGIT)) != 0; }
UBool u_isupper(UChar32 c) { return (class_of(c) & CLASS_UPPER) != 0; }
uint32_t bon_web_is_mark(UChar32 c) { return (class_of(c) & CLASS_MARK) != 0; }
uint8_t u_getCombiningClass(UChar32 c) { return (uint8_t)(class_of(c) >> CLASS_COMBINING_SHIFT); }
UBool u_hasBinaryProperty(UChar32 c, UProperty property) {
    return (class_of(c) & (property == UCHAR_EMOJI ? CLASS_EMOJI : CLASS_PICTOGRAPH)) != 0;
}
int32_t u_getIntPropertyValue(UChar32 c, UProperty property) {
    (void)property;
    return (class_of(c) & CLASS_LEADS_MARK) != 0;
}

/* ---- what the engine knows ---- */

__attribute__((import_module("bon"), import_name("fold"))) int32_t js_fold(int32_t c, int32_t upper);
__attribute__((import_module("bon"), import_name("normalize"))) int32_t
js_normalize(int32_t form, const UChar *text, int32_t n, UChar *out, int32_t cap);

UChar32 u_tolower(UChar32 c) { return js_fold(c, 0); }
UChar32 u_toupper(UChar32 c) { return js_fold(c, 1); }

enum form { NFC, NFD, NFKC };
struct UNormalizer2 {
    enum form form;
};
static const struct UNormalizer2 forms[] = {{NFC}, {NFD}, {NFKC}};

const UNormalizer2 *unorm2_getNFCInstance(UErrorCode *error) { return (void)error, &forms[NFC]; }
const UNormalizer2 *unorm2_getNFDInstance(UErrorCode *error) { return (void)error, &forms[NFD]; }
const UNormalizer2 *unorm2_getNFKCInstance(UErrorCode *error) { return (void)error, &forms[NFKC]; }

int32_t unorm2_normalize(const UNormalizer2 *form, const UChar *text, int32_t n, UChar *out, int32_t cap,
                         UErrorCode *error) {
    int32_t length = js_normalize((int32_t)form->form, text, n, out, cap);
    if (length > cap) *error = U_BUFFER_OVERFLOW_ERROR;
    return length;
}

/* js_normalize with no room to write tells -1 where the text would not change. */
int32_t unorm2_spanQuickCheckYes(const UNormalizer2 *form, const UChar *text, int32_t n, UErrorCode *error) {
    (void)error;
    return js_normalize((int32_t)form->form, text, n, 0, 0) < 0 ? n : 0;
}

int32_t unorm2_getDecomposition(const UNormalizer2 *form, UChar32 c, UChar *out, int32_t cap, UErrorCode *error) {
    UChar units[2];
    int32_t n = 0;
    U16_APPEND_UNSAFE(units, n, c);
    if (js_normalize((int32_t)form->form, units, n, 0, 0) < 0) return -1;
    return unorm2_normalize(form, units, n, out, cap, error);
}

/* ---- UTF-8 ---- */

/* Table 3-7 of the Unicode Standard: the second byte's range depends on the first. */
UChar32 bon_web_utf8_next(const uint8_t *bytes, int32_t *i, int32_t length) {
    uint8_t lead = bytes[(*i)++];
    if (lead < 0x80) return lead;
    if (lead < 0xc2 || lead > 0xf4) return -1;
    int32_t tails = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    uint8_t least = lead == 0xe0   ? 0xa0
                    : lead == 0xf0 ? 0x90
                                   : 0x80,
            most = lead == 0xed   ? 0x9f
                   : lead == 0xf4 ? 0x8f
                                  : 0xbf;
    UChar32 c = lead & (0x3f >> tails);
    for (; tails > 0; tails--) {
        if (*i == length || bytes[*i] < least || bytes[*i] > most) return -1;
        c = c << 6 | (bytes[(*i)++] & 0x3f);
        least = 0x80, most = 0xbf;
    }
    return c;
}
