/* tests/unit/syllable/token_test.c: where text is cut and what the pieces are called.
 *
 * A row's second column is the token list: kind letter (s w n p y u e), ':' and text, separated by '|'. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "bon/syllable.h"

static const char kind_letters[BON_TOKEN_KINDS] = {'s', 'w', 'n', 'p', 'y', 'u', 'e'};

static void expect_tokens(const char *text, size_t n, const char *want) {
    bon_buf got = {0};
    bon_token token;
    size_t pos = 0;
    while (bon_token_next(text, n, &pos, &token)) {
        char head[3] = {'|', kind_letters[token.kind], ':'};
        cr_assert_eq(bon_buf_append(&got, head + (got.len == 0), 3 - (got.len == 0)), BON_OK);
        cr_assert_eq(bon_buf_append(&got, text + token.start, token.len), BON_OK);
        cr_assert_eq(pos, (size_t)token.start + token.len);
    }
    cr_assert_eq(pos, n);
    cr_expect(got.len == strlen(want) && !memcmp(got.data ? got.data : "", want, got.len), "%.*s\n got %.*s\nwant %s",
              (int)n, text, (int)got.len, got.data ? got.data : "", want);
    bon_buf_free(&got);
}

struct row {
    const char *text, *tokens;
};

static void expect_rows(const struct row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) expect_tokens(rows[i].text, strlen(rows[i].text), rows[i].tokens);
}
#define EXPECT_ROWS(rows) expect_rows(rows, sizeof rows / sizeof rows[0])

Test(token, letters) {
    static const struct row rows[] = {
        {"", ""},
        {" \t\r\n\v\f", ""},
        {"Tiếng Việt", "s:Tiếng|s:Việt"},
        {"  nhà\tcửa\n", "s:nhà|s:cửa"},
        {"viet that The", "w:viet|w:that|s:The"},
        {"đắk Kạn ngiêng", "w:đắk|w:Kạn|w:ngiêng"},
        {"hoà HÒA hóa", "s:hoà|s:HÒA|s:hóa"},
        {"covid19 A4", "w:covid|n:19|s:A|n:4"},
        {"Cô-oét O'Neil", "s:Cô|p:-|s:oét|s:O|p:'|w:Neil"},
        {"a\u0301 tie\u0302\u0301ng", "w:a\u0301|w:tie\u0302\u0301ng"},
        {"中文 Ελλάδα Россия", "w:中文|w:Ελλάδα|w:Россия"},
        {"Ⅳ Köln", "w:Ⅳ|w:Köln"},
        {"क्षि می\u200cخواهم", "w:क्षि|w:می\u200cخواهم"},
        {"và/hoặc", "s:và|p:/|s:hoặc"},
    };
    EXPECT_ROWS(rows);
}

Test(token, blanks) {
    static const struct row rows[] = {
        {"a\u00a0b\u2003c\u202fd\u205fe\u3000b\u2028c\u2029d\xc2\x85"
         "e",
         "s:a|w:b|w:c|w:d|s:e|w:b|w:c|w:d|s:e"},
    };
    EXPECT_ROWS(rows);
}

Test(token, numbers) {
    static const struct row rows[] = {
        {"1.000.000 2,4 21/11/2026 10:30", "n:1.000.000|n:2,4|n:21/11/2026|n:10:30"},
        {"1.000.000.", "n:1.000.000|p:."},
        {"1..2", "n:1|p:.|p:.|n:2"},
        {"1-2-3 -5 +84", "n:1-2-3|p:-|n:5|y:+|n:84"},
        {"50% 10km 5.000đ", "n:50|p:%|n:10|w:km|n:5.000|w:đ"},
        {"2, 4", "n:2|p:,|n:4"},
        {"٣٫٤ ３．５", "n:٣|p:٫|n:٤|n:３|p:．|n:５"},
        {"½ m²", "y:½|w:m|y:²"},
        {"1\u0301.2\u0301", "n:1\u0301.2\u0301"},
    };
    EXPECT_ROWS(rows);
}

Test(token, signs) {
    static const struct row rows[] = {
        {"a, b. (c)!", "s:a|p:,|w:b|p:.|p:(|w:c|p:)|p:!"},
        {"... .... .. .", "p:...|p:....|p:.|p:.|p:."},
        {"…“”–", "p:…|p:“|p:”|p:–"},
        {"$€+=<>|~^`", "y:$|y:€|y:+|y:=|y:<|y:>|y:||y:~|y:^|y:`"},
        {"\xff\xfe", "y:\xff|y:\xfe"},
        {"\xe1\xba", "y:\xe1|y:\xba"},
        {"a\xc3", "s:a|y:\xc3"},
        {"\u200b\ufeff", "y:\u200b|y:\ufeff"},
        {"😀😀", "y:😀|y:😀"},
        {"👍🏽❤\ufe0f👨\u200d👩\u200d👧", "y:👍🏽|y:❤\ufe0f|y:👨\u200d👩\u200d👧"},
        {"🇻🇳🇻🇳 🇻", "y:🇻🇳|y:🇻🇳|y:🇻"},
        {"1\ufe0f\u20e3", "n:1\ufe0f\u20e3"},
        {",\u0301a", "p:,\u0301|s:a"},
    };
    EXPECT_ROWS(rows);
}

Test(token, addresses) {
    static const struct row rows[] = {
        {"http://vnexpress.net/a-b?c=d#e.", "u:http://vnexpress.net/a-b?c=d#e|p:."},
        {"(https://vi.wikipedia.org/wiki/Hà_Nội_(phố))", "p:(|u:https://vi.wikipedia.org/wiki/Hà_Nội_(phố)|p:)"},
        {"FTP://x.y, www.bon.vn!", "u:FTP://x.y|p:,|u:www.bon.vn|p:!"},
        {"vnexpress.net 24h.com.vn/x BAOMOI.COM", "u:vnexpress.net|u:24h.com.vn/x|u:BAOMOI.COM"},
        {"bon.vn:8080/x, a.com", "u:bon.vn:8080/x|p:,|u:a.com"},
        {"nguyen.van-a@bon.vn. a_1+b@x.co", "e:nguyen.van-a@bon.vn|p:.|e:a_1+b@x.co"},
        {"123@bon.vn,", "e:123@bon.vn|p:,"},
        {"hết.Có ăn.Cơm đi.com", "s:hết|p:.|s:Có|s:ăn|p:.|s:Cơm|u:đi.com"},
        {"http:// http: x://y", "w:http|p::|p:/|p:/|w:http|p::|w:x|p::|p:/|p:/|s:y"},
        {"@vnexpress.net a@b", "p:@|w:vnexpress|p:.|w:net|s:a|p:@|w:b"},
        {"a.b.c. tp.hcm", "s:a|p:.|w:b|p:.|w:c|p:.|w:tp|p:.|w:hcm"},
        {"\"www.x.y\" <http://a>b", "p:\"|u:www.x.y|p:\"|y:<|u:http://a|y:>|w:b"},
        {"http://a,b.) c", "u:http://a,b|p:.|p:)|w:c"},
        {"xhttp://a.b", "w:xhttp|p::|p:/|p:/|s:a|p:.|w:b"},
        {"a.com\xff", "u:a.com|y:\xff"},
    };
    EXPECT_ROWS(rows);
}

Test(token, fields) {
    static const struct {
        const char *text;
        bon_token_kind kind;
        bon_case letter_case;
        int code; /* -1: any */
    } rows[] = {
        {"a", BON_TOKEN_SYLLABLE, BON_CASE_LOWER, 0},
        {"Ạ", BON_TOKEN_SYLLABLE, BON_CASE_TITLE, 5},
        {"VIỆT", BON_TOKEN_SYLLABLE, BON_CASE_UPPER, -1},
        {"hTTP", BON_TOKEN_WORD, BON_CASE_MIXED, BON_CLASS_WORD},
        {"Paris", BON_TOKEN_WORD, BON_CASE_TITLE, BON_CLASS_WORD},
        {"UBND", BON_TOKEN_WORD, BON_CASE_UPPER, BON_CLASS_WORD},
        {"Я", BON_TOKEN_WORD, BON_CASE_TITLE, BON_CLASS_WORD},
        {"ABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJ", BON_TOKEN_WORD, BON_CASE_UPPER, BON_CLASS_WORD},
        {"Abcdefghijabcdefghijabcdefghijabcdefghij", BON_TOKEN_WORD, BON_CASE_TITLE, BON_CLASS_WORD},
        {"AbcdefghijabcdefghijabcdefghijabcdefghiJ", BON_TOKEN_WORD, BON_CASE_MIXED, BON_CLASS_WORD},
        {"abcdefghijabcdefghijabcdefghijabcdefghij", BON_TOKEN_WORD, BON_CASE_LOWER, BON_CLASS_WORD},
        {"\u0301", BON_TOKEN_WORD, BON_CASE_LOWER, BON_CLASS_WORD},
        {"12", BON_TOKEN_NUMBER, BON_CASE_LOWER, BON_CLASS_NUMBER},
        {"!", BON_TOKEN_PUNCTUATION, BON_CASE_LOWER, BON_CLASS_PUNCTUATION},
        {"\xff", BON_TOKEN_SYMBOL, BON_CASE_LOWER, BON_CLASS_SYMBOL},
        {"www.BON.vn", BON_TOKEN_URL, BON_CASE_LOWER, BON_CLASS_URL},
        {"A@BON.vn", BON_TOKEN_EMAIL, BON_CASE_LOWER, BON_CLASS_EMAIL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bon_token token;
        size_t pos = 0;
        cr_assert(bon_token_next(rows[i].text, strlen(rows[i].text), &pos, &token));
        cr_expect(token.kind == rows[i].kind && token.letter_case == rows[i].letter_case &&
                      (rows[i].code < 0 || token.code == rows[i].code),
                  "%s: kind %u case %u code %u", rows[i].text, token.kind, token.letter_case, token.code);
        cr_expect_eq(pos, strlen(rows[i].text), "%s", rows[i].text);
    }
}

Test(token, kind_names) {
    static const char *const names[] = {"syllable", "word",  "number",  "punctuation", "symbol",       "url",
                                        "email",    "emoji", "mention", "hashtag",     "abbreviation", "hyphenated"};
    for (int kind = 0; kind < BON_TOKEN_KINDS; kind++)
        cr_expect_str_eq(bon_token_kind_name((bon_token_kind)kind), names[kind]);
    cr_expect_str_eq(bon_token_kind_name(BON_TOKEN_KINDS), "unknown kind");
}

/* Text made to send a careless scanner back to its beginning: 1 MB each would take hours in O(n^2). */
Test(token, hostile_text_is_linear) {
    static const char *const units[] = {
        "a.",   "@",          "a@",   "www.", "http://", "a:",      "1.",   "...",  "a.com@", "http://)",
        "a@b.", "a-",         "a_.",  "),",   "\u0301",  "😀\u200d", "🏽", "\xff", "www.a,", "a",
        "1",    "http://a)(", "a.b,", "x%",   "www",     "://",     ".com", "đ.",   "1@"};
    enum { SIZE = 1 << 20 };
    char *text = malloc(SIZE);
    cr_assert(text);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t unit = strlen(units[i]), covered = 0, pos = 0;
        for (size_t at = 0; at < SIZE; at++) text[at] = units[i][at % unit];
        bon_token token;
        while (bon_token_next(text, SIZE, &pos, &token)) covered += token.len;
        cr_expect_eq(covered, SIZE, "%s", units[i]);
    }
    free(text);
}
