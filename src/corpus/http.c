/* src/corpus/http.c: see http.h. RFC 9112 as archives have it: many crawlers store a body decoded but leave the fields as they came. */
#include "corpus/http.h"

#include "base/codec.h"
#include "corpus/markup.h"

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

bool bon_field_next(const char *text, size_t n, size_t *at, struct bon_field *field) {
    while (*at < n) {
        const char *line = text + *at, *newline = memchr(line, '\n', n - *at);
        size_t length = newline ? (size_t)(newline - line) : n - *at;
        *at += length + (newline != NULL);
        if (length > 0 && line[length - 1] == '\r') length--;
        if (length == 0) return false;
        const char *colon = memchr(line, ':', length);
        if (!colon) continue; /* a status line, or a value that goes on */
        size_t from = (size_t)(colon - line) + 1;
        while (from < length && is_blank(line[from])) from++;
        while (length > from && is_blank(line[length - 1])) length--;
        *field = (struct bon_field){line, line + from, (size_t)(colon - line), length - from};
        return true;
    }
    return false;
}

/* ---- chunks ---- */

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return (unsigned)((c | 0x20) - 'a') < 6 ? (c | 0x20) - 'a' + 10 : -1;
}

/* The size of a chunk at *at, which goes behind its line; false: there is none. */
static bool chunk_size(const char *body, size_t n, size_t *at, size_t *size) {
    size_t i = *at, digits = 0;
    for (*size = 0; i < n && hex_digit(body[i]) >= 0; i++, digits++) {
        if (*size > n) return false;
        *size = *size * 16 + (size_t)hex_digit(body[i]);
    }
    if (i == n || digits == 0 || !(body[i] == '\r' || body[i] == '\n' || body[i] == ';' || body[i] == ' '))
        return false;
    const char *newline = memchr(body + i, '\n', n - i);
    if (!newline) return false;
    *at = (size_t)(newline - body) + 1;
    return true;
}

/* Joins the chunks of http's body in space. A body that does not begin with a chunk stays: it was joined before. */
static bon_status join_chunks(struct bon_http *http, bon_buf *space) {
    const char *body = http->body;
    size_t n = http->body_len, at = 0, size, start = space->len;
    if (!chunk_size(body, n, &at, &size)) return BON_OK;
    BON_TRY(bon_buf_reserve(space, n));
    do {
        size_t part = size < n - at ? size : n - at;
        bon_buf_push(space, body + at, part);
        at += part;
        while (at < n && (body[at] == '\r' || body[at] == '\n')) at++;
    } while (size > 0 && chunk_size(body, n, &at, &size));
    http->body = space->data + start;
    http->body_len = space->len - start;
    return BON_OK;
}

/* ---- compression ---- */

/* Decodes one frame behind what space has, as far as it goes. */
static bon_status decode(const struct bon_codec *codec, const char *bytes, size_t n, size_t most, bon_buf *space) {
    enum { STEP = 64 << 10 };
    size_t start = space->len;
    void *decoder = codec->decoder_open();
    if (!decoder) return bon_fail_memory(STEP);
    struct bon_codec_step step = {.in = (const uint8_t *)bytes, .in_left = n};
    enum bon_codec_result result = BON_CODEC_MORE;
    bon_status status = BON_OK;
    for (bool moved = true; result == BON_CODEC_MORE && moved && space->len - start < most;) {
        size_t before = step.in_left;
        if ((status = bon_buf_reserve(space, STEP)) != BON_OK) break;
        step.out = (uint8_t *)space->data + space->len;
        step.out_left = STEP;
        result = codec->decode(decoder, &step);
        space->len += STEP - step.out_left;
        moved = step.in_left < before || step.out_left < STEP;
    }
    codec->decoder_close(decoder);
    return status == BON_OK && result == BON_CODEC_NOMEM ? bon_fail_memory(STEP) : status;
}

/* A body whose bytes are not compressed stays: it was decoded before. */
static bon_status decompress(struct bon_http *http, const struct bon_field *encoding, size_t most, bon_buf *space) {
    static const struct {
        const char *name;
        const struct bon_codec *codec; /* NULL: nothing to do */
    } encodings[] = {
        {"gzip", &bon_codec_gzip}, {"x-gzip", &bon_codec_gzip}, {"zstd", &bon_codec_zstd}, {"identity", NULL}};
    for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++) {
        if (!bon_markup_is(encoding->value, encoding->value_len, encodings[i].name)) continue;
        const struct bon_codec *codec = encodings[i].codec;
        if (!codec || !bon_codec_matches(codec, (const uint8_t *)http->body, http->body_len, NULL)) return BON_OK;
        bon_buf decoded = {0};
        bon_status status = decode(codec, http->body, http->body_len, most, &decoded);
        if (status != BON_OK) {
            bon_buf_free(&decoded);
            return status;
        }
        bon_buf_free(space);
        *space = decoded;
        http->body = space->data;
        http->body_len = space->len;
        return BON_OK;
    }
    http->encoded = encoding->value_len > 0;
    return BON_OK;
}

/* ---- the answer ---- */

/* "HTTP/1.1 200 OK" */
static unsigned read_status(const char *line, size_t n) {
    static const char protocol[] = "HTTP/";
    const char *blank =
        n > sizeof protocol && memcmp(line, protocol, sizeof protocol - 1) == 0 ? memchr(line, ' ', n) : NULL;
    unsigned status = 0;
    size_t digits = 0;
    for (const char *at = blank; at && ++at < line + n && *at >= '0' && *at <= '9' && digits < 3; digits++)
        status = status * 10 + (unsigned)(*at - '0');
    return digits == 3 ? status : 0;
}

bon_status bon_http_read(const char *answer, size_t n, size_t most, bon_buf *space, struct bon_http *http) {
    struct bon_field field, encoding = {0};
    bool chunked = false;
    size_t at = 0;
    *http = (struct bon_http){.status = n ? read_status(answer, n) : 0, .type = ""};
    if (!http->status) return BON_OK;
    while (bon_field_next(answer, n, &at, &field)) {
        if (bon_markup_is(field.name, field.name_len, "content-type")) {
            http->type = field.value;
            http->type_len = field.value_len;
        }
        if (bon_markup_is(field.name, field.name_len, "content-encoding")) encoding = field;
        if (bon_markup_is(field.name, field.name_len, "transfer-encoding"))
            chunked = bon_markup_is(field.value, field.value_len, "chunked");
    }
    http->body = answer + at;
    http->body_len = n - at;
    space->len = 0;
    if (chunked) BON_TRY(join_chunks(http, space));
    return encoding.value_len > 0 ? decompress(http, &encoding, most, space) : BON_OK;
}
