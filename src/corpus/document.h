/* src/corpus/document.h: a document on its way from a file of some format to a JSON line, and what its readers share.
 *
 *     {"id":"7","title":"Huế","url":"https://…","lang":"vi","text":"Cố đô.\nSông Hương."}
 *
 * The four strings are always there, empty where the format does not say; what else is known stands before the text. The text has
 * a paragraph a line and no empty ones.
 */
#ifndef BON_SRC_CORPUS_DOCUMENT_H
#define BON_SRC_CORPUS_DOCUMENT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/progress.h"
#include "bon/normalize.h"

enum { BON_DOCUMENT_MAX = 256 << 20 }; /* bytes of a document, as far as readers hold one */

/* All zeros is empty. Strings are UTF-8. */
struct bon_document {
    bon_buf id, title, url, text;
    bon_buf members; /* further ones as JSON, each with a comma behind it: "lang":"vi", */
};

void bon_document_clear(struct bon_document *document);
void bon_document_free(struct bon_document *document);
/* Appends a string whose malformed bytes become U+FFFD: an id, an address. */
bon_status bon_document_string(bon_buf *out, const char *text, size_t n);
/* Appends text normalized and as one line: a title. */
bon_status bon_document_line(bon_buf *out, const bon_normalizer *normalizer, const char *text, size_t n);
/* Appends text normalized, without its empty lines; what is there already ends with a line. `space` is working space. */
bon_status bon_document_text(bon_buf *out, const bon_normalizer *normalizer, const char *text, size_t n,
                             bon_buf *space);
/* The lines of a text that are not empty, appended. */
bon_status bon_append_lines(const char *text, size_t n, bon_buf *out);
/* Adds a member: a string; an empty one is not added. */
bon_status bon_document_member(struct bon_document *document, const char *name, const char *value, size_t n);
bon_status bon_document_number(struct bon_document *document, const char *name, uint64_t value);

/* Characters of the text. */
size_t bon_document_size(const struct bon_document *document);
/* Appends the line of JSON; or the text with an empty line behind it. */
bon_status bon_document_json(const struct bon_document *document, bon_buf *out);
bon_status bon_document_plain(const struct bon_document *document, bon_buf *out);

/* ---- what a reader of files is given ---- */

enum { BON_IMPORT_COUNTS = 6 };

struct bon_import {
    bon_status (*take)(void *context, const struct bon_document *document); /* its failure ends the reading */
    void *context;
    struct bon_progress *progress; /* may be NULL */
    bool skip_bad;                 /* go on behind what is broken */
    /* Set by readers. */
    uint64_t bad;                       /* records left out because they are broken */
    char first_bad[BON_MESSAGE_MAX];    /* what was wrong with the first */
    uint64_t counts[BON_IMPORT_COUNTS]; /* of what was left out for other reasons, as the reader's header says */
};

/* What becomes of a failure: of broken input with skip_bad BON_OK, and it is counted; any other stays. */
bon_status bon_import_bad(struct bon_import *import, bon_status status);

#endif
