/* cmd/bon/import_wiki.c: bon import wiki: the articles of a MediaWiki dump. */
#include <string.h>

#include "corpus/wiki.h"
#include "corpus/wikitext.h"
#include "import_job.h"

struct wiki_args {
    struct import_args import;
    const char *ns;
};

struct wiki_reader {
    const char *ns;
    bon_normalizer *normalizer;
    struct bon_wikitext space;
    struct bon_document document;
    struct bon_import *import;
};

enum { REDIRECTS, OTHER_NAMESPACES };

static const struct option_row options[] = {
    OPTION_IMPORT_LEAST("leave out stubs: pages of less than N characters of\ntext (default 200)"),
    OPTION_STRING(0, "namespace", "N", struct wiki_args, ns, "pages of namespace N (default 0: articles)"),
    OPTION_SKIP_BAD("go on with the next dump where one is cut or malformed,\nand count it"),
    OPTIONS_IMPORT,
    OPTIONS_COMMON,
    OPTION_END,
};

static bool has_namespace(const struct bon_wiki_page *page, const char *ns) {
    return page->ns.len == strlen(ns) && (page->ns.len == 0 || memcmp(page->ns.data, ns, page->ns.len) == 0);
}

static bon_status take(void *context, const struct bon_wiki_page *page) {
    struct wiki_reader *reader = context;
    struct bon_document *document = &reader->document;
    if (!has_namespace(page, reader->ns)) return reader->import->counts[OTHER_NAMESPACES]++, BON_OK;
    if (page->redirect) return reader->import->counts[REDIRECTS]++, BON_OK;
    bon_document_clear(document);
    BON_TRY(bon_buf_append(&document->id, page->id.data, page->id.len));
    BON_TRY(bon_buf_append(&document->title, page->title.data, page->title.len));
    BON_TRY(bon_wiki_address(page, &document->url));
    BON_TRY(
        bon_wikitext_read(&reader->space, reader->normalizer, page->source.data, page->source.len, &document->text));
    return reader->import->take(reader->import->context, document);
}

static bon_status read_dump(void *context, struct bon_import *import, const char *path) {
    struct wiki_reader *reader = context;
    reader->import = import;
    return bon_wiki_read(path, take, reader, import->progress);
}

static const struct import_format format = {
    .command = &command_import_wiki,
    .read = read_dump,
    .read_name = "pages",
    .counts = {[REDIRECTS] = "redirects", [OTHER_NAMESPACES] = "other_namespaces"},
};

static int run(const struct command *command, int argc, char **argv) {
    struct wiki_args args = {.ns = "0", .import.least = 200};
    struct wiki_reader reader = {0};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result != PARSE_GO) return result;
    reader.ns = args.ns;
    result = tell_failure(bon_wikitext_normalizer(&reader.normalizer));
    if (result == EXIT_DONE) result = import_run(&args.import, &format, &reader, argv + first, argc - first);
    bon_normalizer_close(reader.normalizer);
    bon_wikitext_free(&reader.space);
    bon_document_free(&reader.document);
    return result;
}

const struct command command_import_wiki = {
    .name = "import wiki",
    .summary = "the articles of a MediaWiki dump",
    .usage = "[OPTION]... [FILE]...",
    .notes = "A dump is pages-articles.xml, as it is or as .bz2. Redirects are left out.",
    .options = options,
    .run = run,
};
