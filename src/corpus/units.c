/* src/corpus/units.c: see units.h.
 *
 * Normalizing a chunk at once is several times faster than line by line, and as long as it leaves the number of lines alone the
 * normalized lines are those of the lines. It does but for stray carriage returns; a chunk with such goes line by line.
 */
#include "corpus/units.h"

#include <string.h>

#include "base/json_span.h"
#include "base/status.h"
#include "bon/restore.h"
#include "bon/syllable.h"

static const struct bon_hash128 NO_UNIT; /* all zeros */

static bool is_no_unit(const struct bon_hash128 *hash) { return (hash->low | hash->high) == 0; }

static struct bon_hash128 hash_of(const char *text, size_t n) {
    if (n == 0) return NO_UNIT;
    struct bon_hash128 hash = bon_hash128(text, n);
    if (is_no_unit(&hash)) hash.low = 1;
    return hash;
}

static size_t count_lines(const char *text, size_t n) {
    size_t lines = 0;
    const char *end = text + n;
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        lines++;
        if (!newline) break;
        text = newline + 1;
    }
    return lines;
}

/* The next line without its newline; *at moves behind it. */
static const char *next_line(const char **at, const char *end, size_t *n) {
    const char *line = *at, *newline = memchr(line, '\n', (size_t)(end - line));
    *n = (size_t)((newline ? newline : end) - line);
    *at = newline ? newline + 1 : end;
    return line;
}

/* ---- the form in which text is compared ---- */

/* The tokens of lines in the form that models are made of, a blank between them. */
static bon_status append_tokens(const char *text, size_t n, bon_buf *out) {
    for (const char *at = text, *end = text + n; at < end;) {
        size_t length;
        bon_token token;
        const char *line = next_line(&at, end, &length);
        for (size_t pos = 0; bon_token_next(line, length, &pos, &token);) {
            BON_TRY(bon_fold_token(line, &token, out));
            BON_TRY(bon_buf_put(out, ' '));
        }
        if (line + length < end) BON_TRY(bon_buf_put(out, '\n'));
    }
    return BON_OK;
}

static bon_status append_form(const struct bon_units *units, const char *text, size_t n, bon_buf *out) {
    if (units->same == BON_SAME_BYTES) return bon_buf_append(out, text, n);
    if (units->same == BON_SAME_NORMAL) return bon_normalize(units->normalizer, text, n, out);
    bon_buf normal = {0};
    bon_status status = bon_normalize(units->normalizer, text, n, &normal);
    if (status == BON_OK)
        status = (units->same == BON_SAME_TOKENS ? append_tokens : bon_lower)(normal.data, normal.len, out);
    bon_buf_free(&normal);
    return status;
}

static bool is_blank(const char *text, size_t n) {
    while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t' || text[n - 1] == '\r')) n--;
    return n == 0;
}

static bon_status append_field(const struct bon_units *units, const char *line, size_t n,
                               const struct bon_unit_place *place, bon_buf *out) {
    struct bon_json_field field;
    struct bon_json_error error;
    unsigned long long number = place->line;
    if (is_blank(line, n)) return BON_OK;
    if (!bon_json_find(line, n, units->json_field, &field, &error))
        return bon_fail(BON_ERR_DATA, "%s:%llu: malformed JSON at offset %llu: %s; a line must be an object",
                        place->name, number, (unsigned long long)(place->offset + error.at), error.reason);
    if (field.kind == BON_JSON_OTHER)
        return bon_fail(BON_ERR_DATA, "%s:%llu: field '%s' at offset %llu is not a string", place->name, number,
                        units->json_field, (unsigned long long)(place->offset + field.start));
    if (field.kind != BON_JSON_STRING) return BON_OK;
    bon_buf text = {0};
    bon_status status = bon_json_unescape(line + field.start, field.end - field.start, &text);
    if (status == BON_OK && text.len) status = append_form(units, text.data, text.len, out);
    bon_buf_free(&text);
    return status;
}

bon_status bon_units_text(const struct bon_units *units, const char *line, size_t n, const struct bon_unit_place *place,
                          bon_buf *out) {
    if (units->unit == BON_UNIT_DOCUMENT) return append_field(units, line, n, place, out);
    if (n > 0 && line[n - 1] == '\r' && units->same != BON_SAME_BYTES) n--; /* half of the line's end */
    return is_blank(line, n) ? BON_OK : append_form(units, line, n, out);
}

/* ---- workers ---- */

static bon_status hash_each(const struct bon_units *units, const struct bon_chunk *chunk, struct bon_hash128 *hashes,
                            bon_buf *text) {
    const char *end = chunk->data + chunk->len;
    struct bon_unit_place place = {.name = chunk->name, .line = chunk->line};
    for (const char *at = chunk->data; at < end; place.line++) {
        size_t n;
        place.offset = chunk->offset + (uint64_t)(at - chunk->data);
        const char *line = next_line(&at, end, &n);
        text->len = 0;
        BON_TRY(bon_units_text(units, line, n, &place, text));
        *hashes++ = hash_of(text->data, text->len);
    }
    return BON_OK;
}

static bon_status hash_lines(const struct bon_units *units, const struct bon_chunk *chunk, size_t lines,
                             struct bon_hash128 *hashes, bon_buf *text) {
    if (units->unit == BON_UNIT_DOCUMENT) return hash_each(units, chunk, hashes, text);
    BON_TRY(append_form(units, chunk->data, chunk->len, text));
    if (count_lines(text->data, text->len) != lines) return hash_each(units, chunk, hashes, text);
    const char *at = text->data, *end = at + text->len;
    while (at < end) {
        size_t n;
        const char *line = next_line(&at, end, &n);
        *hashes++ = is_blank(line, n) ? NO_UNIT : hash_of(line, n);
    }
    return BON_OK;
}

bon_status bon_units_map(const struct bon_units *units, const struct bon_chunk *chunk, bon_buf *out) {
    size_t lines = count_lines(chunk->data, chunk->len);
    bon_buf text = {0};
    BON_TRY(bon_buf_reserve(out, lines * sizeof(struct bon_hash128) + chunk->len));
    bon_status status = hash_lines(units, chunk, lines, (struct bon_hash128 *)(void *)out->data, &text);
    bon_buf_free(&text);
    if (status != BON_OK) return status;
    out->len = lines * sizeof(struct bon_hash128);
    bon_buf_push(out, chunk->data, chunk->len);
    return BON_OK;
}

/* ---- the writer ---- */

static bon_status end_paragraph(struct bon_unit_joiner *joiner, const struct bon_units_sink *sink) {
    bon_status status = BON_OK;
    if (joiner->hashes.len) {
        struct bon_hash128 hash = hash_of(joiner->hashes.data, joiner->hashes.len);
        status = sink->unit(sink->context, hash, joiner->text.data, joiner->text.len);
    } else if (joiner->text.len) {
        status = sink->between(sink->context, joiner->text.data, joiner->text.len);
    }
    joiner->text.len = joiner->hashes.len = 0;
    joiner->blank = false;
    return status;
}

/* The last paragraph of a file gets the empty line that parts it from the next file's first. */
bon_status bon_units_end_file(struct bon_unit_joiner *joiner, const struct bon_units_sink *sink) {
    if (joiner->hashes.len && !joiner->blank) BON_TRY(bon_buf_put(&joiner->text, '\n'));
    return end_paragraph(joiner, sink);
}

static bon_status add_line(struct bon_unit_joiner *joiner, const struct bon_hash128 *hash, const char *line, size_t n,
                           const struct bon_units_sink *sink) {
    if (!is_no_unit(hash)) {
        if (joiner->blank) BON_TRY(end_paragraph(joiner, sink));
        BON_TRY(bon_buf_append(&joiner->hashes, hash, sizeof *hash));
    } else {
        joiner->blank = true;
    }
    if (joiner->text.len + n > BON_LINE_MAX)
        return bon_fail(BON_ERR_LIMIT, "a paragraph of more than %d MiB: is this text in paragraphs?",
                        BON_LINE_MAX >> 20);
    return bon_buf_append(&joiner->text, line, n);
}

/* A line that gets the newline that the end of its file lacks. */
static bon_status close_line(bon_buf *line, const char *text, size_t n) {
    line->len = 0;
    BON_TRY(bon_buf_append(line, text, n));
    return bon_buf_put(line, '\n');
}

static bon_status give_line(const struct bon_units *units, struct bon_unit_joiner *joiner,
                            const struct bon_hash128 *hash, const char *line, size_t n,
                            const struct bon_units_sink *sink) {
    if (units->unit == BON_UNIT_PARAGRAPH) return add_line(joiner, hash, line, n, sink);
    return is_no_unit(hash) ? sink->between(sink->context, line, n) : sink->unit(sink->context, *hash, line, n);
}

bon_status bon_units_each(const struct bon_units *units, struct bon_unit_joiner *joiner, const struct bon_chunk *chunk,
                          const bon_buf *mapped, const struct bon_units_sink *sink) {
    size_t hashes = mapped->len - chunk->len, n;
    const struct bon_hash128 *hash = (const struct bon_hash128 *)(const void *)mapped->data;
    const char *at = mapped->data + hashes, *end = mapped->data + mapped->len;
    bon_status status = BON_OK;
    bon_buf closed = {0};
    if (joiner->file != chunk->file) status = bon_units_end_file(joiner, sink);
    joiner->file = chunk->file;
    for (; at < end && status == BON_OK; hash++) {
        const char *line = next_line(&at, end, &n);
        if (line + n == end) { /* without a newline */
            status = close_line(&closed, line, n);
            if (status == BON_OK) status = give_line(units, joiner, hash, closed.data, closed.len, sink);
        } else {
            status = give_line(units, joiner, hash, line, n + 1, sink);
        }
    }
    bon_buf_free(&closed);
    return status;
}

bon_status bon_units_end(struct bon_unit_joiner *joiner, const struct bon_units_sink *sink) {
    return end_paragraph(joiner, sink);
}

void bon_unit_joiner_free(struct bon_unit_joiner *joiner) {
    bon_buf_free(&joiner->text);
    bon_buf_free(&joiner->hashes);
    *joiner = (struct bon_unit_joiner){0};
}
