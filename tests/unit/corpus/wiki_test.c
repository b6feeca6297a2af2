/* Dumps of wikis: which pages and members come out, addresses, and how broken dumps end. */
#include "corpus/wiki.h"

#include "support.h"

TestSuite(wiki, .fini = files_clear);

/* "id|title|ns|redirect|address|source;" of every page. */
static bon_status note_page(void *context, const struct bon_wiki_page *page) {
    bon_buf *out = context;
    const bon_buf *const members[] = {&page->id, &page->title, &page->ns, &page->source};
    for (size_t i = 0; i < 4; i++) {
        BON_TRY(bon_buf_append(out, members[i]->data, members[i]->len));
        BON_TRY(bon_buf_put(out, '|'));
    }
    BON_TRY(bon_buf_put(out, page->redirect ? 'r' : '-'));
    BON_TRY(bon_buf_put(out, '|'));
    BON_TRY(bon_wiki_address(page, out));
    return bon_buf_put(out, ';');
}

static bon_status read_text(const char *text, bon_buf *out) {
    const char *path = files_path("dump.xml");
    files_write(path, text, strlen(text));
    return bon_wiki_read(path, note_page, out, NULL);
}

static const struct {
    const char *dump, *pages, *message; /* message NULL: fine */
} rows[] = {
    {"<mediawiki/>", "", NULL},
    {"<m><siteinfo><base>https://a.vn/wiki/Ch%C3%ADnh</base></siteinfo><page><title>Chợ nổi</title><ns>0</ns><id>7</id>"
     "<revision><id>8</id><contributor><id>9</id></contributor><text>một &amp; hai</text></revision></page></m>",
     "7|Chợ nổi|0|một & hai|-|https://a.vn/wiki/Ch%E1%BB%A3_n%E1%BB%95i;", NULL},
    /* Of two revisions the last; a page's members do not stay for the next. */
    {"<m><page><id>1</id><title>A</title><ns>4</ns><redirect title='B'/><revision><text>cũ</text></revision><revision>"
     "<text>mới</text></revision></page><page><title>C</title></page></m>",
     "1|A|4|mới|r|;|C|||-|;", NULL},
    /* Names that are too long or too deep are nobody's. */
    {"<m><page><titlexxxxxxxxxxxxxxxxxxxx>A</titlexxxxxxxxxxxxxxxxxxxx><a><b><c><d><e><f><g><title>x</title></g></f></"
     "e></d></c>"
     "</b></a><x><title>y</title></x></page></m>",
     "||||-|;", NULL},
    {"<m><page><id>1</id></page><page><id>2</id>", "1||||-|;", ":1: the dump ends too soon"},
    {"", "", ":1: the dump ends too soon"},
    {"<m>\n<page><id>1</page></m>", "", ":2: malformed XML: mismatched tag"},
    {"<m><page><id>\xff</id></page></m>", "", ":1: malformed XML"},
    {"<!DOCTYPE m [<!ENTITY a 'b'>]>\n<m>&a;</m>", "", ":1: a document type"},
};

Test(wiki, dumps) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bon_buf out = {0};
        bon_status status = read_text(rows[i].dump, &out);
        cr_expect_eq(status, rows[i].message ? BON_ERR_DATA : BON_OK, "row %zu: %s", i, bon_error_message());
        cr_expect(holds(&out, rows[i].pages), "row %zu: %.*s", i, (int)out.len, out.data);
        if (rows[i].message) cr_expect(strstr(bon_error_message(), rows[i].message), "%s", bon_error_message());
        bon_buf_free(&out);
    }
}

Test(wiki, addresses) {
    static const struct {
        const char *base, *title, *address;
    } addresses[] = {
        {"", "A", ""},
        {"không có gạch", "A", ""},
        {"https://vi.example.org/wiki/Trang", "A b/c(d)", "https://vi.example.org/wiki/A_b/c(d)"},
        {"https://vi.example.org/", "50% \"?\" #1", "https://vi.example.org/50%25_%22%3F%22_%231"},
    };
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        struct bon_wiki_page page = {0};
        bon_buf out = {0};
        bon_buf_append(&page.base, addresses[i].base, strlen(addresses[i].base));
        bon_buf_append(&page.title, addresses[i].title, strlen(addresses[i].title));
        cr_assert_eq(bon_wiki_address(&page, &out), BON_OK);
        cr_expect(holds(&out, addresses[i].address), "%.*s", (int)out.len, out.data);
        bon_buf_free(&page.base);
        bon_buf_free(&page.title);
        bon_buf_free(&out);
    }
}

static bon_status stop(void *context, const struct bon_wiki_page *page) {
    (void)page;
    return ++*(int *)context == 2 ? bon_fail(BON_ERR_PIPE, "enough") : BON_OK;
}

/* A failure of who takes the pages ends the reading; bytes that were read are counted. */
Test(wiki, ends_where_nobody_takes_more) {
    const char *path = files_path("dump.xml");
    static const char dump[] = "<m><page/><page/><page/><page/></m>";
    struct bon_progress progress = {0};
    int pages = 0;
    files_write(path, dump, sizeof dump - 1);
    cr_expect_eq(bon_wiki_read(path, stop, &pages, &progress), BON_ERR_PIPE);
    cr_expect_str_eq(bon_error_message(), "enough");
    cr_expect_eq(pages, 2);
    cr_expect_eq(progress.total, sizeof dump - 1);
    cr_expect_eq(bon_wiki_read(files_path("none"), stop, &pages, NULL), BON_ERR_IO);
}

/* A page without end is no page. */
Test(wiki, limits_a_page) {
    bon_buf dump = {0}, out = {0};
    static const char head[] = "<m><page><revision><text>", tail[] = "</text></revision></page></m>";
    bon_buf_append(&dump, head, sizeof head - 1);
    cr_assert_eq(bon_buf_reserve(&dump, BON_WIKI_PAGE_MAX + 100), BON_OK);
    memset(dump.data + dump.len, 'a', BON_WIKI_PAGE_MAX + 1);
    dump.len += BON_WIKI_PAGE_MAX + 1;
    bon_buf_append(&dump, tail, sizeof tail - 1);
    files_write(files_path("long.xml"), dump.data, dump.len);
    cr_expect_eq(bon_wiki_read(files_path("long.xml"), note_page, &out, NULL), BON_ERR_LIMIT);
    cr_expect(strstr(bon_error_message(), "long.xml:1: a page of more than 64 MiB"), "%s", bon_error_message());
    cr_expect_eq(out.len, 0);
    bon_buf_free(&dump);
    bon_buf_free(&out);
}

/* Tags without end, and elements in elements without end, are no dump: Expat would keep all of them. */
Test(wiki, limits_tags) {
    static const struct {
        const char *head, *piece, *message;
        size_t bytes;
    } kept[] = {{"<m><page ", "a", "long.xml:1: a tag of more than 1 MiB", 2 << 20},
                {"<m><!--", "a", "long.xml:1: a tag of more than 1 MiB", 2 << 20},
                {"<m>", "<a>", "long.xml:1: more than 1000 elements in each other", 1 << 20}};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        bon_buf dump = {0}, out = {0};
        bon_buf_append(&dump, kept[i].head, strlen(kept[i].head));
        while (dump.len < kept[i].bytes) bon_buf_append(&dump, kept[i].piece, strlen(kept[i].piece));
        files_write(files_path("long.xml"), dump.data, dump.len);
        cr_expect_eq(bon_wiki_read(files_path("long.xml"), note_page, &out, NULL), BON_ERR_DATA);
        cr_expect(strstr(bon_error_message(), kept[i].message), "%s", bon_error_message());
        bon_buf_free(&dump);
        bon_buf_free(&out);
    }
}

static bon_status read_second(void *arg) {
    bon_buf out = {0};
    bon_status status = bon_wiki_read(arg, note_page, &out, NULL);
    bon_buf_free(&out);
    return status;
}

Test(wiki, allocation_failures) {
    char path[512];
    snprintf(path, sizeof path, "%s", files_path("dump.xml"));
    files_write(path, rows[1].dump, strlen(rows[1].dump));
    failmalloc_check(read_second, path);
}
