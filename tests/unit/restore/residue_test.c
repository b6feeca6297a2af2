/* tests/unit/restore/residue_test.c: keystrokes left in text: what parses, what it constrains, and what stays a word. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "bon/ime.h"
#include "restore/letters.h"
#include "restore/residue.h"
#include "restore_toy.h"

Test(residue, parses) {
    static const struct {
        const char *keys, *letters; /* the tone on the last vowel; NULL: does not parse */
        bool apart;
    } rows[] = {
        {"tieengs", "tiếng", false},
        {"tieesng", "tiếng", false},
        {"tiengse", "tiếng", true},
        {"TIEENGS", "TIẾNG", false},
        {"Tieengs", "Tiếng", false},
        {"tiengs", "tiéng", false}, /* some marks: the rest is for the model */
        {"hocj", "học", false},
        {"hojc", "học", false},
        {"ddi", "đi", false},
        {"did", "đi", true},
        {"dduwowngf", "đường", false},
        {"dduowngf", "đường", false},
        {"dduongwf", "đường", false},
        {"nhw", "như", false},
        {"muaw", "mưa", false},
        {"quawn", "quăn", false},
        {"quowr", "quở", false},
        {"Quys", "Quý", false},
        {"huơs", "huớ", false}, /* some typed as marks, some left as keys */
        {"tie61ng", "tiếng", false},
        {"tieng61", "tiếng", true},
        {"d9u7o7ng2", "đường", false},
        {"d9uong72", "đường", false},
        {"D9i", "Đi", false},
        {"toi", NULL, false}, /* no keys */
        {"tieengsf", NULL, false},
        {"tiếngs", NULL, false},
        {"tieeengs", NULL, false},
        {"windows", NULL, false},
        {"office", NULL, false},
        {"facebook", NULL, false},
        {"wifi", NULL, false},
        {"w", NULL, false},
        {"ss", NULL, false},
        {"tieng6", "tiêng", true},
        {"tie66ng", NULL, false},
        {"tieng0", NULL, false},
        {"mp3", NULL, false},
        {"h2o", NULL, false},
        {"nghieengngs", NULL, false},
        {"hoc\xff", NULL, false},
        {"", NULL, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char out[BON_RESIDUE_MAX];
        bool apart = false;
        size_t n = bon_residue_read(rows[i].keys, strlen(rows[i].keys), out, &apart);
        size_t want = rows[i].letters ? strlen(rows[i].letters) : 0;
        bon_syllable a, b;
        bon_case letter_case;
        if (n && bon_syllable_parse_loose(out, n, &a, &letter_case) &&
            bon_syllable_parse_loose(rows[i].letters, want, &b, &letter_case)) {
            cr_assert_eq(a, b, "%s -> %.*s", rows[i].keys, (int)n, out);
            cr_assert_eq(apart, rows[i].apart, "%s", rows[i].keys);
        } else {
            cr_assert_eq(n, want, "%s -> %.*s", rows[i].keys, (int)n, out);
        }
    }
}

/* What the input method's encoder types for a syllable is read as that syllable, whatever the method. */
Test(residue, every_syllable) {
    static const bon_ime_method methods[] = {BON_IME_TELEX, BON_IME_VNI};
    bon_buf keys = {0};
    unsigned seen = 0;
    for (unsigned code = 0; code < BON_SYLLABLE_CODES; code++) {
        if (!bon_syllable_valid(code)) continue;
        char text[BON_SYLLABLE_MAX], out[BON_RESIDUE_MAX];
        size_t n = bon_syllable_spell((bon_syllable)code, BON_CASE_LOWER, BON_TONE_OLD, text);
        for (size_t m = 0; m < 2; m++) {
            const bon_ime_options options = {.method = methods[m]};
            bool apart;
            keys.len = 0;
            cr_assert_eq(bon_ime_encode(&options, text, n, &keys), BON_OK);
            if ((keys.len == n && memcmp(keys.data, text, n) == 0) || memchr(keys.data, '{', keys.len))
                continue; /* no marks */
            size_t read = bon_residue_read(keys.data, keys.len, out, &apart);
            bon_syllable back;
            bon_case letter_case;
            if (read == 0) { /* typed twice to stand for themselves (xoong) */
                cr_assert(methods[m] == BON_IME_TELEX && memmem(keys.data, keys.len, "ooo", 3), "%.*s", (int)n, text);
                continue;
            }
            cr_assert(bon_syllable_parse_loose(out, read, &back, &letter_case) && back == code, "%.*s -> %.*s -> %.*s",
                      (int)n, text, (int)keys.len, keys.data, (int)read, out);
            seen++;
        }
    }
    cr_assert_gt(seen, 30000);
    bon_buf_free(&keys);
}

/* Keys written for a word's marks are read as that word. */
Test(residue, written_keys_are_read_back) {
    unsigned seen = 0;
    for (unsigned code = 0; code < BON_SYLLABLE_CODES; code++) {
        char text[BON_SYLLABLE_MAX], plain[BON_WORD_MAX], keys[BON_RESIDUE_MAX], out[BON_RESIDUE_MAX];
        bool apart, marked;
        bon_syllable back;
        bon_case letter_case;
        if (!bon_syllable_valid(code)) continue;
        const size_t n = bon_syllable_spell((bon_syllable)code, BON_CASE_LOWER, BON_TONE_OLD, text);
        const unsigned label = bon_marks_label(text, n);
        const size_t plain_n = bon_plain_form(text, n, plain, &marked);
        if (label == 0 || memmem(plain, plain_n, "oo", 2)) continue; /* xoong: its o would be typed three times */
        const size_t keys_n = bon_residue_write(plain, plain_n, label, keys);
        const size_t read = bon_residue_read(keys, keys_n, out, &apart);
        cr_assert(read && bon_syllable_parse_loose(out, read, &back, &letter_case) && back == code,
                  "%.*s -> %.*s -> %.*s", (int)n, text, (int)keys_n, keys, (int)read, out);
        seen++;
    }
    cr_assert_gt(seen, 15000);
}

Test(residue, keys_are_written_as_most_type_them) {
    static const char *const rows[][2] = {{"tiếng", "tieengs"}, {"đường", "dduowngf"},  {"mưa", "muaw"},
                                          {"quặng", "quawngj"}, {"chuyện", "chuyeenj"}, {"khuya", ""},
                                          {"đ", "dd"},          {"uối", "uoois"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char plain[BON_WORD_MAX], keys[BON_RESIDUE_MAX];
        bool marked;
        const size_t n = strlen(rows[i][0]), plain_n = bon_plain_form(rows[i][0], n, plain, &marked);
        const unsigned label = bon_marks_label(rows[i][0], n);
        if (!*rows[i][1]) { /* no marks: itself */
            cr_expect_eq(label, 0);
            continue;
        }
        const size_t keys_n = bon_residue_write(plain, plain_n, label, keys);
        cr_expect(keys_n == strlen(rows[i][1]) && memcmp(keys, rows[i][1], keys_n) == 0, "%s: %.*s", rows[i][0],
                  (int)keys_n, keys);
    }
    char keys[BON_RESIDUE_MAX], more[BON_RESIDUE_MAX];
    memset(more, 'a', sizeof more);
    cr_expect_eq(bon_residue_write("bc", 2, 6, keys), 0); /* nothing for a circumflex */
    cr_expect_eq(bon_residue_write("an", 2, BON_LABEL_D, keys), 0);
    cr_expect_eq(bon_residue_write(more, sizeof more, 1, keys), 0);
}

Test(residue, in_text) {
    static const bon_restore_options options = {.residue = 1};
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"tooi ddang hocj tieengs vieetj", "tôi đang học tiếng việt"},
        {"Tooi DDANG hocj tieengs Vieetj.", "Tôi ĐANG học tiếng Việt."},
        {"to6i d9ang hoc5 tie61ng Vie65t", "tôi đang học tiếng Việt"},
        {"toi dang hocj tieng viet", "tôi đang học tiếng việt"},
        {"tôi đang hocj tieengs việt", "tôi đang học tiếng việt"},
        {"duongwf ddeens truongwf raats xa", "đường đến trường rất xa"},
        {"nguowif tiengs vieet", "người tiếng việt"},
        {"tôi dùng windows và facebook", "tôi dùng windows và facebook"},
        {"covid19 mp3 h2 toi1.5", "covid19 mp3 h2 tôi1.5"},
        {"toi mua 5 can duong", "tôi mua 5 cân đường"},
        {"xem https://tieengs.vn/hocj nhe", "xem https://tieengs.vn/hocj nhé"},
        {"hocj\xff tieengs\r\n", "học\xff tiếng\r\n"},
        {"", ""},
    };
    bon_restorer *restorer = restore_toy_open(3);
    bon_restore_session *session;
    bon_buf out = {0};
    cr_assert_eq(bon_restore_session_open(&session, restorer, &options), BON_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        out.len = 0;
        cr_assert_eq(bon_restore(session, rows[i].in, strlen(rows[i].in), &out), BON_OK);
        cr_assert(out.len == strlen(rows[i].out) && (out.len == 0 || memcmp(out.data, rows[i].out, out.len) == 0),
                  "%s -> %.*s", rows[i].in, (int)out.len, out.data);
    }
    const bon_restore_result *results;
    size_t count;
    cr_assert_eq(bon_restore_line(session, "ddi hocj", 8, 1, &results, &count), BON_OK);
    cr_assert_eq(results[0].span_count, 2);
    cr_assert(results[0].spans[1].start == 4 && results[0].spans[1].len == 4);
    cr_assert_eq(memcmp(results[0].text + results[0].spans[1].out_start, "học", results[0].spans[1].out_len), 0);
    bon_buf_free(&out);
    bon_restore_session_close(session);
    bon_restorer_close(restorer);
}

/* Without the option nothing but marks changes, keys or not. */
Test(residue, off_by_default) {
    bon_restorer *restorer = restore_toy_open(3);
    bon_restore_session *session;
    bon_buf out = {0};
    cr_assert_eq(bon_restore_session_open(&session, restorer, NULL), BON_OK);
    cr_assert_eq(bon_restore(session, "ddi hocj tie61ng", 16, &out), BON_OK);
    cr_assert(out.len == 16 && memcmp(out.data, "ddi hocj tie61ng", 16) == 0);
    bon_buf_free(&out);
    bon_restore_session_close(session);
    bon_restorer_close(restorer);
}

/* A token of the result has the letters of the token that was there, in their case, or those that its keys leave. */
Test(residue, promise) {
    static const char *const pieces[] = {"tooi",         "Hocj",   "tie61ng", "d9i",    "DDI", "windows", "xyz",
                                         "12",           ".",      "\xff",    "tiếngs", "w",   "aws",     "u7",
                                         "tie\u0302ngs", "\u0301", "hoc5",    "test",   "nhw"};
    enum { PIECES = sizeof pieces / sizeof pieces[0] };
    static const bon_restore_options options = {.residue = 1};
    bon_restorer *restorer = restore_toy_open(3);
    bon_restore_session *session;
    bon_buf line = {0}, a = {0}, b = {0};
    uint64_t seed = 99;
    cr_assert_eq(bon_restore_session_open(&session, restorer, &options), BON_OK);
    for (unsigned round = 0; round < 3000; round++) {
        const bon_restore_result *results;
        size_t count, in = 0, at = 0;
        line.len = 0;
        for (unsigned i = 0; i < 12; i++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
            const char *piece = pieces[(seed >> 33) % PIECES];
            cr_assert_eq(bon_buf_append(&line, piece, strlen(piece)), BON_OK);
            if (seed >> 60 < 13) cr_assert_eq(bon_buf_put(&line, ' '), BON_OK);
        }
        cr_assert_eq(bon_restore_line(session, line.data, line.len, 1, &results, &count), BON_OK);
        for (size_t i = 0; i < results[0].span_count; i++) {
            const bon_restore_span *span = &results[0].spans[i];
            char letters[BON_RESIDUE_MAX];
            bool apart;
            /* Between the spans all is as it was. */
            cr_assert(span->start - in == span->out_start - at &&
                      memcmp(line.data + in, results[0].text + at, span->start - in) == 0);
            a.len = b.len = 0;
            cr_assert_eq(bon_strip_marks(results[0].text + span->out_start, span->out_len, &a), BON_OK);
            cr_assert_eq(bon_strip_marks(line.data + span->start, span->len, &b), BON_OK);
            if (a.len != b.len || memcmp(a.data, b.data, a.len) != 0) {
                size_t n = bon_residue_read(line.data + span->start, span->len, letters, &apart);
                b.len = 0;
                cr_assert_eq(bon_strip_marks(letters, n, &b), BON_OK);
                cr_assert(a.len == b.len && memcmp(a.data, b.data, a.len) == 0, "%.*s", (int)line.len, line.data);
            }
            in = span->start + span->len;
            at = span->out_start + span->out_len;
        }
    }
    bon_buf_free(&line);
    bon_buf_free(&a);
    bon_buf_free(&b);
    bon_restore_session_close(session);
    bon_restorer_close(restorer);
}
