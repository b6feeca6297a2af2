/* tests/unit/syllable/address_test.c: where web and mail addresses end, asked at the head of a text. */
#include <criterion/criterion.h>
#include <string.h>

#include "syllable/address.h"

Test(address, ends) {
    static const struct {
        const char *text;
        size_t start, run; /* of the letter or digit run at the head */
        size_t length;     /* of the address; 0: none */
        bon_token_kind kind;
    } rows[] = {
        {"http://a", 0, 4, 8, BON_TOKEN_URL},
        {"HTTPS://a/ b", 0, 5, 10, BON_TOKEN_URL},
        {"http:/a", 0, 4, 0, 0},
        {"http://", 0, 4, 0, 0},
        {"gopher://a", 0, 6, 0, 0},
        {"http://a/(b)c)", 0, 4, 13, BON_TOKEN_URL},
        {"http://a/b).", 0, 4, 10, BON_TOKEN_URL},
        {"http://a/b?!'*];:,.", 0, 4, 10, BON_TOKEN_URL},
        {"http://a\"b", 0, 4, 8, BON_TOKEN_URL},
        {"http://a\u201d", 0, 4, 8, BON_TOKEN_URL},
        {"http://a/\u00a0", 0, 4, 9, BON_TOKEN_URL},
        {"http://a/\xff", 0, 4, 9, BON_TOKEN_URL},
        {"www.a", 0, 3, 5, BON_TOKEN_URL},
        {"www.", 0, 3, 0, 0},
        {"www..a", 0, 3, 0, 0},
        {"a.vn", 0, 1, 4, BON_TOKEN_URL},
        {"a.vn.", 0, 1, 4, BON_TOKEN_URL},
        {"a.vn..", 0, 1, 4, BON_TOKEN_URL},
        {"a.vn/b.", 0, 1, 6, BON_TOKEN_URL},
        {"a.vn:80,", 0, 1, 7, BON_TOKEN_URL},
        {"a.Vn", 0, 1, 0, 0},
        {"a.VN", 0, 1, 4, BON_TOKEN_URL},
        {"a.vna", 0, 1, 0, 0},
        {"a.storehouse", 0, 1, 0, 0},
        {"a.v\xc3", 0, 1, 0, 0},
        {"báo.vn", 0, 4, 7, BON_TOKEN_URL},
        {"ăn.cơm", 0, 3, 8, BON_TOKEN_URL},
        {"an.co\u031bm", 0, 2, 8, BON_TOKEN_URL},
        {"1.2.com", 0, 3, 7, BON_TOKEN_URL},
        {"a@b.vn", 0, 1, 6, BON_TOKEN_EMAIL},
        {"a.b-c_d+e%f@b.c.xyz.", 0, 1, 19, BON_TOKEN_EMAIL},
        {"a@b", 0, 1, 0, 0},
        {"a@b.c", 0, 1, 0, 0},
        {"a@b.c1", 0, 1, 0, 0},
        {"a@@b.vn", 0, 1, 0, 0},
        {"a@.vn", 0, 1, 0, 0},
        {"xa.vn", 1, 2, 0, 0}, /* inside a word */
        {".a.vn", 1, 2, 0, 0},
        {"@a.vn", 1, 2, 0, 0},
        {"éa.vn", 2, 3, 0, 0},
        {"(a.vn", 1, 2, 4, BON_TOKEN_URL},
        {"\xff"
         "a.vn",
         1, 2, 4, BON_TOKEN_URL},
        {"…a.vn", 3, 4, 4, BON_TOKEN_URL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bon_token_kind kind = BON_TOKEN_KINDS;
        size_t end = bon_address_end(rows[i].text, strlen(rows[i].text), rows[i].start, rows[i].run, &kind);
        size_t want = rows[i].length ? rows[i].start + rows[i].length : 0;
        cr_expect_eq(end, want, "%s: %zu, not %zu", rows[i].text, end, want);
        if (want) cr_expect_eq(kind, rows[i].kind, "%s", rows[i].text);
    }
}
