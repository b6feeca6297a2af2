/* src/corpus/classify_lines.c: see classify_lines.h. */
#include "corpus/classify_lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_span.h"
#include "corpus/classify.h"

#define PREFIX "__label__"

struct place {
    const struct bon_chunk *chunk;
    uint64_t line;   /* number */
    uint64_t offset; /* of the line in the file */
};

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

static bool is_blank_line(const char *line, size_t n) {
    while (n > 0 && is_blank(line[n - 1])) n--;
    return n == 0;
}

static bon_status fail_at(const struct place *place, const char *reason) {
    return bon_fail(BON_ERR_DATA, "%s:%llu: %s", place->chunk->name, (unsigned long long)place->line, reason);
}

static bon_status put_label(struct bon_labelled_lines *lines, struct bon_labelled_line *line, const struct place *place,
                            const char *label, size_t n) {
    if (n == 0 || n > BON_CLASS_NAME_MAX) return fail_at(place, "a label has 1 to 256 bytes");
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)label[i] < ' ') return fail_at(place, "a control character in the label");
    line->label = (uint32_t)lines->labels.len;
    line->label_len = (uint32_t)n;
    return bon_buf_append(&lines->labels, label, n);
}

/* The text is one line, whatever it was. */
static bon_status put_text(struct bon_labelled_lines *lines, const char *text, size_t n) {
    size_t begin = lines->texts.len;
    BON_TRY(bon_buf_append(&lines->texts, text, n));
    for (size_t i = begin; i < lines->texts.len; i++)
        if (lines->texts.data[i] == '\n') lines->texts.data[i] = ' ';
    return bon_buf_put(&lines->texts, '\n');
}

/* ---- text ---- */

static size_t word_length(const char *text, size_t n) {
    size_t length = 0;
    while (length < n && !is_blank(text[length])) length++;
    return length;
}

static bool has_prefix(const char *text, size_t n) {
    return n >= sizeof PREFIX - 1 && memcmp(text, PREFIX, sizeof PREFIX - 1) == 0;
}

/* Of several labels the first counts. */
static bon_status read_prefixed(struct bon_labelled_lines *lines, struct bon_labelled_line *line,
                                const struct place *place) {
    const char *text = line->line, *end = text + line->len;
    size_t n = word_length(text, line->len);
    BON_TRY(put_label(lines, line, place, text + sizeof PREFIX - 1, n - (sizeof PREFIX - 1)));
    for (text += n; text < end && (is_blank(*text) || has_prefix(text, (size_t)(end - text)));)
        text += is_blank(*text) ? 1 : word_length(text, (size_t)(end - text));
    return put_text(lines, text, (size_t)(end - text));
}

static bon_status read_line(const struct bon_labelled *how, struct bon_labelled_lines *lines,
                            struct bon_labelled_line *line, const struct place *place) {
    if (is_blank_line(line->line, line->len)) return put_text(lines, NULL, 0);
    if (!how->labelled) return put_text(lines, line->line, line->len);
    if (has_prefix(line->line, line->len)) return read_prefixed(lines, line, place);
    const char *tab = memchr(line->line, '\t', line->len);
    if (!tab) return fail_at(place, "no label: a line is '__label__NAME text' or 'NAME TAB text'");
    size_t n = (size_t)(tab - line->line);
    BON_TRY(put_label(lines, line, place, line->line, n));
    return put_text(lines, tab + 1, line->len - n - 1);
}

/* ---- JSON ---- */

/* Appends the string of a member; *there: it has one. */
static bon_status read_member(const char *field, const struct bon_labelled_line *line, const struct place *place,
                              bon_buf *out, bool *there) {
    struct bon_json_field span;
    struct bon_json_error error;
    unsigned long long number = place->line;
    if (!bon_json_find(line->line, line->len, field, &span, &error))
        return bon_fail(BON_ERR_DATA, "%s:%llu: malformed JSON at offset %llu: %s; a line must be an object",
                        place->chunk->name, number, (unsigned long long)(place->offset + error.at), error.reason);
    if (span.kind == BON_JSON_OTHER)
        return bon_fail(BON_ERR_DATA, "%s:%llu: field '%s' at offset %llu is not a string", place->chunk->name, number,
                        field, (unsigned long long)(place->offset + span.start));
    *there = span.kind == BON_JSON_STRING;
    return *there ? bon_json_unescape(line->line + span.start, span.end - span.start, out) : BON_OK;
}

static bon_status read_object(const struct bon_labelled *how, struct bon_labelled_lines *lines,
                              struct bon_labelled_line *line, const struct place *place) {
    bon_buf value = {0};
    bool there = false;
    bon_status status = BON_OK;
    if (!is_blank_line(line->line, line->len)) status = read_member(how->text_field, line, place, &value, &there);
    if (status == BON_OK) status = put_text(lines, value.data, value.len);
    if (status == BON_OK && there && how->labelled) {
        value.len = 0;
        status = read_member(how->label_field, line, place, &value, &there);
        if (status == BON_OK && !there) status = fail_at(place, "the object has no label");
        if (status == BON_OK) status = put_label(lines, line, place, value.data, value.len);
    }
    bon_buf_free(&value);
    return status;
}

/* ---- all ---- */

bon_status bon_labelled_split(const struct bon_labelled *how, const struct bon_chunk *chunk,
                              struct bon_labelled_lines *lines) {
    const char *end = chunk->data + chunk->len;
    struct place place = {.chunk = chunk, .line = chunk->line};
    lines->count = 0;
    lines->labels.len = lines->texts.len = 0;
    for (const char *at = chunk->data; at < end; place.line++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        struct bon_labelled_line line = {.line = at, .len = (size_t)((newline ? newline : end) - at)};
        place.offset = chunk->offset + (uint64_t)(at - chunk->data);
        BON_TRY(how->text_field ? read_object(how, lines, &line, &place) : read_line(how, lines, &line, &place));
        BON_TRY(bon_grow_array(&lines->lines, &lines->cap, lines->count + 1, sizeof *lines->lines));
        lines->lines[lines->count++] = line;
        at = newline ? newline + 1 : end;
    }
    return BON_OK;
}

void bon_labelled_free(struct bon_labelled_lines *lines) {
    free(lines->lines);
    bon_buf_free(&lines->labels);
    bon_buf_free(&lines->texts);
    *lines = (struct bon_labelled_lines){0};
}
