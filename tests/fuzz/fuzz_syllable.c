/* tests/fuzz/fuzz_syllable.c: any bytes through the parsers, marks and lower case. What one function says must hold in the
 * others: a parsed syllable spells, parses back and is among the candidates of its plain form. */
#include <stdlib.h>
#include <string.h>

#include "syllable/spelling.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds) abort();
}

/* A code that a parser gave must survive the way out and back. */
static void check_code(bon_syllable code, bon_case letter_case) {
    char spelled[BON_SYLLABLE_MAX];
    bon_syllable back, list[64];
    bon_case back_case;
    size_t n = bon_syllable_spell(code, letter_case, BON_TONE_OLD, spelled);
    require(n > 0 && n <= BON_SYLLABLE_MAX);
    require(bon_syllable_parse(spelled, n, &back, &back_case) && back == code);
    require(back_case == (letter_case == BON_CASE_MIXED ? BON_CASE_LOWER : letter_case));
    bon_buf plain = {0};
    if (bon_strip_marks(spelled, n, &plain) == BON_OK) {
        size_t count = bon_syllable_candidates(plain.data, plain.len, list, 64), i = 0;
        while (i < count && list[i] != code) i++;
        require(i < count && count <= 64);
    }
    bon_buf_free(&plain);
}

/* Both transforms are idempotent, and what was stripped has no marks to strip. */
static void check_transform(bon_status (*change)(const char *, size_t, bon_buf *), const char *text, size_t n) {
    bon_buf once = {0}, twice = {0};
    if (change(text, n, &once) == BON_OK && change(once.data ? once.data : "", once.len, &twice) == BON_OK)
        require(once.len == twice.len && (once.len == 0 || !memcmp(once.data, twice.data, once.len)));
    bon_buf_free(&once);
    bon_buf_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const char *text = (const char *)data;
    bon_syllable code, loose_code;
    bon_case letter_case, loose_case;
    if (bon_syllable_parse(text, size, &code, &letter_case)) {
        check_code(code, letter_case);
        require(bon_syllable_parse_loose(text, size, &loose_code, &loose_case));
        require(code == loose_code && letter_case == loose_case);
    } else if (bon_syllable_parse_loose(text, size, &loose_code, &loose_case)) {
        check_code(loose_code, loose_case);
    }
    bon_syllable list[4];
    bon_syllable_candidates(text, size, list, 4);
    check_transform(bon_strip_marks, text, size);
    check_transform(bon_lower, text, size);
    return 0;
}
