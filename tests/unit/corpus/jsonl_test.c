/* JSON lines of others: a table of options, lines and documents; what is refused; memory that runs out. */
#include "corpus/jsonl.h"

#include "support.h"

static const struct {
    struct bon_jsonl_options options;
    const char *line, *document; /* NULL: refused */
} rows[] = {
    {{"text", "id", "title", "url", NULL},
     "{\"text\":\"Hoà\\n\\nbình\",\"id\":7,\"n\":[1, 2],\"title\":\" Một\\nhai \",\"url\":\"https://a.vn/\"}",
     "{\"id\":\"7\",\"title\":\"Một hai\",\"url\":\"https://a.vn/\",\"n\":[1, 2],\"text\":\"Hòa\\nbình\"}\n"},
    {{"a.b,c", "d.e.f", "t", "u", "x=a.y,z"},
     "{\"a\":{\"b\":[\"một\",\"\",\"hai\"],\"y\":{}},\"c\":\"ba\",\"d\":{\"e\":{\"f\":true}},\"t\":1.5,\"z\":null,"
     "\"w\":1}",
     "{\"id\":\"true\",\"title\":\"1.5\",\"url\":\"\",\"x\":{},\"text\":\"một\\nhai\\nba\"}\n"},
    {{"a.b.c", "id", "title", "url", ""},
     "{\"a\":{\"b.c\":\"tên có dấu chấm\"},\"x\":1}",
     "{\"id\":\"\",\"title\":\"\",\"url\":\"\",\"text\":\"tên có dấu chấm\"}\n"},
    {{"text", "id", "title", "url", NULL},
     "{\"text\":null,\"text\":\"sau\"}",
     "{\"id\":\"\",\"title\":\"\",\"url\":\"\",\"text\":\"sau\"}\n"},
    {{"text", "id", "title", "url", NULL},
     "{\"x\":\"\xff\",\"text\":\"\xe1\xbb\"}",
     "{\"id\":\"\",\"title\":\"\",\"url\":\"\",\"x\":\"\xef\xbf\xbd\",\"text\":\"\xef\xbf\xbd\"}\n"},
    {{"text", "id", "title", "url", NULL}, "{\"text\":5}", NULL},
    {{"text", "id", "title", "url", NULL}, "{\"text\":[\"a\",5]}", NULL},
    {{"text", "id", "title", "url", NULL}, "{\"text\":\"a\",\"id\":{}}", NULL},
    {{"text", "id", "title", "url", NULL}, "{\"text\":\"a\"", NULL},
    {{"text", "id", "title", "url", NULL}, "", NULL},
};

static const struct bon_jsonl_place place = {"a.jsonl", 3, 100};

static bon_status read_row(size_t i, const bon_normalizer *normalizer, struct bon_document *document, bool *found) {
    struct bon_jsonl *jsonl;
    BON_TRY(bon_jsonl_open(&jsonl, &rows[i].options, normalizer));
    bon_status status = bon_jsonl_read(jsonl, rows[i].line, strlen(rows[i].line), &place, document, found);
    bon_jsonl_close(jsonl);
    return status;
}

Test(jsonl, lines_and_documents) {
    bon_normalizer *normalizer;
    bon_buf out = {0};
    cr_assert_eq(bon_normalizer_open(&normalizer, NULL), BON_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bon_document document = {0};
        bool found;
        bon_status status = read_row(i, normalizer, &document, &found);
        cr_assert_eq(status, rows[i].document ? BON_OK : BON_ERR_DATA, "row %zu: %s", i, bon_error_message());
        if (!rows[i].document) cr_expect(strstr(bon_error_message(), "a.jsonl:3: "), "%s", bon_error_message());
        out.len = 0;
        if (rows[i].document) {
            cr_assert_eq(bon_document_json(&document, &out), BON_OK);
            cr_expect(found && holds(&out, rows[i].document), "row %zu: %.*s", i, (int)out.len, out.data);
        }
        bon_document_free(&document);
    }
    bon_buf_free(&out);
    bon_normalizer_close(normalizer);
}

Test(jsonl, names_that_are_refused) {
    static const struct bon_jsonl_options refused[] = {
        {"", "id", "title", "url", NULL},    {"a,", "id", "title", "url", NULL},  {"a", "", "title", "url", NULL},
        {"a", "id", "title", "url", "text"}, {"a", "id", "title", "url", "id=b"}, {"a", "id", "title", "url", "=b"},
        {"a", "id", "title", "url", "b="},   {"a", "id", "title", "url", "b,,c"},
    };
    struct bon_jsonl *jsonl;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        cr_expect_eq(bon_jsonl_open(&jsonl, &refused[i], NULL), BON_ERR_ARGUMENT, "row %zu", i);
    char many[200] = "a";
    for (size_t i = 1; i + 2 < sizeof many; i += 2) memcpy(many + i, ",a", 3);
    const struct bon_jsonl_options too_many = {many, "id", "title", "url", NULL};
    cr_expect_eq(bon_jsonl_open(&jsonl, &too_many, NULL), BON_ERR_ARGUMENT);
}

/* Objects in objects, and a path into them: no time that grows with more than their product. */
Test(jsonl, deep_paths) {
    static const struct bon_jsonl_options options = {"a.a.a.a.a.a.a.a.a.a.a.a", "id", "title", "url", NULL};
    bon_normalizer *normalizer;
    struct bon_jsonl *jsonl;
    struct bon_document document = {0};
    bon_buf line = {0};
    bool found;
    cr_assert_eq(bon_normalizer_open(&normalizer, NULL), BON_OK);
    cr_assert_eq(bon_jsonl_open(&jsonl, &options, normalizer), BON_OK);
    for (int i = 0; i < 1000; i++) bon_buf_append(&line, "{\"a\":", 5);
    bon_buf_append(&line, "1", 1);
    for (int i = 0; i < 1000; i++) bon_buf_append(&line, "}", 1);
    cr_expect_eq(bon_jsonl_read(jsonl, line.data, line.len, &place, &document, &found), BON_ERR_DATA);
    bon_buf_free(&line);
    bon_document_free(&document);
    bon_jsonl_close(jsonl);
    bon_normalizer_close(normalizer);
}

static bon_status read_all(void *arg) {
    bon_normalizer *normalizer = NULL;
    bon_status status = bon_normalizer_open(&normalizer, NULL);
    (void)arg;
    for (size_t i = 0; i < sizeof rows / sizeof *rows && status == BON_OK; i++) {
        struct bon_document document = {0};
        bon_buf out = {0};
        bool found;
        status = read_row(i, normalizer, &document, &found);
        if (status == BON_OK) status = bon_document_json(&document, &out);
        if (status == BON_OK) status = bon_document_plain(&document, &out);
        if (status == BON_ERR_DATA) status = BON_OK; /* as it should */
        bon_buf_free(&out);
        bon_document_free(&document);
    }
    bon_normalizer_close(normalizer);
    return status;
}

Test(jsonl, allocation_failures) { failmalloc_check(read_all, NULL); }
