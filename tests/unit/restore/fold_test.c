/* tests/unit/restore/fold_test.c: the form of tokens that models know. */
#include <criterion/criterion.h>
#include <string.h>

#include "bon/restore.h"
#include "restore/fold.h"

/* A line and its folded tokens, joined by spaces. */
static const struct {
    const char *line, *folded;
} lines[] = {
    {"Tôi đang học", "tôi đang học"},
    {"HOÀ BÌNH, hoà, hòa", "hòa bình , hòa , hòa"},
    {"Thuý quý tuỳ", "thúy quý tùy"},
    {"12,5 % của 1.000.000", "<num> % của <num>"},
    {"xem https://vi.wikipedia.org/wiki nhé", "xem <url> nhé"},
    {"gửi a.b@vi-du.vn", "gửi <email>"},
    {"“Vâng” – bà nói…", "\" vâng \" - bà nói ..."},
    {"ĐẮK LẮK", "đắk lắk"},
    {"Ti\u00ea\u0301ng Vie\u0323\u0302t", "tiếng việt"},
    {"Na\u0301vy Ö", "návy ö"}, /* not syllables: composed and lower-cased */
    {"a\xff", "a \xef\xbf\xbd"},
    {"\x01", "\xef\xbf\xbd"},
    {"", ""},
};

Test(fold, lines) {
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        bon_buf out = {0};
        bon_token token;
        size_t n = strlen(lines[i].line), pos = 0;
        while (bon_token_next(lines[i].line, n, &pos, &token)) {
            if (out.len > 0) cr_assert_eq(bon_buf_append(&out, " ", 1), BON_OK);
            cr_assert_eq(bon_fold_token(lines[i].line, &token, &out), BON_OK);
        }
        cr_assert_eq(out.len, strlen(lines[i].folded), "%s: %.*s", lines[i].line, (int)out.len, out.data);
        cr_assert(out.len == 0 || memcmp(out.data, lines[i].folded, out.len) == 0, "%s: %.*s", lines[i].line,
                  (int)out.len, out.data);
        bon_buf_free(&out);
    }
}

Test(fold, appends) {
    bon_buf out = {0};
    cr_assert_eq(bon_buf_append(&out, "x ", 2), BON_OK);
    cr_assert_eq(bon_fold_word("HO\u00c0", 4, &out), BON_OK);
    cr_assert_eq(out.len, strlen("x hòa"));
    cr_assert_eq(memcmp(out.data, "x hòa", out.len), 0);
    bon_buf_free(&out);
}
