/* tests/unit/ime/typing.c: a text field for the tests of typing. */
#include "typing.h"

#include <criterion/criterion.h>
#include <string.h>

static size_t drop_points(const char *text, size_t n, unsigned points) {
    while (points > 0 && n > 0) points -= ((unsigned char)text[--n] & 0xc0) != 0x80;
    return n;
}

static size_t append(char *out, size_t n, size_t cap, const bon_ime_result *result) {
    n = drop_points(out, n, result->delete_before);
    cr_assert_lt(n + result->commit_len, cap);
    if (result->commit_len) memcpy(out + n, result->commit, result->commit_len);
    return n + result->commit_len;
}

void type_text(bon_ime *ime, const char *keys, char *out, size_t cap) {
    bon_ime_result result;
    size_t n = 0, length = strlen(keys);
    bon_ime_reset(ime);
    for (size_t at = 0; at < length;) {
        uint32_t key;
        unsigned modifiers;
        at += bon_ime_key_read(keys + at, length - at, &key, &modifiers);
        bon_ime_key(ime, key, modifiers, &result);
        n = append(out, n, cap, &result);
        if (!result.handled && key == BON_IME_KEY_BACKSPACE) n = drop_points(out, n, 1);
    }
    bon_ime_finish(ime, &result);
    out[append(out, n, cap, &result)] = 0;
}

void check_rows(const bon_ime_options *options, const struct typed *rows, size_t count) {
    char text[1024];
    bon_ime *ime;
    cr_assert_eq(bon_ime_open(&ime, options), BON_OK, "%s", bon_error_message());
    for (size_t i = 0; i < count; i++) {
        type_text(ime, rows[i].keys, text, sizeof text);
        cr_expect_str_eq(text, rows[i].expected, "%s: %s instead of %s", rows[i].keys, text, rows[i].expected);
    }
    bon_ime_close(ime);
}
