/* cmd/bon/lines.h: whole lines out of the pipeline, for commands whose work is on a line as a whole (a sentence): the windows
 * of a line above BON_WINDOW are put together again. */
#ifndef BON_CMD_LINES_H
#define BON_CMD_LINES_H

#include "base/buf.h"
#include "base/pipeline.h"

/* The map of such a command: hands the text on to the sink. */
bon_status lines_map(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out);

/* All zeros is the beginning. */
struct line_joiner {
    bon_buf line;
};

/* What there is to work on after a chunk: its whole lines, or the line that its window ends; nothing (*n = 0) in the middle
 * of a line. Valid until the next call. */
bon_status lines_join(struct line_joiner *joiner, const struct bon_chunk *chunk, const bon_buf *text,
                      const char **lines, size_t *n);
void lines_free(struct line_joiner *joiner);

#endif
