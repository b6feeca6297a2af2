/* src/normalize/html.h: the rule "html": tags go, character references become characters.
 *
 *     html.c         one pass over a text: what is markup and what becomes of it
 *     html_tag.c     the grammar of a tag, strict, so that `a < b` and <Tên> stay
 *     html_tables.c  the named references (generated)
 *
 * One pass may bring other markup to light (&amp;lt; is &lt;, a tag inside a reference goes): settle.c repeats it until nothing
 * is left.
 */
#ifndef BON_SRC_NORMALIZE_HTML_H
#define BON_SRC_NORMALIZE_HTML_H

#include <stdbool.h>

#include "base/buf.h"
#include "bon/normalize.h"

enum { BON_HTML_ENTITIES = 2125, BON_HTML_NAME_MAX = 32 };

struct bon_html_entity {
    const char *name;
    uint32_t points[2]; /* the second 0 for most */
};
extern const struct bon_html_entity bon_html_entities[BON_HTML_ENTITIES]; /* by name, in the order of bytes */

enum bon_html_kind {
    BON_HTML_NONE,   /* no tag: text */
    BON_HTML_CUT,    /* might be one, but the text ends */
    BON_HTML_INLINE, /* leaves nothing */
    BON_HTML_BREAK,  /* ends a line */
    BON_HTML_BLANK   /* parts words */
};

/* What a search found out for the rest of a text, so that no text is searched twice to its end. All zeros before. */
struct bon_html_seen {
    bool no_comment_end, no_quote[2], no_content_end[2];
};

/* Whether text, which begins with '<', begins with a tag, a comment, or an element whose content is not text (script, style);
 * *used bytes of it. */
enum bon_html_kind bon_html_tag(const char *text, size_t n, struct bon_html_seen *seen, size_t *used);

struct bon_html_place {
    bool begins_inside, ends_inside; /* text of the same line stands before it, and follows */
    bool defuse;                     /* markup is kept from being any by a blank behind its first character */
};

/* Appends text without its markup, and adds to *count the tags and references that went. Where lines end inside the text, they
 * stay. Spans (may be NULL) get what changed. */
bon_status bon_html_pass(const char *text, size_t n, const struct bon_html_place *place, bon_buf *out, uint64_t *count,
                         bon_spans *spans);

#endif
