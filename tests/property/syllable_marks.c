/* tests/property/syllable_marks.c: what must hold of any text: marks do not move token boundaries, and the transforms of text
 * are fixed points of themselves. Texts are random, from pieces chosen to meet every rule of the tokenizer. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "bon/syllable.h"

/* Pieces of text; marked letters within words, numbers and addresses; joined with and without blanks. */
static const char *const pieces[] = {"a",         "Tiếng",
                                     "việt",      "ĐƯỜNG",
                                     "đ",         "ngiêng",
                                     "cơm",       "nét",
                                     "có",        "com",
                                     "net",       "vn",
                                     "ệ",         "12",
                                     "3",         "1.000",
                                     ".",         ".",
                                     ",",         ":",
                                     "/",         "-",
                                     "@",         "_",
                                     "+",         "%",
                                     "(",         ")",
                                     "...",       "!",
                                     "http",      "://",
                                     "www.",      "báo",
                                     "x",         " ",
                                     " ",         " ",
                                     "\n",        "\u00a0",
                                     "😀",         "👍🏽",
                                     "中",        "Я",
                                     "ö",         "é",
                                     "\xff",      "\xe1\xba",
                                     "½",         "http://",
                                     "Hà_Nội",    "a@b.",
                                     "CƠM",       "Vn",
                                     "?",         "#",
                                     "'",         "*",
                                     "İ",         "ŷ",
                                     "\u200b",    "e\u0302\u0301",
                                     "co\u031bm", "w\u0301",
                                     "1\u0303"};

static uint32_t next_random(uint64_t *seed) { /* xorshift64* */
    *seed ^= *seed >> 12, *seed ^= *seed << 25, *seed ^= *seed >> 27;
    return (uint32_t)(*seed * UINT64_C(2685821657736338717) >> 32);
}

static size_t random_text(uint64_t *seed, char *text, size_t cap) {
    size_t n = 0;
    for (uint32_t left = next_random(seed) % 24; left > 0; left--) {
        const char *piece = pieces[next_random(seed) % (sizeof pieces / sizeof pieces[0])];
        if (n + strlen(piece) > cap) break;
        memcpy(text + n, piece, strlen(piece));
        n += strlen(piece);
    }
    return n;
}

static size_t stripped_length(const char *text, size_t n) {
    bon_buf out = {0};
    cr_assert_eq(bon_strip_marks(text, n, &out), BON_OK);
    size_t length = out.len;
    bon_buf_free(&out);
    return length;
}

Test(property, marks_do_not_move_boundaries) {
    uint64_t seed = 20210607;
    unsigned addresses = 0;
    for (int round = 0; round < 60000; round++) {
        char text[512];
        size_t n = random_text(&seed, text, sizeof text), pos = 0, plain_pos = 0;
        bon_buf plain = {0};
        bon_token token, plain_token;
        cr_assert_eq(bon_strip_marks(text, n, &plain), BON_OK);
        while (bon_token_next(text, n, &pos, &token)) {
            cr_assert(bon_token_next(plain.data, plain.len, &plain_pos, &plain_token), "%.*s", (int)n, text);
            cr_assert_eq(plain_token.start, stripped_length(text, token.start), "%.*s", (int)n, text);
            cr_assert_eq(plain_token.len, stripped_length(text + token.start, token.len), "%.*s", (int)n, text);
            bool letters = token.kind == BON_TOKEN_SYLLABLE || token.kind == BON_TOKEN_WORD;
            bool plain_letters = plain_token.kind == BON_TOKEN_SYLLABLE || plain_token.kind == BON_TOKEN_WORD;
            cr_assert(letters ? plain_letters : plain_token.kind == token.kind, "%.*s", (int)n, text);
            cr_assert_eq(token.letter_case, plain_token.letter_case, "%.*s", (int)n, text);
            addresses += token.kind >= BON_TOKEN_URL;
        }
        cr_assert_not(bon_token_next(plain.data, plain.len, &plain_pos, &plain_token), "%.*s", (int)n, text);
        bon_buf_free(&plain);
    }
    cr_expect_gt(addresses, 1000);
}

/* Every byte that is not blank is in one token, and a token depends on the text alone, not on where scanning began. */
Test(property, tokens_cover_text_in_order) {
    uint64_t seed = 7;
    for (int round = 0; round < 40000; round++) {
        char text[256];
        size_t n = 0, pos = 0, end = 0;
        for (; n < sizeof text - 4 && (next_random(&seed) & 63); n++) /* bytes, biased to those that mean something */
            text[n] = (char)(next_random(&seed) & 1 ? next_random(&seed)
                                                    : (uint8_t) "a.@1 \xc3\xa1\xe1\xba\xad"[next_random(&seed) % 10]);
        bon_token token, again;
        while (bon_token_next(text, n, &pos, &token)) {
            cr_assert(token.len > 0 && token.start >= end && pos == (size_t)token.start + token.len && pos <= n);
            size_t restart = token.start;
            cr_assert(bon_token_next(text, n, &restart, &again)); /* no state but the position */
            cr_assert(again.start == token.start && again.len == token.len && again.code == token.code);
            end = pos;
        }
        cr_assert_eq(pos, n);
    }
}

static void expect_fixed_point(bon_status (*change)(const char *, size_t, bon_buf *), const char *text, size_t n) {
    bon_buf once = {0}, twice = {0};
    cr_assert_eq(change(text, n, &once), BON_OK);
    cr_assert_eq(change(once.data ? once.data : "", once.len, &twice), BON_OK);
    cr_assert(once.len == twice.len && (once.len == 0 || !memcmp(once.data, twice.data, once.len)), "%.*s", (int)n,
              text);
    bon_buf_free(&once);
    bon_buf_free(&twice);
}

Test(property, transforms_are_fixed_points_and_commute) {
    uint64_t seed = 3;
    for (int round = 0; round < 40000; round++) {
        char text[512];
        size_t n = random_text(&seed, text, sizeof text);
        expect_fixed_point(bon_strip_marks, text, n);
        expect_fixed_point(bon_lower, text, n);
        bon_buf a = {0}, b = {0}, ab = {0}, ba = {0};
        cr_assert(bon_strip_marks(text, n, &a) == BON_OK && bon_lower(text, n, &b) == BON_OK);
        cr_assert(bon_lower(a.data ? a.data : "", a.len, &ab) == BON_OK);
        cr_assert(bon_strip_marks(b.data ? b.data : "", b.len, &ba) == BON_OK);
        cr_assert(ab.len == ba.len && (ab.len == 0 || !memcmp(ab.data, ba.data, ab.len)), "%.*s", (int)n, text);
        bon_buf_free(&a);
        bon_buf_free(&b);
        bon_buf_free(&ab);
        bon_buf_free(&ba);
    }
}
