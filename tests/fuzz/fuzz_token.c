/* tests/fuzz/fuzz_token.c: any bytes through the tokenizer. Tokens must cover every byte that is not blank, once and in
 * order, and agree with the parser on what a syllable is. */
#include <stdlib.h>

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
    return 0;
}
