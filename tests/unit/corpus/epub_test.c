/* E-books: their papers, and archives made here: order, limits, and what is broken. */
#include "corpus/epub.h"

#include <zip.h>

#include "corpus/epub_package.h"
#include "support.h"

TestSuite(epub, .fini = files_clear);

/* ---- papers ---- */

Test(epub_package, containers) {
    static const struct {
        const char *xml, *path; /* path NULL: refused */
    } rows[] = {
        {"<container><rootfiles><rootfile full-path='a/b.opf'/><rootfile full-path='c'/></rootfiles></container>",
         "a/b.opf"},
        {"<o:c xmlns:o='x'><o:rootfile media-type='application/pdf' full-path='a.pdf'/><o:rootfile full-path='b.opf' "
         "media-type='application/oebps-package+xml'/></o:c>",
         "b.opf"},
        {"<container/>", NULL},
        {"<container>", NULL},
        {"", NULL},
        {"<!DOCTYPE c [<!ENTITY a 'b'>]><c><rootfile full-path='&a;'/></c>", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bon_buf path = {0};
        bon_status status = bon_epub_container("a.epub: x", rows[i].xml, strlen(rows[i].xml), &path);
        cr_expect_eq(status, rows[i].path ? BON_OK : BON_ERR_DATA, "row %zu", i);
        if (rows[i].path) cr_expect(holds(&path, rows[i].path), "row %zu: %.*s", i, (int)path.len, path.data);
        if (!rows[i].path) cr_expect(strstr(bon_error_message(), "a.epub: x"), "%s", bon_error_message());
        bon_buf_free(&path);
    }
}

/* Elements in elements without end are no paper: Expat would keep all of them. */
Test(epub_package, limits_elements) {
    bon_buf xml = {0}, path = {0};
    for (int n = 0; n < 2000; n++) bon_buf_append(&xml, "<a>", 3);
    cr_expect_eq(bon_epub_container("a.epub: x", xml.data, xml.len, &path), BON_ERR_DATA);
    cr_expect_str_eq(bon_error_message(), "a.epub: x: more than 1000 elements in each other");
    bon_buf_free(&xml);
    bon_buf_free(&path);
}

static const char opf[] =
    "<package "
    "xmlns:dc='x'><metadata><dc:title>Một</dc:title><dc:title>Hai</dc:title><dc:creator>A</dc:creator><dc:creator>B"
    "</dc:creator><dc:language>vi</dc:language><dc:date>1941</dc:date><dc:identifier>i</dc:identifier></"
    "metadata><manifest>"
    "<item id='z' href='ch%201.xhtml#x' media-type='t'/><item id='a' href='../b/./c.xhtml'/><item id='n' href='/n' "
    "properties='scripted nav'/><item href='lost'/></manifest><spine><itemref idref='z'/><itemref idref='?'/><itemref "
    "idref='a'/>"
    "<itemref idref='n'/><itemref idref='z'/></spine></package>";

Test(epub_package, what_it_says) {
    static const char encryption[] = "<e><x:CipherReference URI='b/c.xhtml'/></e>",
                      fonts[] = "<e><CipherReference URI='font'/></e>";
    static const char *const paths[] = {"O/p/ch 1.xhtml", "O/b/c.xhtml", "O/p//n", "O/p/ch 1.xhtml"};
    struct bon_epub_package package = {0};
    bool encrypted;
    cr_assert_eq(bon_epub_package_read(&package, "a", "O/p/x.opf", opf, sizeof opf - 1), BON_OK);
    cr_expect(holds(&package.title, "Một") && holds(&package.author, "A; B") && holds(&package.lang, "vi"));
    cr_expect(holds(&package.date, "1941") && holds(&package.identifier, "i"));
    cr_assert_eq(package.spine_count, 4);
    for (size_t i = 0; i < 4; i++) {
        const struct bon_epub_item *item = &package.items[package.spine[i]];
        cr_expect_str_eq(item->path, paths[i]);
        cr_expect_eq(item->nav, i == 2);
    }
    cr_expect_eq(bon_epub_encrypted(&package, "a", fonts, sizeof fonts - 1, &encrypted), BON_OK);
    cr_expect(!encrypted);
    cr_expect_eq(bon_epub_encrypted(&package, "a", "<e><CipherReference URI='O/b/c.xhtml'/></e>", 43, &encrypted),
                 BON_OK);
    cr_expect(encrypted);
    cr_expect_eq(bon_epub_encrypted(&package, "a", encryption, sizeof encryption - 1, &encrypted), BON_OK);
    cr_expect(!encrypted);
    bon_epub_package_free(&package);
    cr_expect_eq(bon_epub_package_read(&package, "a", "x", "<package/>", 10), BON_ERR_DATA);
    bon_epub_package_free(&package);
}

/* A hundred thousand parts, and as many references to what is hidden: no product of the two. */
Test(epub_package, takes_linear_time) {
    enum { PARTS = 100000 };
    struct bon_epub_package package = {0};
    bon_buf xml = {0}, encryption = {0};
    bool encrypted;
    bon_buf_printf(&xml, "<p>");
    bon_buf_printf(&encryption, "<e>");
    for (int i = 0; i < PARTS; i++) {
        bon_buf_printf(&xml, "<item id='%d' href='%d'/><itemref idref='%d'/>", i, i, PARTS - 1 - i);
        bon_buf_printf(&encryption, "<CipherReference URI='x%d'/>", i);
    }
    bon_buf_printf(&xml, "</p>");
    bon_buf_printf(&encryption, "</e>");
    cr_assert_eq(bon_epub_package_read(&package, "a", "p", xml.data, xml.len), BON_OK);
    cr_expect_eq(package.spine_count, PARTS);
    cr_expect_eq(bon_epub_encrypted(&package, "a", encryption.data, encryption.len, &encrypted), BON_OK);
    cr_expect(!encrypted);
    bon_epub_package_free(&package);
    bon_buf_free(&xml);
    bon_buf_free(&encryption);
}

static bon_status read_papers(void *arg) {
    struct bon_epub_package package = {0};
    bool encrypted;
    (void)arg;
    bon_status status = bon_epub_package_read(&package, "a", "O/p/x.opf", opf, sizeof opf - 1);
    if (status == BON_OK)
        status = bon_epub_encrypted(&package, "a", "<e><CipherReference URI='b'/></e>", 33, &encrypted);
    bon_epub_package_free(&package);
    return status;
}

Test(epub_package, allocation_failures) { failmalloc_check(read_papers, NULL); }

/* ---- books ---- */

struct part {
    const char *path, *text;
    size_t n; /* 0: up to the NUL; else the text repeated up to n bytes */
};

#define CONTAINER                                                                                                      \
    { "META-INF/container.xml", "<c><rootfile full-path='p.opf'/></c>", 0 }
#define PACKAGE(spine)                                                                                                 \
    {                                                                                                                  \
        "p.opf",                                                                                                       \
            "<p xmlns:dc='x'><dc:title>Dế\nMèn</dc:title><item id='a' href='a.x' "                                  \
            "media-type='application/xhtml+xml'/><item id='b' href='b.x' "                                             \
            "media-type='application/xhtml+xml'/><item id='i' href='i' media-type='image/png'/>" spine "</p>",         \
            0                                                                                                          \
    }

static void make_book(const char *path, const struct part *parts, size_t count) {
    int code;
    bon_buf texts[8] = {0};
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
    cr_assert(zip);
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(parts[i].text);
        for (size_t k = 0; k == 0 || k + n <= parts[i].n; k += n) bon_buf_append(&texts[i], parts[i].text, n);
        zip_source_t *source = zip_source_buffer(zip, texts[i].data, texts[i].len, 0);
        cr_assert(source && zip_file_add(zip, parts[i].path, source, 0) >= 0);
    }
    cr_assert_eq(zip_close(zip), 0);
    for (size_t i = 0; i < count; i++) bon_buf_free(&texts[i]);
}

static bon_status note_document(void *context, const struct bon_document *document) {
    const bon_buf *const parts[] = {&document->id, &document->title, &document->text};
    for (size_t i = 0; i < 3; i++) {
        const char *slash = parts[i]->len && i == 0 ? memrchr(parts[i]->data, '/', parts[i]->len) : NULL;
        size_t from = slash ? (size_t)(slash - parts[i]->data) + 1 : 0;
        BON_TRY(bon_buf_append(context, parts[i]->data + from, parts[i]->len - from));
        BON_TRY(bon_buf_put(context, i < 2 ? '|' : ';'));
    }
    return BON_OK;
}

static const struct {
    struct part parts[5];
    size_t count;
    bool chapters;
    const char *documents, *message; /* message NULL: fine; documents: with skip_bad */
    bon_status status;
    uint64_t bad;
} rows[] = {
    {{CONTAINER,
      PACKAGE("<itemref idref='b'/><itemref idref='i'/><itemref idref='a'/><itemref idref='b'/>"),
      {"a.x", "<p>hai", 0},
      {"b.x", "<p>một", 0}},
     4,
     false,
     "a.epub|Dế Mèn|một\nhai;",
     NULL,
     BON_OK,
     0},
    {{CONTAINER, PACKAGE("<itemref idref='b'/><itemref idref='a'/>"), {"a.x", "<p>hai", 0}, {"b.x", "<p> ", 0}},
     4,
     true,
     "a.epub#a.x|Dế Mèn|hai;",
     NULL,
     BON_OK,
     0},
    {{CONTAINER, PACKAGE("<itemref idref='a'/><itemref idref='b'/>"), {"b.x", "<p>một", 0}},
     3,
     false,
     "a.epub|Dế Mèn|một;",
     "a.epub: a.x: No such file",
     BON_ERR_DATA,
     1},
    {{CONTAINER,
      PACKAGE("<itemref idref='a'/>"),
      {"a.x", "<p>một", 0},
      {"META-INF/encryption.xml", "<CipherReference URI='a.x'/>", 0}},
     4,
     false,
     "",
     "a.epub: the text is encrypted",
     BON_ERR_DATA,
     1},
    {{CONTAINER, PACKAGE("<itemref idref='a'/>"), {"a.x", "a", 3000000}},
     3,
     false,
     "",
     "more than 100 times the file",
     BON_ERR_LIMIT,
     1},
    {{CONTAINER, PACKAGE("<itemref idref='a'/><itemref idref='b'/>"), {"a.x", "a", 900000}, {"b.x", "b", 2000000}},
     4,
     false,
     "",
     "more than 100 times the file",
     BON_ERR_LIMIT,
     1},
    {{CONTAINER}, 1, false, "", "a.epub: p.opf: No such file", BON_ERR_DATA, 1},
    {{PACKAGE("")}, 1, false, "", "a.epub: META-INF/container.xml: No such file", BON_ERR_DATA, 1},
    {{CONTAINER, PACKAGE("")}, 2, false, "", "a.epub: p.opf: it names no part to read", BON_ERR_DATA, 1},
    {{CONTAINER, {"p.opf", "<p>", 0}}, 2, false, "", "a.epub: p.opf:1: malformed XML", BON_ERR_DATA, 1},
};

static bon_status read_book(const char *path, bool chapters, uint64_t most, struct bon_import *import) {
    struct bon_epub epub = {.most = most, .ratio = 100, .chapters = chapters};
    BON_TRY(bon_page_open(&epub.page, true));
    bon_status status = bon_epub_read(&epub, import, path);
    bon_epub_free(&epub);
    bon_page_close(epub.page);
    return status;
}

Test(epub, books) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char path[512];
        bon_buf out = {0};
        struct bon_import import = {.take = note_document, .context = &out};
        snprintf(path, sizeof path, "%s", files_path("a.epub"));
        make_book(path, rows[i].parts, rows[i].count);
        cr_expect_eq(read_book(path, rows[i].chapters, 1 << 28, &import), rows[i].status, "row %zu: %s", i,
                     bon_error_message());
        if (rows[i].message)
            cr_expect(strstr(bon_error_message(), rows[i].message), "row %zu: %s", i, bon_error_message());
        out.len = 0;
        import.skip_bad = true;
        cr_expect_eq(bon_import_bad(&import, read_book(path, rows[i].chapters, 1 << 28, &import)), BON_OK);
        cr_expect(holds(&out, rows[i].documents), "row %zu: %.*s", i, (int)out.len, out.data);
        cr_expect_eq(import.bad, rows[i].bad, "row %zu", i);
        bon_buf_free(&out);
    }
}

/* What is no archive, or only a part of one; limits that are absolute. */
Test(epub, no_books) {
    char path[512], cut[512];
    bon_buf out = {0}, book;
    struct bon_import import = {.take = note_document, .context = &out};
    snprintf(path, sizeof path, "%s", files_path("a.epub"));
    snprintf(cut, sizeof cut, "%s", files_path("cut.epub"));
    make_book(path, rows[0].parts, rows[0].count);
    cr_expect_eq(read_book(path, false, 100, &import), BON_ERR_LIMIT);
    cr_expect(strstr(bon_error_message(), "more than 100 bytes in all"), "%s", bon_error_message());
    book = files_read(path);
    for (size_t n = 0; n < book.len; n += 1 + book.len / 40) {
        files_write(cut, book.data, n);
        cr_expect_eq(read_book(cut, false, 1 << 28, &import), BON_ERR_DATA, "%zu: %s", n, bon_error_message());
        cr_expect(strstr(bon_error_message(), "cut.epub: no zip archive, or cut"), "%zu: %s", n, bon_error_message());
    }
    cr_expect_eq(read_book(files_path("none"), false, 1 << 28, &import), BON_ERR_IO);
    files_as_stdin(path);
    out.len = 0;
    cr_expect_eq(read_book("-", false, 1 << 28, &import), BON_OK);
    cr_expect(holds(&out, "-|Dế Mèn|một\nhai;"), "%.*s", (int)out.len, out.data);
    bon_buf_free(&book);
    bon_buf_free(&out);
}

static bon_status read_first(void *arg) {
    bon_buf out = {0};
    struct bon_import import = {.take = note_document, .context = &out};
    bon_status status = read_book(arg, false, 1 << 28, &import);
    bon_buf_free(&out);
    return status;
}

Test(epub, allocation_failures) {
    char path[512];
    snprintf(path, sizeof path, "%s", files_path("a.epub"));
    make_book(path, rows[0].parts, rows[0].count);
    failmalloc_check(read_first, path);
}
