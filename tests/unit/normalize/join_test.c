/* src/normalize/join.c: what is written before and of each window. */
#include "unit/normalize/support.h"

/* Results of windows of one line, and the line. */
static const struct {
    const char *windows[4];
    const char *line;
} lines[] = {
    {{"a", " b", " c\n"}, "a b c\n"}, {{"", "", " a\n"}, "a\n"},        {{"", " ", "\n"}, "\n"},
    {{"a", " ", " b"}, "a b"},        {{"a ", " b\n"}, "a b\n"},        {{"a ", "", "\n"}, "a\n"},
    {{"a\n", " b\n"}, "a\nb\n"},      {{"a\r", " ", " b\r"}, "a\rb\r"}, {{"a ", "b\n"}, "a b\n"},
    {{"a", "b", "", " c"}, "ab c"},
};

Test(join, windows) {
    bon_normalizer *nz = normalizer_with((bon_normalize_options){0});
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct bon_normalize_join join = {0};
        char out[64];
        size_t length = 0;
        for (size_t w = 0; w < 4 && lines[i].windows[w]; w++) {
            bool last = w == 3 || !lines[i].windows[w + 1];
            struct bon_normalize_place place = {.begins_inside = w > 0, .ends_inside = !last};
            const char *text = lines[i].windows[w];
            size_t n = strlen(text);
            if (bon_normalize_join(&join, nz, &place, &text, &n)) out[length++] = ' ';
            memcpy(out + length, text, n);
            length += n;
        }
        out[length] = '\0';
        cr_expect_str_eq(out, lines[i].line, "line %zu", i);
    }
    bon_normalizer_close(nz);
}

Test(join, blanks_stay_when_their_rule_is_off) {
    bon_normalizer *nz = normalizer_with((bon_normalize_options){.disabled = 1u << BON_RULE_BLANK});
    struct bon_normalize_join join = {0};
    struct bon_normalize_place place = {.ends_inside = true};
    const char *text = " a ";
    size_t n = 3;
    cr_expect_not(bon_normalize_join(&join, nz, &place, &text, &n));
    cr_expect_eq(n, 3);
    bon_normalizer_close(nz);
}
