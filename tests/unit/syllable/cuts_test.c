/* Cuts: entries and their flags in small texts; every implementation says the same about any bytes. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "syllable/cuts.h"

static uint8_t bytes[BON_CUT_WINDOW + BON_CUT_AHEAD];
static struct bon_cuts cuts, wanted;

/* "[entry]" for each entry, "(entry)" for those that are not clean, with a dot behind when its flag is set. */
static const char *show(const char *text, char *out) {
    char *to = out;
    memset(bytes, ' ', sizeof bytes);
    memcpy(bytes, text, strlen(text));
    size_t count = bon_cut_nth(0)(bytes, &cuts);
    for (size_t i = 0; i < count; i++) {
        uint32_t end = cuts.ends[i] & BON_CUT_END, length = end - cuts.starts[i];
        *to++ = cuts.ends[i] & BON_CUT_DIRTY ? '(' : '[';
        memcpy(to, bytes + cuts.starts[i], length);
        to += length;
        *to++ = cuts.ends[i] & BON_CUT_DIRTY ? ')' : ']';
        if (cuts.ends[i] & BON_CUT_DOT) *to++ = '.';
    }
    *to = 0;
    return out;
}

Test(cuts, entries) {
    static const struct {
        const char *text, *entries;
    } rows[] = {
        {"", ""},
        {"Giá  tăng\tvề", "[Giá][tăng][về]"},
        {"a\nb\n", "[a][\n][b][\n]"},
        {"Nam, Hoa.", "[Nam][,][Hoa].[.]"},
        {"(“Hà Nội”)", "[(][“][Hà][Nội][”][)]"},
        {"a–b…", "[a][–][b][…]"},
        {"1.000.000 đồng, 2,4%", "[1.000.000][đồng][,][2,4][%]"},
        {"21/11/2026 10:30.", "[21/11/2026][10:30].[.]"},
        {"1.,2", "(1).[.][,][2]"},
        {"Nam.\"", "[Nam].[.][\"]"},
        {"Nam.”", "[Nam].[.][”]"},
        /* What may go on. */
        {"Kê-nan", "(Kê)[-][nan]"},
        {"a.vn", "(a).[.][vn]"},
        {"a@b", "(a)(@)[b]"},
        {"10h", "(10)[h]"},
        {"a1", "(a)[1]"},
        {"@a #b +8", "(@)[a](#)[b](+)[8]"},
        {"@ # +", "[@][#][+]"},
        {"a...", "(a).(.).(.).[.]"},
        {",\u0301", "(,)[\u0301]"},
        {"“\u0301", "(“)[\u0301]"},
        {"-Ở -ế", "[-][Ở][-][ế]"},
    };
    char out[256];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_expect_str_eq(show(rows[i].text, out), rows[i].entries, "%s: %s", rows[i].text, out);
}

Test(cuts, all_agree) {
    static const char usual[] = "aB1\n    .,:/-%_+@#\"(\xe2\x80\x9c\xe1\xba\xbf\xc3\xa0";
    srand(7);
    for (int round = 0; round < 300; round++) {
        bon_cut_function *cut;
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)(round % 2 ? rand() & 0xff : usual[(size_t)rand() % (sizeof usual - 1)]);
        size_t count = bon_cut_nth(0)(bytes, &wanted);
        for (unsigned i = 1; (cut = bon_cut_nth(i)) != NULL; i++) {
            cr_assert_eq(cut(bytes, &cuts), count, "implementation %u", i);
            cr_assert_arr_eq(cuts.starts, wanted.starts, count * sizeof(uint32_t), "implementation %u", i);
            cr_assert_arr_eq(cuts.ends, wanted.ends, count * sizeof(uint32_t), "implementation %u", i);
        }
    }
    cr_expect_not_null(bon_cut_best());
}

/* Every byte at every place of two blocks, between letters: one entry or three, nowhere more. */
Test(cuts, places) {
    for (unsigned byte = 1; byte < 0x80; byte++)
        for (size_t place = 1; place < 2 * BON_CUT_BLOCK; place++) {
            memset(bytes, ' ', sizeof bytes);
            memset(bytes, 'a', 2 * BON_CUT_BLOCK + 1);
            bytes[place] = (uint8_t)byte;
            bool letter = (byte | 0x20) - 'a' < 26, blank = byte == ' ' || (byte >= '\t' && byte <= '\r');
            size_t count = bon_cut_nth(0)(bytes, &cuts);
            cr_assert_eq(count, letter ? 1u : blank && byte != '\n' ? 2u : 3u, "byte %02x at %zu", byte, place);
            if (!letter) cr_assert_eq(cuts.ends[0] & BON_CUT_END, place);
            cr_assert_eq(cuts.ends[count - 1], 2 * BON_CUT_BLOCK + 1);
        }
}
