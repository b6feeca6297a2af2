/* cmd/bon/dedup_rows.c: see dedup_rows.h. */
#include "dedup_rows.h"

#include <string.h>

bon_status dedup_rows_open(void *context, void **worker) {
    struct bon_shingler *shingler;
    (void)context;
    bon_status status = bon_shingler_open(&shingler);
    if (status == BON_OK) *worker = shingler;
    return status;
}

void dedup_rows_close(void *context, void *worker) {
    (void)context;
    bon_shingler_close(worker);
}

static bon_status append_rows(const struct bon_units *units, const struct bon_near *near, struct bon_shingler *shingler,
                              const struct bon_chunk *chunk, bon_buf *text, bon_buf *out) {
    struct bon_unit_place place = {.name = chunk->name, .line = chunk->line};
    const char *end = chunk->data + chunk->len;
    for (const char *line = chunk->data; line < end; place.line++) {
        const char *newline = memchr(line, '\n', (size_t)(end - line)), *stop = newline ? newline : end;
        place.offset = chunk->offset + (uint64_t)(line - chunk->data);
        text->len = 0;
        BON_TRY(bon_units_text(units, line, (size_t)(stop - line), &place, text));
        if (text->len) BON_TRY(bon_near_sign(near, shingler, text->data, text->len, out));
        line = newline ? newline + 1 : end;
    }
    return BON_OK;
}

bon_status dedup_rows_append(const struct bon_units *units, const struct bon_near *near, void *worker,
                             const struct bon_chunk *chunk, bon_buf *out) {
    bon_buf text = {0};
    bon_status status = append_rows(units, near, worker, chunk, &text, out);
    bon_buf_free(&text);
    return status;
}
