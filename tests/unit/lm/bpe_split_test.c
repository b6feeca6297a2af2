/* The pieces of chosen texts, branch by branch of the pattern. tests/property/lm_bpe.c compares with PCRE2. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "lm/bpe_split.h"

/* Text, and the same with | between its pieces. */
static const struct {
    const char *text, *pieces;
} rows[] = {
    {"", ""},
    {"Tôi đi học.", "Tôi| đi| học|."},
    {"I'm he'll we'RE 'tis 'x", "I|'m| he|'ll| we|'RE| '|tis| '|x"},
    {"'tis", "'t|is"},
    {"it'ſ", "it|'ſ"},
    {"năm 2024", "năm| |2|0|2|4"},
    {"½ Ⅷ٣", "½| |Ⅷ|٣"},
    {"(a) .b !!c", "(a|)| .|b| !!|c"},
    {"a!!\r\n\nb", "a|!!\r\n\n|b"},
    {"a  b   .", "a| | b|  | ."},
    {"a \n \n  b", "a| \n \n| | b"},
    {"a  ", "a|  "},
    {"\tx\t", "\tx|\t"},
    {"\u00a0x \u3000", "\u00a0x| \u3000"},
    {"\nx", "\n|x"},
    {"e\u0301\u0302x", "e|\u0301\u0302|x"},
    {"x\xff\xfey", "x|\xff\xfe|y"},
    {"\xffx", "\xffx"},
    {"\xe1\xba", "\xe1\xba"},
    {"×a÷", "×a|÷"},
};

Test(bpe_split, pieces) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char found[128], *out = found;
        size_t n = strlen(rows[i].text);
        for (size_t at = 0, end; at < n; at = end) {
            end = bon_split_next(rows[i].text, n, at);
            cr_assert(end > at && end <= n, "row %zu", i);
            if (at) *out++ = '|';
            memcpy(out, rows[i].text + at, end - at);
            out += end - at;
        }
        *out = 0;
        cr_assert_str_eq(found, rows[i].pieces, "row %zu: %s instead of %s", i, found, rows[i].pieces);
    }
}
