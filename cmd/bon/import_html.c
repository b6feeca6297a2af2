/* cmd/bon/import_html.c: bon import html: web pages in files, a document each. */
#include <string.h>

#include "corpus/page.h"
#include "import_job.h"

enum { PAGE_MAX = 64 << 20 };

struct html_args {
    struct import_args import;
    const char *charset;
    bool menus;
};

struct html_reader {
    const char *charset;
    struct bon_page *page;
    struct bon_document document;
    bon_buf bytes;
};

static const struct option_row options[] = {
    OPTION_IMPORT_LEAST("leave out pages of less than N characters of text\n(default 200)"),
    OPTION_FLAG(0, "menus", struct html_args, menus, "keep rows of links"),
    OPTION_STRING(0, "charset", "NAME", struct html_args, charset,
                  "the pages are in charset NAME (default: what they say,\nor what they look like)"),
    OPTION_LIST,
    OPTION_SKIP_BAD("leave out files that cannot be decompressed or are too\nlarge, and count them"),
    OPTIONS_IMPORT,
    OPTIONS_COMMON,
    OPTION_END,
};

static bon_status read_page(void *context, struct bon_import *import, const char *path) {
    struct html_reader *reader = context;
    BON_TRY(import_read_file(import, path, PAGE_MAX, &reader->bytes));
    bon_document_clear(&reader->document);
    BON_TRY(bon_document_string(&reader->document.id, path, strlen(path)));
    BON_TRY(bon_page_read(reader->page, reader->bytes.data, reader->bytes.len, reader->charset,
                          reader->charset ? strlen(reader->charset) : 0, &reader->document));
    return import->take(import->context, &reader->document);
}

static const struct import_format format = {.command = &command_import_html, .read = read_page, .read_name = "pages"};

static int run(const struct command *command, int argc, char **argv) {
    struct html_args args = {.import.least = 200};
    struct html_reader reader = {0};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result != PARSE_GO) return result;
    reader.charset = args.charset;
    result = tell_failure(bon_page_open(&reader.page, args.menus));
    if (result == EXIT_DONE) result = import_run(&args.import, &format, &reader, argv + first, argc - first);
    bon_page_close(reader.page);
    bon_document_free(&reader.document);
    bon_buf_free(&reader.bytes);
    return result;
}

const struct command command_import_html = {
    .name = "import html",
    .summary = "the texts of web pages",
    .usage = "[OPTION]... [FILE]...",
    .notes = "Scripts, navigation, footers, asides and rows of links are left out.",
    .options = options,
    .run = run,
};
