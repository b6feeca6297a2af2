/* src/corpus/wikitext.c: see wikitext.h.
 *
 * One pass copies the source to `plain` and keeps a stack of what is open: {{ of a template, {| of a table, [[ of a link. An end
 * that fits the top takes back, or shortens, what was copied since; one that fits nothing is dropped, and so is what is never
 * closed, but not the text behind it: a brace too many costs two bytes, not the rest of the page. HTML is the normalizer's.
 */
#include "corpus/wikitext.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "corpus/document.h"

enum opening_kind { TEMPLATE, TABLE, LINK, EXTERNAL, OPENING_KINDS };

_Static_assert((int)OPENING_KINDS == (int)BON_WIKI_OPENINGS, "a count for each");

struct bon_wiki_opening {
    enum opening_kind kind;
    size_t at; /* of plain */
};

/* Elements whose content is no text. */
static const char *const hidden[] = {"ref",   "math",  "gallery", "timeline", "syntaxhighlight", "source",
                                     "score", "style", "table",   "mapframe", "imagemap",        "graph"};
enum { HIDDEN = sizeof hidden / sizeof *hidden };

struct reader {
    struct bon_wikitext *space;
    const char *at, *end, *source;
    bool no_end[HIDDEN], no_comment_end; /* none in the rest of the page: is not searched for again */
};

static bool begins(const struct reader *reader, const char *word) {
    size_t n = strlen(word);
    return (size_t)(reader->end - reader->at) >= n && memcmp(reader->at, word, n) == 0;
}

static bool at_line_start(const struct reader *reader) {
    return reader->at == reader->source || reader->at[-1] == '\n';
}

/* ---- what is open ---- */

static bon_status open_one(struct reader *reader, enum opening_kind kind, size_t used) {
    struct bon_wikitext *space = reader->space;
    BON_TRY(bon_grow_array(&space->openings, &space->cap, space->open + 1, sizeof *space->openings));
    space->openings[space->open++] = (struct bon_wiki_opening){kind, space->plain.len};
    space->counts[kind]++;
    reader->at += used;
    return BON_OK;
}

static void drop_top(struct bon_wikitext *space) { space->counts[space->openings[--space->open].kind]--; }

/* What was opened inside and never closed is given up, so that all of it costs linear time; a link does not look out of its
 * template. False when no such thing is open. */
static bool close_one(struct bon_wikitext *space, enum opening_kind kind, size_t *at) {
    if (!space->counts[kind]) return false;
    while (space->open && space->openings[space->open - 1].kind != kind) {
        if (kind >= LINK && space->openings[space->open - 1].kind < LINK) return false;
        drop_top(space);
    }
    *at = space->openings[space->open - 1].at;
    drop_top(space);
    return true;
}

/* ---- links ---- */

/* Bytes. What is longer keeps its bar: links in links in links would be moved again and again. */
enum { LINK_MAX = 4 << 10 };

/* [[Tập tin:...]], [[Thể loại:...]]: nothing to read. Languages and sister projects have short lower-case names. */
static bool is_namespace(const char *name, size_t n) {
    static const char *const names[] = {"Tập tin",  "Hình",     "File",  "Image",
                                        "Thể loại", "Category", "Media", "Wikipedia"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == n && strncasecmp(names[i], name, n) == 0) return true;
    if (n < 2 || n > 12) return false;
    for (size_t i = 0; i < n; i++)
        if ((name[i] < 'a' || name[i] > 'z') && name[i] != '-') return false;
    return true;
}

static void finish_link(bon_buf *plain, size_t at) {
    const char *text = plain->data + at, *end = plain->data + plain->len;
    const size_t looked_at = end - text < LINK_MAX ? (size_t)(end - text) : LINK_MAX;
    const char *bar = memchr(text, '|', looked_at);
    const char *target_end = bar ? bar : end, *colon = memchr(text, ':', bar ? (size_t)(bar - text) : looked_at);
    if (colon && colon > text && is_namespace(text, (size_t)(colon - text))) {
        plain->len = at;
        return;
    }
    if (end - text > LINK_MAX) return;
    const char *from = bar && bar + 1 < end ? bar + 1 : text, *to = from == text ? target_end : end;
    if (from < to && *from == ':') from++;
    memmove(plain->data + at, from, (size_t)(to - from));
    plain->len = at + (size_t)(to - from);
}

/* [http://... text] */
static void finish_external(bon_buf *plain, size_t at) {
    const char *text = plain->data + at, *end = plain->data + plain->len;
    if (end - text > LINK_MAX) return;
    const char *blank = memchr(text, ' ', (size_t)(end - text));
    size_t left = blank ? (size_t)(end - blank - 1) : 0;
    if (left) memmove(plain->data + at, blank + 1, left);
    plain->len = at + left;
}

static void finish(struct reader *reader, enum opening_kind kind, size_t used) {
    size_t at;
    reader->at += used;
    if (!close_one(reader->space, kind, &at)) return;
    switch (kind) {
    case TEMPLATE:
    case TABLE: reader->space->plain.len = at; break;
    case LINK: finish_link(&reader->space->plain, at); break;
    case EXTERNAL: finish_external(&reader->space->plain, at); break;
    case OPENING_KINDS: break;
    }
}

/* ---- elements and comments ---- */

static bool is_name_end(char c) { return c == '>' || c == '/' || c == ' ' || c == '\t' || c == '\n'; }

/* The byte behind </name>, or NULL. */
static const char *find_end_tag(const char *at, const char *end, const char *name) {
    size_t n = strlen(name);
    while ((at = memmem(at, (size_t)(end - at), "</", 2))) {
        at += 2;
        if ((size_t)(end - at) <= n || strncasecmp(at, name, n) != 0) continue;
        const char *close = memchr(at + n, '>', (size_t)(end - at) - n);
        return close ? close + 1 : end;
    }
    return NULL;
}

static void skip_element(struct reader *reader, size_t which) {
    const char *close = memchr(reader->at, '>', (size_t)(reader->end - reader->at));
    if (close && close[-1] == '/') {
        reader->at = close + 1;
        return;
    }
    const char *behind = close && !reader->no_end[which] ? find_end_tag(close, reader->end, hidden[which]) : NULL;
    reader->no_end[which] |= !behind;
    reader->at = behind ? behind : close ? close + 1 : reader->end;
}

/* True when it moved: what begins with '<' here is not for readers. */
static bool skip_markup(struct reader *reader) {
    if (begins(reader, "<!--")) {
        const char *behind =
            reader->no_comment_end ? NULL : memmem(reader->at, (size_t)(reader->end - reader->at), "-->", 3);
        reader->no_comment_end = !behind;
        reader->at = behind ? behind + 3 : reader->at + 4;
        return true;
    }
    size_t left = (size_t)(reader->end - reader->at) - 1;
    for (size_t i = 0; i < HIDDEN; i++) {
        size_t n = strlen(hidden[i]);
        if (left <= n || strncasecmp(reader->at + 1, hidden[i], n) != 0 || !is_name_end(reader->at[1 + n])) continue;
        skip_element(reader, i);
        return true;
    }
    return false;
}

/* ---- lines and letters ---- */

/* Marks of headings, lists and rules at the beginning of a line. */
static void skip_line_marks(struct reader *reader) {
    while (reader->at < reader->end && strchr("*#:;=-!", *reader->at) && *reader->at) {
        if (*reader->at == '-' && !begins(reader, "----")) return;
        reader->at += *reader->at == '-' ? 4 : 1;
    }
}

/* The = at the end of a heading. */
static void end_line(bon_buf *plain) {
    while (plain->len && (plain->data[plain->len - 1] == ' ' || plain->data[plain->len - 1] == '=')) plain->len--;
}

/* What is left of brackets whose content went: "( )", "(; )". */
static bool close_bracket(bon_buf *plain) {
    size_t n = plain->len;
    while (n && strchr(" ,;", plain->data[n - 1]) && plain->data[n - 1]) n--;
    if (!n || plain->data[n - 1] != '(') return false;
    for (n--; n && plain->data[n - 1] == ' ';) n--;
    plain->len = n;
    return true;
}

/* '' and ''' and more are italics and bold; one is a letter. */
static bool skip_quotes(struct reader *reader) {
    if (!begins(reader, "''")) return false;
    while (reader->at < reader->end && *reader->at == '\'') reader->at++;
    return true;
}

/* __NOTOC__ and its like. */
static bool skip_magic_word(struct reader *reader) {
    if (!begins(reader, "__")) return false;
    const char *p = reader->at + 2;
    while (p < reader->end && *p >= 'A' && *p <= 'Z') p++;
    if (p == reader->at + 2 || reader->end - p < 2 || p[0] != '_' || p[1] != '_') return false;
    reader->at = p + 2;
    return true;
}

static bool is_address(const struct reader *reader) {
    return begins(reader, "[http://") || begins(reader, "[https://") || begins(reader, "[//");
}

static bon_status step(struct reader *reader) {
    bon_buf *plain = &reader->space->plain;
    switch (*reader->at) {
    case '{':
        if (begins(reader, "{{")) return open_one(reader, TEMPLATE, 2);
        if (at_line_start(reader) && begins(reader, "{|")) return open_one(reader, TABLE, 2);
        break;
    case '}':
        if (begins(reader, "}}")) return finish(reader, TEMPLATE, 2), BON_OK;
        break;
    case '|':
        if (at_line_start(reader) && begins(reader, "|}") && !begins(reader, "|}}"))
            return finish(reader, TABLE, 2), BON_OK;
        break;
    case '[':
        if (begins(reader, "[[")) return open_one(reader, LINK, 2);
        if (is_address(reader)) return open_one(reader, EXTERNAL, 1);
        break;
    case ']': {
        size_t open = reader->space->open;
        bool external = open && reader->space->openings[open - 1].kind == EXTERNAL;
        if (external) return finish(reader, EXTERNAL, 1), BON_OK;
        if (begins(reader, "]]")) return finish(reader, LINK, 2), BON_OK;
        break;
    }
    case '<':
        if (skip_markup(reader)) return BON_OK;
        break;
    case '\'':
        if (skip_quotes(reader)) return BON_OK;
        break;
    case '_':
        if (skip_magic_word(reader)) return BON_OK;
        break;
    case ')':
        if (close_bracket(plain)) return reader->at++, BON_OK;
        break;
    case '\n':
        end_line(plain);
        reader->at++;
        BON_TRY(bon_buf_put(plain, '\n'));
        skip_line_marks(reader);
        return BON_OK;
    default: break;
    }
    return bon_buf_put(plain, *reader->at++);
}

/* ---- the whole ---- */

bon_status bon_wikitext_normalizer(bon_normalizer **out) {
    bon_normalize_options options = {.enabled = 1u << BON_RULE_HTML};
    return bon_normalizer_open(out, &options);
}

bon_status bon_wikitext_read(struct bon_wikitext *wikitext, const bon_normalizer *normalizer, const char *source,
                             size_t n, bon_buf *out) {
    if (n == 0) return BON_OK;
    struct reader reader = {.space = wikitext, .at = source, .source = source, .end = source + n};
    wikitext->plain.len = wikitext->normal.len = wikitext->open = 0;
    memset(wikitext->counts, 0, sizeof wikitext->counts);
    BON_TRY(bon_buf_reserve(&wikitext->plain, n + 1)); /* nothing gets longer */
    skip_line_marks(&reader);
    while (reader.at < reader.end) BON_TRY(step(&reader));
    end_line(&wikitext->plain);
    if (!wikitext->plain.len) return BON_OK;
    BON_TRY(bon_normalize(normalizer, wikitext->plain.data, wikitext->plain.len, &wikitext->normal));
    return wikitext->normal.len == 0 ? BON_OK : bon_append_lines(wikitext->normal.data, wikitext->normal.len, out);
}

void bon_wikitext_free(struct bon_wikitext *wikitext) {
    bon_buf_free(&wikitext->plain);
    bon_buf_free(&wikitext->normal);
    free(wikitext->openings);
    *wikitext = (struct bon_wikitext){0};
}
