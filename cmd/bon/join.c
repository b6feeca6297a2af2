/* cmd/bon/join.c: one space between the windows of a long line. */
#include "join.h"

bon_status window_join_write(struct window_join *join, struct bon_out *out, const struct bon_chunk *chunk,
                             const char *bytes, size_t n) {
    bool has_text = n > 0 && bytes[0] != '\n';
    bool goes_on = chunk->begins_inside && join->written;
    if (join->blanks && goes_on && has_text && chunk->begins_token) BON_TRY(bon_out_write(out, " ", 1));
    join->written = has_text || goes_on;
    return bon_out_write(out, bytes, n);
}
