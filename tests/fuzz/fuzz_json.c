/* tests/fuzz/fuzz_json.c: any bytes as a line of JSON. A field that is found lies in the line, is a string between quotes, and
 * goes through unescaping, quoting and finding again without change; the walk over the members sees it, too. */
#include <stdlib.h>

#include "base/json_span.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds) abort();
}

static void there_and_back(const char *string, size_t n) {
    bon_buf text = {0}, line = {0}, again = {0};
    struct bon_json_field field;
    struct bon_json_error error;
    require(bon_json_unescape(string, n, &text) == BON_OK);
    require(bon_buf_append(&line, "{\"a\":", 5) == BON_OK && bon_json_quote(text.data, text.len, &line) == BON_OK &&
            bon_buf_put(&line, '}') == BON_OK);
    require(bon_json_find(line.data, line.len, "a", &field, &error) && field.kind == BON_JSON_STRING);
    require(field.start == 5 && field.end == line.len - 1);
    require(bon_json_unescape(line.data + field.start, field.end - field.start, &again) == BON_OK);
    require(again.len == text.len && (!text.len || !memcmp(again.data, text.data, text.len)));
    bon_buf_free(&text);
    bon_buf_free(&line);
    bon_buf_free(&again);
}

/* Members are whole values, one behind the other; the last of the name is the one that was found. */
static void walk(const char *line, size_t size, const struct bon_json_field *found) {
    struct bon_json_field name, value, last = {0};
    size_t end = 0;
    for (size_t at = 0; bon_json_next(line, size, &at, &name, &value); end = value.end) {
        require(name.start >= end && name.end <= value.start && value.start < value.end && value.end <= size);
        if (bon_json_is(line, &name, "text", 4)) last = value;
        if (value.kind != BON_JSON_OTHER || line[value.start] != '[') continue;
        struct bon_json_field item;
        for (size_t in = 0; bon_json_item(line + value.start, value.end - value.start, &in, &item);)
            require(item.start < item.end && item.end < value.end - value.start);
    }
    require(last.start == found->start && (last.end == found->end || found->kind == BON_JSON_OTHER));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const char *line = (const char *)data;
    struct bon_json_field field;
    struct bon_json_error error;
    if (!bon_json_find(line, size, "text", &field, &error)) {
        require(error.at <= size && error.reason);
        return 0;
    }
    require(field.start <= field.end && field.end <= size && (field.kind == BON_JSON_ABSENT) == (field.end == 0));
    walk(line, size, &field);
    if (field.kind != BON_JSON_STRING) return 0;
    require(field.end - field.start >= 2 && line[field.start] == '"' && line[field.end - 1] == '"');
    there_and_back(line + field.start, field.end - field.start);
    return 0;
}
