/* Finding one field in a JSON object: what is refused and where, which bytes the field is, text in and out. */
#include "base/json_span.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "failmalloc.h"

Test(json_span, finds_fields) {
    static const struct {
        const char *line, *name, *value;
        enum bon_json_kind kind;
    } rows[] = {
        {"{}", "a", "", BON_JSON_ABSENT},
        {" { } \r\n", "a", "", BON_JSON_ABSENT},
        {"{\"a\":\"x\"}", "a", "\"x\"", BON_JSON_STRING},
        {"{ \"b\" : [1, {\"a\": 2}, []] , \"a\" : \"x\\\"y\" }", "a", "\"x\\\"y\"", BON_JSON_STRING},
        {"{\"a\":null}", "a", "null", BON_JSON_NULL},
        {"{\"a\":true,\"b\":-0.5e+7}", "b", "-0.5e+7", BON_JSON_OTHER},
        {"{\"meta\":{\"text\":\"no\"},\"text\":\"yes\"}", "text", "\"yes\"", BON_JSON_STRING},
        {"{\"meta\":{\"text\":\"no\"}}", "text", "", BON_JSON_ABSENT},
        {"{\"a\":\"first\",\"a\":\"last\"}", "a", "\"last\"", BON_JSON_STRING},
        {"{\"t\\u0065xt\":\"x\"}", "text", "\"x\"", BON_JSON_STRING},
        {"{\"\\uD83D\\uDE00\":\"x\"}", "😀", "\"x\"", BON_JSON_STRING},
        {"{\"ti\u1ebfng\":\"x\"}", "ti\u1ebfng", "\"x\"", BON_JSON_STRING},
        {"{\"textual\":\"x\",\"tex\":\"y\"}", "text", "", BON_JSON_ABSENT},
        {"{\"\":\"x\"}", "", "\"x\"", BON_JSON_STRING},
        {"{\"a\":\"\xff\xfe raw bytes pass\"}", "a", "\"\xff\xfe raw bytes pass\"", BON_JSON_STRING},
        {"{\"a\":{\"a\":{}},\"b\":[[],[[]]]}", "b", "", BON_JSON_OTHER},
        {"{\"a\":0,\"b\":10.25E-3,\"c\":false}", "c", "false", BON_JSON_OTHER},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bon_json_field field;
        struct bon_json_error error = {0};
        bool fine = bon_json_find(rows[i].line, strlen(rows[i].line), rows[i].name, &field, &error);
        cr_expect(fine, "%s: %s at %zu", rows[i].line, error.reason, error.at);
        cr_expect(field.kind == rows[i].kind, "%s: kind %d", rows[i].line, field.kind);
        size_t n = strlen(rows[i].value);
        cr_expect(field.end - field.start == n && !memcmp(rows[i].line + field.start, rows[i].value, n), "%s: %zu..%zu",
                  rows[i].line, field.start, field.end);
    }
}

Test(json_span, refuses_what_is_no_object) {
    static const struct {
        const char *line;
        size_t at;
        const char *reason;
    } rows[] = {
        {"", 0, "expected '{'"},
        {"[1]", 0, "expected '{'"},
        {"{", 1, "expected a name in quotes"},
        {"{,}", 1, "expected a name in quotes"},
        {"{a:1}", 1, "expected a name in quotes"},
        {"{\"a\"}", 4, "expected ':'"},
        {"{\"a\":}", 5, "expected a value"},
        {"{\"a\":1,}", 7, "expected a name in quotes"},
        {"{\"a\":1 \"b\":2}", 7, "expected ',' or '}'"},
        {"{\"a\":[1 2]}", 8, "expected ',' or ']'"},
        {"{\"a\":[1,]}", 8, "expected a value"},
        {"{\"a\":[1}}", 7, "expected ',' or ']'"},
        {"{\"a\":1]", 6, "expected ',' or '}'"},
        {"{\"a\":1}}", 7, "more behind the object"},
        {"{\"a\":1} {}", 8, "more behind the object"},
        {"{\"a\":01}", 6, "expected ',' or '}'"},
        {"{\"a\":1.}", 7, "expected a digit"},
        {"{\"a\":-}", 6, "expected a digit"},
        {"{\"a\":1e}", 7, "expected a digit"},
        {"{\"a\":nul}", 5, "expected a value"},
        {"{\"a\":NaN}", 5, "expected a value"},
        {"{\"a\":\"x", 7, "the line ends in a string"},
        {"{\"a\":\"x\\", 7, "the line ends in a string"},
        {"{\"a\":\"x\ty\"}", 7, "control character in a string"},
        {"{\"a\":\"\\x\"}", 6, "there is no such escape"},
        {"{\"a\":\"\\u12g4\"}", 6, "\\u needs four hexadecimal digits"},
        {"{\"a\":\"\\u12", 6, "\\u needs four hexadecimal digits"},
        {"{'a':1}", 1, "expected a name in quotes"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bon_json_field field;
        struct bon_json_error error = {0};
        cr_expect_not(bon_json_find(rows[i].line, strlen(rows[i].line), "a", &field, &error), "%s", rows[i].line);
        cr_expect(error.at == rows[i].at && !strcmp(error.reason, rows[i].reason), "%s: %zu %s", rows[i].line, error.at,
                  error.reason);
    }
    struct bon_json_field field;
    struct bon_json_error error;
    cr_expect_not(bon_json_find("{\"a\":\"\0\"}", 9, "a", &field, &error));
    cr_expect_eq(error.at, 6);
}

Test(json_span, depth_has_a_limit) {
    enum { DEPTH = BON_JSON_DEPTH };
    static char line[2 * DEPTH + 8];
    struct bon_json_field field;
    struct bon_json_error error;
    for (int over = 0; over < 2; over++) {
        size_t n = 0, deep = DEPTH - 1 + (size_t)over;
        memcpy(line, "{\"a\":", 5), n = 5;
        memset(line + n, '[', deep), n += deep;
        memset(line + n, ']', deep), n += deep;
        line[n++] = '}';
        cr_expect_eq(bon_json_find(line, n, "a", &field, &error), !over);
    }
    cr_expect_str_eq(error.reason, "arrays and objects are nested too deep");
}

static void expect_text(const char *string, const char *text, size_t n, const char *quoted) {
    bon_buf out = {0};
    cr_assert_eq(bon_json_unescape(string, strlen(string), &out), BON_OK);
    cr_expect(out.len == n && !memcmp(out.data, text, n), "%s: %.*s", string, (int)out.len, out.data);
    out.len = 0;
    cr_assert_eq(bon_json_quote(text, n, &out), BON_OK);
    cr_expect(out.len == strlen(quoted) && !memcmp(out.data, quoted, out.len), "%s: %.*s", quoted, (int)out.len,
              out.data);
    bon_buf_free(&out);
}

Test(json_span, text) {
    expect_text("\"\"", "", 0, "\"\"");
    expect_text("\"ti\\u1EBFng Vi\\u1ec7t\"", "tiếng Việt", 14, "\"tiếng Việt\"");
    expect_text("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 8, "\"\\\"\\\\/\\b\\f\\n\\r\\t\"");
    expect_text("\"a\\u0000b\\u001f\\u007f\"", "a\0b\x1f\x7f", 5, "\"a\\u0000b\\u001f\x7f\"");
    expect_text("\"\\ud83d\\ude00\"", "😀", 4, "\"😀\"");
    expect_text("\"\\u00e9\\u0041\"", "éA", 3, "\"éA\"");
    expect_text("\"\\ud83dx\\ude00\\ud83d\\ud83d\\ude00\"", "\xef\xbf\xbdx\xef\xbf\xbd\xef\xbf\xbd😀", 14,
                "\"\xef\xbf\xbdx\xef\xbf\xbd\xef\xbf\xbd😀\"");
}

/* What is quoted is found and read back as it was, wherever the special bytes lie in a word of eight. */
Test(json_span, round_trip) {
    char text[64], name[2] = "a";
    bon_buf line = {0}, back = {0};
    srand(7);
    for (int round = 0; round < 20000; round++) {
        size_t n = (size_t)rand() % sizeof text;
        static const char bytes[] = "\"\\\x01\x1f\x20\x7f\x80\xff\na";
        for (size_t i = 0; i < n; i++) text[i] = rand() % 4 ? 'x' : bytes[rand() % (int)(sizeof bytes)];
        line.len = back.len = 0;
        cr_assert_eq(bon_buf_append(&line, "{\"a\":", 5), BON_OK);
        cr_assert_eq(bon_json_quote(text, n, &line), BON_OK);
        cr_assert_eq(bon_buf_put(&line, '}'), BON_OK);
        struct bon_json_field field;
        struct bon_json_error error;
        cr_assert(bon_json_find(line.data, line.len, name, &field, &error), "%.*s", (int)line.len, line.data);
        cr_assert(field.start == 5 && field.end == line.len - 1);
        cr_assert_eq(bon_json_unescape(line.data + field.start, field.end - field.start, &back), BON_OK);
        cr_assert(back.len == n && (!n || !memcmp(back.data, text, n)));
    }
    bon_buf_free(&line);
    bon_buf_free(&back);
}

/* Members and items as "name=value;", of lines that are fine. */
static const struct {
    const char *line, *members;
} walks[] = {
    {"{}", ""},
    {" { } ", ""},
    {"{\"a\":1}", "a=1;"},
    {" {\"a\" : \"x,}]\" , \"b\":[1,{\"c\":[]}],\"\":null}", "a=\"x,}]\";b=[1,{\"c\":[]}];=null;"},
    {"{\"a\":{\"b\":{}},\"a\":-1.5e3,\"c\":[ ]}", "a={\"b\":{}};a=-1.5e3;c=[ ];"},
};

Test(json_span, members) {
    struct bon_json_field name, value;
    struct bon_json_error error;
    for (size_t i = 0; i < sizeof walks / sizeof *walks; i++) {
        const char *line = walks[i].line;
        size_t n = strlen(line);
        bon_buf out = {0};
        cr_assert(bon_json_find(line, n, "", &value, &error));
        for (size_t at = 0; bon_json_next(line, n, &at, &name, &value);) {
            cr_assert(bon_json_is(line, &name, line + name.start + 1, name.end - name.start - 2));
            bon_buf_append(&out, line + name.start + 1, name.end - name.start - 2);
            bon_buf_append(&out, "=", 1);
            bon_buf_append(&out, line + value.start, value.end - value.start);
            bon_buf_append(&out, ";", 1);
        }
        cr_expect(out.len == strlen(walks[i].members) && (!out.len || !memcmp(out.data, walks[i].members, out.len)),
                  "%s: %.*s", line, (int)out.len, out.data);
        bon_buf_free(&out);
    }
    static const char array[] = "[ \"a,\" ,[1,[2]],{\"b\":[]} , 3]";
    static const struct {
        enum bon_json_kind kind;
        size_t length;
    } items[] = {{BON_JSON_STRING, 4}, {BON_JSON_OTHER, 7}, {BON_JSON_OTHER, 8}, {BON_JSON_OTHER, 1}};
    size_t count = 0;
    for (size_t at = 0; bon_json_item(array, sizeof array - 1, &at, &value); count++)
        cr_expect(count < 4 && value.kind == items[count].kind && value.end - value.start == items[count].length);
    cr_expect_eq(count, 4);
    for (size_t at = 0; bon_json_item("[ ]", 3, &at, &value);) cr_expect(false);
}

static bon_status there_and_back(void *arg) {
    bon_buf out = {0}, text = {0};
    (void)arg;
    bon_status status = bon_json_quote("a\"b\n và những chữ dài hơn sáu mươi tư byte để bộ đệm phải lớn lên", 78, &out);
    if (status == BON_OK) status = bon_json_unescape(out.data, out.len, &text);
    bon_buf_free(&out);
    bon_buf_free(&text);
    return status;
}

Test(json_span, allocation_failures) { failmalloc_check(there_and_back, NULL); }
