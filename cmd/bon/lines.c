/* cmd/bon/lines.c: windows back into lines. */
#include "lines.h"

bon_status lines_map(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    (void)context, (void)worker;
    return bon_buf_append(out, chunk->data, chunk->len);
}

bon_status lines_join(struct line_joiner *joiner, const struct bon_chunk *chunk, const bon_buf *text,
                      const char **lines, size_t *n) {
    bool whole = !chunk->begins_inside && !chunk->ends_inside;
    *lines = text->data;
    *n = whole ? text->len : 0;
    if (whole) return BON_OK;
    if (!chunk->begins_inside) joiner->line.len = 0;
    BON_TRY(bon_buf_append(&joiner->line, text->data, text->len));
    if (chunk->ends_inside) return BON_OK;
    *lines = joiner->line.data;
    *n = joiner->line.len;
    return BON_OK;
}

void lines_free(struct line_joiner *joiner) { bon_buf_free(&joiner->line); }
