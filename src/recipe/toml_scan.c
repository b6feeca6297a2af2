/* src/recipe/toml_scan.c: see toml_scan.h. Every function looks at bytes from scan->at on and leaves it behind what it took. */
#include "recipe/toml_scan.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "syllable/utf8.h"

enum { SHOWN = 40 }; /* bytes of the recipe that a message repeats */

void bon_toml_place(struct bon_toml_scan *scan, const char *at, struct bon_toml_node *node) {
    if (scan->counted < scan->line_start || at < scan->counted) scan->counted = scan->line_start, scan->column = 1;
    while (scan->counted < at) scan->column += !bon_utf8_tail(*scan->counted++);
    node->line = scan->line;
    node->column = scan->column;
}

bon_status bon_toml_refuse(struct bon_toml_scan *scan, const char *at, const char *format, ...) {
    char reason[BON_MESSAGE_MAX];
    struct bon_toml_node place;
    va_list list;
    va_start(list, format);
    vsnprintf(reason, sizeof reason, format, list);
    va_end(list);
    bon_toml_place(scan, at, &place);
    return bon_fail(BON_ERR_DATA, "%s:%u:%u: %s", scan->name, place.line, place.column, reason);
}

/* ---- blanks and line ends ---- */

void bon_toml_skip_blanks(struct bon_toml_scan *scan) {
    while (bon_toml_peek(scan) == ' ' || bon_toml_peek(scan) == '\t') scan->at++;
}

static bool is_control(char c) { return (unsigned char)c < 0x20 || c == 0x7f; }

static bon_status skip_comment(struct bon_toml_scan *scan) {
    if (bon_toml_peek(scan) != '#') return BON_OK;
    for (; scan->at < scan->end && *scan->at != '\n'; scan->at++) {
        bool line_end = *scan->at == '\r' && scan->at + 1 < scan->end && scan->at[1] == '\n';
        if (is_control(*scan->at) && *scan->at != '\t' && !line_end)
            return bon_toml_refuse(scan, scan->at, "a control character in a comment");
        if (line_end) return BON_OK;
    }
    return BON_OK;
}

/* Passes a line end; false when there is none. */
static bool pass_line_end(struct bon_toml_scan *scan) {
    if (bon_toml_peek(scan) == '\r' && scan->end - scan->at > 1 && scan->at[1] == '\n') scan->at++;
    if (bon_toml_peek(scan) != '\n') return false;
    scan->line_start = ++scan->at;
    scan->line++;
    return true;
}

bon_status bon_toml_skip_lines(struct bon_toml_scan *scan) {
    do {
        bon_toml_skip_blanks(scan);
        BON_TRY(skip_comment(scan));
    } while (pass_line_end(scan));
    return BON_OK;
}

bon_status bon_toml_end_line(struct bon_toml_scan *scan) {
    bon_toml_skip_blanks(scan);
    BON_TRY(skip_comment(scan));
    if (pass_line_end(scan) || scan->at == scan->end) return BON_OK;
    return bon_toml_refuse(scan, scan->at, "the line should end here");
}

/* ---- strings and keys ---- */

static bon_status scan_code_point(struct bon_toml_scan *scan, unsigned digits, char **to) {
    const char *start = scan->at - 2;
    uint32_t c = 0;
    for (unsigned i = 0; i < digits; i++, scan->at++) {
        static const char hex[] = "0123456789abcdef";
        const char *found = bon_toml_peek(scan) ? strchr(hex, bon_toml_peek(scan) | 0x20) : NULL;
        if (!found || (bon_toml_peek(scan) & 0x60) == 0)
            return bon_toml_refuse(scan, start, "\\%c wants %u hexadecimal digits", start[1], digits);
        c = c << 4 | (uint32_t)(found - hex);
    }
    if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return bon_toml_refuse(scan, start, "the escape is no character that a recipe may have");
    *to += bon_utf8_write(c, *to);
    return BON_OK;
}

/* The escape behind a '\' that was passed. */
static bon_status scan_escape(struct bon_toml_scan *scan, char **to) {
    static const char letters[] = "btnfr\"\\", meant[] = "\b\t\n\f\r\"\\";
    char c = bon_toml_peek(scan);
    const char *found = c ? strchr(letters, c) : NULL;
    if (scan->at < scan->end) scan->at++;
    if (found) {
        *(*to)++ = meant[found - letters];
        return BON_OK;
    }
    if (c == 'u' || c == 'U') return scan_code_point(scan, c == 'u' ? 4 : 8, to);
    return bon_toml_refuse(scan, scan->at - (c ? 2 : 1), "no such escape; a literal string in '...' has none");
}

/* Bytes up to the closing quote, which stands on the same line. An escape is never shorter than what it means. */
static bon_status scan_quoted(struct bon_toml_scan *scan, char quote, char *to) {
    const char *start = scan->at - 1;
    while (bon_toml_peek(scan) != quote || scan->at == scan->end) {
        char c = bon_toml_peek(scan);
        if (scan->at == scan->end || c == '\n' || c == '\r')
            return bon_toml_refuse(scan, start, "the string does not end on its line");
        if (is_control(c) && c != '\t')
            return bon_toml_refuse(scan, scan->at, "a control character in a string; \\u00%02x stands for it",
                                   (unsigned char)c);
        scan->at++;
        if (c == '\\' && quote == '"')
            BON_TRY(scan_escape(scan, &to));
        else
            *to++ = c;
    }
    scan->at++;
    *to = 0;
    return BON_OK;
}

/* Bytes from the opening quote to where the closing one is, or the end of the line: no string is longer. */
static size_t quoted_length(const struct bon_toml_scan *scan) {
    const char quote = *scan->at, *p = scan->at + 1;
    while (p < scan->end && *p != quote && *p != '\n') p += *p == '\\' && quote == '"' && scan->end - p > 1 ? 2 : 1;
    return (size_t)(p - scan->at);
}

bon_status bon_toml_scan_string(struct bon_toml_scan *scan, const char **text) {
    const char *start = scan->at, quote = *start;
    if (scan->end - start >= 3 && start[1] == quote && start[2] == quote)
        return bon_toml_refuse(scan, start,
                               "strings over several lines are not read; write one line, \\n for a new one");
    char *copy = bon_arena_alloc(scan->arena, quoted_length(scan), 1);
    if (!copy) return BON_ERR_NOMEM;
    scan->at++;
    *text = copy;
    return scan_quoted(scan, quote, copy);
}

static bool is_bare(char c) {
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' || c == '_';
}

bon_status bon_toml_scan_key(struct bon_toml_scan *scan, const char **key) {
    const char *start = scan->at;
    if (bon_toml_peek(scan) == '"' || bon_toml_peek(scan) == '\'') return bon_toml_scan_string(scan, key);
    while (is_bare(bon_toml_peek(scan))) scan->at++;
    if (scan->at == start)
        return bon_toml_refuse(scan, start, "expected a key: letters, digits, - and _, or anything in quotes");
    size_t n = (size_t)(scan->at - start);
    char *copy = bon_arena_alloc(scan->arena, n + 1, 1);
    if (!copy) return BON_ERR_NOMEM;
    memcpy(copy, start, n);
    copy[n] = 0;
    *key = copy;
    return BON_OK;
}

/* ---- numbers and booleans ---- */

/* Copies digits; a '_' stands between two of them. Returns how many, 0 for none or a '_' elsewhere. */
static size_t take_digits(const char **at, const char *end, char **to) {
    size_t digits = 0;
    bool separator = false;
    for (; *at < end; ++*at) {
        char c = **at;
        if (c == '_' && digits > 0 && !separator) {
            separator = true;
            continue;
        }
        if (c < '0' || c > '9') break;
        *(*to)++ = c;
        separator = false;
        digits++;
    }
    return separator ? 0 : digits;
}

/* Whether a word is a decimal number; its spelling without '_' and '+' goes to `to`. */
static bool read_number(const char *at, const char *end, char *to, enum bon_toml_kind *kind) {
    *kind = BON_TOML_INTEGER;
    if (at < end && *at == '-') *to++ = '-';
    if (at < end && (*at == '-' || *at == '+')) at++;
    const char *first = to;
    size_t digits = take_digits(&at, end, &to);
    if (digits == 0 || (digits > 1 && *first == '0')) return false;
    if (at < end && *at == '.') {
        *to++ = *at++;
        *kind = BON_TOML_REAL;
        if (take_digits(&at, end, &to) == 0) return false;
    }
    if (at < end && (*at | 0x20) == 'e') {
        *to++ = 'e';
        at++;
        *kind = BON_TOML_REAL;
        if (at < end && *at == '-') *to++ = '-';
        if (at < end && (*at == '-' || *at == '+')) at++;
        if (take_digits(&at, end, &to) == 0) return false;
    }
    *to = 0;
    return at == end;
}

bon_status bon_toml_scan_word(struct bon_toml_scan *scan, struct bon_toml_node *node) {
    const char *start = scan->at;
    while (is_bare(bon_toml_peek(scan)) || bon_toml_peek(scan) == '+' || bon_toml_peek(scan) == '.' ||
           bon_toml_peek(scan) == ':')
        scan->at++;
    size_t n = (size_t)(scan->at - start);
    if (n == 0) return bon_toml_refuse(scan, start, "expected a value");
    char *copy = bon_arena_alloc(scan->arena, n + 1, 1);
    if (!copy) return BON_ERR_NOMEM;
    node->text = copy;
    node->kind = BON_TOML_BOOLEAN;
    memcpy(copy, start, n);
    copy[n] = 0;
    if (strcmp(copy, "true") == 0 || strcmp(copy, "false") == 0) return BON_OK;
    if (read_number(start, scan->at, copy, &node->kind)) return BON_OK;
    return bon_toml_refuse(scan, start, "'%.*s' is no value: write a \"string\", a decimal number, true or false",
                           n > SHOWN ? SHOWN : (int)n, start);
}
