/* The words that segmentation knows: letter case, near misses, lengths. */
#include <criterion/criterion.h>
#include <string.h>

#include "syllable/segment.h"

Test(words, dotted) {
    static const struct {
        const char *word;
        enum bon_dotted dotted;
    } rows[] = {
        {"TP", BON_DOTTED_TITLE},   {"Tp", BON_DOTTED_TITLE}, {"tp", BON_DOTTED_TITLE},
        {"ThS", BON_DOTTED_TITLE},  {"v.v", BON_DOTTED_TAIL}, {"Inc", BON_DOTTED_TAIL},
        {"Co", BON_DOTTED_TAIL},    {"CO", BON_DOTTED_TAIL},  {"co", BON_DOTTED_NOT},
        {"NSƯT", BON_DOTTED_TITLE}, {"đt", BON_DOTTED_TITLE}, {"ĐT", BON_DOTTED_TITLE},
        {"t", BON_DOTTED_NOT},      {"tpp", BON_DOTTED_NOT},  {"", BON_DOTTED_NOT},
        {"\xff", BON_DOTTED_NOT},   {"hồ", BON_DOTTED_NOT},   {"abcdefghijklmnopqrstuvwxyz", BON_DOTTED_NOT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_expect_eq(bon_dotted_word(rows[i].word, strlen(rows[i].word)), rows[i].dotted, "%s", rows[i].word);
}

Test(words, lists) {
    cr_expect(bon_is_family_name("Nguyễn", strlen("Nguyễn")));
    cr_expect(bon_is_family_name("VŨ", strlen("VŨ")));
    cr_expect(bon_is_family_name("đặng", strlen("đặng")));
    cr_expect_not(bon_is_family_name("Nguyen", 6));
    cr_expect_not(bon_is_family_name("", 0));
    cr_expect(bon_is_heading_word("Điều", strlen("Điều")));
    cr_expect(bon_is_heading_word("Chương", strlen("Chương")));
    cr_expect_not(bon_is_heading_word("năm", strlen("năm")));
    cr_expect(bon_is_place_word("Ở", strlen("Ở")));
    cr_expect_not(bon_is_place_word("vitamin", 7));
}
