/* src/corpus/document.c: see document.h. */
#include "corpus/document.h"

#include <stdio.h>

#include "base/json_span.h"
#include "syllable/utf8.h"

void bon_document_clear(struct bon_document *document) {
    document->id.len = document->title.len = document->url.len = document->text.len = document->members.len = 0;
}

void bon_document_free(struct bon_document *document) {
    bon_buf_free(&document->id);
    bon_buf_free(&document->title);
    bon_buf_free(&document->url);
    bon_buf_free(&document->text);
    bon_buf_free(&document->members);
}

bon_status bon_document_string(bon_buf *out, const char *text, size_t n) {
    static const char replacement[] = "\xef\xbf\xbd";
    unsigned length;
    for (size_t at = 0; at < n; at += length) {
        bool valid = bon_utf8_read(text + at, n - at, &length) != BON_UTF8_INVALID;
        BON_TRY(bon_buf_append(out, valid ? text + at : replacement, valid ? length : sizeof replacement - 1));
    }
    return BON_OK;
}

bon_status bon_document_line(bon_buf *out, const bon_normalizer *normalizer, const char *text, size_t n) {
    size_t start = out->len, kept = start;
    if (n == 0) return BON_OK;
    BON_TRY(bon_normalize(normalizer, text, n, out));
    for (size_t i = start; i < out->len; i++) { /* a line end is a blank, unless there is one */
        char c = out->data[i] == '\n' ? ' ' : out->data[i];
        if (c != ' ' || (kept > start && out->data[kept - 1] != ' ')) out->data[kept++] = c;
    }
    while (kept > start && out->data[kept - 1] == ' ') kept--;
    out->len = kept;
    return BON_OK;
}

bon_status bon_append_lines(const char *text, size_t n, bon_buf *out) {
    const char *at = text, *end = text + n;
    bool first = true;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at)), *stop = newline ? newline : end;
        if (stop > at) {
            if (!first) BON_TRY(bon_buf_put(out, '\n'));
            BON_TRY(bon_buf_append(out, at, (size_t)(stop - at)));
            first = false;
        }
        at = newline ? newline + 1 : end;
    }
    return BON_OK;
}

bon_status bon_document_text(bon_buf *out, const bon_normalizer *normalizer, const char *text, size_t n,
                             bon_buf *space) {
    size_t start = out->len;
    space->len = 0;
    if (n == 0) return BON_OK;
    BON_TRY(bon_normalize(normalizer, text, n, space));
    if (start > 0) BON_TRY(bon_buf_put(out, '\n'));
    size_t before = out->len;
    if (space->len > 0) BON_TRY(bon_append_lines(space->data, space->len, out));
    if (out->len == before) out->len = start; /* nothing came behind the line end */
    return BON_OK;
}

static bon_status append_name(bon_buf *out, const char *name) {
    BON_TRY(bon_json_quote(name, strlen(name), out));
    return bon_buf_put(out, ':');
}

bon_status bon_document_member(struct bon_document *document, const char *name, const char *value, size_t n) {
    bon_buf text = {0};
    if (n == 0) return BON_OK;
    bon_status status = bon_document_string(&text, value, n);
    if (status == BON_OK) status = append_name(&document->members, name);
    if (status == BON_OK) status = bon_json_quote(text.data, text.len, &document->members);
    bon_buf_free(&text);
    return status == BON_OK ? bon_buf_put(&document->members, ',') : status;
}

bon_status bon_document_number(struct bon_document *document, const char *name, uint64_t value) {
    BON_TRY(append_name(&document->members, name));
    return bon_buf_printf(&document->members, "%llu,", (unsigned long long)value);
}

size_t bon_document_size(const struct bon_document *document) {
    size_t count = 0;
    for (size_t i = 0; i < document->text.len; i++) count += !bon_utf8_tail(document->text.data[i]);
    return count;
}

static bon_status append_string(bon_buf *out, const char *name, const bon_buf *value) {
    BON_TRY(append_name(out, name));
    return bon_json_quote(value->data, value->len, out);
}

bon_status bon_document_json(const struct bon_document *document, bon_buf *out) {
    BON_TRY(bon_buf_put(out, '{'));
    BON_TRY(append_string(out, "id", &document->id));
    BON_TRY(bon_buf_put(out, ','));
    BON_TRY(append_string(out, "title", &document->title));
    BON_TRY(bon_buf_put(out, ','));
    BON_TRY(append_string(out, "url", &document->url));
    BON_TRY(bon_buf_put(out, ','));
    BON_TRY(bon_buf_append(out, document->members.data, document->members.len));
    BON_TRY(append_string(out, "text", &document->text));
    return bon_buf_append(out, "}\n", 2);
}

bon_status bon_document_plain(const struct bon_document *document, bon_buf *out) {
    if (document->text.len == 0) return BON_OK;
    BON_TRY(bon_buf_append(out, document->text.data, document->text.len));
    return bon_buf_append(out, "\n\n", 2);
}

bon_status bon_import_bad(struct bon_import *import, bon_status status) {
    bool broken = status == BON_ERR_DATA || status == BON_ERR_FORMAT || status == BON_ERR_LIMIT;
    if (!broken || !import->skip_bad) return status;
    if (import->bad++ == 0) snprintf(import->first_bad, sizeof import->first_bad, "%s", bon_error_message());
    return BON_OK;
}
