/* tests/unit/ime/method_test.c: the tables of the methods, and keymaps read from text. */
#include <criterion/criterion.h>
#include <string.h>

#include "typing.h"

static const char telex[] = "# telex, written down\n"
                            "s sac\nf huyen\nr hoi\nx nga\nj nang\nz no-tone\n"
                            "a a^\ne e^\r\no\to^\n\nw auo,u+\nd d-";

Test(method, telex_written_as_a_keymap_is_telex) {
    bon_ime_keymap read, built_in;
    cr_assert_eq(bon_ime_keymap_read(&read, telex, strlen(telex)), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_ime_keymap_of(&built_in, BON_IME_TELEX), BON_OK);
    cr_assert_eq(memcmp(&read, &built_in, sizeof read), 0);
}

Test(method, a_keymap_of_ones_own) {
    static const char text[] = "[ insert-o+\n] insert-u+\n; sac\n#\tquote\n1 aeo^\n2 uo+\n3 a(\n4 d-\n";
    bon_ime_keymap keymap;
    static const struct typed rows[] = {
        {"t[; d4]ng", "tớ đưng"},           {"[[ ]]", "[ ]"}, {"vie1t#; a3n", "viêt; ăn"}, {"duo2ng", "dương"},
        {"[ {BackSpace}{BackSpace}a", "a"},
    };
    cr_assert_eq(bon_ime_keymap_read(&keymap, text, strlen(text)), BON_OK, "%s", bon_error_message());
    CHECK(rows, .method = BON_IME_KEYMAP, .keymap = &keymap, .flags = BON_IME_REOPEN);
}

Test(method, keymaps_that_are_none) {
    static const struct {
        const char *text, *reason;
    } rows[] = {
        {"s", "line 1"},           {"s sac\n\nsac\n", "line 3"}, {"s acute", "unknown action 'acute'"},
        {"S sac", "small letter"}, {"á sac", "ASCII"},           {"s sac extra", "unknown action"},
    };
    bon_ime_keymap keymap = {{7}}, before = keymap;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cr_expect_eq(bon_ime_keymap_read(&keymap, rows[i].text, strlen(rows[i].text)), BON_ERR_DATA, "%s",
                     rows[i].text);
        cr_expect(strstr(bon_error_message(), rows[i].reason), "%s: %s", rows[i].text, bon_error_message());
        cr_expect_eq(memcmp(&keymap, &before, sizeof keymap), 0);
    }
}

Test(method, names) {
    cr_expect_str_eq(bon_ime_method_name(BON_IME_TELEX), "telex");
    cr_expect_str_eq(bon_ime_method_name(BON_IME_VIQR), "viqr");
    cr_expect_str_eq(bon_ime_method_name(BON_IME_METHODS), "");
    bon_ime_keymap keymap;
    cr_expect_eq(bon_ime_keymap_of(&keymap, BON_IME_KEYMAP), BON_ERR_ARGUMENT);
}
