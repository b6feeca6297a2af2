/* tests/unit/words/words_test.c: what a toy model learns, hints, units, files that are none, memory that fails. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/buf.h"
#include "failmalloc.h"
#include "files.h"
#include "words/model.h"
#include "words_toy.h"

static bon_words *open_toy(bool text) {
    bon_words *words;
    const char *path = files_path(text ? "text.bonseg" : "toy.bonseg");
    cr_assert_eq(words_toy_write(path, text), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_words_open(&words, path), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_words_verify(words), BON_OK);
    return words;
}

/* The words of a text, '_' inside and blanks between them. */
static bon_buf cut(const bon_words *words, const char *text, const bon_word_hint *hints, size_t hint_count) {
    bon_word_session *session;
    bon_word_span word;
    bon_buf out = {0};
    cr_assert_eq(bon_word_session_open(&session, words), BON_OK);
    bon_word_session_begin(session, text, strlen(text), hints, hint_count);
    while (bon_word_session_next(session, &word)) {
        if (out.len) bon_buf_put(&out, ' ');
        if (word.part_count == 0) bon_buf_put(&out, '|');
        for (uint32_t i = 0; i < word.part_count; i++) {
            if (i) bon_buf_put(&out, '_');
            bon_buf_append(&out, text + word.parts[i].start, word.parts[i].len);
        }
    }
    bon_word_session_close(session);
    cr_assert_eq(bon_buf_put(&out, 0), BON_OK);
    return out;
}

static void expect(const bon_words *words, const char *text, const char *found) {
    bon_buf out = cut(words, text, NULL, 0);
    cr_expect_str_eq(out.data, found);
    bon_buf_free(&out);
}

Test(words, cuts_what_it_has_learned, .fini = files_clear) {
    static const char *const cases[][2] = {
        {"", ""},
        {"Sinh viên ở Hà Nội.", "Sinh_viên ở Hà_Nội ."},
        {"sinh  viên\tở\u00a0HÀ NỘI", "sinh_viên ở HÀ_NỘI"},
        {"học sinh ở thư viện", "học_sinh ở thư_viện"}, /* from the list */
        {"ông Lê Văn Minh đi học", "ông Lê_Văn_Minh đi học"},
        {"thành phố, đi bộ", "thành_phố , đi bộ"},
        {"thành, phố", "thành , phố"}, /* never over a sign */
        {"quận 7 là A5 và 95%", "quận 7 là A5 và 95%"},
        {"chủ nghĩa xã hội", "chủ_nghĩa_xã_hội"},
        {"TP.Hà Nội, C.Ronaldo", "TP. Hà_Nội , C.Ronaldo"},
        {"quí hiếm", "quí_hiếm"}, /* the list has quý */
        {"Hà Nội\n\nlà thủ đô\n", "Hà_Nội | | là thủ_đô |"},
    };
    bon_words *words = open_toy(false);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) expect(words, cases[i][0], cases[i][1]);
    bon_words_close(words);
}

Test(words, learns_words_of_plain_text, .fini = files_clear) {
    bon_words *words = open_toy(true);
    expect(words, "học sinh đi xe đạp", "học_sinh đi xe_đạp");
    expect(words, "sinh viên có máy tính", "sinh_viên có máy_tính");
    bon_words_close(words);
}

Test(words, tells_kinds_and_places, .fini = files_clear) {
    bon_words *words = open_toy(false);
    bon_word_session *session;
    bon_word_span word;
    static const char text[] = " Hà  Nội 5% !";
    cr_assert_eq(bon_word_session_open(&session, words), BON_OK);
    cr_expect_not(bon_word_session_next(session, &word), "a session begins with no text");
    bon_word_session_begin(session, text, sizeof text - 1, NULL, 0);
    cr_assert(bon_word_session_next(session, &word));
    cr_expect(word.start == 1 && word.len == 10 && word.part_count == 2 && word.kind == BON_TOKEN_SYLLABLE);
    cr_expect(word.parts[1].start == 6 && word.parts[1].len == 5);
    cr_assert(bon_word_session_next(session, &word));
    cr_expect(word.start == 12 && word.len == 2 && word.part_count == 1 && word.kind == BON_TOKEN_NUMBER);
    cr_assert(bon_word_session_next(session, &word));
    cr_expect(word.start == 15 && word.kind == BON_TOKEN_PUNCTUATION);
    cr_expect_not(bon_word_session_next(session, &word));
    cr_expect_not(bon_word_session_next(session, &word));
    bon_word_session_close(session);
    bon_words_close(words);
}

Test(words, takes_hints, .fini = files_clear) {
    bon_words *words = open_toy(false);
    static const char text[] = "Hà Nội, anh ấy đi học";
    static const struct {
        bon_word_hint hints[3];
        size_t count;
        const char *found;
    } cases[] = {
        {{{0, 0}}, 0, "Hà_Nội , anh ấy đi học"},
        {{{4, 50}}, 1, "Hà Nội , anh ấy đi học"},
        {{{4, -50}, {20, -50}, {24, -50}}, 3, "Hà_Nội , anh ấy_đi_học"},
        {{{11, -1e30F}}, 1, "Hà_Nội , anh ấy đi học"},               /* not behind a sign */
        {{{1, 50}, {5, 50}, {99, 50}}, 3, "Hà_Nội , anh ấy đi học"}, /* at no token */
        {{{4, __builtin_nanf("")}, {15, -__builtin_inff()}}, 2, "Hà_Nội , anh_ấy đi học"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bon_buf out = cut(words, text, cases[i].hints, cases[i].count);
        cr_expect_str_eq(out.data, cases[i].found, "case %zu: %s", i, out.data);
        bon_buf_free(&out);
    }
    bon_words_close(words);
}

/* A line of more units than are decoded at once. */
Test(words, cuts_lines_of_any_length, .fini = files_clear) {
    enum { COPIES = 20000 };
    bon_words *words = open_toy(false);
    bon_word_session *session;
    bon_word_span word;
    bon_buf text = {0};
    size_t compounds = 0, parts = 0;
    for (int i = 0; i < COPIES; i++) cr_assert_eq(bon_buf_append(&text, "Việt Nam ", strlen("Việt Nam ")), BON_OK);
    cr_assert_eq(bon_word_session_open(&session, words), BON_OK);
    bon_word_session_begin(session, text.data, text.len, NULL, 0);
    while (bon_word_session_next(session, &word)) parts += word.part_count, compounds += word.part_count > 1;
    cr_expect_gt(parts, COPIES);
    cr_expect_gt(compounds, COPIES / 2);
    bon_word_session_close(session);
    bon_words_close(words);
    bon_buf_free(&text);
}

Test(words, same_input_same_bytes, .fini = files_clear) {
    cr_assert_eq(words_toy_write(files_path("a"), true), BON_OK);
    cr_assert_eq(words_toy_write(files_path("b"), true), BON_OK);
    bon_buf a = files_read(files_path("a")), b = files_read(files_path("b"));
    cr_expect(a.len == b.len && memcmp(a.data, b.data, a.len) == 0);
    bon_buf_free(&a);
    bon_buf_free(&b);
}

Test(words, refuses_what_is_no_model, .fini = files_clear) {
    bon_words *words;
    bon_words_builder *builder;
    const bon_words_options small = {.size = 1000}, long_lesson = {.rounds = 1000000};
    cr_expect_eq(bon_words_open(&words, files_path("absent")), BON_ERR_IO);
    files_write(files_path("text"), "no model", 8);
    cr_expect_eq(bon_words_open(&words, files_path("text")), BON_ERR_FORMAT);
    cr_assert_eq(words_toy_write(files_path("toy"), false), BON_OK);
    bon_buf bytes = files_read(files_path("toy"));
    files_write(files_path("half"), bytes.data, bytes.len / 2);
    cr_expect_eq(bon_words_open(&words, files_path("half")), BON_ERR_FORMAT);
    bytes.data[bytes.len / 2] ^= 1;
    cr_assert_eq(bon_words_open_memory(&words, bytes.data, bytes.len, "bent"), BON_OK);
    cr_expect_eq(bon_words_verify(words), BON_ERR_FORMAT);
    bon_words_close(words);
    bon_words_close(NULL);
    bon_word_session_close(NULL);
    bon_words_builder_close(NULL);
    bon_buf_free(&bytes);
    cr_expect_eq(bon_words_builder_open(&builder, &small), BON_ERR_ARGUMENT);
    cr_expect_eq(bon_words_builder_open(&builder, &long_lesson), BON_ERR_ARGUMENT);
    cr_assert_eq(bon_words_builder_open(&builder, NULL), BON_OK);
    cr_expect_eq(bon_words_builder_add_list(builder, BON_WORDS_LISTS_MAX, "a", 1), BON_ERR_ARGUMENT);
    cr_expect_eq(bon_words_builder_write(builder, files_path("none")), BON_ERR_DATA);
    cr_expect_not(files_exists(files_path("none")));
    bon_words_builder_close(builder);
}

/* The kind of a section that is too short, or of a header that lies. */
Test(words, refuses_sections_that_do_not_fit, .fini = files_clear) {
    bon_words *words = open_toy(false), *reopened;
    struct bon_words bent = *words;
    bent.header.vectors = 1;
    cr_assert_eq(bon_words_write(&bent, files_path("bent")), BON_OK);
    cr_expect_eq(bon_words_open(&reopened, files_path("bent")), BON_ERR_FORMAT);
    cr_expect(strstr(bon_error_message(), "vectors"));
    bon_words_close(words);
}

static bon_status whole_round(void *path) {
    bon_words *words = NULL;
    bon_word_session *session = NULL;
    bon_word_span word;
    bon_status status = words_toy_write(path, true);
    if (status == BON_OK) status = bon_words_open(&words, path);
    if (status == BON_OK) status = bon_word_session_open(&session, words);
    if (status == BON_OK) {
        unsigned long before = failmalloc_count();
        bon_word_session_begin(session, "Sinh viên WINDOWS ở Hà Nội", 29, NULL, 0);
        while (bon_word_session_next(session, &word)) continue;
        cr_assert_eq(failmalloc_count(), before, "a session allocates when it is opened only");
    }
    bon_word_session_close(session);
    bon_words_close(words);
    return status;
}

Test(words, allocation_failures, .fini = files_clear) {
    failmalloc_check_step(whole_round, (void *)files_path("toy"), 37);
}
