/* Documents: titles as one line, texts without empty lines, members, JSON; what becomes of failures. */
#include "corpus/document.h"

#include "corpus/encoding.h"
#include "support.h"

static bon_normalizer *normalizer;
static void open_normalizer(void) { cr_assert_eq(bon_normalizer_open(&normalizer, NULL), BON_OK); }
static void close_normalizer(void) { bon_normalizer_close(normalizer); }
TestSuite(document, .init = open_normalizer, .fini = close_normalizer);

Test(document, lines_and_texts) {
    static const struct {
        const char *text, *line, *lines;
    } rows[] = {
        {"", "", ""},
        {"\n \n", "", ""},
        {" Hoà \n\n bình ", "Hòa bình", "Hòa\nbình"},
        {"\na\r\n\r\nb\n", "a b", "a\nb"},
        {"a\xff", "a\xef\xbf\xbd", "a\xef\xbf\xbd"},
    };
    bon_buf line = {0}, text = {0}, space = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t n = strlen(rows[i].text);
        line.len = text.len = 0;
        cr_assert_eq(bon_document_line(&line, normalizer, rows[i].text, n), BON_OK);
        cr_expect(holds(&line, rows[i].line), "row %zu: %.*s", i, (int)line.len, line.data);
        cr_assert_eq(bon_document_text(&text, normalizer, rows[i].text, n, &space), BON_OK);
        cr_expect(holds(&text, rows[i].lines), "row %zu: %.*s", i, (int)text.len, text.data);
    }
    /* Behind what is there: a line further down, or, when nothing comes, as it was. */
    text.len = 0;
    cr_assert_eq(bon_document_text(&text, normalizer, "a", 1, &space), BON_OK);
    cr_assert_eq(bon_document_text(&text, normalizer, "\n\n", 2, &space), BON_OK);
    cr_assert_eq(bon_document_text(&text, normalizer, "\nb", 2, &space), BON_OK);
    cr_expect(holds(&text, "a\nb"), "%.*s", (int)text.len, text.data);
    bon_buf_free(&line);
    bon_buf_free(&text);
    bon_buf_free(&space);
}

Test(document, json) {
    struct bon_document document = {0};
    bon_buf out = {0};
    cr_assert_eq(bon_document_json(&document, &out), BON_OK);
    cr_expect(holds(&out, "{\"id\":\"\",\"title\":\"\",\"url\":\"\",\"text\":\"\"}\n"));
    out.len = 0;
    cr_assert_eq(bon_document_plain(&document, &out), BON_OK);
    cr_expect_eq(out.len, 0);
    cr_assert_eq(bon_document_string(&document.id, "a\"\xe1\xbb", 4), BON_OK);
    cr_assert_eq(bon_document_member(&document, "k\"", "v\n\xff", 3), BON_OK);
    cr_assert_eq(bon_document_member(&document, "none", "", 0), BON_OK);
    cr_assert_eq(bon_document_number(&document, "n", 7), BON_OK);
    cr_assert_eq(bon_buf_append(&document.text, "một\nhai", 9), BON_OK);
    cr_expect_eq(bon_document_size(&document), 7);
    cr_assert_eq(bon_document_json(&document, &out), BON_OK);
    cr_expect(
        holds(&out,
              "{\"id\":\"a\\\"\xef\xbf\xbd\xef\xbf\xbd\",\"title\":\"\",\"url\":\"\",\"k\\\"\":\"v\\n\xef\xbf\xbd\","
              "\"n\":7,\"text\":\"một\\nhai\"}\n"),
        "%.*s", (int)out.len, out.data);
    out.len = 0;
    cr_assert_eq(bon_document_plain(&document, &out), BON_OK);
    cr_expect(holds(&out, "một\nhai\n\n"));
    bon_document_clear(&document);
    cr_expect(document.id.len == 0 && document.members.len == 0 && document.text.len == 0);
    bon_document_free(&document);
    bon_buf_free(&out);
}

/* Broken input is counted on request, and the first message is kept; what is no fault of the input stays a failure. */
Test(document, failures) {
    static const bon_status broken[] = {BON_ERR_DATA, BON_ERR_FORMAT, BON_ERR_LIMIT},
                            others[] = {BON_ERR_NOMEM, BON_ERR_IO, BON_ERR_PIPE};
    struct bon_import strict = {0}, lenient = {.skip_bad = true};
    for (size_t i = 0; i < 3; i++) {
        cr_expect_eq(bon_import_bad(&strict, bon_fail(broken[i], "a:%zu", i)), broken[i]);
        cr_expect_eq(bon_import_bad(&lenient, bon_fail(broken[i], "a:%zu", i)), BON_OK);
        cr_expect_eq(bon_import_bad(&lenient, bon_fail(others[i], "b")), others[i]);
    }
    cr_expect_eq(bon_import_bad(&lenient, BON_OK), BON_OK);
    cr_expect(strict.bad == 0 && lenient.bad == 3);
    cr_expect_str_eq(lenient.first_bad, "a:0");
}

Test(document, certain_utf8) {
    static const struct {
        const char *text;
        bool certain;
    } rows[] = {
        {"", false},
        {"tiếng", true},
        {"\xe1\xba", false},
        {"\xe1\xbf\xbf", false},
        {"e1 \xe1\xbb\x87 một câu tiếng Việt dài hơn", true},
        {"tiê", false},
        {"một trong hai trăm byte là không đủ để biết: abcdefghijklmnopqrstuvwxyz", true},
        {"cau nay co mot chu ộ thoi, nhung no ngan", true},
        {"mot trong hai tram byte la khong du de biet, va cau nay co mot chu ộ thoi, nen khong the noi chac duoc gi ca "
         "ve no, va ca "
         "phan con lai cua cau nay cung khong co dau nao het, cho nen van chua biet",
         false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_eq(bon_encoding_is_certain(rows[i].text, strlen(rows[i].text), 100), rows[i].certain, "row %zu", i);
}
