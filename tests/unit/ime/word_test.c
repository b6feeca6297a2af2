/* tests/unit/ime/word_test.c: keys folded into letters: marks, tones, undoing, quick keys, quoting. Every syllable in every
 * order is tests/property/ime_orders.c. */
#include <criterion/criterion.h>

#include "typing.h"

Test(word, telex) {
    static const struct typed rows[] = {
        {"tieengs Vieetj", "tiếng Việt"},
        {"DDaats NUOWCS", "Đất NƯỚC"},
        {"dduwowcj dduowcj dduocwj duocwdj dwocjd", "được được được được được"},
        {"thuowr huow quow huowng", "thuở huơ quơ hương"},
        {"uwow uwo", "ươ ưo"},
        {"khoeo ngoao oao ROEOJ", "khoeo ngoao oao ROẸO"},
        {"cooongs booong", "coóng boong"},
        {"muoonw muwoon muowno", "mươn muôn muôn"},
        {"hoacw quawtj", "hoăc quặt"},
        {"luuw luwu huouw", "lưu lưu hươu"},
        {"asz honsz haz", "a hon haz"},
        {"giaf gif quys", "già gì quý"},
        {"w ww www W Ww", "ư w ww Ư W"},
        {"xwng giwowngf new view", "xưng giường new view"},
        {"cos2 x1", "có2 x1"},
    };
    CHECK(rows, .method = BON_IME_TELEX);
}

Test(word, a_key_typed_twice_takes_its_mark_back) {
    static const struct typed rows[] = {
        {"aaa eee ooo ddd", "aa ee oo dd"},
        {"aaaa oooo cooongs", "aaa ooo coóng"},
        {"passsword passx", "password pasx"},
        {"ass asss asf asff", "as ass à af"},
        {"saww uww uoww", "saw uw uow"},
        {"tanaa", "tana"},
        {"phieeuxx", "phiêux"},
        {"dand dandd", "đan dand"},
        {"ootoo kiloomets rooboots", "ôtô kilômét rôbốt"},
    };
    CHECK(rows, .method = BON_IME_TELEX);
}

Test(word, without_undoing) {
    static const struct typed rows[] = {{"aaa", "âa"}, {"ass", "ás"}, {"ddd", "đd"}};
    CHECK(rows, .flags = BON_IME_NO_UNDO);
}

Test(word, a_mark_replaces_another) {
    static const struct typed rows[] = {
        {"aaw awa oow owo", "ă â ơ ô"},
        {"muoonwf", "mườn"},
        {"asf asr asx asj", "à ả ã ạ"},
    };
    CHECK(rows, .method = BON_IME_TELEX);
}

Test(word, strict_marks) {
    static const struct typed rows[] = {
        {"tiees tienge asn", "tiế tienge án"},
        {"tanf", "tanf"},
        {"dad dda", "dad đa"},
        {"uow uown", "uơ ươn"},
    };
    CHECK(rows, .flags = BON_IME_STRICT_MARKS);
}

Test(word, simple_telex) {
    static const struct typed rows[] = {{"w wa uw ow", "w wa ư ơ"}, {"window", "windơ"}, {"tuwf", "từ"}};
    CHECK(rows, .method = BON_IME_SIMPLE_TELEX);
}

Test(word, vni) {
    static const struct typed rows[] = {
        {"Tie6ng1 Vie65t", "Tiếng Việt"}, {"d9uo72ng duong792", "đường đường"}, {"a11 d99 o66 u77", "a1 d9 o6 u7"},
        {"mp3 h2o 2026", "mp3 h2o 2026"}, {"ha8ng hang8", "hăng hăng"},         {"a10", "a"},
    };
    CHECK(rows, .method = BON_IME_VNI);
}

Test(word, viqr) {
    static const struct typed rows[] = {
        {"Tie^'ng Vie^.t", "Tiếng Việt"}, {"ddu+o+ng` dduo*ng`", "đường đường"},
        {"xong\\. a\\'", "xong. a'"},     {"a'' o^^", "a' o^"},
        {"c\\d \\x \\\\", "cd \\x \\"},   {"...", "..."},
    };
    CHECK(rows, .method = BON_IME_VIQR);
}

Test(word, quick_telex) {
    static const struct typed rows[] = {
        {"ccaf ggaf kkoong nnuwngx", "chà già không ngững"},
        {"qqe ppair ttois cann", "que phải thói cang"},
        {"ccc nnn", "cc nn"},
        {"attb", "attb"},
    };
    CHECK(rows, .flags = BON_IME_QUICK_TELEX);
}

Test(word, quick_initials_and_finals) {
    static const struct typed rows[] = {
        {"far jaf wees", "phả già quế"}, {"ff jj ww", "f j w"}, {"hag nhah sakj", "hang nhanh sạch"}, {"hagg", "hag"},
        {"fa{BackSpace}", "ph"},
    };
    CHECK(rows, .flags = BON_IME_QUICK_INITIALS | BON_IME_QUICK_FINALS);
}
