/* src/corpus/encoding.c: see encoding.h. */
#include "corpus/encoding.h"

#include <stdlib.h>
#include <unicode/ucnv.h>
#include <unicode/ustring.h>

#include "corpus/markup.h"
#include "normalize/charset.h"
#include "syllable/utf8.h"

enum { PRESCAN = 4096, LABEL_MAX = 40, VALID_PER_INVALID = 4, PAGE_SHARE = 1000 };

enum family { UNKNOWN, UTF8, WESTERN, CP1258, VISCII, TCVN3, VNI };

/* What pages call their charset, as far as it is not ICU's to know. */
static const struct {
    const char *label;
    enum family family;
} labels[] = {
    {"utf-8", UTF8},
    {"utf8", UTF8},
    {"unicode", UTF8},
    {"iso-8859-1", WESTERN},
    {"iso8859-1", WESTERN},
    {"iso_8859-1", WESTERN},
    {"latin1", WESTERN},
    {"windows-1252", WESTERN},
    {"cp1252", WESTERN},
    {"us-ascii", WESTERN},
    {"ascii", WESTERN},
    {"x-user-defined", WESTERN},
    {"none", WESTERN},
    {"windows-1258", CP1258},
    {"cp1258", CP1258},
    {"x-cp1258", CP1258},
    {"viscii", VISCII},
    {"csviscii", VISCII},
    {"viscii1.1-1", VISCII},
    {"tcvn", TCVN3},
    {"tcvn3", TCVN3},
    {"tcvn-5712", TCVN3},
    {"tcvn5712-1", TCVN3},
    {"x-viet-tcvn", TCVN3},
    {"x-viet-tcvn5712", TCVN3},
    {"vni", VNI},
    {"x-viet-vni", VNI},
};

static enum family family_of(const char *label, size_t n) {
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (bon_markup_is(label, n, labels[i].label)) return labels[i].family;
    return UNKNOWN;
}

/* ---- labels ---- */

static size_t trim(const char **label, size_t n) {
    while (n > 0 && strchr(" \t\"'", (*label)[n - 1]) && (*label)[n - 1]) n--;
    while (n > 0 && strchr(" \t\"'", **label) && **label) ++*label, n--;
    return n;
}

size_t bon_encoding_of_type(const char *type, size_t n, const char **label) {
    static const char name[] = "charset";
    for (size_t at = 0; at + sizeof name - 1 < n; at++) {
        if (!bon_markup_is(type + at, sizeof name - 1, name)) continue;
        at += sizeof name - 1;
        while (at < n && type[at] == ' ') at++;
        if (at == n || type[at] != '=') continue;
        *label = type + at + 1;
        const char *end = memchr(*label, ';', n - at - 1);
        return trim(label, end ? (size_t)(end - *label) : n - at - 1);
    }
    return 0;
}

static size_t label_of_meta(const struct bon_markup_token *token, const char **label) {
    struct bon_markup_attribute attribute;
    for (size_t at = 0; bon_markup_attribute(token, &at, &attribute);) {
        size_t n = attribute.value_len;
        *label = attribute.value;
        if (bon_markup_is(attribute.name, attribute.name_len, "charset")) return trim(label, n);
        if (bon_markup_is(attribute.name, attribute.name_len, "content") &&
            (n = bon_encoding_of_type(attribute.value, n, label)) > 0)
            return n;
    }
    return 0;
}

/* <?xml version="1.0" encoding="viscii"?> */
static size_t label_of_xml(const char *bytes, size_t n, const char **label) {
    static const char name[] = "encoding=";
    const char *end = memchr(bytes, '>', n),
               *at = end ? memmem(bytes, (size_t)(end - bytes), name, sizeof name - 1) : NULL;
    if (n < 5 || memcmp(bytes, "<?xml", 5) != 0 || !at) return 0;
    *label = at + sizeof name - 1;
    char quote = **label;
    const char *close = quote == '"' || quote == '\'' ? memchr(*label + 1, quote, (size_t)(end - *label - 1)) : NULL;
    return close ? trim(label, (size_t)(close - *label)) : 0;
}

static size_t label_of_page(const char *bytes, size_t n, const char **label) {
    struct bon_markup markup = {.text = bytes, .n = n < PRESCAN ? n : PRESCAN};
    struct bon_markup_token token;
    size_t length = label_of_xml(bytes, markup.n, label);
    while (length == 0 && bon_markup_next(&markup, &token))
        if (token.kind == BON_MARKUP_OPEN && strcmp(token.name, "meta") == 0) length = label_of_meta(&token, label);
    return length;
}

/* ---- decoding ---- */

/* Bytes of ASCII at the beginning. */
static size_t ascii_length(const char *bytes, size_t n) {
    const uint64_t highs = UINT64_C(0x8080808080808080);
    size_t i = 0;
    for (uint64_t word; i + sizeof word <= n; i += sizeof word) {
        memcpy(&word, bytes + i, sizeof word);
        if (word & highs) break;
    }
    while (i < n && (unsigned char)bytes[i] < 0x80) i++;
    return i;
}

static void count_utf8(const char *bytes, size_t n, size_t *longer, size_t *invalid) {
    unsigned length;
    *longer = *invalid = 0;
    for (size_t at = ascii_length(bytes, n); at < n; at += ascii_length(bytes + at, n - at)) {
        do { /* words have several such letters */
            *invalid += bon_utf8_read(bytes + at, n - at, &length) == BON_UTF8_INVALID;
            *longer += length > 1;
            at += length;
        } while (at < n && (unsigned char)bytes[at] >= 0x80);
    }
}

bool bon_encoding_is_certain(const char *text, size_t n, size_t share) {
    const char *end = text + n;
    size_t wanted = n / share + 1, count = 0;
    for (const char *at = text; n > 0 && count < wanted && (at = memchr(at, '\xe1', (size_t)(end - at))); at++)
        count += end - at > 2 && (at[1] == '\xba' || at[1] == '\xbb') && bon_utf8_tail(at[2]);
    return count >= wanted;
}

static bon_status widen(const char *bytes, size_t n, bon_buf *out) {
    BON_TRY(bon_buf_reserve(out, 3 * n));
    for (size_t i = 0; i < n; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        uint32_t point = byte >= 0x80 && byte < 0xa0 && bon_cp1252_points[byte] ? bon_cp1252_points[byte] : byte;
        out->len += bon_utf8_write(point, out->data + out->len);
    }
    return BON_OK;
}

/* Appends the text of ICU's 16-bit units. */
static bon_status append_units(const UChar *units, int32_t count, bon_buf *out) {
    UErrorCode error = U_ZERO_ERROR;
    int32_t length = 0;
    BON_TRY(bon_buf_reserve(out, 3 * (size_t)count + 1));
    u_strToUTF8WithSub(out->data + out->len, (int32_t)(3 * count + 1), &length, units, count, 0xfffd, NULL, &error);
    if (U_SUCCESS(error)) out->len += (size_t)length;
    return BON_OK;
}

/* By ICU; *known is false when it does not know the label. */
static bon_status convert(const char *bytes, size_t n, const char *label, size_t label_len, bon_buf *out, bool *known) {
    enum { MOST = INT32_MAX / 8 };
    char name[LABEL_MAX + 1];
    UErrorCode error = U_ZERO_ERROR;
    *known = false;
    if (label_len == 0 || label_len > LABEL_MAX || n > MOST) return BON_OK;
    for (size_t i = 0; i < label_len; i++) { /* ICU reads options behind a comma */
        if (label[i] <= ' ' || label[i] == ',' || label[i] > '~') return BON_OK;
        name[i] = label[i];
    }
    name[label_len] = '\0';
    UConverter *converter = ucnv_open(name, &error);
    if (U_FAILURE(error)) return BON_OK;
    size_t cap = 2 * n + 1;
    UChar *units = bon_alloc_array(cap, sizeof *units);
    bon_status status = units ? BON_OK : BON_ERR_NOMEM;
    if (units) {
        int32_t count = ucnv_toUChars(converter, units, (int32_t)cap, bytes, (int32_t)n, &error);
        *known = U_SUCCESS(error);
        if (*known) status = append_units(units, count, out);
    }
    free(units);
    ucnv_close(converter);
    return status;
}

static bon_status decode_bytes(const char *bytes, size_t n, const char *label, size_t label_len, bon_buf *out,
                               bool *wide) {
    static const bon_charset charsets[] = {[CP1258] = BON_CHARSET_CP1258,
                                           [VISCII] = BON_CHARSET_VISCII,
                                           [TCVN3] = BON_CHARSET_TCVN3,
                                           [VNI] = BON_CHARSET_VNI};
    enum family family = family_of(label, label_len);
    size_t longer, invalid;
    bool known = false;
    if ((label_len == 0 || family == UTF8) && bon_encoding_is_certain(bytes, n, PAGE_SHARE))
        return bon_buf_append(out, bytes, n);
    count_utf8(bytes, n, &longer, &invalid);
    if (invalid == 0 || longer / VALID_PER_INVALID > invalid || (family == UTF8 && longer > invalid))
        return bon_buf_append(out, bytes, n);
    if (family >= CP1258) return bon_charset_decode(charsets[family], bytes, n, out, NULL);
    if (family == UNKNOWN) BON_TRY(convert(bytes, n, label, label_len, out, &known));
    if (known) return BON_OK;
    if (!wide) return bon_buf_append(out, bytes, n);
    *wide = true;
    return widen(bytes, n, out);
}

bon_status bon_encoding_decode(const char *bytes, size_t n, const char *label, size_t label_len, bon_buf *out,
                               bool *wide) {
    static const struct {
        const char *mark, *label;
        size_t length;
    } marks[] = {{"\xef\xbb\xbf", NULL, 3},
                 {"\xff\xfe\0\0", "utf-32le", 4},
                 {"\0\0\xfe\xff", "utf-32be", 4},
                 {"\xff\xfe", "utf-16le", 2},
                 {"\xfe\xff", "utf-16be", 2}};
    bool known = false;
    if (wide) *wide = false;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t length = marks[i].length;
        if (n < length || memcmp(bytes, marks[i].mark, length) != 0) continue;
        if (!marks[i].label) return bon_buf_append(out, bytes + length, n - length);
        BON_TRY(convert(bytes + length, n - length, marks[i].label, strlen(marks[i].label), out, &known));
        if (known) return BON_OK;
    }
    if (n == 0) return BON_OK;
    if (label_len == 0) label_len = label_of_page(bytes, n, &label);
    return decode_bytes(bytes, n, label, label_len, out, wide);
}

bon_status bon_encoding_narrow(const char *text, size_t n, bon_buf *out) {
    for (size_t at = 0; at < n;) {
        const char *line = text + at, *newline = memchr(line, '\n', n - at);
        size_t length = newline ? (size_t)(newline - line) + 1 : n - at, start = out->len;
        bool all = true;
        BON_TRY(bon_narrow(line, length, BON_CHARSET_UTF8, out, &all));
        if (!all) {
            out->len = start;
            BON_TRY(bon_buf_append(out, line, length));
        }
        at += length;
    }
    return BON_OK;
}
