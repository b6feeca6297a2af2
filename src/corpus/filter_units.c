/* src/corpus/filter_units.c: see filter_units.h.
 *
 * A mapped chunk is a row of records: a header, then bytes. The header says what the bytes are: a text with its verdict, no text,
 * or a piece of a paragraph that goes on in another chunk.
 */
#include "corpus/filter_units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_span.h"

enum record_kind { RECORD_TEXT, RECORD_BETWEEN, RECORD_PIECE };

struct record {
    enum record_kind kind;
    struct bon_filter_verdict verdict; /* of RECORD_TEXT */
    uint64_t line;
    uint64_t masked[BON_PII_KINDS];
    size_t n;    /* bytes of text behind the header */
    size_t list; /* and of rows of what was masked behind them */
};

struct worker {
    struct bon_judge *judge;
    bon_buf text;   /* of a JSON field */
    bon_buf masked; /* the text with placeholders */
    bon_buf list;   /* rows of what was masked */
};

/* Where a line is, for messages. */
struct place {
    const char *name;
    uint64_t line, offset;
};

bon_status bon_filter_worker_open(const struct bon_filter_units *units, void **out) {
    struct worker *worker = bon_alloc_zeroed(1, sizeof *worker);
    if (!worker) return BON_ERR_NOMEM;
    bon_status status = bon_judge_open(&worker->judge, units->filter);
    if (status == BON_OK)
        *out = worker;
    else
        free(worker);
    return status;
}

void bon_filter_worker_close(void *context) {
    struct worker *worker = context;
    if (!worker) return;
    bon_judge_close(worker->judge);
    bon_buf_free(&worker->text);
    bon_buf_free(&worker->masked);
    bon_buf_free(&worker->list);
    free(worker);
}

/* ---- masks ---- */

enum { AROUND = 40 }; /* bytes of text shown to either side */

static bon_status append_flat(const char *text, size_t from, size_t to, bon_buf *out) {
    for (size_t i = from; i < to; i++)
        BON_TRY(bon_buf_put(out, text[i] == '\t' || text[i] == '\n' || text[i] == '\r' ? ' ' : text[i]));
    return BON_OK;
}

static bool is_tail(char c) { return ((unsigned char)c & 0xc0) == 0x80; }

static bon_status list_match(const char *text, size_t n, const struct bon_pii_match *match, bon_buf *list) {
    size_t end = match->start + match->len, from = match->start > AROUND ? match->start - AROUND : 0;
    size_t to = n - end > AROUND ? end + AROUND : n;
    while (from < match->start && is_tail(text[from])) from++;
    while (to > end && to < n && is_tail(text[to])) to--;
    BON_TRY(bon_buf_printf(list, "%s\t", bon_pii_name(match->kind)));
    BON_TRY(append_flat(text, match->start, end, list));
    BON_TRY(bon_buf_put(list, '\t'));
    BON_TRY(append_flat(text, from, to, list));
    return bon_buf_put(list, '\n');
}

/* The text as it is to be written, in *text and *n; it may be the worker's. */
static bon_status mask(const struct bon_filter_units *units, struct worker *worker, struct record *record,
                       const char **text, size_t *n) {
    struct bon_pii_match match;
    worker->list.len = worker->masked.len = 0;
    if (!units->masks) return BON_OK;
    for (size_t pos = 0; units->list_masked && bon_pii_next(*text, *n, units->masks, &pos, &match);)
        BON_TRY(list_match(*text, *n, &match, &worker->list));
    BON_TRY(bon_pii_mask(*text, *n, units->masks, &worker->masked, record->masked));
    *text = worker->masked.data;
    *n = worker->masked.len;
    return BON_OK;
}

/* ---- records ---- */

static bool is_blank(const char *text, size_t n) {
    while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t' || text[n - 1] == '\r' || text[n - 1] == '\n')) n--;
    return n == 0;
}

/* Room for a header; its place is filled in when the bytes are there. */
static bon_status begin_record(bon_buf *out, size_t *at) {
    static const struct record none;
    *at = out->len;
    return bon_buf_append(out, &none, sizeof none);
}

static bon_status end_record(const bon_buf *list, bon_buf *out, size_t at, struct record *record) {
    record->n = out->len - at - sizeof *record;
    record->list = list ? list->len : 0;
    if (record->list) BON_TRY(bon_buf_append(out, list->data, list->len));
    memcpy(out->data + at, record, sizeof *record);
    return BON_OK;
}

static bon_status put_record(struct record *record, const char *text, size_t n, bool close, const bon_buf *list,
                             bon_buf *out) {
    size_t at;
    BON_TRY(begin_record(out, &at));
    BON_TRY(bon_buf_append(out, text, n));
    if (close) BON_TRY(bon_buf_put(out, '\n'));
    return end_record(list, out, at, record);
}

/* A line or paragraph; one that lacks the newline at its end gets it. */
static bon_status put_text(const struct bon_filter_units *units, struct worker *worker, const char *text, size_t n,
                           uint64_t line, bon_buf *out) {
    struct record record = {.kind = RECORD_BETWEEN, .line = line};
    bool close = n > 0 && text[n - 1] != '\n';
    if (is_blank(text, n)) return put_record(&record, text, n, close, NULL, out);
    record.kind = RECORD_TEXT;
    BON_TRY(bon_judge_text(worker->judge, text, n, &record.verdict));
    BON_TRY(mask(units, worker, &record, &text, &n));
    return put_record(&record, text, n, close, &worker->list, out);
}

/* ---- objects ---- */

static bon_status find_field(const struct bon_filter_units *units, const char *line, size_t n,
                             const struct place *place, struct bon_json_field *field) {
    struct bon_json_error error;
    if (!bon_json_find(line, n, units->json_field, field, &error))
        return bon_fail(BON_ERR_DATA, "%s:%llu: malformed JSON at offset %llu: %s; a line must be an object",
                        place->name, (unsigned long long)place->line, (unsigned long long)(place->offset + error.at),
                        error.reason);
    if (field->kind == BON_JSON_OTHER)
        return bon_fail(BON_ERR_DATA, "%s:%llu: field '%s' at offset %llu is not a string", place->name,
                        (unsigned long long)place->line, units->json_field,
                        (unsigned long long)(place->offset + field->start));
    return BON_OK;
}

/* {"words":12,...,"register":"news"} */
static bon_status append_scores(const struct bon_filter *filter, const struct bon_filter_verdict *verdict,
                                bon_buf *out) {
    const char *comma = "";
    BON_TRY(bon_buf_put(out, '{'));
    for (unsigned i = 0; i < BON_FILTER_RULES; i++) {
        if (isnan(verdict->scores[i])) continue;
        BON_TRY(bon_buf_printf(out, "%s\"%s\":%.*f", comma, bon_filter_name(i), bon_filter_decimals(i),
                               verdict->scores[i]));
        comma = ",";
    }
    if (verdict->best != BON_FILTER_NO_REGISTER) {
        const char *name = filter->registers[verdict->best].name;
        BON_TRY(bon_buf_printf(out, ",\"register\":"));
        BON_TRY(bon_json_quote(name, strlen(name), out));
    }
    return bon_buf_put(out, '}');
}

/* A line on its way out, with other values for some of its members; it is copied up to `at`. */
struct rewriting {
    const struct bon_filter_units *units;
    const struct record *record;
    const char *line;
    size_t at;
    bon_buf *out;
};

static bon_status copy_to(struct rewriting *r, size_t to) {
    BON_TRY(bon_buf_append(r->out, r->line + r->at, to - r->at));
    r->at = to;
    return BON_OK;
}

static bon_status put_scores(struct rewriting *r, const struct bon_json_field *old) {
    BON_TRY(copy_to(r, old->start));
    r->at = old->end;
    return append_scores(r->units->filter, &r->record->verdict, r->out);
}

/* The line with its text masked, and scores in place of those it has, or in front of the brace that ends it. */
static bon_status append_object(const struct bon_filter_units *units, struct worker *worker, const char *line, size_t n,
                                const struct bon_json_field *field, struct record *record, bon_buf *out) {
    struct rewriting r = {.units = units, .record = record, .line = line, .out = out};
    struct bon_json_field old = {0};
    struct bon_json_error error;
    const char *text = worker->text.data;
    size_t length = worker->text.len, brace = n;
    BON_TRY(mask(units, worker, record, &text, &length));
    if (units->with_scores) bon_json_find(line, n, "scores", &old, &error);
    bool has_scores = old.kind != BON_JSON_ABSENT, scores_first = has_scores && old.start < field->start;
    if (scores_first) BON_TRY(put_scores(&r, &old));
    if (text != worker->text.data && (length != worker->text.len || memcmp(text, worker->text.data, length) != 0)) {
        BON_TRY(copy_to(&r, field->start));
        BON_TRY(bon_json_quote(text, length, out));
        r.at = field->end;
    }
    if (has_scores && !scores_first) BON_TRY(put_scores(&r, &old));
    while (line[brace - 1] != '}') brace--;
    BON_TRY(copy_to(&r, brace - 1));
    if (units->with_scores && !has_scores) {
        BON_TRY(bon_buf_printf(out, ",\"scores\":"));
        BON_TRY(append_scores(units->filter, &record->verdict, out));
    }
    return copy_to(&r, n);
}

static bon_status put_object(const struct bon_filter_units *units, struct worker *worker, const char *line, size_t n,
                             const struct place *place, bon_buf *out) {
    struct record record = {.kind = RECORD_BETWEEN, .line = place->line};
    struct bon_json_field field = {0};
    size_t at;
    if (!is_blank(line, n)) BON_TRY(find_field(units, line, n, place, &field));
    if (field.kind != BON_JSON_STRING) return put_record(&record, line, n, true, NULL, out);
    worker->text.len = 0;
    BON_TRY(bon_json_unescape(line + field.start, field.end - field.start, &worker->text));
    BON_TRY(bon_judge_text(worker->judge, worker->text.data, worker->text.len, &record.verdict));
    record.kind = RECORD_TEXT;
    BON_TRY(begin_record(out, &at));
    BON_TRY(append_object(units, worker, line, n, &field, &record, out));
    BON_TRY(bon_buf_put(out, '\n'));
    return end_record(&worker->list, out, at, &record);
}

/* ---- chunks ---- */

static const char *line_end(const char *line, const char *end) {
    const char *newline = memchr(line, '\n', (size_t)(end - line));
    return newline ? newline + 1 : end;
}

static bon_status map_lines(const struct bon_filter_units *units, struct worker *worker, const struct bon_chunk *chunk,
                            bon_buf *out) {
    struct place place = {.name = chunk->name, .line = chunk->line};
    const char *end = chunk->data + chunk->len;
    for (const char *line = chunk->data, *next; line < end; line = next, place.line++) {
        next = line_end(line, end);
        size_t n = (size_t)(next - line);
        place.offset = chunk->offset + (uint64_t)(line - chunk->data);
        if (units->unit == BON_UNIT_LINE)
            BON_TRY(put_text(units, worker, line, n, place.line, out));
        else
            BON_TRY(put_object(units, worker, line, next[-1] == '\n' ? n - 1 : n, &place, out));
    }
    return BON_OK;
}

/* The next line that begins a paragraph: one that is not blank behind one that is. `end` when there is none. */
static const char *next_paragraph(const char *at, const char *end, uint64_t *lines) {
    bool blank = false;
    while (at < end) {
        const char *next = line_end(at, end);
        bool is = is_blank(at, (size_t)(next - at));
        if (blank && !is) return at;
        blank = is;
        at = next;
        ++*lines;
    }
    return end;
}

static bon_status put_piece(const char *text, size_t n, uint64_t line, bon_buf *out) {
    struct record record = {.kind = RECORD_PIECE, .line = line};
    return n ? put_record(&record, text, n, text[n - 1] != '\n', NULL, out) : BON_OK;
}

/* The piece before the first beginning of a paragraph, whole paragraphs, the piece from the last beginning on. */
static bon_status map_paragraphs(const struct bon_filter_units *units, struct worker *worker,
                                 const struct bon_chunk *chunk, bon_buf *out) {
    const char *end = chunk->data + chunk->len;
    uint64_t line = chunk->line, next_line = line;
    const char *from = next_paragraph(chunk->data, end, &next_line);
    BON_TRY(put_piece(chunk->data, (size_t)(from - chunk->data), line, out));
    while (from < end) {
        line = next_line;
        const char *next = next_paragraph(from, end, &next_line);
        if (next == end) return put_piece(from, (size_t)(end - from), line, out);
        BON_TRY(put_text(units, worker, from, (size_t)(next - from), line, out));
        from = next;
    }
    return BON_OK;
}

bon_status bon_filter_map(const struct bon_filter_units *units, void *worker, const struct bon_chunk *chunk,
                          bon_buf *out) {
    BON_TRY(bon_buf_reserve(out, chunk->len + chunk->len / 2));
    return units->unit == BON_UNIT_PARAGRAPH ? map_paragraphs(units, worker, chunk, out)
                                             : map_lines(units, worker, chunk, out);
}

/* ---- the writer ---- */

static bon_status give(const struct record *record, const char *text, const char *file,
                       const struct bon_filter_sink *sink) {
    struct bon_filter_text given = {.verdict = record->kind == RECORD_TEXT ? &record->verdict : NULL,
                                    .text = text,
                                    .n = record->n,
                                    .file = file,
                                    .line = record->line,
                                    .masked = record->masked,
                                    .list = text + record->n,
                                    .list_n = record->list};
    return sink->take(sink->context, &given);
}

static bon_status end_paragraph(struct bon_filter_joiner *joiner, const struct bon_filter_sink *sink) {
    struct record record;
    joiner->record.len = 0;
    if (joiner->paragraph.len == 0) return BON_OK;
    BON_TRY(put_text(joiner->units, joiner->worker, joiner->paragraph.data, joiner->paragraph.len, joiner->line,
                     &joiner->record));
    memcpy(&record, joiner->record.data, sizeof record);
    BON_TRY(give(&record, joiner->record.data + sizeof record, joiner->file, sink));
    joiner->paragraph.len = 0;
    joiner->has_text = joiner->blank = false;
    return BON_OK;
}

/* The last paragraph of a file gets the empty line that parts it from the next file's first. */
bon_status bon_filter_end_file(struct bon_filter_joiner *joiner, const struct bon_filter_sink *sink) {
    if (joiner->has_text && !joiner->blank) BON_TRY(bon_buf_put(&joiner->paragraph, '\n'));
    return end_paragraph(joiner, sink);
}

static bon_status join_line(struct bon_filter_joiner *joiner, const char *line, size_t n, uint64_t number,
                            const struct bon_filter_sink *sink) {
    bool blank = is_blank(line, n);
    if (joiner->blank && !blank) BON_TRY(end_paragraph(joiner, sink));
    if (joiner->paragraph.len == 0) joiner->line = number;
    if (joiner->paragraph.len + n > BON_LINE_MAX)
        return bon_fail(BON_ERR_LIMIT, "a paragraph of more than %d MiB: is this text in paragraphs?",
                        BON_LINE_MAX >> 20);
    joiner->blank = blank;
    joiner->has_text |= !blank;
    return bon_buf_append(&joiner->paragraph, line, n);
}

static bon_status join_piece(struct bon_filter_joiner *joiner, const char *text, size_t n, uint64_t number,
                             const struct bon_filter_sink *sink) {
    const char *end = text + n;
    for (const char *next; text < end; text = next, number++) {
        next = line_end(text, end);
        BON_TRY(join_line(joiner, text, (size_t)(next - text), number, sink));
    }
    return BON_OK;
}

bon_status bon_filter_each(struct bon_filter_joiner *joiner, const struct bon_chunk *chunk, const bon_buf *mapped,
                           const struct bon_filter_sink *sink) {
    struct record record;
    if (joiner->file && joiner->file_number != chunk->file) BON_TRY(bon_filter_end_file(joiner, sink));
    joiner->file = chunk->name;
    joiner->file_number = chunk->file;
    for (const char *at = mapped->data, *end = at + mapped->len; at < end; at += record.n + record.list) {
        memcpy(&record, at, sizeof record);
        at += sizeof record;
        if (record.kind == RECORD_PIECE) {
            BON_TRY(join_piece(joiner, at, record.n, record.line, sink));
            continue;
        }
        BON_TRY(end_paragraph(joiner, sink));
        BON_TRY(give(&record, at, chunk->name, sink));
    }
    return BON_OK;
}

bon_status bon_filter_end(struct bon_filter_joiner *joiner, const struct bon_filter_sink *sink) {
    return end_paragraph(joiner, sink);
}

void bon_filter_joiner_free(struct bon_filter_joiner *joiner) {
    bon_filter_worker_close(joiner->worker);
    bon_buf_free(&joiner->paragraph);
    bon_buf_free(&joiner->record);
    *joiner = (struct bon_filter_joiner){0};
}
