/* tests/property/restore_marks.c: the promise of the restorer: nothing but marks changes. For random texts, valid or not,
 * composed or not, removing the marks of the restored text gives the text with its marks removed, byte for byte; marks typed
 * are kept; and restoring is the same whatever the thread, the session's past or the cut into calls at line ends. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/buf.h"
#include "files.h"
#include "neural_toy.h"
#include "restore_toy.h"

static const char *const pieces[] = {"toi",
                                     "Tôi",
                                     "TOI",
                                     "duong",
                                     "đuong",
                                     "Đường",
                                     "ĐỰOC",
                                     "duoc",
                                     "nguoi",
                                     "ngưòi",
                                     "dak",
                                     "Dak Lak",
                                     "tieng",
                                     "tie\u0302ng",
                                     "ti\u00ea\u0301ng",
                                     "viet",
                                     "vie\u0323\u0302t",
                                     "vie\u0302\u0323t",
                                     "ba",
                                     "BA",
                                     "hoa",
                                     "hoà",
                                     "hòa",
                                     "hoà binh",
                                     "o",
                                     "O",
                                     "ơ",
                                     "o\u031b\u0323",
                                     "e\u0301\u0300",
                                     "e\u0308",
                                     "a\u0340",
                                     "\u0301",
                                     "\u0302\u0301\u0300",
                                     "đ",
                                     "Đ",
                                     "\u00d0uong",
                                     "\u0189",
                                     "d\u0335",
                                     " ",
                                     " ",
                                     " ",
                                     " ",
                                     " ",
                                     "\t",
                                     "\n",
                                     "\r\n",
                                     "\u00a0",
                                     "\u200b",
                                     "\u200d",
                                     "-",
                                     "_",
                                     ".",
                                     "...",
                                     ",",
                                     "\"",
                                     "“",
                                     "12",
                                     "1.000",
                                     "https://duong.vn/toi",
                                     "toi@duong.vn",
                                     "\xff",
                                     "\xe1\xba",
                                     "\xc3",
                                     "\xf0\x9f\x98\x80",
                                     "İ",
                                     "ı",
                                     "ß",
                                     "ö",
                                     "ç",
                                     "ñ",
                                     "中文",
                                     "Я",
                                     "a\xcc",
                                     "e\xcc\x81\xcc",
                                     "\xcc\x81",
                                     "\0x",
                                     "iPhone",
                                     "facebook",
                                     "tOI",
                                     "Toi"};

static uint32_t next_random(uint64_t *seed) { /* xorshift64* */
    *seed ^= *seed >> 12, *seed ^= *seed << 25, *seed ^= *seed >> 27;
    return (uint32_t)(*seed * UINT64_C(2685821657736338717) >> 32);
}

static void random_text(uint64_t *seed, bon_buf *text) {
    text->len = 0;
    for (uint32_t left = next_random(seed) % 40; left > 0; left--) {
        const char *piece = pieces[next_random(seed) % (sizeof pieces / sizeof pieces[0])];
        cr_assert_eq(bon_buf_append(text, piece, *piece ? strlen(piece) : 2), BON_OK);
    }
    if (next_random(seed) % 8 == 0) /* 40 marks on one letter */
        for (unsigned i = 0; i < 40; i++) cr_assert_eq(bon_buf_append(text, i % 2 ? "\u0301" : "\u0323", 2), BON_OK);
    if (next_random(seed) % 4 == 0) /* any bytes */
        for (unsigned i = next_random(seed) % 30; i > 0; i--)
            cr_assert_eq(bon_buf_put(text, (char)(next_random(seed) >> 8)), BON_OK);
}

static void check_promise(const bon_buf *text, const bon_buf *restored) {
    bon_buf a = {0}, b = {0};
    cr_assert_eq(bon_strip_marks(text->data, text->len, &a), BON_OK);
    cr_assert_eq(bon_strip_marks(restored->data, restored->len, &b), BON_OK);
    cr_assert_eq(a.len, b.len, "%.*s -> %.*s", (int)text->len, text->data, (int)restored->len, restored->data);
    cr_assert(a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
    bon_buf_free(&a);
    bon_buf_free(&b);
}

Test(restore, nothing_but_marks_changes) {
    static const bon_restore_options options[] = {
        {0}, {.fix_marked = 1}, {.min_confidence = 0.7}, {.tone_style = BON_TONE_NEW}, {.beam = 1}};
    bon_restorer *restorer = restore_toy_open_tagged(3);
    uint64_t seed = 88172645463325252;
    bon_buf text = {0}, out = {0};
    for (size_t o = 0; o < sizeof options / sizeof options[0]; o++) {
        bon_restore_session *session;
        cr_assert_eq(bon_restore_session_open(&session, restorer, &options[o]), BON_OK);
        for (unsigned i = 0; i < 4000; i++) {
            random_text(&seed, &text);
            out.len = 0;
            cr_assert_eq(bon_restore(session, text.data, text.len, &out), BON_OK);
            check_promise(&text, &out);
        }
        bon_restore_session_close(session);
    }
    bon_buf_free(&text);
    bon_buf_free(&out);
    bon_restorer_close(restorer);
}

/* The same with a network, whose opinions have no meaning, loud enough to be heard. */
Test(restore, nothing_but_marks_changes_beside_a_network, .fini = files_clear) {
    char run[512], file[512];
    bon_restorer *restorer = restore_toy_open_tagged(3);
    bon_restore_session *session;
    uint64_t seed = 1234567;
    bon_buf text = {0}, out = {0};
    snprintf(run, sizeof run, "%s", files_path("run"));
    snprintf(file, sizeof file, "%s", files_path("net.bonnn"));
    neural_toy_train(run, 1);
    cr_assert_eq(bon_neural_export(&(struct bon_neural_export){.run = run, .join = {10, 1, 1}}, file), BON_OK);
    cr_assert_eq(bon_restorer_join(restorer, file), BON_OK);
    cr_assert_eq(bon_restore_session_open(&session, restorer, NULL), BON_OK);
    for (unsigned i = 0; i < 2000; i++) {
        random_text(&seed, &text);
        out.len = 0;
        cr_assert_eq(bon_restore(session, text.data, text.len, &out), BON_OK);
        check_promise(&text, &out);
    }
    bon_buf_free(&text);
    bon_buf_free(&out);
    bon_restore_session_close(session);
    bon_restorer_close(restorer);
}

/* What was restored is a reading that keeps all its marks: restoring again changes nothing but may add. */
Test(restore, marks_typed_are_kept) {
    bon_restorer *restorer = restore_toy_open_tagged(3);
    bon_restore_session *session;
    uint64_t seed = 424242;
    bon_buf text = {0}, once = {0}, twice = {0};
    cr_assert_eq(bon_restore_session_open(&session, restorer, NULL), BON_OK);
    for (unsigned i = 0; i < 4000; i++) {
        random_text(&seed, &text);
        once.len = twice.len = 0;
        cr_assert_eq(bon_restore(session, text.data, text.len, &once), BON_OK);
        cr_assert_eq(bon_restore(session, once.data, once.len, &twice), BON_OK);
        check_promise(&once, &twice);
        for (const char *d = text.data; text.len > 0 && d < text.data + text.len - 1; d++) /* every đ is still there */
            if (memcmp(d, "đ", 2) == 0 && d == text.data) cr_assert_eq(memcmp(once.data, "đ", 2), 0);
    }
    bon_buf_free(&text);
    bon_buf_free(&once);
    bon_buf_free(&twice);
    bon_restore_session_close(session);
    bon_restorer_close(restorer);
}

/* Lines are independent: text restored at once, and line by line in a session with another past. */
Test(restore, lines_are_independent) {
    bon_restorer *restorer = restore_toy_open_tagged(3);
    bon_restore_session *one, *other;
    uint64_t seed = 7;
    bon_buf text = {0}, whole = {0}, pieced = {0};
    cr_assert_eq(bon_restore_session_open(&one, restorer, NULL), BON_OK);
    cr_assert_eq(bon_restore_session_open(&other, restorer, NULL), BON_OK);
    for (unsigned i = 0; i < 2000; i++) {
        random_text(&seed, &text);
        whole.len = pieced.len = 0;
        cr_assert_eq(bon_restore(one, text.data, text.len, &whole), BON_OK);
        for (size_t at = 0; at < text.len;) {
            const char *newline = memchr(text.data + at, '\n', text.len - at);
            size_t end = newline ? (size_t)(newline - text.data) + 1 : text.len;
            cr_assert_eq(bon_restore(other, text.data + at, end - at, &pieced), BON_OK);
            at = end;
        }
        cr_assert_eq(whole.len, pieced.len);
        cr_assert(whole.len == 0 || memcmp(whole.data, pieced.data, whole.len) == 0);
    }
    bon_buf_free(&text);
    bon_buf_free(&whole);
    bon_buf_free(&pieced);
    bon_restore_session_close(one);
    bon_restore_session_close(other);
    bon_restorer_close(restorer);
}
