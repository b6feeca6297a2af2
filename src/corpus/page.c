/* src/corpus/page.c: see page.h.
 *
 * Text is written as it comes. An element that is to go puts a mark on a stack, and its closing tag cuts the text back to the mark: so
 * nothing is searched ahead, and what is never closed stays. Lines know how much of them is in links; a run of lines that are
 * nothing else is a menu, and is cut out when the line behind it is complete.
 */
#include "corpus/page.h"

#include <stdlib.h>

#include "corpus/encoding.h"
#include "corpus/markup.h"
#include "normalize/html.h"

enum { MENU_LINKS = 3, LETTERS = 26, TEXT_SHARE = 100 };
#define MENU_SHARE 0.8 /* of a line's bytes that are in links */

/* ---- elements ---- */

enum role {
    INLINE,
    BLOCK,  /* stands in lines of its own */
    BREAK,  /* ends a line, has no content */
    CELL,   /* parts words */
    DROP,   /* goes with its content */
    DROPS,  /* the same of what stands in a line */
    IGNORE, /* its content, which has no tags, is no text of the page */
    TITLE,
    LINK,
    META,
    PRE
};

/* In the order of bytes. Those not here are inline. */
static const struct element {
    char name[12];
    unsigned char role; /* enum role */
} elements[] = {
    {"a", LINK},        {"address", BLOCK},  {"applet", DROPS},     {"area", CELL},      {"article", BLOCK},
    {"aside", DROP},    {"audio", DROPS},    {"blockquote", BLOCK}, {"body", BLOCK},     {"br", BREAK},
    {"button", DROPS},  {"canvas", DROPS},   {"caption", BLOCK},    {"center", BLOCK},   {"datalist", DROPS},
    {"dd", BLOCK},      {"details", BLOCK},  {"dialog", DROP},      {"dir", BLOCK},      {"div", BLOCK},
    {"dl", BLOCK},      {"dt", BLOCK},       {"embed", CELL},       {"fieldset", BLOCK}, {"figcaption", BLOCK},
    {"figure", BLOCK},  {"footer", DROP},    {"form", BLOCK},       {"h1", BLOCK},       {"h2", BLOCK},
    {"h3", BLOCK},      {"h4", BLOCK},       {"h5", BLOCK},         {"h6", BLOCK},       {"head", BLOCK},
    {"header", BLOCK},  {"hgroup", BLOCK},   {"hr", BREAK},         {"html", META},      {"iframe", IGNORE},
    {"img", CELL},      {"input", CELL},     {"legend", BLOCK},     {"li", BLOCK},       {"link", META},
    {"main", BLOCK},    {"map", DROPS},      {"math", DROPS},       {"menu", DROP},      {"meta", META},
    {"nav", DROP},      {"noembed", IGNORE}, {"noframes", IGNORE},  {"noscript", DROP},  {"object", DROPS},
    {"ol", BLOCK},      {"option", BLOCK},   {"p", BLOCK},          {"pre", PRE},        {"script", IGNORE},
    {"section", BLOCK}, {"select", DROPS},   {"style", IGNORE},     {"summary", BLOCK},  {"svg", DROPS},
    {"table", BLOCK},   {"tbody", BLOCK},    {"td", CELL},          {"template", DROPS}, {"textarea", IGNORE},
    {"tfoot", BLOCK},   {"th", CELL},        {"thead", BLOCK},      {"title", TITLE},    {"tr", BLOCK},
    {"ul", BLOCK},      {"video", DROPS},    {"xmp", IGNORE},
};
enum { ELEMENTS = sizeof elements / sizeof *elements };

/* Those that go where an attribute says that they are not read: always closed, so that their end is found. */
static const char *const containers[] = {"div", "form", "header", "ol", "section", "table", "ul"};

/* ---- the page ---- */

struct line {
    size_t start;             /* of plain */
    size_t bytes, link_bytes; /* that are no blanks; of them those in links */
    unsigned links;
};

struct mark {
    unsigned short element; /* index */
    unsigned nested;        /* of the same name inside */
    size_t len;             /* of plain */
    struct line line;
    bool in_link;
    unsigned pre;
};

struct bon_page {
    bon_normalizer *normalizer, *judge; /* judge: tells charsets, line by line */
    unsigned char first[LETTERS + 1];   /* of `elements`, by letter */
    bool menus;
    bon_buf utf8, plain, piece, space;
    bon_buf title, lang, date, url;
    struct mark *marks;
    size_t open, cap;
    unsigned counts[ELEMENTS]; /* marks of each */
    struct line line;
    bool in_link;
    unsigned pre;
    size_t run_start, run_links; /* lines of links that end here */
};

static void index_elements(struct bon_page *page) {
    unsigned char at = 0;
    for (unsigned letter = 0; letter <= LETTERS; letter++) {
        while (at < ELEMENTS && elements[at].name[0] < (char)('a' + letter)) at++;
        page->first[letter] = at;
    }
}

static const struct element *find_element(const struct bon_page *page, const char *name) {
    unsigned letter = (unsigned)(name[0] - 'a');
    if (letter >= LETTERS) return NULL;
    for (unsigned i = page->first[letter]; i < page->first[letter + 1]; i++)
        if (strcmp(elements[i].name, name) == 0) return &elements[i];
    return NULL;
}

bon_status bon_page_open(struct bon_page **out, bool menus) {
    const bon_normalize_options options = {.from = BON_CHARSET_AUTO};
    *out = NULL;
    struct bon_page *page = bon_alloc_zeroed(1, sizeof *page);
    if (!page) return BON_ERR_NOMEM;
    page->menus = menus;
    index_elements(page);
    bon_status status = bon_normalizer_open(&page->normalizer, NULL);
    if (status == BON_OK) status = bon_normalizer_open(&page->judge, &options);
    if (status == BON_OK)
        *out = page;
    else
        bon_page_close(page);
    return status;
}

void bon_page_close(struct bon_page *page) {
    if (!page) return;
    bon_buf *const buffers[] = {&page->utf8,  &page->plain, &page->piece, &page->space,
                                &page->title, &page->lang,  &page->date,  &page->url};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) bon_buf_free(buffers[i]);
    bon_normalizer_close(page->normalizer);
    bon_normalizer_close(page->judge);
    free(page->marks);
    free(page);
}

static void begin_page(struct bon_page *page) {
    page->utf8.len = page->plain.len = page->title.len = page->lang.len = page->date.len = page->url.len = 0;
    page->open = 0;
    memset(page->counts, 0, sizeof page->counts);
    page->line = (struct line){0};
    page->in_link = false;
    page->pre = 0;
    page->run_start = page->run_links = 0;
}

/* ---- lines ---- */

static void cut_out(bon_buf *plain, size_t from, size_t to) {
    memmove(plain->data + from, plain->data + to, plain->len - to);
    plain->len -= to - from;
}

/* The lines of links before the byte `to` go when they are a menu. */
static void end_run(struct bon_page *page, size_t to) {
    if (page->run_links >= MENU_LINKS && !page->menus) cut_out(&page->plain, page->run_start, to);
    page->run_links = 0;
}

static bon_status end_line(struct bon_page *page) {
    struct line *line = &page->line;
    if (line->bytes == 0) {
        page->plain.len = line->start;
    } else {
        BON_TRY(bon_buf_put(&page->plain, '\n'));
        bool link = line->links > 0 && (double)line->link_bytes >= MENU_SHARE * (double)line->bytes;
        if (page->open > 0) { /* may be cut off: no menu reaches into it */
        } else if (link) {
            if (page->run_links == 0) page->run_start = line->start;
            page->run_links += line->links;
        } else {
            end_run(page, line->start);
        }
    }
    *line = (struct line){.start = page->plain.len};
    return BON_OK;
}

static bool is_blank(char c) {
    const uint64_t blanks = UINT64_C(1) << ' ' | 1 << '\t' | 1 << '\n' | 1 << '\r' | 1 << '\f';
    return (unsigned char)c <= ' ' && blanks >> c & 1;
}

static bon_status put_blank(struct bon_page *page) {
    bool needed = page->plain.len > page->line.start && page->plain.data[page->plain.len - 1] != ' ';
    return needed ? bon_buf_put(&page->plain, ' ') : BON_OK;
}

/* The end of a run of words with one space between; *spaces of these. */
static size_t words_end(const char *text, size_t n, size_t at, size_t *spaces) {
    for (*spaces = 0; at < n; at++) {
        if (!is_blank(text[at])) continue;
        if (text[at] != ' ' || at + 1 == n || is_blank(text[at + 1])) break;
        ++*spaces;
    }
    return at;
}

static bon_status put_words(struct bon_page *page, const char *text, size_t n) {
    for (size_t at = 0, end, spaces; at < n; at = end) {
        while (at < n && is_blank(text[at]) && page->plain.len == page->line.start && !page->pre) at++;
        end = words_end(text, n, at, &spaces);
        BON_TRY(bon_buf_append(&page->plain, text + at, end - at));
        page->line.bytes += end - at - spaces;
        if (page->in_link) page->line.link_bytes += end - at - spaces;
        for (bool first = true; end < n && is_blank(text[end]); end++, first = false) {
            if (page->pre > 0 && text[end] == '\n')
                BON_TRY(end_line(page));
            else if (first)
                BON_TRY(put_blank(page));
        }
    }
    return BON_OK;
}

/* Text without its references. */
static bon_status decode(const char *text, size_t n, bon_buf *out) {
    static const struct bon_html_place place = {.begins_inside = true};
    uint64_t count = 0;
    if (!memchr(text, '&', n)) return bon_buf_append(out, text, n);
    return bon_html_pass(text, n, &place, out, &count, NULL);
}

static bon_status put_text(struct bon_page *page, const struct bon_markup_token *token) {
    if (token->raw || !memchr(token->text, '&', token->n)) return put_words(page, token->text, token->n);
    page->piece.len = 0;
    BON_TRY(decode(token->text, token->n, &page->piece));
    return put_words(page, page->piece.data, page->piece.len);
}

/* ---- what goes ---- */

static bon_status open_mark(struct bon_page *page, size_t element) {
    BON_TRY(bon_grow_array(&page->marks, &page->cap, page->open + 1, sizeof *page->marks));
    page->marks[page->open++] = (struct mark){.element = (unsigned short)element,
                                              .len = page->plain.len,
                                              .line = page->line,
                                              .in_link = page->in_link,
                                              .pre = page->pre};
    page->counts[element]++;
    return BON_OK;
}

/* The closing tag of an element that is to go: with it goes all since its mark. */
static void close_mark(struct bon_page *page, size_t element) {
    if (page->counts[element] == 0) return;
    struct mark *mark = &page->marks[page->open - 1];
    if (mark->element == element && mark->nested > 0) {
        mark->nested--;
        return;
    }
    do page->counts[(mark = &page->marks[--page->open])->element]--;
    while (mark->element != element);
    page->plain.len = mark->len;
    page->line = mark->line;
    page->in_link = mark->in_link;
    page->pre = mark->pre;
}

/* Whether attributes say that nobody is to read an element here. */
static bool is_hidden(const struct bon_markup_token *token) {
    static const char *const roles[] = {"navigation", "banner", "contentinfo",   "search",
                                        "menu",       "dialog", "complementary", "menubar"};
    struct bon_markup_attribute a;
    for (size_t at = 0; bon_markup_attribute(token, &at, &a);) {
        if (bon_markup_is(a.name, a.name_len, "hidden")) return true;
        if (bon_markup_is(a.name, a.name_len, "aria-hidden") && bon_markup_is(a.value, a.value_len, "true"))
            return true;
        if (bon_markup_is(a.name, a.name_len, "style") &&
            (memmem(a.value, a.value_len, "display:none", 12) || memmem(a.value, a.value_len, "display: none", 13)))
            return true;
        for (size_t i = 0; bon_markup_is(a.name, a.name_len, "role") && i < sizeof roles / sizeof *roles; i++)
            if (bon_markup_is(a.value, a.value_len, roles[i])) return true;
    }
    return false;
}

static bool is_container(const char *name) {
    for (size_t i = 0; i < sizeof containers / sizeof *containers; i++)
        if (strcmp(name, containers[i]) == 0) return true;
    return false;
}

/* ---- what a page says of itself ---- */

static bool has_word(const struct bon_markup_attribute *attribute, const char *const *words) {
    for (; *words; words++)
        if (bon_markup_is(attribute->value, attribute->value_len, *words)) return true;
    return false;
}

/* Keeps the first value that comes. */
static bon_status note_value(bon_buf *out, const struct bon_markup_attribute *attribute) {
    return out->len == 0 && attribute->value_len > 0 ? decode(attribute->value, attribute->value_len, out) : BON_OK;
}

static bon_status read_meta(struct bon_page *page, const struct bon_markup_token *token) {
    static const char *const dates[] = {
        "article:published_time", "datepublished", "pubdate", "date", "dc.date", "og:published_time", NULL};
    static const char *const urls[] = {"og:url", "canonical", NULL};
    struct bon_markup_attribute a, content = {0};
    bon_buf *wanted = NULL;
    bool html = strcmp(token->name, "html") == 0;
    for (size_t at = 0; bon_markup_attribute(token, &at, &a);) {
        static const char *const kinds[] = {"property", "name", "itemprop", "rel"};
        bool lang = bon_markup_is(a.name, a.name_len, "lang") || bon_markup_is(a.name, a.name_len, "xml:lang");
        if (html && lang) BON_TRY(note_value(&page->lang, &a));
        if (bon_markup_is(a.name, a.name_len, "content") || bon_markup_is(a.name, a.name_len, "href")) content = a;
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
            if (!bon_markup_is(a.name, a.name_len, kinds[i])) continue;
            if (has_word(&a, dates)) wanted = &page->date;
            if (has_word(&a, urls)) wanted = &page->url;
        }
    }
    return wanted && !html ? note_value(wanted, &content) : BON_OK;
}

/* ---- tags ---- */

static bon_status open_element(struct bon_page *page, const struct bon_markup_token *token, enum role *content) {
    const struct element *element = find_element(page, token->name);
    if (!element) return BON_OK;
    size_t index = (size_t)(element - elements);
    switch ((enum role)element->role) {
    case LINK:
        page->in_link = !token->closed;
        page->line.links++;
        return BON_OK;
    case META: return read_meta(page, token);
    case CELL: return put_blank(page);
    case IGNORE:
    case TITLE: *content = token->closed ? INLINE : (enum role)element->role; return BON_OK;
    case PRE: page->pre += !token->closed; return end_line(page);
    case BLOCK:
    case BREAK:
    case DROP: BON_TRY(end_line(page)); break;
    case DROPS:
    case INLINE: break;
    }
    if (page->open > 0 && page->marks[page->open - 1].element == index && !token->closed)
        return page->marks[page->open - 1].nested++, BON_OK;
    bool goes = element->role == DROP || element->role == DROPS || (is_container(token->name) && is_hidden(token));
    return goes && !token->closed ? open_mark(page, index) : BON_OK;
}

static bon_status close_element(struct bon_page *page, const char *name) {
    const struct element *element = find_element(page, name);
    if (!element) return BON_OK;
    close_mark(page, (size_t)(element - elements));
    switch ((enum role)element->role) {
    case LINK: page->in_link = false; return BON_OK;
    case CELL:
    case DROPS: return put_blank(page);
    case PRE: page->pre -= page->pre > 0; return end_line(page);
    case BLOCK:
    case BREAK:
    case DROP: return end_line(page);
    default: return BON_OK;
    }
}

/* ---- the whole ---- */

static bon_status read_markup(struct bon_page *page) {
    static const char xml[] = "<?xml";
    struct bon_markup markup = {.text = page->utf8.data, .n = page->utf8.len};
    struct bon_markup_token token;
    enum role content = INLINE; /* what the next text is of: INLINE, TITLE or IGNORE */
    markup.xml = markup.n >= sizeof xml - 1 && memcmp(markup.text, xml, sizeof xml - 1) == 0;
    while (bon_markup_next(&markup, &token)) {
        if (token.kind == BON_MARKUP_OPEN) {
            content = INLINE;
            BON_TRY(open_element(page, &token, &content));
        } else if (token.kind == BON_MARKUP_CLOSE) {
            content = INLINE;
            BON_TRY(close_element(page, token.name));
        } else if (content == TITLE && page->open == 0 && page->title.len == 0) {
            BON_TRY(decode(token.text, token.n, &page->title));
        } else if (content == INLINE) {
            BON_TRY(put_text(page, &token));
        }
    }
    BON_TRY(end_line(page));
    if (page->open == 0) end_run(page, page->plain.len);
    return BON_OK;
}

/* Appends what was read, normalized. */
static bon_status put_out(struct bon_page *page, const bon_buf *plain, bon_buf *text) {
    bool certain = bon_encoding_is_certain(plain->data, plain->len, TEXT_SHARE);
    return bon_document_text(text, certain ? page->normalizer : page->judge, plain->data, plain->len, &page->space);
}

static bon_status read_bytes(struct bon_page *page, const char *bytes, size_t n, const char *label, size_t label_len,
                             bon_buf *text) {
    begin_page(page);
    if (n == 0) return BON_OK;
    bool wide;
    const bon_buf *plain = &page->plain;
    BON_TRY(bon_encoding_decode(bytes, n, label, label_len, &page->utf8, &wide));
    if (page->utf8.len == 0) return BON_OK;
    BON_TRY(read_markup(page));
    if (wide) {
        page->piece.len = 0;
        BON_TRY(bon_encoding_narrow(page->plain.data, page->plain.len, &page->piece));
        plain = &page->piece;
    }
    return put_out(page, plain, text);
}

bon_status bon_page_read(struct bon_page *page, const char *bytes, size_t n, const char *label, size_t label_len,
                         struct bon_document *document) {
    BON_TRY(read_bytes(page, bytes, n, label, label_len, &document->text));
    if (document->title.len == 0)
        BON_TRY(bon_document_line(&document->title, page->judge, page->title.data, page->title.len));
    if (document->url.len == 0) BON_TRY(bon_document_string(&document->url, page->url.data, page->url.len));
    BON_TRY(bon_document_member(document, "lang", page->lang.data, page->lang.len));
    return bon_document_member(document, "date", page->date.data, page->date.len);
}

bon_status bon_page_read_text(struct bon_page *page, const char *bytes, size_t n, bon_buf *text) {
    return read_bytes(page, bytes, n, NULL, 0, text);
}

bon_status bon_page_read_plain(struct bon_page *page, const char *bytes, size_t n, const char *label, size_t label_len,
                               bon_buf *text) {
    begin_page(page);
    if (n == 0) return BON_OK;
    BON_TRY(bon_encoding_decode(bytes, n, label, label_len, &page->utf8, NULL));
    return put_out(page, &page->utf8, text);
}

bon_status bon_page_line(struct bon_page *page, const char *text, size_t n, bon_buf *line) {
    return bon_document_line(line, page->normalizer, text, n);
}
