/* cmd/bon/json_lines.c: the loop over the objects of a chunk. */
#include "json_lines.h"

#include "base/json_span.h"
#include "stream.h"

/* A text that grew large once does not stay for the rest of the chunk. */
enum { TEXT_KEPT = 1 << 20 };

static bool is_blank_line(const char *line, size_t n) {
    while (n > 0 && (line[n - 1] == ' ' || line[n - 1] == '\t' || line[n - 1] == '\r')) n--;
    return n == 0;
}

/* `place` comes with the offset of the line. */
static bon_status rewrite_line(struct json_lines *json, const char *line, size_t n, struct json_place *place,
                               json_rewrite rewrite, void *context, bon_buf *text, bon_buf *out) {
    struct bon_json_field field;
    struct bon_json_error error;
    if (is_blank_line(line, n)) return bon_buf_append(out, line, n);
    if (!bon_json_find(line, n, json->field, &field, &error))
        return bon_fail(BON_ERR_DATA, "%s:%llu: malformed JSON at offset %llu: %s; --json-field wants an object a line",
                        place->name, (unsigned long long)place->line, (unsigned long long)(place->offset + error.at),
                        error.reason);
    json->objects++;
    place->offset += field.start;
    if (field.kind == BON_JSON_OTHER)
        return bon_fail(BON_ERR_DATA, "%s:%llu: field '%s' at offset %llu is not a string", place->name,
                        (unsigned long long)place->line, json->field, (unsigned long long)place->offset);
    if (field.kind != BON_JSON_STRING) return bon_buf_append(out, line, n);
    json->found++;
    text->len = 0;
    BON_TRY(bon_json_unescape(line + field.start, field.end - field.start, text));
    BON_TRY(bon_buf_append(out, line, field.start));
    BON_TRY(rewrite(context, text->data, text->len, place, out));
    return bon_buf_append(out, line + field.end, n - field.end);
}

bon_status json_lines_map(struct json_lines *json, const struct bon_chunk *chunk, json_rewrite rewrite, void *context,
                          bon_buf *out) {
    const char *end = chunk->data + chunk->len;
    struct json_place place = {.name = chunk->name, .line = chunk->line};
    bon_status status = BON_OK;
    bon_buf text = {0};
    for (const char *line = chunk->data; line < end && status == BON_OK; place.line++) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        const char *stop = newline ? newline : end;
        place.offset = chunk->offset + (uint64_t)(line - chunk->data);
        status = rewrite_line(json, line, (size_t)(stop - line), &place, rewrite, context, &text, out);
        if (status == BON_OK && newline) status = bon_buf_put(out, '\n');
        if (text.cap > TEXT_KEPT) bon_buf_free(&text);
        line = newline ? newline + 1 : end;
    }
    bon_buf_free(&text);
    return status;
}

void json_lines_tell(const struct json_lines *json, const struct shared_args *shared) {
    if (json->field && json->objects > 0 && json->found == 0)
        note(shared, "none of %llu objects has a string '%s': nothing was changed", (unsigned long long)json->objects,
             json->field);
}
