/* Pages: markup as browsers read it, bytes in any charset, and what of a page is its text. */
#include "corpus/page.h"

#include "corpus/encoding.h"
#include "corpus/markup.h"
#include "support.h"

/* ---- markup ---- */

/* Texts as they are (raw ones between %), tags as <name a=b> and </name>. */
static void spell(const char *text, bool xml, bon_buf *out) {
    struct bon_markup markup = {.text = text, .n = strlen(text), .xml = xml};
    struct bon_markup_token token;
    struct bon_markup_attribute a;
    out->len = 0;
    while (bon_markup_next(&markup, &token)) {
        if (token.kind == BON_MARKUP_TEXT) {
            bon_buf_printf(out, token.raw ? "%%%.*s%%" : "%.*s", (int)token.n, token.text);
            continue;
        }
        bon_buf_printf(out, token.kind == BON_MARKUP_OPEN ? "<%s" : "</%s", token.name);
        for (size_t at = 0; bon_markup_attribute(&token, &at, &a);)
            bon_buf_printf(out, " %.*s=%.*s", (int)a.name_len, a.name, (int)a.value_len, a.value);
        bon_buf_printf(out, token.closed ? "/>" : ">");
    }
}

Test(markup, tokens) {
    static const struct {
        const char *text, *tokens;
        bool xml;
    } rows[] = {
        {"", "", false},
        {"a < b <3 && c", "a < b <3 && c", false},
        {"<P Class='x y' ID=z hidden data-a = \"1>2\">chữ</P >", "<p Class=x y ID=z hidden= data-a=1>2>chữ</p>", false},
        {"a<!-- <b> --!> -->c<!>d<?x y>e<!doctype html>f</>g</ x>h", "acdefgh", false},
        {"<!-->a<!--->b<!-- c", "ab", false},
        {"<script>if (a</b>c) '</scripts>'</Script >x", "<script>%if (a</b>c) '</scripts>'%</script>x", false},
        {"<title>a <b> &amp;</title><style>", "<title>a <b> &amp;</title><style>", false},
        {"<script/>a</script>", "<script>%a%</script>", false},
        {"<script src='a'/>b<x/><y a=b />", "<script src=a/>b<x/><y a=b/>", true},
        {"a<![CDATA[<b>&c;]]>d<![CDATA[e", "a%<b>&c;%d%e%", true},
        {"<a b='c>d<e>f", "<a b='c>d<e>f", false},
        {"cut <a href=x", "cut ", false},
        {"cut </", "cut ", false},
        {"<a/b=c/d =e =f>", "<a b=c/d =e=f>", false},
        {"<abcdefghijklmnopqrstuvwxyz>", "<>", false},
    };
    bon_buf out = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        spell(rows[i].text, rows[i].xml, &out);
        cr_expect(holds(&out, rows[i].tokens), "row %zu: %.*s", i, (int)out.len, out.data);
    }
    bon_buf_free(&out);
}

/* ---- charsets ---- */

Test(encoding, decodes_what_pages_say) {
    static const struct {
        const char *bytes;
        size_t n; /* 0: up to the NUL */
        const char *label, *text;
    } rows[] = {
        {"ti\xe1\xba\xbfng", 0, "windows-1258", "tiếng"}, /* valid UTF-8 is believed */
        {"\xef\xbb\xbfti\xe1\xba\xbfng", 0, "", "tiếng"}, /* BOM */
        {"ti\xea\xecng", 0, "Windows-1258", "tiếng"},     /* letter and combining mark are one */
        {"<meta charset=\"viscii\">ti\xaang", 0, "", "<meta charset=\"viscii\">tiếng"},
        {"<meta content='text/html; charset=TCVN'>ti\xd5ng", 0, "", "<meta content='text/html; charset=TCVN'>tiếng"},
        {"<?xml version='1.0' encoding='viscii'?>\xaa", 0, "", "<?xml version='1.0' encoding='viscii'?>ế"},
        {"ti\xe5\xf6ng \x80\x81", 0, "iso-8859-1", "tiåöng €\xc2\x81"}, /* as Windows-1252 shows it */
        {"\xc4\xe3", 0, "gb2312", "你"},                                /* by ICU */
        {"\xff\xfe\x61\x00\xbf\x1e", 6, "", "aế"},                      /* UTF-16 */
        {"\xff\xfe\0\0\x61\0\0\0", 8, "", "a"},                         /* UTF-32 */
        {"x\xffy", 0, "no such charset", "xÿy"},
        {"x\xffy", 0, "utf-8", "xÿy"},
        {"x\xffy", 0, "gb2312,options", "xÿy"},
        {"", 0, "viscii", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bon_buf out = {0};
        size_t n = rows[i].n ? rows[i].n : strlen(rows[i].bytes);
        bool wide;
        cr_assert_eq(bon_encoding_decode(rows[i].bytes, n, rows[i].label, strlen(rows[i].label), &out, &wide), BON_OK);
        if (wide) { /* the way back, and without it */
            bon_buf narrow = {0}, kept = {0};
            cr_assert_eq(bon_encoding_narrow(out.data, out.len, &narrow), BON_OK);
            cr_assert_eq(bon_encoding_decode(rows[i].bytes, n, rows[i].label, strlen(rows[i].label), &kept, NULL),
                         BON_OK);
            cr_expect(holds(&narrow, rows[i].bytes) && holds(&kept, rows[i].bytes), "row %zu", i);
            bon_buf_free(&narrow);
            bon_buf_free(&kept);
        }
        cr_expect(holds(&out, rows[i].text), "row %zu: %.*s", i, (int)out.len, out.data);
        bon_buf_free(&out);
    }
}

Test(encoding, charset_of_a_type) {
    static const struct {
        const char *type, *label;
    } rows[] = {{"text/html; charset=utf-8", "utf-8"},
                {"text/html;Charset = \"VISCII\" ; x", "VISCII"},
                {"text/html", ""},
                {"charset", ""},
                {"charset=", ""},
                {"a charset b charset=c", "c"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *label = "";
        size_t n = bon_encoding_of_type(rows[i].type, strlen(rows[i].type), &label);
        cr_expect(n == strlen(rows[i].label) && memcmp(label, rows[i].label, n) == 0, "row %zu: %.*s", i, (int)n,
                  label);
    }
}

/* ---- pages ---- */

static const struct {
    const char *page, *text;
    bool menus;
} rows[] = {
    {"", "", false},
    {"<p>một<p>hai<div>ba</div>bốn", "một\nhai\nba\nbốn", false},
    {"m<b>ộ</b>t<br>hai <i> ba</i>\n\n\tbốn", "một\nhai ba bốn", false},
    {"<script>x</script>a<style>y</style>b<iframe>z</iframe>c<textarea>d</textarea>", "abc", false},
    {"trước<nav>bỏ<nav>bỏ</nav>bỏ</nav>sau<footer>bỏ</footer>", "trước\nsau", false},
    {"trước<nav>không đóng", "trước\nkhông đóng", false},
    {"a<nav>b<aside>c</nav>d<aside>e</aside>f", "a\nd\nf", false},
    {"<div hidden>a<div>b</div>c</div>d<div style='display:none'>e</div><ul role=navigation>f</ul><p hidden>g", "d\ng",
     false},
    {"a <button>b</button> c<svg><title>d</title></svg>e", "a c e", false},
    {"<ul><li><a>a</a><li><a>b</a><li><a>c</a></ul><p>d <a>e</a> f g", "d e f g", false},
    {"<ul><li><a>a</a><li><a>b</a><li><a>c</a></ul><p>d <a>e</a> f g", "a\nb\nc\nd e f g", true},
    {"<p>d<ul><li><a>a</a><li><a>b</a></ul>", "d\na\nb", false},
    {"<p>d<p><a>a</a> | <a>bbb</a> | <a>ccccccc</a>", "d", false},
    {"<p>d<ul><li><a>a</a><li><a>b<svg><p>x</svg></a><li><a>c</a></ul>", "d", false},
    {"<pre>một\n  hai\n\nba</pre>bốn\nnăm", "một\nhai\nba\nbốn năm", false},
    {"<tr><td>a<td>b<tr><th>c</th><th>d</th>", "a b\nc d", false},
    {"&lt;b&gt; &amp;amp; &#7871;&nbsp;x R&D &copy", "<b> &amp; ế x R&D &copy", false},
    {"<?xml version='1.0'?><p>a<script src='b'/>c<div/>d<![CDATA[<e>]]></p>", "ac\nd<e>", false},
    {"ho\xc3\xa0 b\xc3\xacnh l\xc6\xb0\xcc\xa3"
     "ng",
     "hòa bình lựng", false},
    /* VNI with Western references, as page editors wrote it. */
    {"<meta charset=iso-8859-1><p>Vie\xe4t Nam &ntilde;a\xe1t n\xf6\xf4\xf9"
     "c, ng\xf6\xf4\xf8i Vie\xe4t Nam no\xf9i tie\xe1ng Vie\xe4t<p>co\xf9 &#259; n\xeam",
     "Việt Nam đất nước, người Việt Nam nói tiếng Việt\ncoù ă nêm", false},
};

static bon_status read_row(size_t i, struct bon_document *document) {
    struct bon_page *page;
    BON_TRY(bon_page_open(&page, rows[i].menus));
    bon_status status = bon_page_read(page, rows[i].page, strlen(rows[i].page), NULL, 0, document);
    bon_page_close(page);
    return status;
}

Test(page, what_readers_read) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bon_document document = {0};
        cr_assert_eq(read_row(i, &document), BON_OK);
        cr_expect(holds(&document.text, rows[i].text), "row %zu: %.*s", i, (int)document.text.len, document.text.data);
        bon_document_free(&document);
    }
}

static const char about[] =
    "<html lang=vi><title> Chợ\nnổi &amp; sông</title><title>b</title><meta property='og:url' "
    "content='https://a.vn/?a&amp;b'>"
    "<link rel=canonical href=https://b.vn><meta name=date content=2021-05-06><nav><title>x</title></nav><p>Chữ.";

/* What a page says of itself; what the document has already stays. */
Test(page, members) {
    struct bon_page *page;
    struct bon_document document = {0};
    bon_buf out = {0};
    cr_assert_eq(bon_page_open(&page, false), BON_OK);
    for (int i = 0; i < 2; i++) {
        bon_document_clear(&document);
        if (i == 1) bon_buf_append(&document.url, "u", 1);
        cr_assert_eq(bon_page_read(page, about, sizeof about - 1, NULL, 0, &document), BON_OK);
        out.len = 0;
        cr_assert_eq(bon_document_json(&document, &out), BON_OK);
        cr_expect(
            holds(&out,
                  i ? "{\"id\":\"\",\"title\":\"Chợ nổi & sông\",\"url\":\"u\",\"lang\":\"vi\",\"date\":\"2021-05-06\","
                      "\"text\":\"Chữ.\"}\n"
                    : "{\"id\":\"\",\"title\":\"Chợ nổi & sông\",\"url\":\"https://a.vn/?a&b\",\"lang\":\"vi\","
                      "\"date\":\"2021-05-06\",\"text\":\"Chữ.\"}\n"),
            "%.*s", (int)out.len, out.data);
    }
    static const char parts[] = "<p>thêm";
    cr_assert_eq(bon_page_read_text(page, parts, sizeof parts - 1, &document.text), BON_OK);
    cr_assert_eq(bon_page_read_plain(page, "a<b>\n\nti\xd5ng", 11, "tcvn3", 5, &document.text), BON_OK);
    cr_expect(holds(&document.text, "Chữ.\nthêm\na<b>\ntiếng"), "%.*s", (int)document.text.len, document.text.data);
    bon_page_close(page);
    bon_document_free(&document);
    bon_buf_free(&out);
}

/* Openings by the hundred thousand, then ends: what takes quadratic time would take hours. */
Test(page, takes_linear_time) {
    static const char *const openings[] = {
        "<nav>",   "<nav><aside>", "<a>",          "<!--",      "<a b='", "<script>", "&",           "<",
        "<pre>\n", "<div hidden>", "<li><a>x</a>", "<![CDATA[", "</",     "<title>",  "<p><nav><a>x"};
    static const char *const ends[] = {"</nav>", "</aside>", ">", "-->", "'", "</script", ";", "x\n", "</div>", "<p>x"};
    struct bon_page *page;
    bon_buf source = {0}, out = {0};
    cr_assert_eq(bon_page_open(&page, false), BON_OK);
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++)
        for (size_t k = 0; k < sizeof ends / sizeof *ends; k++) {
            source.len = out.len = 0;
            for (int n = 0; n < 20000; n++) bon_buf_append(&source, openings[i], strlen(openings[i]));
            for (int n = 0; n < 20000; n++) bon_buf_append(&source, ends[k], strlen(ends[k]));
            cr_assert_eq(bon_page_read_text(page, source.data, source.len, &out), BON_OK);
        }
    bon_page_close(page);
    bon_buf_free(&source);
    bon_buf_free(&out);
}

static bon_status read_all(void *arg) {
    bon_status status = BON_OK;
    (void)arg;
    for (size_t i = 0; i < sizeof rows / sizeof *rows && status == BON_OK; i++) {
        struct bon_document document = {0};
        status = read_row(i, &document);
        bon_document_free(&document);
    }
    return status;
}

Test(page, allocation_failures) { failmalloc_check(read_all, NULL); }
