/* What the segmenter joins and what it leaves as the tokenizer cut it. A row's second column is the token list: kind letter, ':'
 * and text, separated by '|'. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "syllable/segment.h"

/* In the order of bon_token_kind: eMoji, @ mention, # hashtag, Abbreviation, Hyphenated. */
static const char kind_letters[BON_TOKEN_KINDS] = {'s', 'w', 'n', 'p', 'y', 'u', 'e', 'M', '@', '#', 'A', 'H'};

struct row {
    const char *text, *tokens;
};

static void expect_rows(const struct row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        bon_buf got = {0};
        bon_token token;
        size_t pos = 0, n = strlen(rows[i].text);
        while (bon_segment_next(rows[i].text, n, &pos, &token)) {
            char head[3] = {'|', kind_letters[token.kind], ':'};
            cr_assert_eq(bon_buf_append(&got, head + (got.len == 0), 3 - (got.len == 0)), BON_OK);
            cr_assert_eq(bon_buf_append(&got, rows[i].text + token.start, token.len), BON_OK);
            cr_assert_eq(pos, (size_t)token.start + token.len);
        }
        cr_assert_eq(pos, n);
        const char *want = rows[i].tokens;
        cr_expect(got.len == strlen(want) && !memcmp(got.data ? got.data : "", want, got.len), "%s\n got %.*s\nwant %s",
                  rows[i].text, (int)got.len, got.data ? got.data : "", want);
        bon_buf_free(&got);
    }
}
#define EXPECT_ROWS(rows) expect_rows(rows, sizeof rows / sizeof rows[0])

Test(segment, abbreviations) {
    static const struct row rows[] = {
        {"TP.HCM", "A:TP.HCM"},
        {"ở TP.HCM.", "s:ở|A:TP.HCM|p:."},
        {"TP. HCM, TP.Hà Nội", "A:TP.|w:HCM|p:,|A:TP.|s:Hà|s:Nội"},
        {"PGS.TS. Trần", "A:PGS.TS.|s:Trần"},
        {"PGS.TS Trần", "A:PGS.TS|s:Trần"},
        {"ThS.BS. Hoa", "A:ThS.BS.|s:Hoa"},
        {"v.v. v.v... v.v", "A:v.v.|A:v.v|p:...|A:v.v"},
        {"N.V.A. U.S.", "A:N.V.A.|A:U.S."},
        {"C.Ronaldo Q.1 P.12", "A:C.|w:Ronaldo|A:Q.|n:1|A:P.|n:12"},
        {"Mr. Smith, tr.15", "A:Mr.|w:Smith|p:,|A:tr.|n:15"},
        {"bằng USD. Giá", "s:bằng|w:USD|p:.|s:Giá"},
        {"gái.Dựa", "s:gái|p:.|s:Dựa"},
        {"HẾT.CÓ", "s:HẾT|p:.|s:CÓ"},
        {"A. Hà", "s:A|p:.|s:Hà"},
        {"co. Co. Ltd.", "s:co|p:.|A:Co.|A:Ltd."},
        {"T.Ư", "A:T.Ư"},
        {"Object.keys", "w:Object|p:.|w:keys"},
        {"1.TP.HCM", "n:1|p:.|A:TP.HCM"},
    };
    EXPECT_ROWS(rows);
}

Test(segment, hyphens) {
    static const struct row rows[] = {
        {"Kê-nan", "H:Kê-nan"},
        {"ki-lô-mét,", "H:ki-lô-mét|p:,"},
        {"Oa-sinh-tơn Mát-xcơ-va Ả-rập", "H:Oa-sinh-tơn|H:Mát-xcơ-va|H:Ả-rập"},
        {"vắc-xin xi-măng ô-tô cát-xê", "H:vắc-xin|H:xi-măng|H:ô-tô|H:cát-xê"},
        {"kinh tế-xã hội", "s:kinh|s:tế|p:-|s:xã|s:hội"},
        {"Hà Nội-Huế", "s:Hà|s:Nội|p:-|s:Huế"},
        {"Mỹ-Trung Nhật-Hàn", "s:Mỹ|p:-|s:Trung|s:Nhật|p:-|s:Hàn"},
        {"giá-trị khóa-giá", "s:giá|p:-|s:trị|s:khóa|p:-|s:giá"},
        {"Coca-Cola V-League NĐ-CP", "H:Coca-Cola|H:V-League|H:NĐ-CP"},
        {"check-in e-mail", "H:check-in|H:e-mail"},
        {"covid-19 F-16 T-34B", "w:covid|p:-|n:19|w:F|p:-|n:16|w:T|p:-|n:34|w:B"},
        {"Ki-84A a-b3", "s:Ki|p:-|n:84|s:A|s:a|p:-|w:b|n:3"},
        {"a- -b a--b", "s:a|p:-|p:-|w:b|s:a|p:-|p:-|w:b"},
        {"Nga-Pháp-Slovak", "s:Nga|p:-|s:Pháp|p:-|w:Slovak"},
        {"a-b-c-d-e-f-g-h-i-k-l-m-n",
         "s:a|p:-|w:b|p:-|w:c|p:-|w:d|p:-|s:e|p:-|w:f|p:-|w:g|p:-|w:h|p:-|s:i|p:-|w:k|p:-|w:"
         "l|p:-|w:m|p:-|w:n"},
    };
    EXPECT_ROWS(rows);
}

Test(segment, tags) {
    static const struct row rows[] = {
        {"@bon_vn, #HàNội!", "@:@bon_vn|p:,|#:#HàNội|p:!"},
        {"#a1_b #1 #_ @2 @", "#:#a1_b|p:#|n:1|p:#|p:_|p:@|n:2|p:@"},
        {"C# a@b x#y", "w:C|p:#|s:a|p:@|w:b|w:x|p:#|s:y"},
        {"(@x) ##y", "p:(|@:@x|p:)|p:#|#:#y"},
        {"@tiê\u0301ng", "@:@tiê\u0301ng"},
        {"me@bon.vn", "e:me@bon.vn"},
    };
    EXPECT_ROWS(rows);
}

Test(segment, numbers) {
    static const struct row rows[] = {
        {"10h30 7g05 9h 9H", "n:10h30|n:7g05|n:9h|n:9H"},
        {"10h3 10h300 10hb 5g 5kg", "n:10|w:h|n:3|n:10|w:h|n:300|n:10|w:hb|n:5|w:g|n:5|w:kg"},
        {"100h 10h30a", "n:100|w:h|n:10|w:h|n:30|s:a"},
        {"+84912345678 +84-912-345-678", "n:+84912345678|n:+84-912-345-678"},
        {"+5 1+84912345678 + 84912345678", "y:+|n:5|n:1|y:+|n:84912345678|y:+|n:84912345678"},
        {"2,4 % 1.000.000 21/11/2026", "n:2,4|p:%|n:1.000.000|n:21/11/2026"},
        {"covid19 A4", "w:covid|n:19|s:A|n:4"},
    };
    EXPECT_ROWS(rows);
}

Test(segment, emoji) {
    static const struct row rows[] = {
        {"😀😀", "M:😀|M:😀"},
        {"👍🏽 👨\u200d👩\u200d👧 🇻🇳🇻🇳",
         "M:👍🏽|M:👨\u200d👩\u200d👧|M:🇻🇳|M:🇻🇳"},
        {"❤\ufe0f ❤ ☎\ufe0f ©\ufe0f ©", "M:❤\ufe0f|y:❤|M:☎\ufe0f|M:©\ufe0f|y:©"},
        {"1\ufe0f\u20e32\ufe0f\u20e3 #\ufe0f\u20e3 *\u20e3",
         "M:1\ufe0f\u20e3|M:2\ufe0f\u20e3|M:#\ufe0f\u20e3|M:*\u20e3"},
        {"⌚ ⌚\ufe0e 🇻 ₫ °", "M:⌚|y:⌚\ufe0e|y:🇻|y:₫|y:°"},
        {"‼\ufe0f ‼", "M:‼\ufe0f|p:‼"},
        {"a😀b", "s:a|M:😀|w:b"},
    };
    EXPECT_ROWS(rows);
}

Test(segment, codes) {
    static const struct {
        const char *text;
        unsigned code;
    } rows[] = {
        {"Tiếng", 20864},
        {"😀", BON_CLASS_EMOJI},
        {"@b", BON_CLASS_MENTION},
        {"#b", BON_CLASS_HASHTAG},
        {"TP.HCM", BON_CLASS_ABBREVIATION},
        {"Kê-nan", BON_CLASS_HYPHENATED},
        {"10h30", BON_CLASS_NUMBER},
        {"a@b.vn", BON_CLASS_EMAIL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bon_token token;
        size_t pos = 0;
        cr_assert(bon_segment_next(rows[i].text, strlen(rows[i].text), &pos, &token));
        cr_expect_eq(token.code, rows[i].code, "%s: %u", rows[i].text, token.code);
    }
}

/* Text made to send a careless reader ahead again and again: 1 MB each would take hours in O(n^2). */
Test(segment, hostile_text_is_linear) {
    static const char *const units[] = {"a-",    "A.",  "a.",      "tế-xã-",   "TP.",  "#",    "@a",
                                        "+1",    "10h", "1\ufe0f", "(.",       "\"",   "\"!",  "a. ",
                                        "A. B ", "[1",  ".\n",     "a.\n\n\n", "v.v.", "? – a"};
    enum { SIZE = 1 << 20 };
    char *text = malloc(SIZE);
    cr_assert(text);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t unit = strlen(units[i]), covered = 0, wanted = 0, pos = 0, start, len;
        for (size_t at = 0; at < SIZE; at++) text[at] = units[i][at % unit];
        for (size_t at = 0; at < SIZE; at++) wanted += text[at] != ' ' && text[at] != '\n';
        bon_token token;
        while (bon_segment_next(text, SIZE, &pos, &token)) covered += token.len;
        cr_expect_eq(covered, wanted, "%s", units[i]);
        for (pos = covered = 0; bon_sentence_next(text, SIZE, &pos, &start, &len);)
            for (size_t at = start; at < start + len; at++) covered += text[at] != ' ' && text[at] != '\n';
        cr_expect_eq(covered, wanted, "%s", units[i]);
    }
    free(text);
}
