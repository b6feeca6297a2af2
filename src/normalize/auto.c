/* src/normalize/auto.c: text in charsets that nobody named.
 *
 * Most lines tell their charset by themselves (judge.c). A line too short for that takes the charset of a neighbour: of the
 * last line before it that told, else of the first behind it, at most REACH lines away. Chunks are judged and normalized in
 * parallel, line by line; only the lines that do not tell wait for the one place that sees everything in order. So the result
 * does not depend on where chunks are cut.
 */
#include "normalize/auto.h"

#include "normalize/spans.h"

enum { REACH = 64, HELD_MAX = 1 << 20 };

/* What stands before the bytes of a segment in a judged chunk. */
struct segment {
    struct bon_verdict verdict;
    uint32_t lines;  /* in it */
    uint64_t line;   /* number of the first */
    uint64_t offset; /* of its first byte */
    size_t in_len;   /* bytes that went in */
    size_t len;      /* bytes: normalized text, or with BON_LINE_OPEN the line as it is */
    size_t spans;    /* that stand behind the text, of this segment alone */
};

/* ---- conversion ---- */

static const bon_rule rule_of[BON_CHARSETS] = {
    [BON_CHARSET_TCVN3] = BON_RULE_FROM_TCVN3,   [BON_CHARSET_VNI] = BON_RULE_FROM_VNI,
    [BON_CHARSET_VISCII] = BON_RULE_FROM_VISCII, [BON_CHARSET_VIQR] = BON_RULE_FROM_VIQR,
    [BON_CHARSET_CP1258] = BON_RULE_FROM_CP1258, [BON_CHARSET_MOJIBAKE] = BON_RULE_MOJIBAKE,
};

/* Appends some of a line, as UTF-8, to out. */
static bon_status convert_part(const struct bon_verdict *as, const char *line, size_t n, bon_buf *narrow, bon_buf *out,
                               uint64_t *counts) {
    bon_charset page = as->charset == BON_CHARSET_MOJIBAKE && as->wide ? BON_CHARSET_CP1258 : BON_CHARSET_UTF8;
    bool all = true;
    narrow->len = 0;
    if (as->charset != BON_CHARSET_MOJIBAKE) {
        if (!as->wide) return bon_charset_decode(as->charset, line, n, out, &counts[BON_RULE_LOST]);
        BON_TRY(bon_narrow(line, n, page, narrow, &all));
        return bon_charset_decode(as->charset, narrow->data, narrow->len, out, &counts[BON_RULE_LOST]);
    }
    for (unsigned level = 1; level < as->depth; level++) {
        size_t start = narrow->len;
        BON_TRY(bon_narrow(line, n, page, narrow, &all));
        n = narrow->len - start;
        BON_TRY(bon_buf_reserve(narrow, n)); /* before its address is taken */
        line = narrow->data + start;
    }
    return bon_narrow(line, n, page, out, &all);
}

/* One line. Who wants spans gets them word by word: no charset reads across a blank. */
static bon_status convert_line(const struct bon_verdict *as, const char *line, size_t n, bon_buf *narrow, bon_buf *out,
                               uint64_t *counts, bon_spans *spans, uint64_t in) {
    size_t before = out->len;
    for (size_t at = 0, part; at < n; at += part) {
        const char *blank = spans ? memchr(line + at, ' ', n - at) : NULL;
        size_t start = out->len;
        part = blank ? (size_t)(blank + 1 - line) - at : n - at;
        BON_TRY(convert_part(as, line + at, part, narrow, out, counts));
        BON_TRY(bon_spans_difference(spans, out->data + start, out->len - start, start, line + at, part, in + at));
    }
    size_t length = out->len - before;
    counts[rule_of[as->charset]] += length != n || memcmp(out->data + before, line, n) != 0;
    return BON_OK;
}

static bon_status convert_lines(const struct bon_verdict *as, const char *text, size_t n, bon_buf *out,
                                uint64_t *counts, bon_spans *spans) {
    bon_buf narrow = {0};
    bon_status status = BON_OK;
    for (size_t at = 0; at < n && status == BON_OK;) {
        const char *end = memchr(text + at, '\n', n - at);
        size_t length = end ? (size_t)(end - text) + 1 - at : n - at;
        status = convert_line(as, text + at, length, &narrow, out, counts, spans, at);
        at += length;
    }
    bon_buf_free(&narrow);
    return status;
}

/* Converts and normalizes. */
static bon_status normalize_as(const struct bon_normalizer *nz, const struct bon_verdict *as, const char *text,
                               size_t n, const struct bon_normalize_place *place, bon_buf *out, uint64_t *counts,
                               bon_spans *spans) {
    if (as->charset == BON_CHARSET_UTF8) return bon_normalize_utf8(nz, text, n, place, out, counts, spans);
    bon_buf converted = {0};
    bon_spans first = {0}, second = {0};
    bon_status status = convert_lines(as, text, n, &converted, counts, spans ? &first : NULL);
    if (status == BON_OK)
        status = bon_normalize_utf8(nz, converted.data, converted.len, place, out, counts, spans ? &second : NULL);
    if (status == BON_OK && spans) status = bon_spans_compose(&first, &second, spans);
    bon_buf_free(&converted);
    bon_spans_free(&first);
    bon_spans_free(&second);
    return status;
}

/* ---- judging a chunk ---- */

static uint32_t allowed_charsets(const struct bon_normalizer *nz) {
    uint32_t allowed = 0;
    for (unsigned charset = BON_CHARSET_TCVN3; charset <= BON_CHARSET_MOJIBAKE; charset++)
        if (bon_rule_on(nz, rule_of[charset])) allowed |= UINT32_C(1) << charset;
    return allowed;
}

static bool same_group(const struct bon_verdict *a, const struct bon_verdict *b) {
    return a->state == b->state && a->state != BON_LINE_OPEN && a->charset == b->charset && a->wide == b->wide &&
           a->depth == b->depth;
}

/* A chunk on the way to its segments. */
struct judging {
    const struct bon_normalizer *nz;
    const struct bon_normalize_place *place;
    bool mapped;
    bon_buf *out;
    uint64_t *counts;
};

/* Writes lines that share a verdict as a segment. */
static bon_status put_segment(const struct judging *j, struct segment *segment, const char *text, size_t n) {
    size_t head = j->out->len;
    bon_spans spans = {0};
    bon_status status = bon_buf_append(j->out, segment, sizeof *segment);
    if (status == BON_OK && segment->verdict.state == BON_LINE_OPEN) {
        status = bon_buf_append(j->out, text, n);
    } else if (status == BON_OK) {
        struct bon_normalize_place place = *j->place;
        place.line = segment->line;
        place.offset = segment->offset;
        status = normalize_as(j->nz, &segment->verdict, text, n, &place, j->out, j->counts, j->mapped ? &spans : NULL);
    }
    segment->in_len = n;
    segment->len = j->out->len - head - sizeof *segment;
    segment->spans = spans.count;
    if (status == BON_OK) memcpy(j->out->data + head, segment, sizeof *segment);
    if (status == BON_OK && spans.count)
        status = bon_buf_append(j->out, spans.items, spans.count * sizeof *spans.items);
    bon_spans_free(&spans);
    return status;
}

static size_t line_length(const char *text, size_t n, size_t *without_end) {
    const char *end = memchr(text, '\n', n);
    *without_end = end ? (size_t)(end - text) : n;
    return end ? *without_end + 1 : n;
}

bon_status bon_auto_judge(const struct bon_normalizer *nz, const char *text, size_t n,
                          const struct bon_normalize_place *place, bool mapped, bon_buf *out, uint64_t *counts) {
    const struct judging judging = {nz, place, mapped, out, counts};
    uint32_t allowed = allowed_charsets(nz);
    bool window = place->begins_inside || place->ends_inside;
    bon_buf scratch = {0};
    bon_status status = BON_OK;
    struct segment group = {.line = place->line, .offset = place->offset};
    size_t begin = 0;
    for (size_t at = 0, whole, bare; at < n && status == BON_OK; at += whole) {
        struct bon_verdict verdict;
        whole = line_length(text + at, n - at, &bare);
        status = bon_judge(text + at, bare, allowed, &scratch, &verdict);
        if (status != BON_OK) break;
        if (window) verdict.state = BON_LINE_DECIDED; /* windows of a line are joined behind this: none may wait */
        if (group.lines && !same_group(&group.verdict, &verdict)) {
            status = put_segment(&judging, &group, text + begin, at - begin);
            group = (struct segment){.line = group.line + group.lines, .offset = place->offset + at};
            begin = at;
        }
        if (!group.lines) group.verdict = verdict;
        group.lines++;
    }
    if (status == BON_OK && group.lines) status = put_segment(&judging, &group, text + begin, n - begin);
    bon_buf_free(&scratch);
    return status;
}

/* ---- settling in order ---- */

/* Bytes of a segment behind its head. */
static size_t body(const struct segment *segment) { return segment->len + segment->spans * sizeof(bon_span); }

/* What a call appends, and to what. */
struct settling {
    struct bon_auto *state;
    const struct bon_normalizer *nz;
    bon_buf *out;
    size_t start; /* of out, when the call began */
    uint64_t in;  /* bytes of input that are settled by this call */
    uint64_t *counts;
};

static bon_status add_spans(struct settling *s, const bon_spans *spans, size_t start) {
    return s->state->mapped ? bon_spans_append(&s->state->spans, spans, start - s->start, s->in) : BON_OK;
}

/* A segment as text. A line that did not tell is read as `charset` if that explains it, else as it looks best. */
static bon_status pass_on(struct settling *s, const struct segment *segment, const char *text, bon_charset charset) {
    size_t start = s->out->len;
    bon_spans spans = {0};
    bon_status status;
    if (segment->verdict.state != BON_LINE_OPEN) {
        status = bon_buf_append(s->out, text, segment->len);
        if (segment->spans) {
            spans.items = bon_alloc_array(segment->spans, sizeof *spans.items); /* aligned */
            if (!spans.items) return BON_ERR_NOMEM;
            spans.count = spans.cap = segment->spans;
            memcpy(spans.items, text + segment->len, spans.count * sizeof *spans.items);
        }
    } else {
        if (!(segment->verdict.candidates >> charset & 1)) charset = segment->verdict.charset;
        struct bon_normalize_place place = {.name = s->state->name, .line = segment->line, .offset = segment->offset};
        const struct bon_verdict as = {.charset = charset};
        status =
            normalize_as(s->nz, &as, text, segment->len, &place, s->out, s->counts, s->state->mapped ? &spans : NULL);
    }
    if (status == BON_OK) status = add_spans(s, &spans, start);
    s->in += segment->in_len;
    bon_spans_free(&spans);
    return status;
}

/* The segments that waited, each open one as `charset` if that explains it. */
static bon_status release(struct settling *s, bon_charset charset) {
    struct bon_auto *state = s->state;
    for (size_t at = 0; at < state->held.len;) {
        struct segment segment;
        memcpy(&segment, state->held.data + at, sizeof segment);
        at += sizeof segment;
        BON_TRY(pass_on(s, &segment, state->held.data + at, charset));
        at += body(&segment);
    }
    state->held.len = 0;
    state->held_lines = state->held_bytes = 0;
    return BON_OK;
}

static bon_status settle_segment(struct settling *s, struct segment *segment, const char *text) {
    struct bon_auto *state = s->state;
    if (segment->verdict.state == BON_LINE_DECIDED) {
        BON_TRY(release(s, segment->verdict.charset));
        state->last = segment->verdict.charset;
        state->since = 0;
    } else {
        state->since += segment->lines;
        if (state->since > REACH) state->last = BON_CHARSET_UTF8;
    }
    bool waits = state->held.len > 0;
    if (segment->verdict.state == BON_LINE_OPEN) {
        if (segment->verdict.candidates >> state->last & 1) {
            segment->verdict.charset = state->last;
            segment->verdict.candidates = 0;
        } else {
            waits = true;
        }
    }
    if (!waits) return pass_on(s, segment, text, state->last);
    BON_TRY(bon_buf_append(&state->held, segment, sizeof *segment));
    BON_TRY(bon_buf_append(&state->held, text, body(segment)));
    state->held_lines += segment->lines;
    state->held_bytes += segment->len;
    if (state->held_lines > REACH || state->held_bytes > HELD_MAX) return release(s, BON_CHARSET_UTF8);
    return BON_OK;
}

bon_status bon_auto_settle(struct bon_auto *state, const struct bon_normalizer *nz, const char *judged, size_t n,
                           bon_buf *out, uint64_t *counts) {
    struct settling s = {state, nz, out, out->len, 0, counts};
    for (size_t at = 0; at < n;) {
        struct segment segment;
        memcpy(&segment, judged + at, sizeof segment);
        at += sizeof segment;
        BON_TRY(settle_segment(&s, &segment, judged + at));
        at += body(&segment);
    }
    state->settled += s.in;
    return BON_OK;
}

bon_status bon_auto_finish(struct bon_auto *state, const struct bon_normalizer *nz, bon_buf *out, uint64_t *counts) {
    struct settling s = {state, nz, out, out->len, 0, counts};
    bon_status status = release(&s, BON_CHARSET_UTF8);
    state->last = BON_CHARSET_UTF8;
    state->since = state->settled = 0;
    return status;
}

void bon_auto_free(struct bon_auto *state) {
    bon_buf_free(&state->held);
    bon_spans_free(&state->spans);
}

bon_status bon_auto_text(const struct bon_normalizer *nz, const char *text, size_t n,
                         const struct bon_normalize_place *place, bon_buf *out, uint64_t *counts, bon_spans *spans) {
    struct bon_auto state = {.name = place->name, .mapped = spans != NULL};
    bon_buf judged = {0};
    size_t start = out->len;
    bon_status status = bon_auto_judge(nz, text, n, place, state.mapped, &judged, counts);
    if (status == BON_OK) status = bon_auto_settle(&state, nz, judged.data, judged.len, out, counts);
    if (status == BON_OK && spans) status = bon_spans_append(spans, &state.spans, 0, 0);
    size_t settled_out = out->len - start;
    uint64_t settled_in = state.settled;
    state.spans.count = 0;
    if (status == BON_OK) status = bon_auto_finish(&state, nz, out, counts);
    if (status == BON_OK && spans) status = bon_spans_append(spans, &state.spans, settled_out, settled_in);
    bon_auto_free(&state);
    bon_buf_free(&judged);
    return status;
}

bon_status bon_converted_text(const struct bon_normalizer *nz, const char *text, size_t n,
                              const struct bon_normalize_place *place, bon_buf *out, uint64_t *counts,
                              bon_spans *spans) {
    const struct bon_verdict as = {.charset = nz->options.from};
    return normalize_as(nz, &as, text, n, place, out, counts, spans);
}
