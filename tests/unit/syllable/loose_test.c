/* tests/unit/syllable/loose_test.c: misplaced, decomposed and reordered marks. */
#include <criterion/criterion.h>
#include <string.h>

#include "syllable/spelling.h"

Test(loose, repairs) {
    static const struct {
        const char *text, *canonical;
    } rows[] = {
        {"lựơng", "lượng"},
        {"nghịêm", "nghiệm"},
        {"tíên", "tiến"},
        {"qủa", "quả"},
        {"gíao", "giáo"},
        {"HÒA", "HÒA"},
        {"HOÀ", "HÒA"},
        {"hoàn", "hoàn"},
        {"hòan", "hoàn"},
        {"thỏang", "thoảng"},
        {"vơí", "với"},
        {"ngừơi", "người"},
        {"Ðường", "Đường"},
        {"ðường", "đường"},
        {"Ɖá", "Đá"},
        {"ɖá", "đá"},
        {"a\u0301\u0302n", "ấn"},
        {"a\u0302\u0301n", "ấn"},
        {"\u00e1\u0302n", "ấn"},
        {"\u00e2\u0301n", "ấn"},
        {"tie\u0323\u0302p", "tiệp"},
        {"tiẹ\u0302p", "tiệp"},
        {"Thu\u031bo\u031b\u0309ng", "Thưởng"},
        {"đu\u031bo\u031b\u0300ng", "đường"},
        {"đu\u031bo\u0300\u031bng", "đường"},
        {"NGHIE\u0302\u0303NG", "NGHIỄNG"},
        {"a\u0341", "á"},
        {"hoa\u0300", "hòa"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bon_syllable code;
        bon_case letter_case;
        char text[BON_SYLLABLE_MAX + 1];
        bool parsed = bon_syllable_parse_loose(rows[i].text, strlen(rows[i].text), &code, &letter_case);
        cr_assert(parsed, "%s", rows[i].text);
        text[bon_syllable_spell(code, letter_case, BON_TONE_OLD, text)] = 0;
        cr_expect_str_eq(text, rows[i].canonical);
    }
}

Test(loose, refuses) {
    static const char *const texts[] = {
        "",
        "o\u0306",
        "u\u031bo\u031b\u0309",
        "á\u0300",
        "hóá",
        "a\u0301\u0301",
        "â\u0302",
        "â\u0306",
        "ơ\u0302",
        "d\u0301a",
        "tiéńg",
        "\u0301a",
        "i\u0302",
        "e\u0306",
        "lưong",
        "that",
        "đắk",
        "a\u0308",
        "a ",
        "a\xff",
        "\xcc",
        "a\xcc",
        "tiêng\u0323\u0301",
        "nghiêngg",
        "a\u200b",
        "ạ\u0301n",
        "ä",
        "nghiêngnghiêng",
        "đ\u0302a",
        "y\u0302",
        "ṵa",
        "ā",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        bon_syllable code = 4711;
        bon_case letter_case = BON_CASE_MIXED;
        cr_expect_not(bon_syllable_parse_loose(texts[i], strlen(texts[i]), &code, &letter_case), "%s", texts[i]);
        cr_expect(code == 4711 && letter_case == BON_CASE_MIXED, "%s: results touched", texts[i]);
    }
}
