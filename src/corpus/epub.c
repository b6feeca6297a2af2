/* src/corpus/epub.c: see epub.h. libzip reads the archive, epub_package.c its papers, page.c its pages. */
#include "corpus/epub.h"

#include <stdio.h>
#include <zip.h>

#include "base/io.h"
#include "corpus/epub_package.h"

enum { BLOCK = 64 << 10, FREE_OF_RATIO = 1 << 20, PAPER_MAX = 16 << 20, STDIN_MAX = 1 << 30 };

struct book {
    const char *name; /* of the file */
    zip_t *zip;
    bon_buf bytes; /* of standard input */
    uint64_t size; /* of the file */
    uint64_t read; /* decompressed so far */
};

/* ---- the archive ---- */

static bon_status fail_zip(const char *name, int code, bon_status status) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    if (code == ZIP_ER_MEMORY)
        status = bon_fail(BON_ERR_NOMEM, "%s: out of memory for the archive", name);
    else if (code == ZIP_ER_OPEN || code == ZIP_ER_NOENT || code == ZIP_ER_READ)
        status = bon_fail_errno(name, "cannot open");
    else
        status =
            bon_fail(status, "%s: no zip archive, or cut: %s; is this an e-book?", name, zip_error_strerror(&error));
    zip_error_fini(&error);
    return status;
}

static bon_status open_input(struct book *book) {
    zip_error_t error;
    struct bon_in *in;
    BON_TRY(bon_in_open(&in, "-"));
    book->name = "standard input";
    bon_status status = bon_in_read_all(in, STDIN_MAX, &book->bytes);
    bon_in_close(in);
    BON_TRY(status);
    if (book->bytes.len > STDIN_MAX)
        return bon_fail(BON_ERR_LIMIT, "standard input: more than %d MiB", STDIN_MAX >> 20);
    zip_error_init(&error);
    zip_source_t *source = zip_source_buffer_create(book->bytes.data, book->bytes.len, 0, &error);
    if (source) book->zip = zip_open_from_source(source, ZIP_RDONLY, &error);
    if (!book->zip) status = fail_zip(book->name, zip_error_code_zip(&error), BON_ERR_DATA);
    if (source && !book->zip) zip_source_free(source);
    zip_error_fini(&error);
    book->size = book->bytes.len;
    return status;
}

static bon_status open_book(struct book *book, struct bon_import *import) {
    struct bon_in *in;
    int code = 0;
    if (strcmp(book->name, "-") == 0) return open_input(book);
    BON_TRY(bon_in_open(&in, book->name)); /* says why it cannot be opened as others do, and how large it is */
    book->size = bon_in_raw_size(in);
    bon_in_close(in);
    if (import->progress) import->progress->total += book->size;
    book->zip = zip_open(book->name, ZIP_RDONLY, &code);
    return book->zip ? BON_OK : fail_zip(book->name, code, BON_ERR_DATA);
}

static void close_book(struct book *book) {
    if (book->zip) zip_discard(book->zip);
    bon_buf_free(&book->bytes);
}

static bon_status check_limits(const struct bon_epub *epub, const struct book *book, const char *part) {
    if (book->read > epub->most)
        return bon_fail(
            BON_ERR_LIMIT,
            "%s: %s: more than %llu bytes in all when decompressed: a zip bomb, or a higher limit is wanted",
            book->name, part, (unsigned long long)epub->most);
    if (book->read > FREE_OF_RATIO && book->read / epub->ratio > book->size)
        return bon_fail(
            BON_ERR_LIMIT,
            "%s: %s: more than %u times the file when decompressed: a zip bomb, or a higher limit is wanted",
            book->name, part, epub->ratio);
    return BON_OK;
}

static bon_status fail_part(const struct book *book, const char *part, zip_error_t *error) {
    int code = zip_error_code_zip(error);
    if (code == ZIP_ER_MEMORY) return bon_fail(BON_ERR_NOMEM, "%s: %s: out of memory", book->name, part);
    return bon_fail(BON_ERR_DATA, "%s: %s: %s", book->name, part,
                    code == ZIP_ER_NOPASSWD ? "it is encrypted" : zip_error_strerror(error));
}

/* A part of the archive, whole. */
static bon_status read_part(const struct bon_epub *epub, struct book *book, const char *part, bon_buf *out) {
    zip_file_t *file = zip_fopen(book->zip, part, 0);
    bon_status status = BON_OK;
    zip_int64_t got = 1;
    out->len = 0;
    if (!file) return fail_part(book, part, zip_get_error(book->zip));
    while (status == BON_OK && got > 0) {
        if ((status = bon_buf_reserve(out, BLOCK)) != BON_OK) break;
        got = zip_fread(file, out->data + out->len, BLOCK);
        if (got < 0) {
            status = fail_part(book, part, zip_file_get_error(file));
            break;
        }
        out->len += (size_t)got;
        book->read += (uint64_t)got;
        status = check_limits(epub, book, part);
    }
    zip_fclose(file);
    return status;
}

/* ---- the book ---- */

/* "book.epub: OEBPS/content.opf", for messages. */
static void name_part(const struct book *book, const char *part, char name[BON_MESSAGE_MAX]) {
    snprintf(name, BON_MESSAGE_MAX, "%s: %s", book->name, part);
}

static bon_status read_paper(const struct bon_epub *epub, struct book *book, const char *part, bon_buf *out) {
    BON_TRY(read_part(epub, book, part, out));
    if (out->len <= PAPER_MAX) return BON_OK;
    return bon_fail(BON_ERR_LIMIT, "%s: %s: more than %d MiB", book->name, part, PAPER_MAX >> 20);
}

static bon_status read_package(struct bon_epub *epub, struct book *book, struct bon_epub_package *package) {
    static const char container[] = "META-INF/container.xml", encryption[] = "META-INF/encryption.xml";
    char name[BON_MESSAGE_MAX];
    bon_buf path = {0};
    bool encrypted = false;
    BON_TRY(read_paper(epub, book, container, &epub->part));
    name_part(book, container, name);
    bon_status status = bon_epub_container(name, epub->part.data, epub->part.len, &path);
    if (status == BON_OK) status = bon_buf_put(&path, '\0');
    if (status == BON_OK) status = read_paper(epub, book, path.data, &epub->part);
    if (status == BON_OK) {
        name_part(book, path.data, name);
        status = bon_epub_package_read(package, name, path.data, epub->part.data, epub->part.len);
    }
    bon_buf_free(&path);
    if (status != BON_OK || zip_name_locate(book->zip, encryption, 0) < 0) return status;
    BON_TRY(read_paper(epub, book, encryption, &epub->part));
    name_part(book, encryption, name);
    BON_TRY(bon_epub_encrypted(package, name, epub->part.data, epub->part.len, &encrypted));
    return encrypted ? bon_fail(BON_ERR_DATA, "%s: the text is encrypted", book->name) : BON_OK;
}

static bon_status describe(struct bon_epub *epub, const char *path, const struct bon_epub_package *package) {
    struct bon_document *document = &epub->document;
    const struct {
        const char *name;
        const bon_buf *value;
    } members[] = {{"author", &package->author},
                   {"lang", &package->lang},
                   {"date", &package->date},
                   {"identifier", &package->identifier}};
    bon_document_clear(document);
    BON_TRY(bon_document_string(&document->id, path, strlen(path)));
    BON_TRY(bon_page_line(epub->page, package->title.data, package->title.len, &document->title));
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        BON_TRY(bon_document_member(document, members[i].name, members[i].value->data, members[i].value->len));
    return BON_OK;
}

/* The text of a part, behind what the document has. */
static bon_status add_part(struct bon_epub *epub, struct book *book, const struct bon_epub_item *item) {
    BON_TRY(read_part(epub, book, item->path, &epub->part));
    BON_TRY(bon_page_read_text(epub->page, epub->part.data, epub->part.len, &epub->document.text));
    if (epub->document.text.len > BON_DOCUMENT_MAX)
        return bon_fail(BON_ERR_LIMIT, "%s: more than %d MiB of text", book->name, BON_DOCUMENT_MAX >> 20);
    return BON_OK;
}

/* A part as a document of its own: book.epub#OEBPS/chapter1.xhtml */
static bon_status take_chapter(struct bon_epub *epub, struct bon_import *import, const char *path,
                               const struct bon_epub_package *package, const struct bon_epub_item *item) {
    if (epub->document.text.len == 0) return BON_OK;
    BON_TRY(bon_buf_put(&epub->document.id, '#'));
    BON_TRY(bon_document_string(&epub->document.id, item->path, strlen(item->path)));
    BON_TRY(import->take(import->context, &epub->document));
    return describe(epub, path, package);
}

static bool is_page(const struct bon_epub_item *item) {
    return !item->nav && (strcmp(item->type, "application/xhtml+xml") == 0 || strcmp(item->type, "text/html") == 0 ||
                          strcmp(item->type, "text/x-oeb1-document") == 0);
}

static bon_status read_parts(struct bon_epub *epub, struct book *book, struct bon_import *import, const char *path,
                             struct bon_epub_package *package) {
    BON_TRY(describe(epub, path, package));
    for (size_t i = 0; i < package->spine_count; i++) {
        struct bon_epub_item *item = &package->items[package->spine[i]];
        if (item->taken || !is_page(item)) continue;
        item->taken = true;
        bon_status status = add_part(epub, book, item);
        if (status == BON_ERR_LIMIT) return status; /* of the whole book */
        BON_TRY(bon_import_bad(import, status));
        if (epub->chapters) BON_TRY(take_chapter(epub, import, path, package, item));
    }
    return epub->chapters ? BON_OK : import->take(import->context, &epub->document);
}

bon_status bon_epub_read(struct bon_epub *epub, struct bon_import *import, const char *path) {
    struct book book = {.name = path};
    struct bon_epub_package package = {0};
    bon_status status = open_book(&book, import);
    if (status == BON_OK) status = read_package(epub, &book, &package);
    if (status == BON_OK) status = read_parts(epub, &book, import, path, &package);
    if (import->progress) {
        import->progress->done += book.size;
        if (import->progress->tick) import->progress->tick(import->progress);
    }
    bon_epub_package_free(&package);
    close_book(&book);
    return status;
}

void bon_epub_free(struct bon_epub *epub) {
    bon_document_free(&epub->document);
    bon_buf_free(&epub->part);
}
