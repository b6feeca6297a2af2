/* src/corpus/wiki.h: the pages of a MediaWiki dump (export-0.x XML), one after the other, in memory of one page. */
#ifndef BON_SRC_CORPUS_WIKI_H
#define BON_SRC_CORPUS_WIKI_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/progress.h"

enum { BON_WIKI_PAGE_MAX = 64 << 20 }; /* bytes of a page; MediaWiki itself allows 2 MiB */

struct bon_wiki_page {
    bon_buf id, title, ns, source; /* ns is "0" for articles */
    bool redirect;
    bon_buf base; /* of the dump: the address of its main page */
};

/* Reads a dump (plain, or compressed as any input) and gives each page to `take`, whose failure ends the reading. A dump that is
 * cut or no XML fails with file, line and reason after the pages before it; one with a document type (whose entities could grow
 * without end) is refused. progress may be NULL. */
bon_status bon_wiki_read(const char *path, bon_status (*take)(void *context, const struct bon_wiki_page *page),
                         void *context, struct bon_progress *progress);

/* The address of a page: its dump's, with the title for that of the main page; "" when the dump does not say. */
bon_status bon_wiki_address(const struct bon_wiki_page *page, bon_buf *out);

#endif
