/* Whatever the text: tokens and their places give back every byte; the segmenter only joins what the tokenizer cut, never
 * across a blank; sentences cover the tokens, in order, and lie inside lines. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "bon/syllable.h"

static const char *const pieces[] = {
    "TP.",
    "HCM",
    "PGS.TS.",
    "v.v.",
    "N.V.A",
    "Kê-nan",
    "ki-lô-mét",
    "tế-xã",
    "Hà Nội",
    "-",
    ".",
    "...",
    "…",
    "!",
    "?",
    "\"",
    "“",
    "”",
    "(",
    ")",
    "[1]",
    "@bon",
    "#Huế",
    "10h30",
    "2,4",
    "%",
    "1.",
    "a.",
    "Điều 5.",
    "+84912345678",
    "😀",
    "👍🏽",
    "❤\ufe0f",
    "1\ufe0f\u20e3",
    "🇻🇳",
    "\u0301",
    "\xff",
    "\xe1\xba",
    "http://a.vn/x?y=z.",
    "me@bon.vn",
    "gái.Dựa",
    "\n",
    "\n\n",
    " ",
    " ",
    " ",
    "\t",
    "\u00a0",
    "Nguyễn",
    "V.",
    "\u200d",
    "và",
};
enum { ROUNDS = 30000, PIECES = 24, TEXT_MAX = PIECES * 24 };

static size_t random_text(char *text) {
    size_t n = 0;
    for (int count = rand() % PIECES; count > 0; count--) {
        const char *piece = pieces[(size_t)rand() % (sizeof pieces / sizeof pieces[0])];
        memcpy(text + n, piece, strlen(piece));
        n += strlen(piece);
        if (rand() % 2) text[n++] = ' ';
    }
    return n;
}

/* Puts tokens back at their places over a copy of the blanks: what is missing shows. */
static void check_recoverable(const char *text, size_t n) {
    char copy[TEXT_MAX];
    bon_token token;
    memset(copy, 0, n);
    for (size_t pos = 0, end = 0; bon_segment_next(text, n, &pos, &token); end = pos) {
        cr_assert(token.start >= end && token.len > 0);
        memcpy(copy + token.start, text + token.start, token.len);
    }
    for (size_t i = 0; i < n; i++) {
        static const char blanks[] = " \t\n\xc2\xa0";
        cr_assert(copy[i] == text[i] || strchr(blanks, text[i]), "byte %zu of %.*s", i, (int)n, text);
    }
}

/* Every token of the segmenter is a row of whole tokens of the tokenizer, but for keycaps, which part numbers. */
static void check_joins(const char *text, size_t n) {
    bon_token joined, base;
    size_t pos = 0, base_pos = 0;
    while (bon_segment_next(text, n, &pos, &joined)) {
        cr_assert(bon_token_next(text, n, &base_pos, &base));
        cr_assert_eq(base.start, joined.start, "%.*s", (int)n, text);
        while (base_pos < pos) {
            size_t before = base_pos;
            cr_assert(bon_token_next(text, n, &base_pos, &base));
            cr_assert_eq(base.start, before, "a blank inside a token: %.*s", (int)n, text);
        }
        if (base_pos > pos) {
            cr_assert(joined.kind == BON_TOKEN_EMOJI || joined.kind == BON_TOKEN_MENTION ||
                          joined.kind == BON_TOKEN_HASHTAG,
                      "%.*s", (int)n, text);
            base_pos = pos;
        }
    }
}

static void check_sentences(const char *text, size_t n) {
    bon_token token;
    size_t pos = 0, token_pos = 0, start, len;
    while (bon_sentence_next(text, n, &pos, &start, &len)) {
        cr_assert_not(memchr(text + start, '\n', len), "%.*s", (int)n, text);
        for (size_t end = start; end < start + len; end = token_pos) {
            cr_assert(bon_segment_next(text, n, &token_pos, &token));
            cr_assert(end > start || token.start == start, "%.*s", (int)n, text);
            cr_assert_leq(token_pos, start + len, "%.*s", (int)n, text);
        }
    }
    cr_assert_not(bon_segment_next(text, n, &token_pos, &token), "%.*s", (int)n, text);
}

Test(syllable_segment, any_text) {
    char text[TEXT_MAX];
    srand(20);
    for (int round = 0; round < ROUNDS; round++) {
        size_t n = random_text(text);
        check_recoverable(text, n);
        check_joins(text, n);
        check_sentences(text, n);
    }
}
