/* tests/unit/restore/stream_test.c: text in pieces of every size gives what the whole text gives. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "failmalloc.h"
#include "restore_toy.h"

struct streams {
    bon_restorer *restorer;
    bon_restore_session *session;
    bon_restore_stream *stream;
};

static void open_streams(struct streams *s) {
    s->restorer = restore_toy_open(3);
    cr_assert_eq(bon_restore_session_open(&s->session, s->restorer, NULL), BON_OK);
    cr_assert_eq(bon_restore_stream_open(&s->stream, s->session), BON_OK);
}

static void close_streams(struct streams *s) {
    bon_restore_stream_close(s->stream);
    bon_restore_session_close(s->session);
    bon_restorer_close(s->restorer);
}

static void feed(struct streams *s, const char *text, size_t n, size_t piece, bon_buf *out) {
    out->len = 0;
    for (size_t at = 0; at < n; at += piece)
        cr_assert_eq(bon_restore_stream_feed(s->stream, text + at, n - at < piece ? n - at : piece, out), BON_OK);
    cr_assert_eq(bon_restore_stream_end(s->stream, out), BON_OK);
}

static void expect_same(const bon_buf *got, const bon_buf *want, const char *what, size_t piece) {
    cr_assert(got->len == want->len && (got->len == 0 || memcmp(got->data, want->data, got->len) == 0),
              "%s in pieces of %zu: %.*s", what, piece, (int)(got->len < 200 ? got->len : 200), got->data);
}

Test(stream, pieces_of_every_size) {
    static const char *const texts[] = {
        "toi dang hoc tieng Viet\nduong den truong\r\n\n  toi nay toi o nha",
        "duoc roi , toi di day .\n",
        "\n\n\n",
        "\r",
        "tie\u0302ng vie\u0323\u0302t\xff\xe1\xba\n\xcc\x81 toi",
        "",
    };
    struct streams s;
    bon_buf whole = {0}, pieces = {0};
    open_streams(&s);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        size_t n = strlen(texts[i]);
        whole.len = 0;
        cr_assert_eq(bon_restore(s.session, texts[i], n, &whole), BON_OK);
        for (size_t piece = 1; piece <= n + 1; piece++) {
            feed(&s, texts[i], n, piece, &pieces);
            expect_same(&pieces, &whole, texts[i], piece);
        }
    }
    bon_buf_free(&whole);
    bon_buf_free(&pieces);
    close_streams(&s);
}

/* Lines come out as soon as they are finished. */
Test(stream, lines_come_at_once) {
    struct streams s;
    bon_buf out = {0};
    open_streams(&s);
    cr_assert_eq(bon_restore_stream_feed(s.stream, "toi dang ho", 11, &out), BON_OK);
    cr_assert_eq(out.len, 0);
    cr_assert_eq(bon_restore_stream_feed(s.stream, "c\ntoi", 5, &out), BON_OK);
    cr_assert_eq(out.len, strlen("tôi đang học\n"));
    cr_assert_eq(bon_restore_stream_feed(s.stream, NULL, 0, &out), BON_OK);
    cr_assert_eq(bon_restore_stream_end(s.stream, &out), BON_OK);
    cr_assert_eq(bon_buf_put(&out, '\0'), BON_OK);
    cr_assert_str_eq(out.data, "tôi đang học\ntôi");
    bon_buf_free(&out);
    close_streams(&s);
}

/* Lines at and above the limit: where they are cut does not depend on the pieces, and nothing but marks changes. */
Test(stream, long_lines) {
    enum { N = BON_RESTORE_STREAM_LINE };
    static const struct {
        const char *unit;
        size_t n;
        bool same_as_whole;
    } rows[] = {{"toi dang hoc ", N, true},
                {"toi dang hoc ", N + 1, false},
                {"ho\u0323c", N + 4000, false},
                {"x", 2 * (size_t)N + 3, true},
                {" ", N + 7, true},
                {"khongcotrongmohinhvakhongcodaucach12345678901234567890abcdef\xff", N + 5, false}};
    static const size_t pieces[] = {99991, N + 1, 3 * N};
    struct streams s;
    bon_buf text = {0}, whole = {0}, first = {0}, out = {0};
    open_streams(&s);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        text.len = whole.len = 0;
        while (text.len < rows[i].n) cr_assert_eq(bon_buf_append(&text, rows[i].unit, strlen(rows[i].unit)), BON_OK);
        text.len = rows[i].n;
        cr_assert_eq(bon_buf_append(&text, "\r\ntoi", 5), BON_OK);
        if (rows[i].same_as_whole) {
            cr_assert_eq(bon_restore(s.session, text.data, text.len, &whole), BON_OK);
        }
        feed(&s, text.data, text.len, pieces[0], &first);
        if (rows[i].same_as_whole) expect_same(&first, &whole, rows[i].unit, pieces[0]);
        for (size_t k = 1; k < sizeof pieces / sizeof pieces[0]; k++) {
            feed(&s, text.data, text.len, pieces[k], &out);
            expect_same(&out, &first, rows[i].unit, pieces[k]);
        }
        out.len = whole.len = 0;
        cr_assert_eq(bon_strip_marks(first.data, first.len, &out), BON_OK);
        cr_assert_eq(bon_strip_marks(text.data, text.len, &whole), BON_OK);
        expect_same(&out, &whole, rows[i].unit, 0);
    }
    bon_buf_free(&text);
    bon_buf_free(&whole);
    bon_buf_free(&first);
    bon_buf_free(&out);
    close_streams(&s);
}

Test(stream, nothing_given) {
    struct streams s;
    bon_buf out = {0};
    open_streams(&s);
    cr_assert_eq(bon_restore_stream_open(NULL, s.session), BON_ERR_ARGUMENT);
    cr_assert_eq(bon_restore_stream_open(&s.stream, NULL), BON_ERR_ARGUMENT);
    cr_assert_eq(bon_restore_stream_feed(NULL, "a", 1, &out), BON_ERR_ARGUMENT);
    cr_assert_eq(bon_restore_stream_feed(s.stream, NULL, 1, &out), BON_ERR_ARGUMENT);
    cr_assert_eq(bon_restore_stream_feed(s.stream, "a", 1, NULL), BON_ERR_ARGUMENT);
    cr_assert_eq(bon_restore_stream_end(NULL, &out), BON_ERR_ARGUMENT);
    cr_assert_eq(bon_restore_stream_end(s.stream, NULL), BON_ERR_ARGUMENT);
    cr_assert_eq(bon_restore_stream_end(s.stream, &out), BON_OK);
    cr_assert_eq(out.len, 0);
    bon_restore_stream_close(NULL);
    close_streams(&s);
}

static bon_status stream_round(void *session) {
    bon_restore_stream *stream = NULL;
    bon_buf out = {0};
    bon_status status = bon_restore_stream_open(&stream, session);
    if (status == BON_OK) status = bon_restore_stream_feed(stream, "toi dang", 8, &out);
    if (status == BON_OK) status = bon_restore_stream_feed(stream, " hoc\nhoc", 8, &out);
    if (status == BON_OK) status = bon_restore_stream_end(stream, &out);
    bon_restore_stream_close(stream);
    bon_buf_free(&out);
    return status;
}

Test(stream, allocation_failures) {
    struct streams s;
    open_streams(&s);
    failmalloc_check(stream_round, s.session);
    close_streams(&s);
}
