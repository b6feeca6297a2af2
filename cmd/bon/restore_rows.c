/* cmd/bon/restore_rows.c: readings of a line as rows of a table or as JSON. */
#include "restore_rows.h"

#include <string.h>

#include "base/buf.h"
#include "syllable/utf8.h"

/* Appends the rows of one line. */
typedef bon_status line_writer(bon_restore_session *session, unsigned most, const char *line, size_t n, uint64_t number,
                               bon_buf *out);

static bon_status each_line(bon_restore_session *session, unsigned most, const struct bon_chunk *chunk,
                            line_writer *write, bon_buf *out) {
    const char *end = chunk->data + chunk->len;
    uint64_t number = chunk->line;
    for (const char *line = chunk->data; line < end; number++) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        const char *stop = newline ? newline : end;
        if (stop > line && stop[-1] == '\r') stop--; /* a row ends in its own way */
        BON_TRY(write(session, most, line, (size_t)(stop - line), number, out));
        line = newline ? newline + 1 : end;
    }
    return BON_OK;
}

/* ---- table ---- */

/* A tab in the text would be taken for the end of its column. */
static bon_status put_cell(bon_buf *out, const char *text, size_t n) {
    size_t from = out->len;
    BON_TRY(bon_buf_append(out, text, n));
    for (char *p = out->data + from; p < out->data + out->len; p++)
        if (*p == '\t') *p = ' ';
    return BON_OK;
}

static bon_status write_tsv(bon_restore_session *session, unsigned best, const char *text, size_t n, uint64_t line,
                            bon_buf *out) {
    const bon_restore_result *results;
    size_t count;
    BON_TRY(bon_restore_line(session, text, n, best, &results, &count));
    for (size_t i = 0; i < count; i++) {
        BON_TRY(bon_buf_printf(out, "%llu\t%zu\t%.4f\t", (unsigned long long)line, i + 1, results[i].logprob10));
        if (results[i].len) BON_TRY(put_cell(out, results[i].text, results[i].len));
        BON_TRY(bon_buf_put(out, '\n'));
    }
    return BON_OK;
}

bon_status restore_rows_tsv(bon_restore_session *session, unsigned best, const struct bon_chunk *chunk, bon_buf *out) {
    return each_line(session, best, chunk, write_tsv, out);
}

static bon_status write_words(bon_restore_session *session, unsigned most, const char *text, size_t n, uint64_t line,
                              bon_buf *out) {
    const bon_restore_word *words;
    size_t count;
    BON_TRY(bon_restore_alternatives(session, text, n, most, &words, &count));
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < words[i].count; k++) {
            const bon_restore_alternative *way = &words[i].alternatives[k];
            BON_TRY(bon_buf_printf(out, "%llu\t%zu\t%.*s\t%zu\t%.4f\t%.*s\n", (unsigned long long)line, words[i].start,
                                   (int)words[i].len, text + words[i].start, k + 1, way->probability, (int)way->len,
                                   way->text));
        }
    return BON_OK;
}

bon_status restore_rows_words(bon_restore_session *session, unsigned most, const struct bon_chunk *chunk,
                              bon_buf *out) {
    return each_line(session, most, chunk, write_words, out);
}

/* ---- JSON (RFC 8259) ---- */

/* A string; bytes that are not UTF-8 become U+FFFD, since JSON text is UTF-8. */
static bon_status put_string(bon_buf *out, const char *text, size_t n) {
    unsigned length;
    BON_TRY(bon_buf_put(out, '"'));
    for (size_t i = 0; i < n; i += length) {
        uint32_t c = bon_utf8_read(text + i, n - i, &length);
        if (c == BON_UTF8_INVALID)
            BON_TRY(bon_buf_append(out, "\xef\xbf\xbd", 3));
        else if (c < 0x20 || c == 0x7f)
            BON_TRY(bon_buf_printf(out, "\\u%04x", (unsigned)c));
        else if (c == '"' || c == '\\')
            BON_TRY(bon_buf_printf(out, "\\%c", (char)c));
        else
            BON_TRY(bon_buf_append(out, text + i, length));
    }
    return bon_buf_put(out, '"');
}

static bon_status put_reading(bon_buf *out, const bon_restore_result *result) {
    BON_TRY(bon_buf_printf(out, "\"text\":"));
    BON_TRY(put_string(out, result->text, result->len));
    BON_TRY(bon_buf_printf(out, ",\"logprob10\":%.4f,\"spans\":[", result->logprob10));
    for (size_t i = 0; i < result->span_count; i++) {
        const bon_restore_span *span = &result->spans[i];
        BON_TRY(bon_buf_printf(out, "%s{\"start\":%zu,\"bytes\":%zu,\"text\":", i ? "," : "", span->start, span->len));
        BON_TRY(put_string(out, result->text + span->out_start, span->out_len));
        BON_TRY(bon_buf_printf(out, ",\"confidence\":%.4f}", span->confidence));
    }
    return bon_buf_put(out, ']');
}

static bon_status write_json(bon_restore_session *session, unsigned best, const char *text, size_t n, uint64_t line,
                             bon_buf *out) {
    const bon_restore_result *results;
    size_t count;
    BON_TRY(bon_restore_line(session, text, n, best, &results, &count));
    BON_TRY(bon_buf_printf(out, "{\"line\":%llu,", (unsigned long long)line));
    if (count > 0) BON_TRY(put_reading(out, &results[0]));
    for (size_t i = 1; i < count; i++) {
        BON_TRY(bon_buf_printf(out, i == 1 ? ",\"others\":[{" : ",{"));
        BON_TRY(put_reading(out, &results[i]));
        BON_TRY(bon_buf_put(out, '}'));
    }
    return bon_buf_printf(out, count > 1 ? "]}\n" : "}\n");
}

bon_status restore_rows_json(bon_restore_session *session, unsigned best, const struct bon_chunk *chunk, bon_buf *out) {
    return each_line(session, best, chunk, write_json, out);
}
