/* cmd/bon/normalize_offsets.c: spans as lines of a table. A span waits for the next, which may touch it: the two are one then,
 * so the table does not depend on where the input was cut. */
#include "normalize_offsets.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "normalize/spans.h"

static bon_status put(struct normalize_offsets *offsets, const char *line, int n) {
    return bon_out_write(offsets->out, line, (size_t)n);
}

bon_status normalize_offsets_open(struct normalize_offsets *offsets, const char *path) {
    static const char header[] = "out_start\tout_len\tin_start\tin_len\tfile\n";
    BON_TRY(bon_out_open(&offsets->out, path, 0));
    return bon_out_write(offsets->out, header, sizeof header - 1);
}

static bon_status flush(struct normalize_offsets *offsets) {
    const bon_span *s = &offsets->last;
    char line[128];
    if (!s->out_len && !s->in_len) return BON_OK;
    int n = snprintf(line, sizeof line, "%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t\n", s->out_start,
                     s->out_len, s->in_start, s->in_len);
    offsets->last = (bon_span){0};
    return put(offsets, line, n);
}

bon_status normalize_offsets_file(struct normalize_offsets *offsets, const char *name) {
    char line[64];
    BON_TRY(flush(offsets));
    BON_TRY(put(offsets, line, snprintf(line, sizeof line, "%" PRIu64 "\t0\t0\t0\t", offsets->written)));
    BON_TRY(bon_out_write(offsets->out, name, strlen(name)));
    return bon_out_write(offsets->out, "\n", 1);
}

static bon_status write_span(struct normalize_offsets *offsets, const bon_span *span) {
    bon_span *last = &offsets->last;
    bool any = last->out_len || last->in_len;
    if (any && last->out_start + last->out_len == span->out_start && last->in_start + last->in_len == span->in_start) {
        last->out_len += span->out_len;
        last->in_len += span->in_len;
        return BON_OK;
    }
    BON_TRY(flush(offsets));
    *last = *span;
    return BON_OK;
}

/* What joining made of a piece, as spans of its own. */
static bon_status put_joint(struct normalize_offsets *offsets, const bon_spans *spans,
                            const struct normalize_joint *joint) {
    bon_span items[2];
    bon_spans edges = {.items = items};
    size_t written = joint->n - joint->leading - joint->trailing + joint->space;
    if (joint->leading != joint->space) items[edges.count++] = (bon_span){0, joint->space, 0, joint->leading};
    if (joint->trailing) items[edges.count++] = (bon_span){written, 0, joint->n - joint->trailing, joint->trailing};
    offsets->joined.count = 0;
    return bon_spans_compose(spans, &edges, &offsets->joined);
}

bon_status normalize_offsets_write(struct normalize_offsets *offsets, const bon_spans *spans,
                                   const struct normalize_joint *joint, uint64_t in) {
    BON_TRY(put_joint(offsets, spans, joint));
    for (size_t i = 0; i < offsets->joined.count; i++) {
        bon_span span = offsets->joined.items[i];
        span.out_start += offsets->written;
        span.in_start += in;
        BON_TRY(write_span(offsets, &span));
    }
    offsets->written += joint->n - joint->leading - joint->trailing + joint->space;
    return BON_OK;
}

bon_status normalize_offsets_close(struct normalize_offsets *offsets, bool publish) {
    bon_status status = BON_OK;
    if (offsets->out && publish) {
        status = flush(offsets);
        if (status == BON_OK)
            status = bon_out_publish(offsets->out);
        else
            bon_out_abandon(offsets->out);
    } else if (offsets->out) {
        bon_out_abandon(offsets->out);
    }
    offsets->out = NULL;
    bon_spans_free(&offsets->joined);
    return status;
}
