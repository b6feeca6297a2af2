/* src/normalize/signs.c: fullwidth forms and typographic signs, when asked for. */
#include "unit/normalize/support.h"

static const struct rule_case fullwidth[] = {
    {B("Ｖiệｔ ＮＡＭ！ （１２）"), B("Việt NAM! (12)"), 10},
    {B("hoｏ a\u0301ｎ ｈｏａ\u0300"), B("hoo án hòa"), 5},
    {B("“a”…"), B("“a”…"), 0},
};
static const struct rule_case punctuation[] = {
    {B("“Chào” ‘em’ – anh — nói… «ừ»"), B("\"Chào\" 'em' - anh - nói... \"ừ\""), 9},
    {B("a-b \"c\" ..."), B("a-b \"c\" ..."), 0},
    {B("Ｖ 中文、。"), B("Ｖ 中文、。"), 0},
};

Test(signs, fullwidth) { EXPECT_ALL(fullwidth, BON_RULE_FULLWIDTH, .enabled = 1u << BON_RULE_FULLWIDTH); }
Test(signs, punctuation) { EXPECT_ALL(punctuation, BON_RULE_PUNCTUATION, .enabled = 1u << BON_RULE_PUNCTUATION); }

/* A compatibility form may become a sign: U+2011 is U+2010 in NFKC. */
Test(signs, after_nfkc) {
    static const struct rule_case row = {B("a\u2011b ′"), B("a-b '"), 2};
    bon_normalizer *nz =
        normalizer_with((bon_normalize_options){.form = BON_FORM_NFKC, .enabled = 1u << BON_RULE_PUNCTUATION});
    expect(nz, &row, BON_RULE_PUNCTUATION);
    bon_normalizer_close(nz);
}
