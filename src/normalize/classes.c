/* src/normalize/classes.c: which characters the scan may pass over without asking the rules.
 *
 * A character is fine when it is in the wanted Unicode form by itself, never joins the character before it, and no rule
 * drops or replaces it. Fine characters side by side are then in that form too (Unicode Standard Annex #15, section 9), so
 * no table of pairs is needed; a combining mark is never fine and takes its whole word to the rules. Only the blocks that
 * Vietnamese text is full of, and the big regular ones, are listed; leaving one out costs time, never correctness.
 * tests/unit/normalize/classes_test.c holds every entry against ICU.
 */
#include "normalize/normalizer.h"

#include "syllable/spelling.h"

enum { NFC = 1 << BON_FORM_NFC, NFD = 1 << BON_FORM_NFD, NFKC = 1 << BON_FORM_NFKC, ALL = NFC | NFD | NFKC };

/* Later rows overrule earlier ones. */
static const struct {
    uint16_t first, last;
    uint8_t klass; /* of all of them, where Vietnamese letters do not say otherwise */
    uint8_t forms; /* in which they are fine */
} ranges[] = {
    {0x0021, 0x007e, BON_CLASS_SIGN, ALL},           {0x00a1, 0x00ac, BON_CLASS_SIGN, NFC | NFD},
    {0x00ae, 0x00bf, BON_CLASS_SIGN, NFC | NFD},     {0x00a1, 0x00a7, BON_CLASS_SIGN, ALL},
    {0x00a9, 0x00a9, BON_CLASS_SIGN, ALL},           {0x00ab, 0x00ac, BON_CLASS_SIGN, ALL},
    {0x00ae, 0x00ae, BON_CLASS_SIGN, ALL},           {0x00b0, 0x00b1, BON_CLASS_SIGN, ALL},
    {0x00b6, 0x00b7, BON_CLASS_SIGN, ALL},           {0x00bb, 0x00bb, BON_CLASS_SIGN, ALL},
    {0x00c0, 0x017e, BON_CLASS_FOREIGN, NFC | NFKC}, {0x0132, 0x0133, BON_CLASS_FOREIGN, NFC},
    {0x013f, 0x0140, BON_CLASS_FOREIGN, NFC},        {0x0149, 0x0149, BON_CLASS_FOREIGN, NFC},
    {0x0110, 0x0111, BON_CLASS_FOREIGN, ALL},        {0x00d7, 0x00d7, BON_CLASS_SIGN, ALL},
    {0x00f7, 0x00f7, BON_CLASS_SIGN, ALL},           {0x01a0, 0x01a1, BON_CLASS_FOREIGN, NFC | NFKC},
    {0x01af, 0x01b0, BON_CLASS_FOREIGN, NFC | NFKC}, {0x0391, 0x03a1, BON_CLASS_FOREIGN, ALL},
    {0x03a3, 0x03a9, BON_CLASS_FOREIGN, ALL},        {0x03ac, 0x03ce, BON_CLASS_FOREIGN, NFC | NFKC},
    {0x0400, 0x0481, BON_CLASS_FOREIGN, NFC | NFKC}, {0x1e80, 0x1ef9, BON_CLASS_FOREIGN, NFC | NFKC},
    {0x1e9a, 0x1e9b, BON_CLASS_FOREIGN, NFC},        {0x2010, 0x2027, BON_CLASS_SIGN, NFC | NFD},
    {0x2012, 0x2016, BON_CLASS_SIGN, ALL},           {0x2018, 0x2023, BON_CLASS_SIGN, ALL},
    {0x2030, 0x205e, BON_CLASS_SIGN, NFC | NFD},     {0x20a0, 0x20bf, BON_CLASS_SIGN, NFC | NFD},
    {0x2190, 0x22ff, BON_CLASS_SIGN, NFC},           {0x2300, 0x2328, BON_CLASS_SIGN, ALL},
    {0x232b, 0x23ff, BON_CLASS_SIGN, ALL},           {0x2460, 0x24ff, BON_CLASS_SIGN, NFC | NFD},
    {0x2500, 0x27bf, BON_CLASS_SIGN, ALL},           {0x3001, 0x3029, BON_CLASS_SIGN, ALL},
    {0x3041, 0x3096, BON_CLASS_FOREIGN, NFC | NFKC}, {0x30a1, 0x30fa, BON_CLASS_FOREIGN, NFC | NFKC},
    {0x30fb, 0x30fb, BON_CLASS_SIGN, ALL},           {0x30fc, 0x30fe, BON_CLASS_FOREIGN, NFC | NFKC},
    {0x3400, 0x4dbf, BON_CLASS_FOREIGN, ALL},        {0x4e00, 0x9fff, BON_CLASS_FOREIGN, ALL},
    {0xac00, 0xd7a3, BON_CLASS_FOREIGN, NFC | NFKC}, {0xff01, 0xff5e, BON_CLASS_SIGN, NFC | NFD},
};

/* Vowels by their letter number: a ă â e ê i o ô ơ u ư y. */
static const uint32_t vowels =
    1 << 1 | 1 << 2 | 1 << 3 | 1 << 8 | 1 << 9 | 1 << 12 | 1 << 17 | 1 << 18 | 1 << 19 | 1 << 25 | 1 << 26 | 1 << 29;
/* Those on which a tone mark may be in the wrong place: without shape, and ư (of ươ). On any other it is always right. */
static const uint32_t movable = 1 << 1 | 1 << 8 | 1 << 12 | 1 << 17 | 1 << 25 | 1 << 26 | 1 << 29;

static uint8_t letter_class(const struct bon_normalizer *nz, unsigned info) {
    unsigned number = info & BON_LETTER_NUMBER;
    if (!number) return BON_CLASS_FOREIGN;
    bool toned = (info & 0xff) >> BON_LETTER_TONE_SHIFT != 0;
    bool check = toned && (movable >> number & 1) && bon_rule_on(nz, BON_RULE_TONE_PLACE);
    return (uint8_t)(number | ((vowels >> number & 1) ? BON_CLASS_VOWEL : 0) | (check ? BON_CLASS_CHECK : 0));
}

void bon_classes_build(struct bon_normalizer *nz) {
    static const uint16_t d_like[] = {0x00d0, 0x00f0};
    memset(nz->classes, BON_CLASS_SUSPECT, sizeof nz->classes);
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        bool fine = ranges[i].forms >> nz->options.form & 1;
        for (unsigned c = ranges[i].first; c <= ranges[i].last; c++) {
            unsigned info = bon_letter_info(c);
            uint8_t klass = info ? letter_class(nz, info) : ranges[i].klass;
            nz->classes[c] = fine && !bon_sign_replaced(nz, (UChar)c) ? klass : BON_CLASS_SUSPECT;
        }
    }
    for (size_t i = 0; i < sizeof d_like / sizeof d_like[0]; i++) nz->classes[d_like[i]] = BON_CLASS_SUSPECT;
}
