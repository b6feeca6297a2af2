/* Web archives: answers of servers taken apart, records in order, and what becomes of broken ones. */
#include "corpus/warc.h"

#include "corpus/http.h"
#include "corpus/reader.h"
#include "support.h"

TestSuite(warc, .fini = files_clear);
TestSuite(reader, .fini = files_clear);

/* ---- answers ---- */

#define GZIP_MOT "\x1f\x8b\x08\0\0\0\0\0\0\x03\xcb\x7d\xb8\x7b\x66\x09\0\x3b\xf7\xa3\xf7\x05\0\0\0" /* "một" */

Test(http, answers) {
    static const struct {
        const char *answer;
        size_t n; /* 0: up to the NUL */
        unsigned status;
        const char *type, *body;
        bool encoded;
    } rows[] = {
        {"", 0, 0, "", "", false},
        {"GET / HTTP/1.1\r\n\r\n", 0, 0, "", "", false},
        {"HTTP/1.1 200 OK\r\nContent-Type:  text/html \r\nx: y\r\n\r\na\r\n\r\nb", 0, 200, "text/html", "a\r\n\r\nb",
         false},
        {"HTTP/1.0 404\n\nkhông", 0, 404, "", "không", false},
        {"HTTP/2 20x\r\n\r\n", 0, 0, "", "", false},
        {"HTTP/1.1 200 OK", 0, 200, "", "", false},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\nab\r\nA;x\r\ncdefghijkl\r\n0\r\nX: y\r\n\r\n", 0,
         200, "", "abcdefghijkl", false},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ncut", 0, 200, "", "cut", false},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n<p>joined", 0, 200, "", "<p>joined", false},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\na", 0, 200, "",
         "ffffffffffffffffffff\r\na", false},
        {"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nx", 0, 200, "", "x", true},
        {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nplain", 0, 200, "", "plain", false},
        {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" GZIP_MOT, 68, 200, "", "một", false},
        {"HTTP/1.1 200 OK\r\nContent-Encoding: x-gzip\r\nTransfer-Encoding: chunked\r\n\r\n19\r\n" GZIP_MOT
         "\r\n0\r\n\r\n",
         109, 200, "", "một", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bon_http http;
        bon_buf space = {0};
        size_t n = rows[i].n ? rows[i].n : strlen(rows[i].answer);
        cr_assert_eq(bon_http_read(rows[i].answer, n, 1000, &space, &http), BON_OK);
        cr_expect_eq(http.status, rows[i].status, "row %zu: %u", i, http.status);
        cr_expect(http.type_len == strlen(rows[i].type) && !memcmp(http.type, rows[i].type, http.type_len), "row %zu",
                  i);
        cr_expect(http.body_len == strlen(rows[i].body) &&
                      (!http.body_len || !memcmp(http.body, rows[i].body, http.body_len)),
                  "row %zu: %.*s", i, (int)http.body_len, http.body);
        cr_expect_eq(http.encoded, rows[i].encoded, "row %zu", i);
        bon_buf_free(&space);
    }
}

/* ---- lines and counts ---- */

Test(reader, lines_and_bytes) {
    static const char text[] = "một\r\nhai\n\nba\rbốn\nWARC\nWARC/1.0\nx";
    struct bon_progress progress = {0};
    struct bon_reader *reader;
    bon_buf line = {0};
    uint64_t got;
    bool end;
    files_write(files_path("text"), text, sizeof text - 1);
    cr_assert_eq(bon_reader_open(&reader, files_path("text"), &progress), BON_OK);
    static const char *const lines[] = {"một", "hai", "", "ba\rbốn"};
    for (size_t i = 0; i < 4; i++) {
        line.len = 0;
        cr_assert_eq(bon_reader_get_line(reader, 9, &line, &end), BON_OK);
        cr_expect(!end && holds(&line, lines[i]), "%.*s", (int)line.len, line.data);
        cr_expect_eq(bon_reader_line(reader), i + 1);
    }
    cr_assert_eq(bon_reader_find_line(reader, "WARC/", &end), BON_OK);
    cr_expect(!end && bon_reader_offset(reader) == sizeof text - 11);
    line.len = 0;
    cr_assert_eq(bon_reader_get_bytes(reader, 4, &line, &got), BON_OK);
    cr_expect(got == 4 && holds(&line, "WARC"));
    cr_assert_eq(bon_reader_get_bytes(reader, 100, NULL, &got), BON_OK);
    cr_expect(got == 6 && progress.done == sizeof text - 1 && progress.total == sizeof text - 1);
    cr_assert_eq(bon_reader_get_line(reader, 9, &line, &end), BON_OK);
    cr_expect(end);
    cr_assert_eq(bon_reader_find_line(reader, "x", &end), BON_OK);
    cr_expect(end);
    bon_reader_close(reader);
    cr_assert_eq(bon_reader_open(&reader, files_path("text"), NULL), BON_OK);
    cr_expect_eq(bon_reader_get_line(reader, 4, &line, &end), BON_ERR_LIMIT);
    bon_reader_close(reader);
    bon_buf_free(&line);
}

/* A word at every place of a block's end is found. */
Test(reader, finds_lines_across_blocks) {
    enum { BLOCK = 256 << 10 };
    for (size_t lead = BLOCK - 8; lead < BLOCK + 3; lead++) {
        bon_buf text = {0};
        struct bon_reader *reader;
        bool end;
        cr_assert_eq(bon_buf_reserve(&text, lead + 20), BON_OK);
        memset(text.data, 'x', lead);
        text.data[lead - 1] = '\n';
        memcpy(text.data + lead, "WARC/1.0\r\n", 10);
        files_write(files_path("blocks"), text.data, lead + 10);
        cr_assert_eq(bon_reader_open(&reader, files_path("blocks"), NULL), BON_OK);
        cr_assert_eq(bon_reader_find_line(reader, "WARC/", &end), BON_OK);
        cr_expect(!end && bon_reader_offset(reader) == lead, "%zu: %llu", lead,
                  (unsigned long long)bon_reader_offset(reader));
        bon_reader_close(reader);
        bon_buf_free(&text);
    }
}

/* ---- archives ---- */

#define RECORD(type, fields, length, body)                                                                             \
    "WARC/1.0\r\nWARC-Type: " type "\r\n" fields "Content-Length: " length "\r\n\r\n" body "\r\n\r\n"
#define PLAIN(id, text, length) RECORD("conversion", "WARC-Record-ID: <" id ">\r\n", length, text)

/* "id|url|members|text;" */
static bon_status note_document(void *context, const struct bon_document *document) {
    const bon_buf *const parts[] = {&document->id, &document->url, &document->members, &document->text};
    for (size_t i = 0; i < 4; i++) {
        BON_TRY(bon_buf_append(context, parts[i]->data, parts[i]->len));
        BON_TRY(bon_buf_put(context, i < 3 ? '|' : ';'));
    }
    return BON_OK;
}

static const struct {
    const char *archive, *documents, *message; /* message NULL: fine; documents: also with skip_bad */
    uint64_t bad, counts[BON_IMPORT_COUNTS];
} rows[] = {
    {"", "", NULL, 0, {0}},
    {"\r\n\r\n", "", NULL, 0, {0}},
    {RECORD("warcinfo", "", "3", "a:b") PLAIN("1", "Hoà", "4"), "1|||Hòa;", NULL, 0, {1}},
    {RECORD("Response", "warc-target-uri: <http://a.vn/>\r\nWARC-Date: 2021\r\n", "48",
            "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<p>a")
         RECORD("response", "", "22", "HTTP/1.1 301 No\r\n\r\n<p>")
             RECORD("response", "", "21", "HTTP/1.1 200 OK\r\n\r\n\xff\xd8"),
     "|http://a.vn/|\"fetched\":\"2021\",|a;",
     NULL,
     0,
     {0, 1, 1}},
    {RECORD("response", "WARC-Identified-Payload-Type: text/plain\r\n", "27", "HTTP/1.1 200 OK\r\n\r\n<b>\n\nd")
         RECORD("response", "", "29", "HTTP/1.1 200 OK\r\n\r\n \n<HTML>d"),
     "|||<b>\nd;|||d;",
     NULL,
     0,
     {0}},
    {RECORD("conversion", "WARC-Identified-Content-Language: eng,vie\r\n", "1", "a")
         RECORD("conversion", "WARC-Identified-Content-Language: vied\r\n", "1", "b") PLAIN("3", "c", "1"),
     "||\"lang\":\"eng,vie\",|a;3|||c;",
     NULL,
     0,
     {0, 0, 0, 1}},
    {PLAIN("1", "a", "1") "rác\r\n" PLAIN("2", "b", "1"), "1|||a;2|||b;", "does not begin with WARC/", 1, {0}},
    {PLAIN("1", "a", "x") PLAIN("2", "b", "1"), "2|||b;", "no Content-Length", 1, {0}},
    {PLAIN("1", "a", "9999999999999999999") PLAIN("2", "b", "1"), "2|||b;", "no Content-Length", 1, {0}},
    {PLAIN("1", "a", "1") PLAIN("2", "b", "99"),
     "1|||a;",
     "record at byte 80 of what is decompressed: the archive ends in it",
     1,
     {0}},
    {PLAIN("1", "a", "1") "WARC/1.0\r\nWARC-Type: x\r\n", "1|||a;", "ends in its head", 1, {0}},
    {PLAIN("1", "a", "67108865"), "", "the archive ends in it", 1, {0}},
};

static bon_status read_row(size_t i, bool skip_bad, struct bon_import *import, bon_buf *out) {
    struct bon_warc warc = {.languages = "xyz,vie"};
    const char *path = files_path("a.warc");
    *import = (struct bon_import){.take = note_document, .context = out, .skip_bad = skip_bad};
    files_write(path, rows[i].archive, strlen(rows[i].archive));
    BON_TRY(bon_page_open(&warc.page, false));
    bon_status status = bon_warc_read(&warc, import, path);
    bon_warc_free(&warc);
    bon_page_close(warc.page);
    return status;
}

Test(warc, archives) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bon_import import;
        bon_buf out = {0};
        bon_status status = read_row(i, false, &import, &out);
        cr_expect_eq(status, rows[i].message ? BON_ERR_DATA : BON_OK, "row %zu: %s", i, bon_error_message());
        if (rows[i].message)
            cr_expect(strstr(bon_error_message(), rows[i].message), "row %zu: %s", i, bon_error_message());
        out.len = 0;
        cr_expect_eq(read_row(i, true, &import, &out), BON_OK, "row %zu", i);
        cr_expect(holds(&out, rows[i].documents), "row %zu: %.*s", i, (int)out.len, out.data);
        cr_expect_eq(import.bad, rows[i].bad, "row %zu", i);
        cr_expect(memcmp(import.counts, rows[i].counts, sizeof import.counts) == 0, "row %zu", i);
        bon_buf_free(&out);
    }
}

static bon_status read_some(void *arg) {
    struct bon_import import;
    bon_buf out = {0};
    bon_status status = read_row(*(size_t *)arg, false, &import, &out);
    bon_buf_free(&out);
    return status;
}

Test(warc, allocation_failures) {
    for (size_t i = 2; i < 6; i++) failmalloc_check(read_some, &i);
}
