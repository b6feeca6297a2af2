/* src/corpus/page.h: what a reader reads of a web page.
 *
 *     struct bon_page *page;
 *     bon_page_open(&page, false);
 *     bon_page_read(page, bytes, n, NULL, 0, &document);    // fills title, url, text; members lang and date
 *
 * Scripts, styles, navigation, footers, asides, controls and what is hidden go; so do rows of links, which are menus. Blocks become
 * lines. An element that is left out and never closed is kept: a tag too few costs clutter, not the text.
 */
#ifndef BON_SRC_CORPUS_PAGE_H
#define BON_SRC_CORPUS_PAGE_H

#include "corpus/document.h"

struct bon_page;

/* menus: keep rows of links. */
bon_status bon_page_open(struct bon_page **out, bool menus);
void bon_page_close(struct bon_page *page);

/* Reads a page in any charset; label, as of bon_encoding_decode, may be NULL with 0. Fills what is empty of title and url, adds lang
 * and date where the page says them, and appends to the text. Time is linear in n. */
bon_status bon_page_read(struct bon_page *page, const char *bytes, size_t n, const char *label, size_t label_len,
                         struct bon_document *document);
/* The text alone, of a part of a book: UTF-8 or what it declares. */
bon_status bon_page_read_text(struct bon_page *page, const char *bytes, size_t n, bon_buf *text);
/* Text that is no page, as the server says (text/plain): in any charset, too. */
bon_status bon_page_read_plain(struct bon_page *page, const char *bytes, size_t n, const char *label, size_t label_len,
                               bon_buf *text);
/* A title, UTF-8, as one line. */
bon_status bon_page_line(struct bon_page *page, const char *text, size_t n, bon_buf *line);

#endif
