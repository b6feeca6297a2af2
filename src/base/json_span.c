/* src/base/json_span.c: a strict scanner of JSON that remembers one place.
 *
 * There is no tree: the scanner walks over the values and keeps, as one bit a level, whether it is in an array or an object.
 * Between two tokens it is in one of four states, which say what may come next.
 */
#include "base/json_span.h"

struct scanner {
    const char *line;
    size_t n, at;
    const char *reason; /* NULL: fine so far */
};

static bool refuse(struct scanner *s, const char *reason) {
    s->reason = reason;
    return false;
}

static void skip_blanks(struct scanner *s) {
    while (s->at < s->n) {
        char c = s->line[s->at];
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r') return;
        s->at++;
    }
}

static bool is_digit(char c) { return (unsigned)(c - '0') < 10; }

static int hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    return (unsigned)((c | 0x20) - 'a') < 6 ? (c | 0x20) - 'a' + 10 : -1;
}

/* ---- strings ---- */

/* Whether one of 8 bytes is '"', '\' or a control character: the trick of "has a byte less than" (Mycroft, 1987). It may say
 * yes for bytes above 0x7f behind such a one, never no for one that is. */
static bool has_special(uint64_t word) {
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
    uint64_t quote = word ^ ones * '"', slash = word ^ ones * '\\';
    return (((quote - ones) & ~quote) | ((slash - ones) & ~slash) | ((word - ones * 0x20) & ~word)) & highs;
}

static size_t plain_length(const char *p, size_t n) {
    size_t i = 0;
    for (uint64_t word; i + sizeof word <= n; i += sizeof word) {
        memcpy(&word, p + i, sizeof word);
        if (has_special(word)) break;
    }
    while (i < n && p[i] != '"' && p[i] != '\\' && (unsigned char)p[i] >= 0x20) i++;
    return i;
}

/* The value of \uXXXX at p, or -1. */
static int32_t read_unicode(const char *p, size_t n) {
    int32_t value = 0;
    if (n < 6 || p[0] != '\\' || p[1] != 'u') return -1;
    for (int i = 2; i < 6; i++) {
        int digit = hex_digit(p[i]);
        if (digit < 0) return -1;
        value = value << 4 | digit;
    }
    return value;
}

static const char escape_names[] = "\"\\/bfnrt";
static const char escape_bytes[] = "\"\\/\b\f\n\r\t";

static bool scan_escape(struct scanner *s) {
    size_t left = s->n - s->at;
    if (left < 2) return refuse(s, "the line ends in a string");
    char c = s->line[s->at + 1];
    if (c == 'u') {
        if (read_unicode(s->line + s->at, left) < 0) return refuse(s, "\\u needs four hexadecimal digits");
        s->at += 6;
        return true;
    }
    if (!memchr(escape_names, c, sizeof escape_names - 1)) return refuse(s, "there is no such escape");
    s->at += 2;
    return true;
}

/* A string, the scanner at its opening quote. */
static bool scan_string(struct scanner *s) {
    for (s->at++;;) {
        s->at += plain_length(s->line + s->at, s->n - s->at);
        if (s->at == s->n) return refuse(s, "the line ends in a string");
        if (s->line[s->at] == '"') break;
        if (s->line[s->at] != '\\') return refuse(s, "control character in a string");
        if (!scan_escape(s)) return false;
    }
    s->at++;
    return true;
}

/* Writes a code point that is not a surrogate as UTF-8. */
static size_t write_utf8(uint32_t c, char *out) {
    static const unsigned char heads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    if (c < 0x80) return out[0] = (char)c, 1;
    size_t length = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, c >>= 6) out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)(heads[length] | c);
    return length;
}

/* Decodes the valid escape at p into out (up to 4 bytes) and returns its length. */
static size_t decode_escape(const char *p, size_t n, char *out, size_t *written) {
    if (p[1] != 'u') {
        const char *name = memchr(escape_names, p[1], sizeof escape_names - 1);
        out[0] = escape_bytes[name - escape_names];
        *written = 1;
        return 2;
    }
    uint32_t c = (uint32_t)read_unicode(p, n);
    size_t length = 6;
    if (c - 0xd800 < 0x400) { /* RFC 8259, section 7: the other half of the pair must follow */
        int32_t low = read_unicode(p + 6, n - 6);
        if (low >= 0xdc00 && low < 0xe000) {
            c = 0x10000 + ((c - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
            length = 12;
        }
    }
    *written = write_utf8(c - 0xd800 < 0x800 ? 0xfffd : c, out);
    return length;
}

/* Whether the valid string of n bytes with its quotes spells name. */
static bool spells(const char *string, size_t n, const char *name, size_t name_length) {
    size_t seen = 0;
    for (size_t i = 1; i + 1 < n;) {
        char bytes[4] = {string[i]};
        size_t written = 1, read = 1;
        if (string[i] == '\\') read = decode_escape(string + i, n - 1 - i, bytes, &written);
        if (written > name_length - seen || memcmp(bytes, name + seen, written) != 0) return false;
        seen += written;
        i += read;
    }
    return seen == name_length;
}

/* ---- numbers and words ---- */

static bool scan_digits(struct scanner *s) {
    if (s->at == s->n || !is_digit(s->line[s->at])) return refuse(s, "expected a digit");
    while (s->at < s->n && is_digit(s->line[s->at])) s->at++;
    return true;
}

static bool scan_number(struct scanner *s) {
    if (s->line[s->at] == '-') s->at++;
    bool zero = s->at < s->n && s->line[s->at] == '0';
    if (zero)
        s->at++;
    else if (!scan_digits(s))
        return false;
    if (s->at < s->n && s->line[s->at] == '.') {
        s->at++;
        if (!scan_digits(s)) return false;
    }
    if (s->at < s->n && (s->line[s->at] | 0x20) == 'e') {
        s->at++;
        if (s->at < s->n && (s->line[s->at] == '+' || s->line[s->at] == '-')) s->at++;
        return scan_digits(s);
    }
    return true;
}

static bool scan_word(struct scanner *s) {
    static const char *const words[] = {"null", "true", "false"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t n = strlen(words[i]);
        if (s->n - s->at < n || memcmp(s->line + s->at, words[i], n) != 0) continue;
        s->at += n;
        return true;
    }
    return refuse(s, "expected a value");
}

static bool scan_scalar(struct scanner *s) {
    char c = s->at < s->n ? s->line[s->at] : 0;
    if (c == '"') return scan_string(s);
    return c == '-' || is_digit(c) ? scan_number(s) : scan_word(s);
}

/* ---- objects and arrays ---- */

struct nest {
    size_t depth;
    unsigned char is_object[BON_JSON_DEPTH / 8];
};

static bool inside_object(const struct nest *nest) {
    size_t i = nest->depth - 1;
    return nest->is_object[i / 8] >> (i % 8) & 1;
}

static bool enter(struct scanner *s, struct nest *nest, bool object) {
    if (nest->depth == BON_JSON_DEPTH) return refuse(s, "arrays and objects are nested too deep");
    size_t i = nest->depth++;
    nest->is_object[i / 8] &= (unsigned char)~(1u << (i % 8));
    nest->is_object[i / 8] |= (unsigned char)(object << (i % 8));
    s->at++;
    return true;
}

/* "name" : ; *start and *end are those of the name. */
static bool scan_name(struct scanner *s, size_t *start, size_t *end) {
    if (s->at == s->n || s->line[s->at] != '"') return refuse(s, "expected a name in quotes");
    *start = s->at;
    if (!scan_string(s)) return false;
    *end = s->at;
    skip_blanks(s);
    if (s->at == s->n || s->line[s->at] != ':') return refuse(s, "expected ':'");
    s->at++;
    skip_blanks(s);
    return true;
}

/* Behind a value: closes what ends here, and steps over the comma if one follows. *over: the outermost is closed. */
static bool scan_behind(struct scanner *s, struct nest *nest, bool *over) {
    for (;;) {
        skip_blanks(s);
        bool object = inside_object(nest);
        char c = s->at < s->n ? s->line[s->at] : 0;
        if (c == ',') {
            s->at++;
            return *over = false, true;
        }
        if (c != (object ? '}' : ']')) return refuse(s, object ? "expected ',' or '}'" : "expected ',' or ']'");
        s->at++;
        if (--nest->depth == 0) return *over = true;
    }
}

static bool scan_object(struct scanner *s, struct nest *nest, const char *name, struct bon_json_field *field) {
    size_t name_length = strlen(name), start = 0, end = 0;
    bool over = false, empty_allowed = true; /* "{}" and "[]", but not "{1,}" */
    while (!over) {
        skip_blanks(s);
        char c = s->at < s->n ? s->line[s->at] : 0;
        bool object = inside_object(nest), closes = c == (object ? '}' : ']');
        if (!(closes && empty_allowed)) {
            if (object && !scan_name(s, &start, &end)) return false;
            c = s->at < s->n ? s->line[s->at] : 0;
            bool wanted = nest->depth == 1 && spells(s->line + start, end - start, name, name_length);
            if (wanted) *field = (struct bon_json_field){BON_JSON_OTHER, s->at, s->at};
            if (c == '{' || c == '[') {
                if (!enter(s, nest, c == '{')) return false;
                empty_allowed = true;
                continue;
            }
            if (!scan_scalar(s)) return false;
            if (wanted) *field = (struct bon_json_field){BON_JSON_OTHER, field->start, s->at};
            if (wanted && c == '"') field->kind = BON_JSON_STRING;
            if (wanted && c == 'n') field->kind = BON_JSON_NULL;
        }
        empty_allowed = false;
        if (!scan_behind(s, nest, &over)) return false;
    }
    return true;
}

static bool scan_line(struct scanner *s, const char *name, struct bon_json_field *field) {
    struct nest nest = {0};
    skip_blanks(s);
    if (s->at == s->n || s->line[s->at] != '{') return refuse(s, "expected '{'");
    if (!enter(s, &nest, true) || !scan_object(s, &nest, name, field)) return false;
    skip_blanks(s);
    return s->at == s->n || refuse(s, "more behind the object");
}

bool bon_json_find(const char *line, size_t n, const char *name, struct bon_json_field *field,
                   struct bon_json_error *error) {
    struct scanner s = {.line = line, .n = n};
    *field = (struct bon_json_field){BON_JSON_ABSENT, 0, 0};
    if (scan_line(&s, name, field)) return true;
    *error = (struct bon_json_error){s.at, s.reason};
    return false;
}

/* ---- members, of what is known to be fine ---- */

/* Goes behind the value that begins here. */
static struct bon_json_field pass_value(struct scanner *s) {
    struct bon_json_field value = {BON_JSON_OTHER, s->at, s->at};
    char first = s->at < s->n ? s->line[s->at] : 0;
    size_t depth = 0;
    if (first == '"') value.kind = BON_JSON_STRING;
    if (first == 'n') value.kind = BON_JSON_NULL;
    do {
        char c = s->at < s->n ? s->line[s->at] : 0;
        if (c == '{' || c == '[' || c == '}' || c == ']') {
            depth = c == '{' || c == '[' ? depth + 1 : depth - 1;
            s->at++;
        } else if (c == ',' || c == ':' || c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            s->at++;
        } else if (!scan_scalar(s)) {
            break;
        }
    } while (depth > 0);
    value.end = s->at;
    return value;
}

/* To the first byte of the next member or value; false at the closing bracket. */
static bool next_item(struct scanner *s) {
    skip_blanks(s);
    if (s->at < s->n && (s->line[s->at] == ',' || s->line[s->at] == '{' || s->line[s->at] == '[')) s->at++;
    skip_blanks(s);
    return s->at < s->n && s->line[s->at] != '}' && s->line[s->at] != ']';
}

bool bon_json_item(const char *line, size_t n, size_t *at, struct bon_json_field *value) {
    struct scanner s = {.line = line, .n = n, .at = *at};
    if (!next_item(&s)) return false;
    *value = pass_value(&s);
    *at = s.at;
    return true;
}

bool bon_json_next(const char *line, size_t n, size_t *at, struct bon_json_field *name, struct bon_json_field *value) {
    struct scanner s = {.line = line, .n = n, .at = *at};
    if (!next_item(&s)) return false;
    *name = (struct bon_json_field){BON_JSON_STRING, s.at, s.at};
    if (!scan_string(&s)) return false;
    name->end = s.at;
    skip_blanks(&s);
    if (s.at == n || s.line[s.at++] != ':') return false;
    skip_blanks(&s);
    *value = pass_value(&s);
    *at = s.at;
    return true;
}

bool bon_json_is(const char *line, const struct bon_json_field *name, const char *text, size_t n) {
    return spells(line + name->start, name->end - name->start, text, n);
}

/* ---- text ---- */

bon_status bon_json_unescape(const char *string, size_t n, bon_buf *out) {
    BON_TRY(bon_buf_reserve(out, n)); /* no escape is shorter than what it stands for */
    for (size_t i = 1; i + 1 < n;) {
        size_t plain = plain_length(string + i, n - 1 - i), written;
        bon_buf_push(out, string + i, plain);
        i += plain;
        if (i + 1 >= n) break;
        i += decode_escape(string + i, n - 1 - i, out->data + out->len, &written);
        out->len += written;
    }
    return BON_OK;
}

bon_status bon_json_quote(const char *text, size_t n, bon_buf *out) {
    static const char hex[] = "0123456789abcdef";
    BON_TRY(bon_buf_put(out, '"'));
    for (size_t i = 0; i < n;) {
        size_t plain = plain_length(text + i, n - i);
        BON_TRY(bon_buf_append(out, text + i, plain));
        i += plain;
        if (i == n) break;
        unsigned char c = (unsigned char)text[i++];
        const char *byte = c ? memchr(escape_bytes, c, sizeof escape_bytes - 1) : NULL;
        char unicode[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
        char named[2] = {'\\', byte ? escape_names[byte - escape_bytes] : 0};
        BON_TRY(byte ? bon_buf_append(out, named, 2) : bon_buf_append(out, unicode, 6));
    }
    return bon_buf_put(out, '"');
}
