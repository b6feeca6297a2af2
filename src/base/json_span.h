/* src/base/json_span.h: one field of a JSON object, found as a span of bytes, so that the rest of the object can stay as it
 * is, byte for byte: member order, blanks, spelling of numbers, \u escapes.
 *
 *     struct bon_json_field field;
 *     struct bon_json_error error;
 *     if (!bon_json_find(line, n, "text", &field, &error)) ...          // error.at, error.reason
 *     if (field.kind == BON_JSON_STRING) {
 *         bon_json_unescape(line + field.start, field.end - field.start, &text);
 *         ... copy line[0, start), bon_json_quote(changed text), copy line[end, n)
 *     }
 *
 * The whole line is checked against RFC 8259, except that bytes inside strings need not be UTF-8.
 */
#ifndef BON_SRC_BASE_JSON_SPAN_H
#define BON_SRC_BASE_JSON_SPAN_H

#include <stdbool.h>

#include "base/buf.h"

enum { BON_JSON_DEPTH = 1024 }; /* arrays and objects inside each other */

enum bon_json_kind { BON_JSON_ABSENT, BON_JSON_NULL, BON_JSON_STRING, BON_JSON_OTHER };

struct bon_json_field {
    enum bon_json_kind kind;
    size_t start, end; /* bytes of the value, a string's quotes included; both 0 when absent */
};

struct bon_json_error {
    size_t at;          /* byte of the line */
    const char *reason; /* constant, "expected ',' or '}'" */
};

/* Finds the member `name` (UTF-8, without escapes; the line may spell it with some) of the one object that is the line, with
 * blanks around it. Of members with the same name the last counts, as for most readers. False, with *error set, when the line
 * is not an object. Time is linear, nothing is allocated. */
bool bon_json_find(const char *line, size_t n, const char *name, struct bon_json_field *field,
                   struct bon_json_error *error);

/* Goes over the members of the object at the beginning of n bytes that bon_json_find has accepted, as a whole line or as a value in
 * one: *at is 0 at first, and false says that there are no more. The spans count from `line`; a name's has its quotes, too.
 *
 *     for (size_t at = 0; bon_json_next(line, n, &at, &name, &value);) ...
 */
bool bon_json_next(const char *line, size_t n, size_t *at, struct bon_json_field *name, struct bon_json_field *value);
/* The same over the values of an array. */
bool bon_json_item(const char *line, size_t n, size_t *at, struct bon_json_field *value);
/* Whether a name, as bon_json_next gave it, is this one. */
bool bon_json_is(const char *line, const struct bon_json_field *name, const char *text, size_t n);

/* Appends the text of a string value (its n bytes with the quotes, as bon_json_find found them). An escaped half of a
 * surrogate pair, which is no character, becomes U+FFFD. */
bon_status bon_json_unescape(const char *string, size_t n, bon_buf *out);

/* Appends text as a string value: quoted, with only what must be escaped escaped ('"', '\' and control characters). */
bon_status bon_json_quote(const char *text, size_t n, bon_buf *out);

#endif
