/* The segmenter with a memory gives what the one without gives: over text that meets every way out of the fast path, at every
 * distance from the end of the text and of a window, with a memory that is cold, warm, and full of other words, and with every
 * implementation of the cuts. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "syllable/segment.h"

/* What bon_segment_many should say, a token at a time: line ends are what newlines between tokens are. */
static bool next_or_line_end(const char *text, size_t n, size_t *pos, bon_token *token) {
    size_t from = *pos;
    bool more = bon_segment_next(text, n, pos, token);
    const char *newline = memchr(text + from, '\n', (more ? token->start : n) - from);
    if (!newline) return more;
    *token = (bon_token){(uint32_t)(newline - text), 1, BON_LINE_END, 0, BON_CLASS_LINE_END};
    *pos = (size_t)(newline - text) + 1;
    return true;
}

static void expect_same(struct bon_word_cache *cache, const char *text, size_t n) {
    size_t pos = 0;
    bon_token token;
    for (size_t many = 0, count; (count = bon_segment_many(cache, text, n, &many)) > 0;) {
        cr_assert_leq(count, BON_SEGMENT_MANY);
        for (size_t i = 0; i < count; i++) {
            const bon_token *got = &cache->tokens[i];
            cr_assert(next_or_line_end(text, n, &pos, &token), "too many tokens in %.*s", (int)n, text);
            cr_assert(token.start == got->start && token.len == got->len && token.kind == got->kind &&
                          token.code == got->code && token.letter_case == got->letter_case,
                      "%.*s in %.*s", (int)token.len, text + token.start, (int)n, text);
        }
        cr_assert_leq(pos, many);
    }
    cr_assert_not(next_or_line_end(text, n, &pos, &token), "too few tokens in %.*s", (int)n, text);
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
    "12",
    "1.000.000",
    "2,4%",
    "5 %",
    "1️⃣",
    "1.",
    "21/11/2026",
    "10:30",
    "1..2",
    "12345678901234567",
    "+84912345678",
    "+",
    "#",
    "@",
    "#1",
    ":",
    "a:b",
    "km/h",
    "Nam.\"",
    "Nam.”",
    "Nam.)",
    "co.)",
    "Ðà",
    "…",
    "–",
    "‼️",
    "❤\u200d",
    "❤️",
    "\u2044",
    "\u202a",
    "\u2000",
    "。",
    "→",
    "\xe2\x80",
    "\xe2",
    "\x01",
    "\x7f",
    "ᚠ",
    "ᩐ",
    "nghiễng",
    "\u3000",
};

/* Text of `count` words in memory of its own: a read behind its end is seen by the sanitizer. */
static char *random_words(int count, size_t *n) {
    enum { WORD_MAX = 32 };
    char *text = malloc((size_t)count * WORD_MAX + 1);
    cr_assert(text);
    for (*n = 0; count > 0; count--) {
        const char *word = words[(size_t)rand() % (sizeof words / sizeof words[0])];
        memcpy(text + *n, word, strlen(word));
        *n += strlen(word);
        static const char behind[] = "    ,.\")\n";
        if (rand() % 4) text[(*n)++] = behind[(size_t)rand() % (sizeof behind - 1)];
        if (rand() % 200 == 0) text[(*n)++] = 0;
    }
    text = realloc(text, *n ? *n : 1);
    cr_assert(text);
    return text;
}

static void try_words(int rounds, int words_max) {
    struct bon_word_cache *cache = calloc(1, sizeof *cache);
    cr_assert(cache);
    for (unsigned i = 0; (cache->cut = bon_cut_nth(i)) != NULL; i++)
        for (int round = 0; round < rounds; round++) {
            size_t n;
            char *text = random_words(rand() % words_max, &n);
            expect_same(cache, text, n);
            free(text);
        }
    free(cache);
}

Test(cache, equals_the_plain_segmenter) {
    srand(5);
    try_words(3000, 12);
    try_words(10, 5000); /* windows */
}

/* Bytes of every kind the masks know, in any order. */
Test(cache, any_bytes) {
    static const char bytes[] =
        "aB1\n\n    .,:/-%_+@#\"(\xe2\x80\x9c\xe2\x80\xe1\xba\xbf\xc3\xa0\xcc\x81\xf0\x9f\x98\x80\xff";
    struct bon_word_cache *cache = calloc(1, sizeof *cache);
    cr_assert(cache);
    srand(6);
    for (int round = 0; round < 3000; round++) {
        size_t n = (size_t)(rand() % 400);
        char *text = malloc(n ? n : 1);
        cr_assert(text);
        for (size_t i = 0; i < n; i++)
            text[i] = rand() % 50 ? bytes[(size_t)rand() % (sizeof bytes - 1)] : (char)(rand() & 0xff);
        cache->cut = bon_cut_nth((unsigned)round % 2);
        expect_same(cache, text, n);
        free(text);
    }
    free(cache);
}

/* An entry longer than a window; blanks for whole windows; blanks of other scripts before line ends. */
Test(cache, long_stretches) {
    struct bon_word_cache *cache = calloc(1, sizeof *cache);
    bon_buf text = {0};
    cr_assert(cache);
    static const char *const stretches[] = {"a", " ", "\n", "\u00a0", "9", ".", "\xff", "\u00a0\n"};
    for (size_t i = 0; i < sizeof stretches / sizeof stretches[0]; i++) {
        for (int count = 0; count < 3 * BON_CUT_WINDOW; count++)
            cr_assert_eq(bon_buf_append(&text, stretches[i], strlen(stretches[i])), BON_OK);
        cr_assert_eq(bon_buf_append(&text, " và ", strlen(" và ")), BON_OK);
    }
    expect_same(cache, text.data, text.len);
    bon_buf_free(&text);
    free(cache);
}

/* More words than slots, each met twice: what pushes another out must not take its answer. */
Test(cache, many_words) {
    struct bon_word_cache *cache = calloc(1, sizeof *cache);
    bon_buf text = {0};
    cr_assert(cache);
    for (int round = 0; round < 2; round++)
        for (unsigned i = 0; i < 4 * BON_WORD_SLOTS; i++) {
            char word[8] = {(char)('a' + i % 26), (char)('a' + i / 26 % 26), (char)('A' + i / 676 % 26),
                            (char)('a' + i / 17576 % 26), ' '};
            cr_assert_eq(bon_buf_append(&text, word, strlen(word)), BON_OK);
        }
    expect_same(cache, text.data, text.len);
    bon_buf_free(&text);
    free(cache);
}
