/* cmd/bon/normalize_result.h: what a thread hands on of a chunk: its text, the spans of that, and the failure that ended it, so
 * that what came before a bad line is written before the failure is told. */
#ifndef BON_CMD_NORMALIZE_RESULT_H
#define BON_CMD_NORMALIZE_RESULT_H

#include <string.h>

#include "base/buf.h"
#include "bon/normalize.h"

/* Stands behind the text, the spans and the message. */
struct normalize_result {
    size_t text, spans, message;
};

/* Ends `out`, which is the text: adds spans and failure (BON_OK: none). Only bad data is handed on; other failures come back. */
static inline bon_status normalize_result_end(bon_buf *out, const bon_spans *spans, bon_status failure) {
    struct normalize_result result = {out->len, spans->count, 0};
    if (failure != BON_OK && failure != BON_ERR_DATA) return failure;
    if (failure != BON_OK) result.message = strlen(bon_error_message());
    BON_TRY(bon_buf_reserve(out, spans->count * sizeof *spans->items + result.message + sizeof result));
    bon_buf_push(out, spans->items, spans->count * sizeof *spans->items);
    if (failure != BON_OK) bon_buf_push(out, bon_error_message(), result.message);
    bon_buf_push(out, &result, sizeof result);
    return BON_OK;
}

static inline struct normalize_result normalize_result_of(const bon_buf *out) {
    struct normalize_result result;
    memcpy(&result, out->data + out->len - sizeof result, sizeof result);
    return result;
}

/* Puts the spans of a result into a list of their own. */
static inline bon_status normalize_result_spans(const bon_buf *out, bon_spans *spans) {
    struct normalize_result result = normalize_result_of(out);
    spans->count = 0;
    BON_TRY(bon_grow_array(&spans->items, &spans->cap, result.spans + 1, sizeof *spans->items));
    if (result.spans) memcpy(spans->items, out->data + result.text, result.spans * sizeof *spans->items);
    spans->count = result.spans;
    return BON_OK;
}

/* The failure of a result; BON_OK: none. */
static inline bon_status normalize_result_failure(const bon_buf *out) {
    struct normalize_result result = normalize_result_of(out);
    if (!result.message) return BON_OK;
    const char *message = out->data + out->len - sizeof result - result.message;
    return bon_fail(BON_ERR_DATA, "%.*s", (int)result.message, message);
}

#endif
