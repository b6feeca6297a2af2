/* src/corpus/epub.h: the text of e-books (EPUB 2 and 3): a zip of pages, and papers that say in which order they are read.
 *
 * A few kilobytes of a zip can decompress to terabytes, and its parts may overlap. So what is decompressed has limits, in all and in
 * proportion to the file, and no part is read twice.
 */
#ifndef BON_SRC_CORPUS_EPUB_H
#define BON_SRC_CORPUS_EPUB_H

#include "corpus/page.h"

struct bon_epub {
    struct bon_page *page;
    uint64_t most;  /* bytes of a book, decompressed */
    unsigned ratio; /* most bytes decompressed for a byte of the file (above 1 MiB) */
    bool chapters;  /* a document each, instead of one a book */
    /* Working space; zeros at first. */
    struct bon_document document;
    bon_buf part;
};

/* Reads a book: title, and the members author, lang, date, identifier. "-" is standard input, held in memory. A part that is missing or
 * broken, an encrypted book, a zip bomb (BON_ERR_LIMIT) and what is no e-book fail with file and part; with import->skip_bad the
 * other parts are read. */
bon_status bon_epub_read(struct bon_epub *epub, struct bon_import *import, const char *path);
void bon_epub_free(struct bon_epub *epub); /* the working space */

#endif
