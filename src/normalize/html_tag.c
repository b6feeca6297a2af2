/* src/normalize/html_tag.c: the grammar of a tag.
 *
 * Stricter than a browser's, because losing text is worse than keeping a tag: the element is one of HTML (or of the office
 * formats that web pages are pasted from), and an attribute has a value unless it is one that HTML writes without. So
 * `a < b`, `x <b and c> d`, <Tên>, <3 and <s> as a token of a model without a closing bracket in reach stay as they are.
 */
#include "normalize/html.h"

#include <string.h>

enum { ATTRIBUTES_MAX = 64, WORD_MAX = 16 };

struct element {
    char name[WORD_MAX];
    enum bon_html_kind kind;
};

#define INLINE(name)                                                                                                   \
    { name, BON_HTML_INLINE }
#define BREAK(name)                                                                                                    \
    { name, BON_HTML_BREAK }
#define BLANK(name)                                                                                                    \
    { name, BON_HTML_BLANK }

// clang-format off
static const struct element elements[] = {
    INLINE("a"), INLINE("abbr"), INLINE("acronym"), BREAK("address"), BLANK("applet"), BLANK("area"), BREAK("article"),
    BREAK("aside"), BLANK("audio"), INLINE("b"), INLINE("base"), INLINE("basefont"), INLINE("bdi"), INLINE("bdo"),
    INLINE("big"), BREAK("blockquote"), BREAK("body"), BREAK("br"), BLANK("button"), BLANK("canvas"), BREAK("caption"),
    BREAK("center"), INLINE("cite"), INLINE("code"), BREAK("col"), BREAK("colgroup"), INLINE("data"), BREAK("datalist"),
    BREAK("dd"), INLINE("del"), BREAK("details"), INLINE("dfn"), BREAK("dialog"), BREAK("dir"), BREAK("div"), BREAK("dl"),
    BREAK("dt"), INLINE("em"), BLANK("embed"), BREAK("fieldset"), BREAK("figcaption"), BREAK("figure"), INLINE("font"),
    BREAK("footer"), BREAK("form"), BREAK("frame"), BREAK("frameset"), BREAK("h1"), BREAK("h2"), BREAK("h3"), BREAK("h4"),
    BREAK("h5"), BREAK("h6"), BREAK("head"), BREAK("header"), BREAK("hgroup"), BREAK("hr"), BREAK("html"), INLINE("i"),
    BLANK("iframe"), BLANK("img"), BLANK("input"), INLINE("ins"), INLINE("kbd"), BLANK("label"), BREAK("legend"),
    BREAK("li"), INLINE("link"), BREAK("main"), BLANK("map"), INLINE("mark"), BREAK("menu"), INLINE("meta"),
    BLANK("meter"), BREAK("nav"), BREAK("noframes"), BREAK("noscript"), INLINE("o:p"), BLANK("object"), BREAK("ol"),
    BREAK("optgroup"), BREAK("option"), BLANK("output"), BREAK("p"), INLINE("param"), BREAK("picture"), BREAK("pre"),
    BLANK("progress"), INLINE("q"), INLINE("rp"), INLINE("rt"), INLINE("ruby"), INLINE("s"), INLINE("samp"),
    BLANK("script"), BREAK("search"), BREAK("section"), BLANK("select"), INLINE("small"), INLINE("source"),
    INLINE("span"), INLINE("strike"), INLINE("strong"), BLANK("style"), INLINE("sub"), BREAK("summary"), INLINE("sup"),
    BLANK("svg"), BREAK("table"), BREAK("tbody"), BLANK("td"), INLINE("template"), BLANK("textarea"), BREAK("tfoot"),
    BLANK("th"), BREAK("thead"), INLINE("time"), BREAK("title"), BREAK("tr"), INLINE("track"), INLINE("tt"), INLINE("u"),
    BREAK("ul"), INLINE("var"), BLANK("video"), INLINE("wbr"),
};
/* Attributes that are written without a value. */
static const char *const flags[] = {
    "allowfullscreen", "async", "autofocus", "autoplay", "checked", "compact", "controls", "default", "defer", "disabled",
    "hidden", "ismap", "itemscope", "loop", "multiple", "muted", "nohref", "noshade", "novalidate", "nowrap", "open",
    "playsinline", "readonly", "required", "reversed", "selected",
};
// clang-format on

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
static bool is_alpha(char c) { return (unsigned char)((c | 0x20) - 'a') < 26; }
static bool is_name(char c) {
    return is_alpha(c) || (c >= '0' && c <= '9') || c == '-' || c == ':' || c == '_' || c == '.';
}

static size_t skip_blanks(const char *text, size_t n, size_t at) {
    while (at < n && is_blank(text[at])) at++;
    return at;
}

/* A name in small letters; its length, 0 when it is longer than any that is known. *end is behind it in the text. */
static size_t read_name(const char *text, size_t n, size_t at, char name[WORD_MAX], size_t *end) {
    size_t length = 0;
    for (; at < n && is_name(text[at]); at++, length++)
        if (length < WORD_MAX - 1) name[length] = is_alpha(text[at]) ? (char)(text[at] | 0x20) : text[at];
    *end = at;
    name[length < WORD_MAX ? length : WORD_MAX - 1] = '\0';
    return length < WORD_MAX ? length : 0;
}

static enum bon_html_kind kind_of(const char *name) {
    size_t low = 0, high = sizeof elements / sizeof elements[0];
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(name, elements[middle].name);
        if (order == 0) return elements[middle].kind;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return BON_HTML_NONE;
}

static bool is_flag(const char *name) {
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (strcmp(name, flags[i]) == 0) return true;
    return false;
}

/* Reading on from *at: done, wrong, or the text ends before it is told. */
enum outcome { DONE, WRONG, CUT };

static enum outcome quoted_value(const char *text, size_t n, size_t *at, struct bon_html_seen *seen) {
    char quote = text[*at];
    bool *none = &seen->no_quote[quote == '\''];
    const char *end = *none ? NULL : memchr(text + *at + 1, quote, n - *at - 1);
    if (!end) return *none = true, CUT;
    *at = (size_t)(end - text) + 1;
    return DONE;
}

static enum outcome bare_value(const char *text, size_t n, size_t *at) {
    size_t start = *at;
    while (*at < n && !is_blank(text[*at]) && !strchr("\"'=<>`", text[*at])) ++*at;
    return *at == n ? CUT : *at > start ? DONE : WRONG;
}

/* An attribute at *at, which is no blank. */
static enum outcome attribute(const char *text, size_t n, size_t *at, struct bon_html_seen *seen) {
    char name[WORD_MAX];
    size_t end;
    if (!is_alpha(text[*at]) && text[*at] != '_' && text[*at] != ':') return WRONG;
    bool flag = read_name(text, n, *at, name, &end) > 0 && is_flag(name);
    size_t equals = skip_blanks(text, n, end);
    *at = end;
    if (equals == n) return CUT;
    if (text[equals] != '=') return flag ? DONE : WRONG;
    *at = skip_blanks(text, n, equals + 1);
    if (*at == n) return CUT;
    return text[*at] == '"' || text[*at] == '\'' ? quoted_value(text, n, at, seen) : bare_value(text, n, at);
}

/* What stands between the element's name and '>', which *at is behind at the end. */
static enum outcome attributes(const char *text, size_t n, size_t *at, bool closing, struct bon_html_seen *seen) {
    for (unsigned count = 0; count < ATTRIBUTES_MAX; count++) {
        size_t next = skip_blanks(text, n, *at);
        if (next < n && text[next] == '/' && !closing) next++;
        if (next == n) return CUT;
        if (text[next] == '>') return *at = next + 1, DONE;
        if (closing || next == *at) return WRONG;
        *at = next;
        enum outcome outcome = attribute(text, n, at, seen);
        if (outcome != DONE) return outcome;
    }
    return WRONG;
}

/* <!-- ... -->, <!DOCTYPE ...>, <?xml ... ?> */
static enum bon_html_kind declaration(const char *text, size_t n, struct bon_html_seen *seen, size_t *used) {
    static const char doctype[] = "!doctype ", xml[] = "?xml";
    if (n >= 4 && memcmp(text, "<!--", 4) == 0) {
        const char *end = seen->no_comment_end ? NULL : memmem(text + 4, n - 4, "-->", 3);
        if (!end) return seen->no_comment_end = true, BON_HTML_CUT;
        *used = (size_t)(end - text) + 3;
        return BON_HTML_INLINE;
    }
    const char *wanted = text[1] == '?' ? xml : doctype;
    for (size_t i = 0; wanted[i]; i++)
        if (i + 1 >= n || (is_alpha(text[i + 1]) ? (text[i + 1] | 0x20) : text[i + 1]) != wanted[i])
            return i + 1 >= n ? BON_HTML_CUT : BON_HTML_NONE;
    size_t at = 1;
    while (at < n && text[at] != '<' && text[at] != '>') at++;
    if (at == n) return BON_HTML_CUT;
    *used = at + 1;
    return text[at] == '>' ? BON_HTML_BREAK : BON_HTML_NONE;
}

/* Where the content of script and style ends: behind their closing tag, if that is there; else the tag alone goes. */
static size_t behind_content(const char *text, size_t n, size_t at, const char *name, struct bon_html_seen *seen) {
    size_t length = strlen(name);
    bool *none = &seen->no_content_end[name[1] == 'c'];
    for (const char *p = text + at; !*none && (p = memmem(p, n - (size_t)(p - text), "</", 2)) != NULL;) {
        p += 2;
        if (n - (size_t)(p - text) < length + 1) break;
        size_t i = 0;
        while (i < length && (p[i] | 0x20) == name[i]) i++;
        if (i == length && p[i] == '>') return (size_t)(p - text) + length + 1;
    }
    *none = true;
    return at;
}

enum bon_html_kind bon_html_tag(const char *text, size_t n, struct bon_html_seen *seen, size_t *used) {
    char name[WORD_MAX];
    size_t at, length;
    if (n < 2) return BON_HTML_NONE; /* windows end behind blanks */
    if (text[1] == '!' || text[1] == '?') return declaration(text, n, seen, used);
    bool closing = text[1] == '/';
    if (n < 3 && closing) return BON_HTML_CUT;
    if (!is_alpha(text[1 + closing])) return BON_HTML_NONE;
    length = read_name(text, n, 1 + closing, name, &at);
    if (at == n && length) return BON_HTML_CUT;
    enum bon_html_kind kind = length ? kind_of(name) : BON_HTML_NONE;
    if (kind == BON_HTML_NONE) return BON_HTML_NONE;
    enum outcome outcome = attributes(text, n, &at, closing, seen);
    if (outcome != DONE) return outcome == CUT ? BON_HTML_CUT : BON_HTML_NONE;
    bool content = !closing && (strcmp(name, "script") == 0 || strcmp(name, "style") == 0);
    *used = content ? behind_content(text, n, at, name, seen) : at;
    return kind;
}
