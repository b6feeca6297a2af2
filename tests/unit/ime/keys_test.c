/* tests/unit/ime/keys_test.c: keys as text, both ways. */
#include <criterion/criterion.h>
#include <string.h>

#include "bon/ime.h"

Test(keys, read) {
    static const struct {
        const char *text;
        uint32_t key;
        unsigned modifiers;
        size_t length;
    } rows[] = {
        {"a", 'a', 0, 1},
        {"ệx", 0x1ec7, 0, 3},
        {"{BackSpace}", BON_IME_KEY_BACKSPACE, 0, 11},
        {"{Space}", ' ', 0, 7},
        {"{1}2", '1', 0, 3},
        {"{{}", '{', 0, 3},
        {"{}}", '}', 0, 3},
        {"{ệ}", 0x1ec7, 0, 5},
        {"{Shift+Space}", ' ', BON_IME_SHIFT, 13},
        {"{Control+Alt+x}", 'x', BON_IME_CONTROL | BON_IME_ALT, 15},
        {"{", '{', 0, 1},
        {"{}", '{', 0, 1},
        {"{backspace}", '{', 0, 1},
        {"{Shift+}", '{', 0, 1},
        {"\xff", 0xfffd, 0, 1},
        {"{\xff}", '{', 0, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t key;
        unsigned modifiers;
        size_t length = bon_ime_key_read(rows[i].text, strlen(rows[i].text), &key, &modifiers);
        cr_expect(length == rows[i].length && key == rows[i].key && modifiers == rows[i].modifiers,
                  "%s: %zu bytes, key %#x", rows[i].text, length, (unsigned)key);
    }
}

/* What is written reads back, and only what is read needs be written. */
Test(keys, written_keys_read_back) {
    for (uint32_t key = 0; key <= BON_IME_KEY_OTHER; key += key < 0x300 || key >= 0x10fff0 ? 1 : 0x101) {
        if (key >= 0xd800 && key < 0xe000) continue;
        for (unsigned modifiers = 0; modifiers < 16; modifiers++) {
            char text[BON_IME_KEY_NAME_MAX];
            uint32_t back;
            unsigned held;
            size_t n = bon_ime_key_write(key, modifiers, text);
            cr_assert_leq(n, sizeof text);
            cr_assert_eq(bon_ime_key_read(text, n, &back, &held), n, "%.*s", (int)n, text);
            cr_assert(back == key && held == modifiers, "%.*s", (int)n, text);
        }
    }
}
