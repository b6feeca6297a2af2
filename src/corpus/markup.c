/* src/corpus/markup.c: see markup.h. The tokenizer of the HTML standard (13.2.5), as far as it matters for who wants text: states
 * that only tell errors apart are one. */
#include "corpus/markup.h"

#include <string.h>

/* Elements whose content is no markup, up to their closing tag. The last two have references. */
static const char *const raw_elements[] = {"script",  "style",    "iframe",   "xmp",
                                           "noembed", "noframes", "textarea", "title"};
enum { RAW_ELEMENTS = sizeof raw_elements / sizeof *raw_elements, WITHOUT_REFERENCES = RAW_ELEMENTS - 2 };

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
static bool is_alpha(char c) { return (unsigned char)((c | 0x20) - 'a') < 26; }
static char small(char c) { return is_alpha(c) ? (char)(c | 0x20) : c; }

bool bon_markup_is(const char *text, size_t n, const char *word) {
    size_t i = 0;
    while (i < n && word[i] && small(text[i]) == word[i]) i++;
    return i == n && !word[i];
}

static size_t skip_blanks(const char *text, size_t n, size_t at) {
    while (at < n && is_blank(text[at])) at++;
    return at;
}

/* ---- attributes ---- */

/* Where a value without quotes ends. */
static size_t bare_end(const char *text, size_t n, size_t at) {
    while (at < n && !is_blank(text[at]) && text[at] != '>') at++;
    return at;
}

static size_t name_end(const char *text, size_t n, size_t at) {
    if (at < n) at++; /* an equals sign may begin a name */
    while (at < n && !is_blank(text[at]) && text[at] != '/' && text[at] != '>' && text[at] != '=') at++;
    return at;
}

bool bon_markup_attribute(const struct bon_markup_token *token, size_t *at, struct bon_markup_attribute *attribute) {
    const char *text = token->text;
    size_t i = *at, n = token->n;
    while (i < n && (is_blank(text[i]) || text[i] == '/')) i++;
    if (i == n) return false;
    size_t end = name_end(text, n, i), value = skip_blanks(text, n, end);
    *attribute = (struct bon_markup_attribute){text + i, text + end, end - i, 0};
    *at = end;
    if (value == n || text[value] != '=') return true;
    value = skip_blanks(text, n, value + 1);
    char quote = value < n ? text[value] : 0;
    const char *close = quote == '"' || quote == '\'' ? memchr(text + value + 1, quote, n - value - 1) : NULL;
    attribute->value = text + value + (close != NULL);
    attribute->value_len = close ? (size_t)(close - attribute->value) : bare_end(text, n, value) - value;
    *at = (size_t)(attribute->value - text) + attribute->value_len + (close != NULL);
    return true;
}

/* ---- tags ---- */

/* Behind the closing quote of a value, or, where there is none, behind the opening one. */
static size_t skip_quoted(struct bon_markup *m, size_t at) {
    bool *none = &m->no_quote[m->text[at] == '\''];
    const char *close = *none ? NULL : memchr(m->text + at + 1, m->text[at], m->n - at - 1);
    *none |= !close;
    return close ? (size_t)(close - m->text) + 1 : at + 1;
}

/* The '>' that ends a tag, from behind its name on; n when the text ends before. */
static size_t tag_end(struct bon_markup *m, size_t at) {
    while (at < m->n && m->text[at] != '>') {
        if (is_blank(m->text[at]) || m->text[at] == '/') {
            at++;
            continue;
        }
        at = skip_blanks(m->text, m->n, name_end(m->text, m->n, at));
        if (at == m->n || m->text[at] != '=') continue;
        at = skip_blanks(m->text, m->n, at + 1);
        if (at == m->n) break;
        at = m->text[at] == '"' || m->text[at] == '\'' ? skip_quoted(m, at) : bare_end(m->text, m->n, at);
    }
    return at;
}

static void read_name(const char *text, size_t n, char name[BON_MARKUP_NAME]) {
    size_t length = n < BON_MARKUP_NAME ? n : 0;
    for (size_t i = 0; i < length; i++) name[i] = small(text[i]);
    name[length] = '\0';
}

/* A tag at m->at; false when the text ends in it: what is cut there is no text. */
static bool read_tag(struct bon_markup *m, struct bon_markup_token *token) {
    bool closing = m->text[m->at + 1] == '/';
    size_t first = m->at + 1 + closing, behind = first;
    while (behind < m->n && !is_blank(m->text[behind]) && m->text[behind] != '/' && m->text[behind] != '>') behind++;
    size_t end = tag_end(m, behind);
    m->at = end < m->n ? end + 1 : m->n;
    if (end == m->n) return false;
    token->kind = closing ? BON_MARKUP_CLOSE : BON_MARKUP_OPEN;
    token->text = m->text + behind;
    token->n = end - behind;
    token->closed = m->xml && !closing && end > behind && m->text[end - 1] == '/';
    read_name(m->text + first, behind - first, token->name);
    for (size_t i = 0; i < RAW_ELEMENTS && !closing && !token->closed; i++)
        if (strcmp(token->name, raw_elements[i]) == 0) memcpy(m->raw, token->name, sizeof m->raw);
    return true;
}

/* ---- what is neither ---- */

/* Passes a comment, a declaration or an instruction at m->at. */
static void skip_declaration(struct bon_markup *m) {
    const char *from = m->text + m->at, *close;
    size_t left = m->n - m->at;
    if (left >= 4 && memcmp(from, "<!--", 4) == 0) {
        close = m->no_comment_end ? NULL : memmem(from + 2, left - 2, "-->", 3); /* <!--> is one, too */
        m->no_comment_end |= !close;
        if (close) {
            m->at = (size_t)(close - m->text) + 3;
            return;
        }
    }
    close = memchr(from, '>', left);
    m->at = close ? (size_t)(close - m->text) + 1 : m->n;
}

static bool begins_markup(const struct bon_markup *m, size_t at) {
    char c = at + 1 < m->n ? m->text[at + 1] : 0;
    return is_alpha(c) || c == '!' || c == '?' || c == '/';
}

static void read_text(struct bon_markup *m, struct bon_markup_token *token) {
    size_t from = m->at, at = from;
    for (;;) {
        const char *next = memchr(m->text + at, '<', m->n - at);
        at = next ? (size_t)(next - m->text) : m->n;
        if (at == m->n || begins_markup(m, at)) break;
        at++;
    }
    token->kind = BON_MARKUP_TEXT;
    token->text = m->text + from;
    token->n = at - from;
    m->at = at;
}

/* The content of a raw element, up to its closing tag or the end; false when it is empty. */
static bool read_raw(struct bon_markup *m, struct bon_markup_token *token) {
    size_t from = m->at, length = strlen(m->raw), end = m->n;
    for (const char *next = m->text + from; (next = memmem(next, m->n - (size_t)(next - m->text), "</", 2));
         next += 2) {
        size_t name = (size_t)(next - m->text) + 2;
        if (m->n - name < length || !bon_markup_is(m->text + name, length, m->raw)) continue;
        if (m->n - name > length && is_alpha(m->text[name + length])) continue;
        end = name - 2;
        break;
    }
    *token = (struct bon_markup_token){.kind = BON_MARKUP_TEXT, .text = m->text + from, .n = end - from};
    for (size_t i = 0; i < WITHOUT_REFERENCES; i++) token->raw |= strcmp(m->raw, raw_elements[i]) == 0;
    m->raw[0] = '\0';
    m->at = end;
    return token->n > 0;
}

/* <![CDATA[ ... ]]> */
static bool read_cdata(struct bon_markup *m, struct bon_markup_token *token) {
    static const char open[] = "<![CDATA[";
    size_t left = m->n - m->at, length = sizeof open - 1;
    if (!m->xml || left < length || memcmp(m->text + m->at, open, length) != 0) return false;
    const char *from = m->text + m->at + length, *close = memmem(from, left - length, "]]>", 3);
    token->kind = BON_MARKUP_TEXT;
    token->text = from;
    token->n = close ? (size_t)(close - from) : left - length;
    token->raw = true;
    m->at = close ? (size_t)(close - m->text) + 3 : m->n;
    return true;
}

bool bon_markup_next(struct bon_markup *m, struct bon_markup_token *token) {
    *token = (struct bon_markup_token){0};
    if (m->raw[0] && read_raw(m, token)) return true;
    while (m->at < m->n) {
        if (m->text[m->at] != '<' || !begins_markup(m, m->at)) return read_text(m, token), true;
        if (read_cdata(m, token)) return true;
        char c = m->text[m->at + 1];
        bool tag = is_alpha(c) || (c == '/' && m->at + 2 < m->n && is_alpha(m->text[m->at + 2]));
        if (!tag)
            skip_declaration(m);
        else if (read_tag(m, token))
            return true;
    }
    return false;
}
