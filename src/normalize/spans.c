/* src/normalize/spans.c: which bytes of a text came from which.
 *
 * A list names what was replaced; between two entries bytes are copied, so it is as short as the changes are few. Every step
 * of normalization makes such a list, and two are put together like two edits of a file.
 */
#include "normalize/spans.h"

#include <stdbool.h>
#include <stdlib.h>

#include "syllable/utf8.h"

bon_status bon_spans_add(bon_spans *spans, uint64_t out, uint64_t out_len, uint64_t in, uint64_t in_len) {
    if (!spans || (!out_len && !in_len)) return BON_OK;
    bon_span *last = spans->count ? &spans->items[spans->count - 1] : NULL;
    if (last && last->out_start + last->out_len == out && last->in_start + last->in_len == in) {
        last->out_len += out_len;
        last->in_len += in_len;
        return BON_OK;
    }
    BON_TRY(bon_grow_array(&spans->items, &spans->cap, spans->count + 1, sizeof *spans->items));
    spans->items[spans->count++] = (bon_span){out, out_len, in, in_len};
    return BON_OK;
}

bon_status bon_spans_difference(bon_spans *spans, const char *out, size_t n, uint64_t out_start, const char *in,
                                size_t m, uint64_t in_start) {
    size_t least = n < m ? n : m, head = 0, tail = 0;
    if (!spans || (n == m && (n == 0 || memcmp(out, in, n) == 0))) return BON_OK;
    while (head < least && out[head] == in[head]) head++;
    while (head > 0 && ((head < n && bon_utf8_tail(out[head])) || (head < m && bon_utf8_tail(in[head])))) head--;
    while (tail < least - head && out[n - 1 - tail] == in[m - 1 - tail]) tail++;
    while (tail > 0 && bon_utf8_tail(out[n - tail])) tail--;
    return bon_spans_add(spans, out_start + head, n - head - tail, in_start + head, m - head - tail);
}

bon_status bon_spans_append(bon_spans *spans, const bon_spans *more, uint64_t out, uint64_t in) {
    for (size_t i = 0; i < more->count; i++) {
        const bon_span *s = &more->items[i];
        BON_TRY(bon_spans_add(spans, s->out_start + out, s->out_len, s->in_start + in, s->in_len));
    }
    return BON_OK;
}

/* One of the two lists on the way over the text in between. */
struct walk {
    const bon_spans *spans;
    bool second;   /* the text in between is what went in, not what came out */
    size_t next;   /* entry */
    int64_t shift; /* from a place before that entry, in the text between, to the same place on the far side */
};

/* Where the next entry begins in the text in between; UINT64_MAX behind the last. */
static uint64_t next_start(const struct walk *w) {
    if (w->next == w->spans->count) return UINT64_MAX;
    const bon_span *s = &w->spans->items[w->next];
    return w->second ? s->in_start : s->out_start;
}

/* Takes the next entry if it begins at *high or before, which it may move on. */
static bool take(struct walk *w, uint64_t *high) {
    if (next_start(w) > *high || w->next == w->spans->count) return false;
    const bon_span *s = &w->spans->items[w->next++];
    uint64_t out_end = s->out_start + s->out_len, in_end = s->in_start + s->in_len;
    uint64_t end = w->second ? in_end : out_end, far = w->second ? out_end : in_end;
    w->shift = (int64_t)far - (int64_t)end;
    if (end > *high) *high = end;
    return true;
}

static uint64_t far_side(const struct walk *w, uint64_t place) { return (uint64_t)((int64_t)place + w->shift); }

/* Entries of both lists that overlap or touch in the text between make one. */
bon_status bon_spans_compose(const bon_spans *first, const bon_spans *second, bon_spans *out) {
    struct walk in = {.spans = first}, to = {.spans = second, .second = true};
    while (in.next < first->count || to.next < second->count) {
        uint64_t low = next_start(&in) < next_start(&to) ? next_start(&in) : next_start(&to), high = low;
        uint64_t in_start = far_side(&in, low), out_start = far_side(&to, low);
        while (take(&in, &high) || take(&to, &high)) {
        }
        BON_TRY(
            bon_spans_add(out, out_start, far_side(&to, high) - out_start, in_start, far_side(&in, high) - in_start));
    }
    return BON_OK;
}

void bon_spans_free(bon_spans *spans) {
    free(spans->items);
    *spans = (bon_spans){0};
}
