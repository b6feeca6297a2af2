/* src/corpus/warc.h: documents out of web archives (WARC 1.x, ISO 28500): pages as servers sent them, or texts made of them (WET).
 *
 * Compressed archives are members of gzip or frames of zstd one behind the other, as any input may be. A document has the record's id,
 * the page's address, and as members what page and record say: lang, date, fetched.
 */
#ifndef BON_SRC_CORPUS_WARC_H
#define BON_SRC_CORPUS_WARC_H

#include "corpus/page.h"

enum { BON_WARC_RECORD_MAX = 64 << 20 }; /* bytes of a record that is read, and of what it decompresses to */

/* import->counts: records left out because they are no page of a server or text, were not found, are of another type, of another
 * language, or packed in a way that is not known. */
enum bon_warc_count { BON_WARC_OTHER, BON_WARC_STATUS, BON_WARC_TYPE, BON_WARC_LANGUAGE, BON_WARC_PACKED };

struct bon_warc {
    struct bon_page *page;
    const char *
        languages; /* of texts: list with commas, as the archive names them ("vie"); NULL: all. Texts of no known language stay */
    /* Working space; zeros at first. */
    struct bon_document document;
    bon_buf head, body, space;
};

/* Reads an archive. A record that is cut or malformed fails with the offset of the decompressed bytes; with import->skip_bad reading goes
 * on with the next one that can be found. */
bon_status bon_warc_read(struct bon_warc *warc, struct bon_import *import, const char *path);
void bon_warc_free(struct bon_warc *warc); /* the working space */

#endif
