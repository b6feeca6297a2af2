/* src/normalize/html.c: one pass of the rule "html" over a text.
 *
 * What separates on a page separates in the text: an element that stands in lines of its own (p, div, br, li, tr) ends a line
 * where text stands before and behind it, so <p>một</p><p>hai</p> is two lines and <b>m</b>ột is one word; cells and pictures
 * leave a blank. References need their semicolon, so R&D and ?a=1&copy=2 stay. Nothing beyond a line is looked at.
 */
#include "normalize/html.h"

#include "normalize/charset.h"
#include "normalize/spans.h"
#include "syllable/utf8.h"

enum { REPLACEMENT = 0xfffd };

struct pass {
    const char *text;
    size_t n;
    const struct bon_html_place *place;
    bon_buf *out;
    bon_spans *spans;
    struct bon_html_seen seen;
    bool written; /* something that shows stands before this in the line */
    enum { NOTHING, BLANK, BREAK } due;
    size_t due_at; /* where the markup begins that it stands for */
};

/* ---- references ---- */

/* A number as a character, as the HTML standard wants it: Windows-1252 for C1 controls, and blanks that part words. */
static uint32_t as_character(uint32_t number) {
    if (number >= 0x80 && number < 0xa0 && bon_cp1252_points[number]) return bon_cp1252_points[number];
    if (number == 0 || number > 0x10ffff || (number >= 0xd800 && number < 0xe000)) return REPLACEMENT;
    return number == '\t' || number == '\n' || number == '\f' || number == '\r' ? ' ' : number;
}

static unsigned digit_value(char c) {
    if (c >= '0' && c <= '9') return (unsigned)(c - '0');
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

/* &#225; &#xE1; behind the two signs. Returns the bytes up to the semicolon, 0: none; n: the text ends. */
static size_t read_number(const char *text, size_t n, uint32_t points[2]) {
    size_t at = 2;
    unsigned base = at < n && (text[at] | 0x20) == 'x' ? 16 : 10;
    uint32_t number = 0;
    at += base == 16;
    size_t first = at;
    for (; at < n && at < first + BON_HTML_NAME_MAX && digit_value(text[at]) < base; at++)
        number = number > 0x10ffff ? number : number * base + digit_value(text[at]);
    if (at < n && (text[at] != ';' || at == first)) return 0;
    points[0] = as_character(number);
    points[1] = 0;
    return at;
}

static const struct bon_html_entity *find_entity(const char *name, size_t n) {
    size_t low = 0, high = BON_HTML_ENTITIES;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const char *other = bon_html_entities[middle].name;
        int order = strncmp(name, other, n);
        if (order == 0 && other[n] == '\0') return &bon_html_entities[middle];
        if (order <= 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static bool is_alnum(char c) { return (unsigned char)((c | 0x20) - 'a') < 26 || (unsigned char)(c - '0') < 10; }

static size_t read_named(const char *text, size_t n, uint32_t points[2]) {
    size_t at = 1;
    while (at < n && at <= BON_HTML_NAME_MAX && is_alnum(text[at])) at++;
    if (at == n) return n;
    const struct bon_html_entity *entity = at > 1 && text[at] == ';' ? find_entity(text + 1, at - 1) : NULL;
    if (!entity) return 0;
    for (unsigned i = 0; i < 2; i++) points[i] = entity->points[i] ? as_character(entity->points[i]) : 0;
    return at;
}

/* ---- writing ---- */

/* What tags left is written when text follows on the line; where nothing stands before it, it is not needed. */
static bon_status settle(struct pass *p, size_t at, bool text_follows) {
    if (p->due == NOTHING) return BON_OK;
    const char *left = !p->written || !text_follows ? "" : p->due == BREAK ? "\n" : " ";
    size_t length = strlen(left), start = p->out->len;
    p->due = NOTHING;
    BON_TRY(bon_buf_append(p->out, left, length));
    return bon_spans_add(p->spans, start, length, p->due_at, at - p->due_at);
}

static bool is_blank(char c) { return c == ' ' || c == '\t'; }
static bool is_line_end(char c) { return c == '\n' || c == '\r'; }

/* Writes n bytes for the `used` bytes at `at`; blanks behind what a tag left are part of it. */
static bon_status put(struct pass *p, size_t at, size_t used, const char *text, size_t n) {
    size_t blanks = 0, start;
    while (blanks < n && is_blank(text[blanks])) blanks++;
    bool line_end = n > 0 && is_line_end(*text);
    if (blanks == n && p->due != NOTHING) return BON_OK;
    BON_TRY(settle(p, at, !line_end));
    start = p->out->len;
    BON_TRY(bon_buf_append(p->out, text, n));
    p->written = !line_end && (p->written || blanks < n);
    return text == p->text + at && used == n ? BON_OK : bon_spans_add(p->spans, start, n, at, used);
}

static void leave(struct pass *p, enum bon_html_kind kind, size_t at) {
    int due = kind == BON_HTML_BREAK ? BREAK : kind == BON_HTML_BLANK ? BLANK : NOTHING;
    if (p->due == NOTHING) p->due_at = at;
    if (due > (int)p->due) p->due = (unsigned)due;
}

/* ---- the pass ---- */

/* "< b>" for "<b>": seen, but no markup any longer. */
static bon_status put_defused(struct pass *p, size_t at) {
    char two[2] = {p->text[at], ' '};
    return put(p, at, 1, two, 2);
}

static bon_status tag(struct pass *p, size_t at, size_t *used, uint64_t *count) {
    enum bon_html_kind kind = bon_html_tag(p->text + at, p->n - at, &p->seen, used);
    if (kind == BON_HTML_NONE || (kind == BON_HTML_CUT && !p->place->ends_inside))
        return *used = 1, put(p, at, 1, p->text + at, 1);
    ++*count;
    if (kind == BON_HTML_CUT || p->place->defuse) return *used = 1, put_defused(p, at);
    if (kind != BON_HTML_INLINE || p->due != NOTHING) return leave(p, kind, at), BON_OK;
    return bon_spans_add(p->spans, p->out->len, 0, at, *used);
}

static bon_status reference(struct pass *p, size_t at, size_t *used, uint64_t *count) {
    uint32_t points[2] = {0};
    const char *text = p->text + at;
    size_t n = p->n - at;
    *used = n > 1 && text[1] == '#' ? read_number(text, n, points) : read_named(text, n, points);
    bool cut = *used == n && n > 1; /* windows end behind blanks */
    if (*used == 0 || n == 1 || (cut && !p->place->ends_inside)) return *used = 1, put(p, at, 1, text, 1);
    ++*count;
    if (cut || p->place->defuse) return *used = 1, put_defused(p, at);
    char bytes[8];
    size_t length = bon_utf8_write(points[0], bytes);
    if (points[1]) length += bon_utf8_write(points[1], bytes + length);
    ++*used;
    return put(p, at, *used, bytes, length);
}

/* The text up to the next '<' or '&'; line ends, and blanks behind tags, by themselves. */
static bon_status plain(struct pass *p, size_t at, size_t *used) {
    const char *text = p->text + at;
    size_t n = 1, left = p->n - at;
    if (p->due != NOTHING && is_blank(*text))
        while (n < left && is_blank(text[n])) n++;
    else if (!is_line_end(*text))
        while (n < left && text[n] != '<' && text[n] != '&' && !is_line_end(text[n])) n++;
    *used = n;
    return put(p, at, n, text, n);
}

bon_status bon_html_pass(const char *text, size_t n, const struct bon_html_place *place, bon_buf *out, uint64_t *count,
                         bon_spans *spans) {
    struct pass p = {.text = text, .n = n, .place = place, .out = out, .spans = spans, .written = place->begins_inside};
    for (size_t at = 0, used; at < n; at += used) {
        if (text[at] == '<')
            BON_TRY(tag(&p, at, &used, count));
        else if (text[at] == '&')
            BON_TRY(reference(&p, at, &used, count));
        else
            BON_TRY(plain(&p, at, &used));
    }
    return settle(&p, n, place->ends_inside);
}
