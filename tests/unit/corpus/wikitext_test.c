/* Wikitext: a table of sources and what a reader reads; hostile nesting in linear time. */
#include "corpus/wikitext.h"

#include "support.h"

static bon_normalizer *normalizer;
static void open_normalizer(void) { cr_assert_eq(bon_wikitext_normalizer(&normalizer), BON_OK); }
static void close_normalizer(void) { bon_normalizer_close(normalizer); }
TestSuite(wikitext, .init = open_normalizer, .fini = close_normalizer);

static const struct {
    const char *source, *text;
} rows[] = {
    {"", ""},
    {"một\n\n\nhai\n", "một\nhai"},
    {"'''Hà Nội''' ({{lang|en|Hanoi}}) là [[thủ đô]] của [[Việt Nam|nước Việt]].", "Hà Nội là thủ đô của nước Việt."},
    {"a{{b|{{c}}|[[d|e]]}}f", "af"},
    {"trước {{mở mãi\nsau", "trước mở mãi\nsau"},
    {"thừa }} ra ]] đây", "thừa ra đây"},
    {"{|class=x\n! a\n|-\n| b {{c}} || [[d]]\n{|\n| e\n|}\n|}\nsau", "sau"},
    {"câu<ref name=\"a\">nguồn [[b]]</ref> một<ref name=a /> hai.<REF>c</REF>", "câu một hai."},
    {"câu <ref>không đóng", "câu không đóng"},
    {"a<!-- b {{c -->d<!--e", "ade"},
    {"công thức <math>x < y</math> đây", "công thức đây"},
    {"[[Tập tin:a.jpg|nhỏ|phải|chú [[thích]] ảnh]]sau", "sau"},
    {"[[Thể loại:Làng]][[en:Village]][[:Thể loại:Làng|các làng]][[a|]]", "các lànga"},
    {"[http://a.vn/b tên trang] và [https://c.vn] và [chú]", "tên trang và và [chú]"},
    {"== Lịch sử ==\n=== Xưa===\n* một\n** hai\n# ba\n: bốn\n----\n", "Lịch sử\nXưa\nmột\nhai\nba\nbốn"},
    {"&nbsp;a&amp;b<br/>c<sub>2</sub> &ndash; d", "a&b\nc2 – d"},
    {"l'Opéra d''e''f __NOTOC__ __x__", "l'Opéra def __x__"},
    {"tên (tiếng Anh: ''x''; {{y}}) và (; ) hết", "tên (tiếng Anh: x; ) và hết"},
    {"hoà bình, lựơng", "hòa bình, lượng"},
};

Test(wikitext, says_what_readers_read) {
    struct bon_wikitext space = {0};
    bon_buf out = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        out.len = 0;
        cr_assert_eq(bon_wikitext_read(&space, normalizer, rows[i].source, strlen(rows[i].source), &out), BON_OK);
        cr_assert(holds(&out, rows[i].text), "row %zu: %.*s", i, (int)out.len, out.data);
    }
    bon_buf_free(&out);
    bon_wikitext_free(&space);
}

/* Many of one opening, then of one end. */
Test(wikitext, takes_linear_time) {
    static const char *const openings[] = {"[[", "{{", "\n{|", "[[{{[http://", "<ref ", "<ref>", "<!--", "{{\n{|[[",
                                           "(",  "=",  "''"};
    static const char *const ends[] = {"]]", "}}", "\n|}", "]", ">", "</", "-->", ")", "\n"};
    struct bon_wikitext space = {0};
    bon_buf source = {0}, out = {0};
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++)
        for (size_t k = 0; k < sizeof ends / sizeof *ends; k++) {
            source.len = out.len = 0;
            for (int n = 0; n < 30000; n++) bon_buf_append(&source, openings[i], strlen(openings[i]));
            for (int n = 0; n < 30000; n++) bon_buf_append(&source, ends[k], strlen(ends[k]));
            cr_assert_eq(bon_wikitext_read(&space, normalizer, source.data, source.len, &out), BON_OK);
        }
    bon_buf_free(&source);
    bon_buf_free(&out);
    bon_wikitext_free(&space);
}

/* Three million links in each other: what moves or looks at all of a link at its end would take minutes. */
Test(wikitext, takes_links_in_links_in_linear_time) {
    static const struct { const char *opening, *end; } links[] = {{"[[aa", "]]"}, {"[//a b", "]"}};
    enum { DEPTH = 3000000 };
    struct bon_wikitext space = {0};
    bon_buf source = {0}, out = {0};
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        source.len = out.len = 0;
        for (int n = 0; n < DEPTH; n++) bon_buf_append(&source, links[i].opening, strlen(links[i].opening));
        for (int n = 0; n < DEPTH; n++) bon_buf_append(&source, links[i].end, strlen(links[i].end));
        cr_assert_eq(bon_wikitext_read(&space, normalizer, source.data, source.len, &out), BON_OK);
        cr_expect_gt(out.len, DEPTH);
    }
    bon_buf_free(&source);
    bon_buf_free(&out);
    bon_wikitext_free(&space);
}

/* A picture goes however long its caption is; the text of a link that is too long for one stays. */
Test(wikitext, long_links) {
    enum { LONG = 10000 };
    static const struct {
        const char *before, *behind;
        size_t least, most;
    } links[] = {{"[[Tập tin:a.jpg|nhỏ|", "]]", 0, 0}, {"[[a|", "]]", LONG, LONG + 2}, {"[//a ", "]", LONG, LONG + 4}};
    struct bon_wikitext space = {0};
    bon_buf source = {0}, out = {0};
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        source.len = out.len = 0;
        bon_buf_append(&source, links[i].before, strlen(links[i].before));
        for (int n = 0; n < LONG; n++) bon_buf_put(&source, 'x');
        bon_buf_append(&source, links[i].behind, strlen(links[i].behind));
        cr_assert_eq(bon_wikitext_read(&space, normalizer, source.data, source.len, &out), BON_OK);
        cr_expect(out.len >= links[i].least && out.len <= links[i].most, "row %zu: %zu bytes", i, out.len);
    }
    bon_buf_free(&source);
    bon_buf_free(&out);
    bon_wikitext_free(&space);
}

static bon_status whole(void *arg) {
    struct bon_wikitext space = {0};
    bon_buf out = {0};
    bon_status status = BON_OK;
    (void)arg;
    for (size_t i = 0; i < sizeof rows / sizeof *rows && status == BON_OK; i++)
        status = bon_wikitext_read(&space, normalizer, rows[i].source, strlen(rows[i].source), &out);
    bon_buf_free(&out);
    bon_wikitext_free(&space);
    return status;
}

Test(wikitext, allocation_failures) { failmalloc_check(whole, NULL); }
