/* src/normalize/auto.c: text in charsets that nobody named.
 *
 * Most lines tell their charset by themselves (judge.c). A line too short for that takes the charset of a neighbour: of the
 * last line before it that told, else of the first behind it, at most REACH lines away. Chunks are judged and normalized in
 * parallel, line by line; only the lines that do not tell wait for the one place that sees everything in order. So the result
 * does not depend on where chunks are cut.
 */
#include "normalize/auto.h"

enum { REACH = 64, HELD_MAX = 1 << 20 };

/* What stands before the bytes of a segment in a judged chunk. */
struct segment {
    struct bon_verdict verdict;
    uint32_t lines;  /* in it */
    uint64_t line;   /* number of the first */
    uint64_t offset; /* of its first byte */
    size_t len;      /* bytes: normalized text, or with BON_LINE_OPEN the line as it is */
};

/* ---- conversion ---- */

static const bon_rule rule_of[BON_CHARSETS] = {
    [BON_CHARSET_TCVN3] = BON_RULE_FROM_TCVN3,   [BON_CHARSET_VNI] = BON_RULE_FROM_VNI,
    [BON_CHARSET_VISCII] = BON_RULE_FROM_VISCII, [BON_CHARSET_VIQR] = BON_RULE_FROM_VIQR,
    [BON_CHARSET_CP1258] = BON_RULE_FROM_CP1258, [BON_CHARSET_MOJIBAKE] = BON_RULE_MOJIBAKE,
};

/* Appends one line, as UTF-8, to out. */
static bon_status convert_line(bon_charset charset, bool wide, const char *line, size_t n, bon_buf *narrow,
                               bon_buf *out, uint64_t *counts) {
    size_t before = out->len;
    bool all = true;
    narrow->len = 0;
    if (charset == BON_CHARSET_MOJIBAKE) {
        BON_TRY(bon_narrow(line, n, wide ? BON_CHARSET_CP1258 : BON_CHARSET_UTF8, out, &all));
    } else if (wide) {
        BON_TRY(bon_narrow(line, n, BON_CHARSET_UTF8, narrow, &all));
        BON_TRY(bon_charset_decode(charset, narrow->data, narrow->len, out, &counts[BON_RULE_LOST]));
    } else {
        BON_TRY(bon_charset_decode(charset, line, n, out, &counts[BON_RULE_LOST]));
    }
    size_t length = out->len - before;
    counts[rule_of[charset]] += length != n || memcmp(out->data + before, line, n) != 0;
    return BON_OK;
}

static bon_status convert_lines(bon_charset charset, bool wide, const char *text, size_t n, bon_buf *out,
                                uint64_t *counts) {
    bon_buf narrow = {0};
    bon_status status = BON_OK;
    for (size_t at = 0; at < n && status == BON_OK;) {
        const char *end = memchr(text + at, '\n', n - at);
        size_t length = end ? (size_t)(end - text) + 1 - at : n - at;
        status = convert_line(charset, wide, text + at, length, &narrow, out, counts);
        at += length;
    }
    bon_buf_free(&narrow);
    return status;
}

/* Converts and normalizes. */
static bon_status normalize_as(const struct bon_normalizer *nz, bon_charset charset, bool wide, const char *text,
                               size_t n, const struct bon_normalize_place *place, bon_buf *out, uint64_t *counts) {
    if (charset == BON_CHARSET_UTF8) return bon_normalize_utf8(nz, text, n, place, out, counts);
    bon_buf converted = {0};
    bon_status status = convert_lines(charset, wide, text, n, &converted, counts);
    if (status == BON_OK) status = bon_normalize_utf8(nz, converted.data, converted.len, place, out, counts);
    bon_buf_free(&converted);
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
    return a->state == b->state && a->state != BON_LINE_OPEN && a->charset == b->charset && a->wide == b->wide;
}

/* Writes lines that share a verdict as a segment. */
static bon_status put_segment(const struct bon_normalizer *nz, struct segment *segment, const char *text, size_t n,
                              const struct bon_normalize_place *chunk, bon_buf *out, uint64_t *counts) {
    size_t head = out->len;
    BON_TRY(bon_buf_append(out, segment, sizeof *segment));
    if (segment->verdict.state == BON_LINE_OPEN) {
        BON_TRY(bon_buf_append(out, text, n));
    } else {
        struct bon_normalize_place place = *chunk;
        place.line = segment->line;
        place.offset = segment->offset;
        BON_TRY(normalize_as(nz, segment->verdict.charset, segment->verdict.wide, text, n, &place, out, counts));
    }
    segment->len = out->len - head - sizeof *segment;
    memcpy(out->data + head, segment, sizeof *segment);
    return BON_OK;
}

static size_t line_length(const char *text, size_t n, size_t *without_end) {
    const char *end = memchr(text, '\n', n);
    *without_end = end ? (size_t)(end - text) : n;
    return end ? *without_end + 1 : n;
}

bon_status bon_auto_judge(const struct bon_normalizer *nz, const char *text, size_t n,
                          const struct bon_normalize_place *place, bon_buf *out, uint64_t *counts) {
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
            status = put_segment(nz, &group, text + begin, at - begin, place, out, counts);
            group = (struct segment){.line = group.line + group.lines, .offset = place->offset + at};
            begin = at;
        }
        if (!group.lines) group.verdict = verdict;
        group.lines++;
    }
    if (status == BON_OK && group.lines) status = put_segment(nz, &group, text + begin, n - begin, place, out, counts);
    bon_buf_free(&scratch);
    return status;
}

/* ---- settling in order ---- */

/* A segment as text. A line that did not tell is read as `charset` if that explains it, else as it looks best. */
static bon_status pass_on(const struct bon_auto *state, const struct bon_normalizer *nz, const struct segment *segment,
                          const char *text, bon_charset charset, bon_buf *out, uint64_t *counts) {
    if (segment->verdict.state != BON_LINE_OPEN) return bon_buf_append(out, text, segment->len);
    if (!(segment->verdict.candidates >> charset & 1)) charset = segment->verdict.charset;
    struct bon_normalize_place place = {.name = state->name, .line = segment->line, .offset = segment->offset};
    return normalize_as(nz, charset, false, text, segment->len, &place, out, counts);
}

/* The segments that waited, each open one as `charset` if that explains it. */
static bon_status release(struct bon_auto *state, const struct bon_normalizer *nz, bon_charset charset, bon_buf *out,
                          uint64_t *counts) {
    for (size_t at = 0; at < state->held.len;) {
        struct segment segment;
        memcpy(&segment, state->held.data + at, sizeof segment);
        at += sizeof segment;
        BON_TRY(pass_on(state, nz, &segment, state->held.data + at, charset, out, counts));
        at += segment.len;
    }
    state->held.len = 0;
    state->held_lines = state->held_bytes = 0;
    return BON_OK;
}

static bon_status settle_segment(struct bon_auto *state, const struct bon_normalizer *nz, struct segment *segment,
                                 const char *text, bon_buf *out, uint64_t *counts) {
    if (segment->verdict.state == BON_LINE_DECIDED) {
        BON_TRY(release(state, nz, segment->verdict.charset, out, counts));
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
    if (!waits) return pass_on(state, nz, segment, text, state->last, out, counts);
    BON_TRY(bon_buf_append(&state->held, segment, sizeof *segment));
    BON_TRY(bon_buf_append(&state->held, text, segment->len));
    state->held_lines += segment->lines;
    state->held_bytes += segment->len;
    if (state->held_lines > REACH || state->held_bytes > HELD_MAX)
        return release(state, nz, BON_CHARSET_UTF8, out, counts);
    return BON_OK;
}

bon_status bon_auto_settle(struct bon_auto *state, const struct bon_normalizer *nz, const char *judged, size_t n,
                           bon_buf *out, uint64_t *counts) {
    for (size_t at = 0; at < n;) {
        struct segment segment;
        memcpy(&segment, judged + at, sizeof segment);
        at += sizeof segment;
        BON_TRY(settle_segment(state, nz, &segment, judged + at, out, counts));
        at += segment.len;
    }
    return BON_OK;
}

bon_status bon_auto_finish(struct bon_auto *state, const struct bon_normalizer *nz, bon_buf *out, uint64_t *counts) {
    bon_status status = release(state, nz, BON_CHARSET_UTF8, out, counts);
    state->last = BON_CHARSET_UTF8;
    state->since = 0;
    return status;
}

void bon_auto_free(struct bon_auto *state) { bon_buf_free(&state->held); }

bon_status bon_auto_text(const struct bon_normalizer *nz, const char *text, size_t n,
                         const struct bon_normalize_place *place, bon_buf *out, uint64_t *counts) {
    struct bon_auto state = {.name = place->name};
    bon_buf judged = {0};
    bon_status status = bon_auto_judge(nz, text, n, place, &judged, counts);
    if (status == BON_OK) status = bon_auto_settle(&state, nz, judged.data, judged.len, out, counts);
    if (status == BON_OK) status = bon_auto_finish(&state, nz, out, counts);
    bon_auto_free(&state);
    bon_buf_free(&judged);
    return status;
}

bon_status bon_converted_text(const struct bon_normalizer *nz, const char *text, size_t n,
                              const struct bon_normalize_place *place, bon_buf *out, uint64_t *counts) {
    return normalize_as(nz, nz->options.from, false, text, n, place, out, counts);
}
