/* tests/fuzz/fuzz_token.c: any bytes through the tokenizer. Tokens must cover every byte that is not blank, once and in
 * order, agree with the parser on what a syllable is, and stay where they are when marks are stripped. */
#include <stdlib.h>
#include <string.h>

#include "bon/syllable.h"
#include "syllable/unicode.h"
#include "syllable/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds) abort();
}

static void require_blank(const char *text, size_t start, size_t end, bool blank) {
    for (unsigned length; start < end; start += length) {
        char class = bon_class_of(bon_utf8_read(text + start, end - start, &length));
        require((class == BON_CLASS_OF_BLANK) == blank);
    }
}

static size_t stripped_length(const char *text, size_t n) {
    bon_buf plain = {0};
    require(bon_strip_marks(text, n, &plain) == BON_OK);
    size_t length = plain.len;
    bon_buf_free(&plain);
    return length;
}

/* Text without combining marks (U+0300..U+037F begin with these bytes): each token has its plain one. */
static void check_plain_boundaries(const char *text, size_t n) {
    if (n > 4096 || memchr(text, 0xcc, n) || memchr(text, 0xcd, n)) return;
    bon_buf plain = {0};
    bon_token token, other;
    size_t pos = 0, plain_pos = 0, seen = 0, end = 0;
    require(bon_strip_marks(text, n, &plain) == BON_OK);
    while (bon_token_next(text, n, &pos, &token)) {
        require(bon_token_next(plain.data, plain.len, &plain_pos, &other));
        seen += stripped_length(text + end, token.start - end);
        require(other.start == seen);
        seen += stripped_length(text + token.start, token.len);
        require(plain_pos == seen && other.letter_case == token.letter_case);
        end = pos;
    }
    require(!bon_token_next(plain.data, plain.len, &plain_pos, &other));
    bon_buf_free(&plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const char *text = (const char *)data;
    size_t pos = 0, end = 0;
    bon_token token;
    while (bon_token_next(text, size, &pos, &token)) {
        require(token.len > 0 && token.start >= end && pos == (size_t)token.start + token.len && pos <= size);
        require_blank(text, end, token.start, true);
        require_blank(text, token.start, pos, false);
        require(token.kind < BON_TOKEN_KINDS && token.letter_case <= BON_CASE_MIXED);
        bon_syllable code;
        bon_case letter_case;
        bool parses = bon_syllable_parse(text + token.start, token.len, &code, &letter_case);
        require(parses == (token.kind == BON_TOKEN_SYLLABLE));
        if (parses) require(code == token.code && letter_case == (bon_case)token.letter_case);
        end = pos;
    }
    require(pos == size);
    require_blank(text, end, size, true);
    if (size) check_plain_boundaries(text, size);
    return 0;
}
