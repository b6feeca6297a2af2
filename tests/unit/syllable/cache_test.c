/* The segmenter with a memory gives what the one without gives: over text that meets every way out of the fast path, at every
 * distance from the end of the text, with a memory that is cold, warm, and full of other words. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "syllable/segment.h"

static void expect_same(struct bon_word_cache *cache, const char *text, size_t n) {
    size_t pos = 0, cached_pos = 0;
    bon_token token, cached;
    for (;;) {
        bool more = bon_segment_next(text, n, &pos, &token);
        cr_assert_eq(bon_segment_next_cached(cache, text, n, &cached_pos, &cached), more);
        cr_assert_eq(pos, cached_pos, "%.*s", (int)n, text);
        if (!more) return;
        cr_assert(token.start == cached.start && token.len == cached.len && token.kind == cached.kind &&
                      token.code == cached.code && token.letter_case == cached.letter_case,
                  "%.*s in %.*s", (int)token.len, text + token.start, (int)n, text);
    }
}

static const char *const words[] = {
    "và",
    "Và",
    "VÀ",
    "tiếng",
    "nghiêng",
    "TP.",
    "TP",
    "TP.HCM",
    "HCM",
    "co.",
    "Co.",
    "v.v.",
    "Kê-nan",
    "tế-xã",
    "a",
    "A",
    "đ",
    "Đ",
    "ở",
    "internationalizati",
    "internationalization",
    "abcdefghijklmno",
    "abcdefghijklmnop",
    "được",
    "ĐƯỢC",
    "10h30",
    "@a",
    "#b",
    "😀",
    "a.vn",
    "me@a.vn",
    "http://a",
    "‘và’",
    "“và”",
    "và…",
    "và\u0301",
    "\u00a0",
    "và\u00a0ở",
    "\u2028",
    "và\xff",
    "\xe1\xba",
    "a\u0300",
    "x'y",
    "q?",
    "q!",
    "q;",
    "(q)",
    "\"q\"",
    "...",
    "\n",
    "\t",
    "  ",
    "_a",
    ",\u0301",
    "..",
    "*",
    "\\",
    "-",
    "/",
    "[1]",
    "{}",
    "%",
    "&",
    "a_b",
    "a1",
    "1a",
};

Test(cache, equals_the_plain_segmenter) {
    struct bon_word_cache *cache = calloc(1, sizeof *cache);
    cr_assert(cache);
    srand(5);
    for (int round = 0; round < 20000; round++) {
        char *text = malloc(512);
        size_t n = 0;
        cr_assert(text);
        for (int count = rand() % 12; count > 0; count--) {
            const char *word = words[(size_t)rand() % (sizeof words / sizeof words[0])];
            memcpy(text + n, word, strlen(word));
            n += strlen(word);
            static const char behind[] = "    ,.";
            if (rand() % 4) text[n++] = behind[rand() % 6];
        }
        text = realloc(text, n ? n : 1); /* a read behind the end is seen by the sanitizer */
        cr_assert(text);
        expect_same(cache, text, n);
        free(text);
    }
    free(cache);
}

/* More words than slots, each met twice: what pushes another out must not take its answer. */
Test(cache, many_words) {
    struct bon_word_cache *cache = calloc(1, sizeof *cache);
    bon_buf text = {0};
    cr_assert(cache);
    for (int round = 0; round < 2; round++)
        for (unsigned i = 0; i < 4 * BON_WORD_SLOTS; i++) {
            char word[8] = {(char)('a' + i % 26), (char)('a' + i / 26 % 26), (char)('A' + i / 676 % 26), ' '};
            cr_assert_eq(bon_buf_append(&text, word, strlen(word)), BON_OK);
        }
    expect_same(cache, text.data, text.len);
    bon_buf_free(&text);
    free(cache);
}
