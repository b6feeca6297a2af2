/* cmd/bon/join.h: lines above BON_WINDOW come from the pipeline in windows. A command whose map drops the blanks at both
 * ends of what it gets joins the windows of a line with one space here, in input order. */
#ifndef BON_CMD_JOIN_H
#define BON_CMD_JOIN_H

#include "base/io.h"
#include "base/pipeline.h"

struct window_join {
    bool blanks;  /* put a space where windows were cut at a blank */
    bool written; /* the line that goes on has something already */
};

bon_status window_join_write(struct window_join *join, struct bon_out *out, const struct bon_chunk *chunk,
                             const char *bytes, size_t n);

#endif
