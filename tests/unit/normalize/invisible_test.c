/* src/normalize/invisible.c: what shows nothing goes, unless it means something where it stands. */
#include "unit/normalize/support.h"

static const struct rule_case dropped[] = {
    {B("xin\u200bchào\ufeff"), B("xinchào"), 2},
    {B("\ufeffdòng đầu"), B("dòng đầu"), 1},
    {B("đư\u00adờng \u202aa\u202c\u2066b\u2069\u200e\u200f\u061c"), B("đường ab"), 8},
    {B("a\0b\x01\x7f c"), B("ab c"), 3},
    {B("a\xc2\x80\xc2\x9f"), B("a"), 2},
    {B("ch\u200cữ v\u200di\u200det"), B("chữ viet"), 3},
    {B("chữ\ufe0f 中\ufe00 A\U000e0101"), B("chữ 中 A"), 3},
    {B("a\u2060\u2061\u206a\ufff9b"), B("ab"), 4},
};

static const struct rule_case meaning[] = {
    {B("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"), B("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
     0},                                                               /* Persian */
    {B("\u0915\u094d\u200d\u0937"), B("\u0915\u094d\u200d\u0937"), 0}, /* Hindi, half form */
    {B("👨\u200d👩\u200d👧"), B("👨\u200d👩\u200d👧"), 0},
    {B("❤\ufe0f ©\ufe0f ❤\ufe0f\u200d🔥"), B("❤\ufe0f ©\ufe0f ❤\ufe0f\u200d🔥"), 0},
    {B("1\ufe0f\u20e3 #\ufe0f\u20e3"), B("1\ufe0f\u20e3 #\ufe0f\u20e3"), 0},
    {B("🏴\U000e0067\U000e0062\U000e007f"), B("🏴\U000e0067\U000e0062\U000e007f"), 0},
    {B("👨\u200d. 1\ufe0f. x\U000e0067 \u200d👩"), B("👨. 1. x 👩"), 4},
    {B("👨\u200d\u200d👩"), B("👨\u200d👩"), 1},
};

Test(invisible, dropped) { EXPECT_ALL(dropped, BON_RULE_INVISIBLE, .form = BON_FORM_NFC); }
Test(invisible, meaning) { EXPECT_ALL(meaning, BON_RULE_INVISIBLE, .form = BON_FORM_NFC); }

/* What drops out lets what it parted come together, in one run. */
static const struct rule_case together[] = {
    {B("ho\u00ad\u0300a"), B("hòa"), 1}, {B("tíe\u00ad\u0302n"), B("tiến"), 1}, {B("á\u200b\u0302"), B("ấ"), 1},
    {B("Ð\u200bức"), B("Đức"), 1},       {B("a \u200b b"), B("a b"), 1},        {B("\u200b a\u200b \n"), B("a\n"), 2},
};

Test(invisible, together) { EXPECT_ALL(together, BON_RULE_INVISIBLE, .form = BON_FORM_NFC); }

static const struct rule_case blanks[] = {
    {B("a  b\tc\u00a0d\u2003e\u3000f\u2028g\xc2\x85h"), B("a b c d e f g h"), 7},
    {B("  a b  "), B("a b"), 2},
    {B(" \n\u00a0\n a\u00a0\n"), B("\n\na\n"), 4},
    {B("a \u00a0 \tb"), B("a b"), 1},
    {B("a\v\fb"), B("a b"), 1},
    {B("a b\n\nc d"), B("a b\n\nc d"), 0},
    {B("a\u00a0\u0301b"), B("a \u0301b"), 1},
};

Test(invisible, blanks) { EXPECT_ALL(blanks, BON_RULE_BLANK, .form = BON_FORM_NFC); }
