/* cmd/bon/import_epub.c: bon import epub: e-books. */
#include "corpus/epub.h"
#include "import_job.h"

struct epub_args {
    struct import_args import;
    uint64_t most;
    unsigned ratio;
    bool chapters;
};

static const struct option_row options[] = {
    OPTION_IMPORT_LEAST("leave out books of less than N characters of text\n(default 200)"),
    OPTION_FLAG(0, "chapters", struct epub_args, chapters, "a document for every part of a book"),
    OPTION_PARSE(0, "max-size", "SIZE", struct epub_args, most, parse_size,
                 "refuse books of more than SIZE bytes when decompressed (k,\nM, G behind it; default 256M)"),
    OPTION_UNSIGNED(0, "max-ratio", "N", struct epub_args, ratio, 1, 1000000,
                    "refuse books that decompress to more than N times their\nsize (default 100)"),
    OPTION_LIST,
    OPTION_SKIP_BAD("leave out parts and books that are broken, encrypted or\nbeyond the limits, and count them"),
    OPTIONS_IMPORT,
    OPTIONS_COMMON,
    OPTION_END,
};

static bon_status read_book(void *context, struct bon_import *import, const char *path) {
    return bon_epub_read(context, import, path);
}

static const struct import_format format = {
    .command = &command_import_epub, .read = read_book, .read_name = "documents"};

static int run(const struct command *command, int argc, char **argv) {
    struct epub_args args = {.import.least = 200, .most = 256 << 20, .ratio = 100};
    struct bon_epub epub = {0};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result != PARSE_GO) return result;
    epub.most = args.most;
    epub.ratio = args.ratio;
    epub.chapters = args.chapters;
    result = tell_failure(bon_page_open(&epub.page, true));
    if (result == EXIT_DONE) result = import_run(&args.import, &format, &epub, argv + first, argc - first);
    bon_epub_free(&epub);
    bon_page_close(epub.page);
    return result;
}

const struct command command_import_epub = {
    .name = "import epub",
    .summary = "the texts of e-books (EPUB)",
    .usage = "[OPTION]... [FILE]...",
    .options = options,
    .run = run,
};
