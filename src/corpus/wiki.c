/* src/corpus/wiki.c: see wiki.h. Expat finds the elements; a table says which member of the page the text of one belongs to. */
#include "corpus/wiki.h"

#include <expat.h>
#include <stddef.h>

/* Bytes of a tag, open elements: dumps have a few hundred, and five. Expat keeps both, however many there are. */
enum { BLOCK = 256 << 10, TAG_MAX = 1 << 20, OPEN_MAX = 1000 };

/* Elements by their path below the root, as far as they matter. */
static const struct field {
    const char *parent, *name;
    size_t member;
} fields[] = {
    {"siteinfo", "base", offsetof(struct bon_wiki_page, base)},
    {"page", "title", offsetof(struct bon_wiki_page, title)},
    {"page", "ns", offsetof(struct bon_wiki_page, ns)},
    {"page", "id", offsetof(struct bon_wiki_page, id)},
    {"revision", "text", offsetof(struct bon_wiki_page, source)},
};

enum { ELEMENT = 16, DEPTH = 8 };

struct dump {
    XML_Parser parser;
    const char *name;
    bon_status (*take)(void *context, const struct bon_wiki_page *page);
    void *context;
    struct bon_wiki_page page;
    char path[DEPTH][ELEMENT]; /* names of the open elements */
    unsigned depth;
    bon_buf *field; /* gets the characters that come; NULL: nobody wants them */
    bon_status status;
};

static void stop_with(struct dump *dump, bon_status status) {
    if (dump->status == BON_OK) dump->status = status;
    XML_StopParser(dump->parser, XML_FALSE);
}

static bon_buf *field_of(struct dump *dump, const char *parent, const char *name) {
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (strcmp(fields[i].parent, parent) == 0 && strcmp(fields[i].name, name) == 0)
            return (bon_buf *)(void *)((char *)&dump->page + fields[i].member);
    return NULL;
}

static void begin_page(struct bon_wiki_page *page) {
    page->id.len = page->title.len = page->ns.len = page->source.len = 0;
    page->redirect = false;
}

static unsigned long long line_of(const struct dump *dump) {
    return (unsigned long long)XML_GetCurrentLineNumber(dump->parser);
}

static void XMLCALL on_start(void *user, const char *name, const char **attributes) {
    struct dump *dump = user;
    (void)attributes;
    dump->field = NULL;
    if (dump->depth < DEPTH) {
        size_t n = strlen(name) < ELEMENT ? strlen(name) : ELEMENT - 1;
        memcpy(dump->path[dump->depth], name, n);
        dump->path[dump->depth][n] = '\0';
        const char *parent = dump->depth ? dump->path[dump->depth - 1] : "";
        if (strcmp(name, "page") == 0) begin_page(&dump->page);
        if (strcmp(name, "redirect") == 0 && strcmp(parent, "page") == 0) dump->page.redirect = true;
        dump->field = field_of(dump, parent, name);
        if (dump->field) dump->field->len = 0; /* of several revisions the last one stays */
    }
    if (++dump->depth > OPEN_MAX)
        stop_with(dump,
                  bon_fail(BON_ERR_DATA, "%s:%llu: more than %d elements in each other: is this a dump of a wiki?",
                           dump->name, line_of(dump), OPEN_MAX));
}

static void XMLCALL on_end(void *user, const char *name) {
    struct dump *dump = user;
    dump->field = NULL;
    dump->depth--;
    if (strcmp(name, "page") != 0 || dump->status != BON_OK) return;
    bon_status status = dump->take(dump->context, &dump->page);
    if (status != BON_OK) stop_with(dump, status);
}

static void XMLCALL on_text(void *user, const char *text, int n) {
    struct dump *dump = user;
    if (!dump->field || dump->status != BON_OK) return;
    bon_status status = BON_OK;
    if (dump->field->len + (size_t)n > BON_WIKI_PAGE_MAX)
        status = bon_fail(BON_ERR_LIMIT, "%s:%llu: a page of more than %d MiB: is this a dump of a wiki?", dump->name,
                          line_of(dump), BON_WIKI_PAGE_MAX >> 20);
    else
        status = bon_buf_append(dump->field, text, (size_t)n);
    if (status != BON_OK) stop_with(dump, status);
}

static void XMLCALL on_doctype(void *user, const char *name, const char *system, const char *public, int internal) {
    struct dump *dump = user;
    (void)name, (void)system, (void)public, (void)internal;
    stop_with(dump, bon_fail(BON_ERR_DATA, "%s:%llu: a document type, which dumps of wikis do not have: is this one?",
                             dump->name, line_of(dump)));
}

static bon_status fail_xml(struct dump *dump) {
    if (dump->status != BON_OK) return dump->status;
    enum XML_Error error = XML_GetErrorCode(dump->parser);
    if (error == XML_ERROR_NO_MEMORY) return bon_fail_memory(BLOCK);
    if (error == XML_ERROR_NO_ELEMENTS || error == XML_ERROR_UNCLOSED_TOKEN)
        return bon_fail(BON_ERR_DATA, "%s:%llu: the dump ends too soon: fetch it again", dump->name, line_of(dump));
    return bon_fail(BON_ERR_DATA, "%s:%llu: malformed XML: %s", dump->name, line_of(dump), XML_ErrorString(error));
}

/* Of what was read, the bytes that wait for the end of their tag. */
static bon_status check_waiting(const struct dump *dump, uint64_t read) {
    XML_Index parsed = XML_GetCurrentByteIndex(dump->parser);
    if (parsed < 0 || read - (uint64_t)parsed <= TAG_MAX) return BON_OK;
    return bon_fail(BON_ERR_DATA, "%s:%llu: a tag of more than %d MiB: is this a dump of a wiki?", dump->name,
                    line_of(dump), TAG_MAX >> 20);
}

static bon_status parse(struct dump *dump, struct bon_in *in, struct bon_progress *progress) {
    uint64_t before = progress ? progress->done : 0, read = 0;
    size_t got;
    do {
        void *block = XML_GetBuffer(dump->parser, BLOCK);
        if (!block) return bon_fail_memory(BLOCK);
        BON_TRY(bon_in_read(in, block, BLOCK, &got));
        if (XML_ParseBuffer(dump->parser, (int)got, got == 0) != XML_STATUS_OK) return fail_xml(dump);
        BON_TRY(check_waiting(dump, read += got));
        if (progress) {
            progress->done = before + bon_in_raw_read(in);
            if (progress->tick) progress->tick(progress);
        }
    } while (got);
    return BON_OK;
}

bon_status bon_wiki_read(const char *path, bon_status (*take)(void *context, const struct bon_wiki_page *page),
                         void *context, struct bon_progress *progress) {
    struct dump dump = {.take = take, .context = context};
    struct bon_in *in;
    BON_TRY(bon_in_open(&in, path));
    dump.name = bon_in_name(in);
    dump.parser = XML_ParserCreate(NULL);
    bon_status status = dump.parser ? BON_OK : bon_fail_memory(BLOCK);
    if (status == BON_OK) {
        XML_SetUserData(dump.parser, &dump);
        XML_SetElementHandler(dump.parser, on_start, on_end);
        XML_SetCharacterDataHandler(dump.parser, on_text);
        XML_SetStartDoctypeDeclHandler(dump.parser, on_doctype);
        if (progress) progress->total += bon_in_raw_size(in);
        status = parse(&dump, in, progress);
        XML_ParserFree(dump.parser);
    }
    bon_buf *const buffers[] = {&dump.page.id, &dump.page.title, &dump.page.ns, &dump.page.source, &dump.page.base};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) bon_buf_free(buffers[i]);
    bon_in_close(in);
    return status;
}

/* Title as in addresses: _ for blanks, letters of ASCII and what MediaWiki leaves as it is, the rest in percents (RFC 3986). */
bon_status bon_wiki_address(const struct bon_wiki_page *page, bon_buf *out) {
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~!*(),:;@$/";
    size_t folder = page->base.len;
    while (folder && page->base.data[folder - 1] != '/') folder--;
    if (!folder) return BON_OK;
    BON_TRY(bon_buf_append(out, page->base.data, folder));
    for (size_t i = 0; i < page->title.len; i++) {
        char c = page->title.data[i];
        if (c == ' ') c = '_';
        BON_TRY(c && strchr(plain, c) ? bon_buf_put(out, c) : bon_buf_printf(out, "%%%02X", (unsigned char)c));
    }
    return BON_OK;
}
