/* tests/unit/words/units_test.c: tokens that are one unit, which units are the same, and how they are written. */
#include <criterion/criterion.h>
#include <string.h>

#include "words/shapes.h"

static struct bon_unit_reader *reader;
static void open_reader(void) { cr_assert_eq(bon_unit_reader_open(&reader), BON_OK); }
static void close_reader(void) { bon_unit_reader_close(reader); }

static size_t read_all(const char *text, struct bon_unit *units, size_t room) {
    size_t count = 0;
    bon_unit_reader_begin(reader, text, strlen(text));
    while (count < room && bon_unit_next(reader, &units[count])) count++;
    return count;
}

Test(units, pieces, .init = open_reader, .fini = close_reader) {
    static const struct {
        const char *text;
        size_t count;
        uint32_t len[6];
    } cases[] = {
        {"A5 2kg 95% 3.000", 4, {2, 3, 3, 5}},
        {"an,cơm", 3, {2, 1, 4}},
        {"", 0, {0}},
        {"covid19 ở", 2, {7, 3}},
        {"TP.HCM 10h30", 2, {6, 5}},
        {"a%", 2, {1, 1}},
        {"kinh tế-xã hội", 5, {4, 4, 1, 3, 5}},
        {"\xff\xfe x", 3, {1, 1, 1}},
    };
    struct bon_unit units[8];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t count = read_all(cases[i].text, units, 8);
        cr_expect_eq(count, cases[i].count, "%s: %zu", cases[i].text, count);
        for (size_t k = 0; k < count && k < 6; k++)
            cr_expect_eq(units[k].len, cases[i].len[k], "%s: %zu: %u", cases[i].text, k, units[k].len);
    }
}

Test(units, same_and_different, .init = open_reader, .fini = close_reader) {
    static const struct {
        const char *text;
        bool same;
    } pairs[] = {{"Quý quí", true},        {"HÒA hoà", true}, {"lý lí", true},    {"thúy thúi", false},
                 {"y i", false},           {"7 2020", true},  {"5% 95%", true},   {"Windows WINDOWS", true},
                 {"Đặng Ðặng", true},      {"a5 a6", false},  {"ban bàn", false}, {"máy mái", false},
                 {"www.a.vn x@y.vn", true}};
    struct bon_unit units[3];
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        cr_assert_eq(read_all(pairs[i].text, units, 3), 2, "%s", pairs[i].text);
        cr_expect_eq(units[0].id == units[1].id, pairs[i].same, "%s", pairs[i].text);
    }
}

Test(units, shapes, .init = open_reader, .fini = close_reader) {
    static const char text[] = "Anh Ba ở NGA xem iPhone, FIFA abc 7 https://x.vn \"Ba\" ! Ba\nBa";
    static const uint8_t shapes[] = {
        BON_UNIT_FIRST,         BON_UNIT_TITLE,   BON_UNIT_LOWER,         BON_UNIT_UPPER,         BON_UNIT_LOWER,
        BON_UNIT_FOREIGN_TITLE, BON_UNIT_SIGN,    BON_UNIT_FOREIGN_UPPER, BON_UNIT_FOREIGN_LOWER, BON_UNIT_NUMBER,
        BON_UNIT_SIGN,          BON_UNIT_SIGN,    BON_UNIT_FIRST,         BON_UNIT_SIGN,          BON_UNIT_SIGN,
        BON_UNIT_FIRST,         BON_UNIT_OUTSIDE, BON_UNIT_FIRST};
    struct bon_unit units[32];
    size_t count = read_all(text, units, 32);
    cr_assert_eq(count, sizeof shapes);
    for (size_t i = 0; i < count; i++) cr_expect_eq(units[i].shape, shapes[i], "%zu: %u", i, units[i].shape);
}

Test(units, echoes, .init = open_reader, .fini = close_reader) {
    static const struct {
        const char *text;
        unsigned echo;
    } pairs[] = {{"xanh xanh", 1}, {"lạnh lùng", 5}, {"lim dim", 7},  {"xinh đẹp", 2},
                 {"ba bà", 8},     {"ba 5", 0},      {"sáng lòa", 2}, {"đo đỏ", 9}};
    struct bon_unit units[3];
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        cr_assert_eq(read_all(pairs[i].text, units, 3), 2);
        unsigned echo = bon_echo(&units[0], &units[1]);
        cr_expect_eq(echo, pairs[i].echo, "%s: %u", pairs[i].text, echo);
        cr_expect_lt(echo, BON_ECHOES);
    }
}
