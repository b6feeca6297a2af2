/* tests/property/words_cover.c: words cover the text: joining them gives it back but for blanks, and the text without its low
 * lines gives the same words again; whatever the text, and whatever a model holds behind a sound header. */
#include <criterion/criterion.h>

#include "base/buf.h"
#include "files.h"
#include "syllable/unicode.h"
#include "syllable/utf8.h"
#include "words/model.h"
#include "words_toy.h"

static void require_blank(const char *text, size_t start, size_t end) {
    for (unsigned length; start < end; start += length)
        cr_assert_eq(bon_class_of(bon_utf8_read(text + start, end - start, &length)), BON_CLASS_OF_BLANK);
}

static void check_cover(const bon_words *words, const char *text, size_t n, const bon_word_hint *hints, size_t count) {
    bon_word_session *session;
    bon_word_span word;
    size_t end = 0;
    cr_assert_eq(bon_word_session_open(&session, words), BON_OK);
    bon_word_session_begin(session, text, n, hints, count);
    while (bon_word_session_next(session, &word)) {
        cr_assert(word.start >= end && word.start + word.len <= n && word.part_count <= BON_WORD_PARTS_MAX);
        require_blank(text, end, word.start);
        if (word.part_count == 0) cr_assert_eq(text[word.start], '\n');
        size_t at = word.start;
        for (uint32_t i = 0; i < word.part_count; i++) {
            cr_assert(word.parts[i].len > 0 && word.parts[i].start >= at);
            cr_assert(i == 0 || word.parts[i].start > at, "blanks part parts");
            require_blank(text, at, word.parts[i].start);
            at = word.parts[i].start + word.parts[i].len;
        }
        end = word.start + word.len;
        cr_assert(word.part_count == 0 || at == end);
    }
    require_blank(text, end, n);
    bon_word_session_close(session);
}

static bon_buf random_text(uint64_t *seed) {
    static const char *const pieces[] = {"Hà",
                                         "Nội",
                                         "sinh",
                                         "viên",
                                         "chủ nghĩa xã hội",
                                         "Nguyễn",
                                         "Văn",
                                         "An",
                                         ".",
                                         ",",
                                         "5",
                                         "%",
                                         "A5",
                                         "\n",
                                         " ",
                                         "\t",
                                         "\u00a0",
                                         "iPhone",
                                         "😀",
                                         "\xff",
                                         "_",
                                         "https://a.vn",
                                         "TP.",
                                         "kinh tế-xã hội",
                                         "e\u0301",
                                         "\"",
                                         "...",
                                         "\r\n"};
    bon_buf text = {0};
    for (unsigned i = files_random(seed) % 200; i > 0; i--) {
        const char *piece = pieces[files_random(seed) % (sizeof pieces / sizeof *pieces)];
        cr_assert_eq(bon_buf_append(&text, piece, strlen(piece)), BON_OK);
        if (files_random(seed) % 4) cr_assert_eq(bon_buf_put(&text, ' '), BON_OK);
    }
    cr_assert_eq(bon_buf_reserve(&text, 1), BON_OK);
    return text;
}

static void check_texts(const bon_words *words, uint64_t seed, unsigned rounds) {
    for (unsigned round = 0; round < rounds; round++) {
        bon_word_hint hints[64];
        bon_buf text = random_text(&seed);
        for (uint32_t i = 0; i < 64; i++) {
            uint32_t bits = (uint32_t)files_random(&seed);
            hints[i].at = i * 5;
            memcpy(&hints[i].log_odds, &bits, sizeof bits);
        }
        check_cover(words, text.data, text.len, NULL, 0);
        check_cover(words, text.data, text.len, hints, 64);
        bon_buf_free(&text);
    }
}

Test(words_cover, any_text, .fini = files_clear) {
    bon_words *words;
    cr_assert_eq(words_toy_write(files_path("toy"), true), BON_OK);
    cr_assert_eq(bon_words_open(&words, files_path("toy")), BON_OK);
    check_texts(words, 1, 300);
    bon_words_close(words);
}

Test(words_cover, any_model, .fini = files_clear) {
    cr_assert_eq(words_toy_write(files_path("toy"), false), BON_OK);
    bon_buf bytes = files_read(files_path("toy"));
    uint64_t seed = 7;
    for (int round = 0; round < 40; round++) {
        bon_buf bent = {0};
        bon_words *words;
        cr_assert_eq(bon_buf_append(&bent, bytes.data, bytes.len), BON_OK);
        for (unsigned i = 1 + files_random(&seed) % 2000; i > 0; i--)
            bent.data[64 + files_random(&seed) % (bent.len - 64 - 2048)] = (char)files_random(&seed);
        if (bon_words_open_memory(&words, bent.data, bent.len, "bent") == BON_OK) {
            check_texts(words, seed, 3);
            bon_words_close(words);
        }
        bon_buf_free(&bent);
    }
    bon_buf_free(&bytes);
}

/* Words written with low lines, taken apart again, are the same words. */
Test(words_cover, cut_again, .fini = files_clear) {
    bon_words *words;
    bon_word_session *session;
    bon_word_span word;
    uint64_t seed = 3;
    cr_assert_eq(words_toy_write(files_path("toy"), false), BON_OK);
    cr_assert_eq(bon_words_open(&words, files_path("toy")), BON_OK);
    cr_assert_eq(bon_word_session_open(&session, words), BON_OK);
    for (int round = 0; round < 200; round++) {
        bon_buf text = random_text(&seed), flat = {0}, first = {0}, second = {0};
        for (int pass = 0; pass < 2; pass++) {
            const bon_buf *from = pass ? &flat : &text;
            bon_buf *to = pass ? &second : &first;
            bon_word_session_begin(session, from->data, from->len, NULL, 0);
            while (bon_word_session_next(session, &word)) {
                for (uint32_t i = 0; i < word.part_count; i++) {
                    bon_buf_append(to, from->data + word.parts[i].start, word.parts[i].len);
                    bon_buf_put(to, i + 1 < word.part_count ? '+' : ' ');
                    if (pass) continue;
                    bon_buf_append(&flat, from->data + word.parts[i].start, word.parts[i].len);
                    /* what stood together still does */
                    size_t behind = word.parts[i].start + word.parts[i].len;
                    unsigned length;
                    bool blank = behind < text.len && bon_class_of(bon_utf8_read(text.data + behind, text.len - behind,
                                                                                 &length)) == BON_CLASS_OF_BLANK;
                    if (blank) bon_buf_put(&flat, ' ');
                }
                if (!pass && word.part_count == 0) bon_buf_put(&flat, '\n');
            }
            bon_buf_put(to, 0);
            bon_buf_reserve(&flat, 1);
        }
        cr_assert_str_eq(first.data, second.data);
        bon_buf_free(&text);
        bon_buf_free(&flat);
        bon_buf_free(&first);
        bon_buf_free(&second);
    }
    bon_word_session_close(session);
    bon_words_close(words);
}
