/* src/corpus/wikitext.h: the text of a page of a wiki: what a reader reads, in paragraphs.
 *
 *     '''Hà Nội''' ({{lang|en|Hanoi}}) là [[thủ đô]] của [[Việt Nam|nước Việt Nam]].<ref>...</ref>
 *     -> Hà Nội là thủ đô của nước Việt Nam.
 *
 * Templates, tables, references, files, categories and formulas go; of links their text stays, of headings and list items the
 * line. Nothing is expanded: what a template would have said is lost.
 */
#ifndef BON_SRC_CORPUS_WIKITEXT_H
#define BON_SRC_CORPUS_WIKITEXT_H

#include "base/buf.h"
#include "bon/normalize.h"

enum { BON_WIKI_OPENINGS = 4 };

/* Working space of one thread; all zeros to begin with. */
struct bon_wikitext {
    bon_buf plain, normal;
    struct bon_wiki_opening *openings; /* braces and brackets that wait for their ends */
    size_t open, cap;
    size_t counts[BON_WIKI_OPENINGS]; /* of each kind */
};

/* A normalizer as it is wanted here: with the rule for HTML. */
bon_status bon_wikitext_normalizer(bon_normalizer **out);
/* Appends the text of a page, lines without blank ones between, no newline at the end. Time is linear in n. */
bon_status bon_wikitext_read(struct bon_wikitext *wikitext, const bon_normalizer *normalizer, const char *source,
                             size_t n, bon_buf *out);
void bon_wikitext_free(struct bon_wikitext *wikitext);

#endif
