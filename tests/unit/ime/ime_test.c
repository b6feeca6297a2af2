/* tests/unit/ime/ime_test.c: the field: what leaves when, Backspace, reopening, Escape, macros, capitals, options. */
#include <criterion/criterion.h>
#include <string.h>

#include "failmalloc.h"
#include "typing.h"

Test(ime, backspace) {
    static const struct typed rows[] = {
        {"dieepj{BackSpace}", "diệ"},
        {"khuaanx{BackSpace}", "khuẫ"},
        {"hoanf{BackSpace}", "hòa"},
        {"duowc{BackSpace}", "dươ"},
        {"duowc{BackSpace}ngf", "dường"},
        {"luyeenr{BackSpace}{BackSpace}", "luy"},
        {"ass{BackSpace}", "a"},
        {"w{BackSpace}a", "a"},
        {"dda{BackSpace}{BackSpace}d", "d"},
        {"cuf{BackSpace}{BackSpace}{BackSpace}a", "a"},
        {"a b{BackSpace}{BackSpace}", "a"},
    };
    CHECK(rows, .method = BON_IME_TELEX);
}

Test(ime, backspace_reopens_the_word_before) {
    static const struct typed rows[] = {
        {"phoocs {BackSpace}", "phốc"},
        {"phooc {BackSpace}s ", "phốc "},
        {"phooc, {BackSpace}{BackSpace}s", "phốc"},
        {"gias {BackSpace}f", "già"},
        {"aa vieet {BackSpace}j nam", "â việt nam"},
        {"viet{Right}{BackSpace}", "vie"},
    };
    CHECK(rows, .flags = BON_IME_REOPEN);
}

Test(ime, a_restored_word_reopens_as_its_keys) {
    static const struct typed rows[] = {{"windows {BackSpace}x ", "windowsx "},
                                        {"windows {BackSpace}{BackSpace}", "window"}};
    CHECK(rows, .flags = BON_IME_REOPEN | BON_IME_RESTORE);
}

Test(ime, raw_keys_on_request) {
    static const struct typed rows[] = {
        {"has{Escape} is{Shift+Space}as", "has is á"},
        {"has{Escape}s{BackSpace}{BackSpace}", "ha"},
        {"{Escape}as", "á"},
    };
    CHECK(rows, .method = BON_IME_TELEX);
}

Test(ime, modifiers_end_the_word) {
    static const struct typed rows[] = {{"as{Control+c}s", "ás"}, {"as{Left}s", "ás"}};
    CHECK(rows, .method = BON_IME_TELEX);
}

Test(ime, long_words) {
    bon_ime *ime;
    char keys[401], text[1024], expected[401];
    memset(keys, 'b', 400);
    keys[400] = 0;
    memcpy(expected, keys, sizeof keys);
    cr_assert_eq(bon_ime_open(&ime, NULL), BON_OK);
    type_text(ime, keys, text, sizeof text);
    cr_assert_str_eq(text, expected);
    bon_ime_close(ime);
}

#define MACRO(key, text)                                                                                               \
    { key, sizeof key - 1, text, sizeof text - 1 }

Test(ime, macros) {
    static const bon_ime_macro macros[] = {MACRO("hn", "Hà Nội"), MACRO("vn", "Việt Nam"), MACRO("đc", "địa chỉ")};
    static const struct typed rows[] = {{"vn, hn vnn hn", "Việt Nam, Hà Nội vnn hn"}, {"ddc: ", "địa chỉ: "}};
    CHECK(rows, .macros = macros, .macro_count = 3);
}

Test(ime, auto_capital) {
    static const struct typed rows[] = {
        {"xin chaof. banj khoer? toots! a", "Xin chào. Bạn khỏe? Tốt! A"},
        {"ddang 3.5 a.b", "Đang 3.5 a.b"},
        {"\"aa", "\"Â"},
    };
    CHECK(rows, .flags = BON_IME_AUTO_CAPITAL);
}

Test(ime, a_word_and_its_sign_leave_in_one_string) {
    bon_ime *ime;
    bon_ime_result result;
    cr_assert_eq(bon_ime_open(&ime, NULL), BON_OK);
    bon_ime_key(ime, 'a', 0, &result);
    bon_ime_key(ime, 's', 0, &result);
    cr_assert(result.handled && result.commit_len == 0 && result.preedit_len == 2 && result.cursor == 2);
    bon_ime_key(ime, ',', 0, &result);
    cr_assert(result.handled && result.preedit_len == 0 && result.commit_len == 3);
    cr_assert_eq(memcmp(result.commit, "á,", 3), 0);
    bon_ime_key(ime, 'a', 0, &result);
    bon_ime_key(ime, BON_IME_KEY_ENTER, 0, &result);
    cr_assert(!result.handled && result.commit_len == 1 && result.commit[0] == 'a');
    bon_ime_key(ime, BON_IME_KEY_BACKSPACE, 0, &result);
    cr_assert(!result.handled && result.delete_before == 0);
    bon_ime_close(ime);
}

static void refuse(const bon_ime_options *options, const char *reason) {
    bon_ime *ime;
    cr_expect_eq(bon_ime_open(&ime, options), BON_ERR_ARGUMENT);
    cr_expect_null(ime);
    cr_expect(strstr(bon_error_message(), reason), "%s", bon_error_message());
}

Test(ime, options_out_of_range) {
    static const bon_ime_keymap bad = {{[100] = BON_IME_ACTIONS}}, capital = {{['A'] = BON_IME_QUOTE}};
    static const bon_ime_macro falling[] = {{"b", 1, "x", 1}, {"a", 1, "x", 1}}, nameless[] = {{"", 0, "x", 1}};
    static const bon_ime_macro longest[] = {{"a", 1, "x", BON_IME_MACRO_MAX + 1}};
    refuse(&(bon_ime_options){.method = BON_IME_METHODS}, "method");
    refuse(&(bon_ime_options){.charset = BON_IME_CHARSETS}, "charset");
    refuse(&(bon_ime_options){.tone_style = 9}, "tone style");
    refuse(&(bon_ime_options){.flags = 1u << 30}, "flags");
    refuse(&(bon_ime_options){.method = BON_IME_KEYMAP}, "none was given");
    refuse(&(bon_ime_options){.method = BON_IME_KEYMAP, .keymap = &bad}, "key 100");
    refuse(&(bon_ime_options){.method = BON_IME_KEYMAP, .keymap = &capital}, "key 65");
    refuse(&(bon_ime_options){.macros = falling, .macro_count = 2}, "ascend");
    refuse(&(bon_ime_options){.macros = nameless, .macro_count = 1}, "key");
    refuse(&(bon_ime_options){.macros = longest, .macro_count = 1}, "512");
}

static bon_status open_type_encode(void *arg) {
    bon_ime *ime;
    bon_ime_result result;
    bon_buf keys = {0};
    (void)arg;
    BON_TRY(bon_ime_open(&ime, NULL));
    bon_ime_key(ime, 'a', 0, &result);
    bon_status status = bon_ime_encode(NULL, "Tiếng Việt", 14, &keys);
    bon_buf_free(&keys);
    bon_ime_close(ime);
    return status;
}

Test(ime, allocation_failures) { failmalloc_check(open_type_encode, NULL); }

Test(ime, a_key_allocates_nothing) {
    static const char keys[] = "tieengs Vieetj{BackSpace}j password {BackSpace}{Escape} uow has.";
    bon_ime_options options = {.flags = BON_IME_RESTORE | BON_IME_REOPEN};
    bon_ime *ime;
    char text[256];
    cr_assert_eq(bon_ime_open(&ime, &options), BON_OK);
    failmalloc_fail_at(0);
    unsigned long before = failmalloc_count();
    type_text(ime, keys, text, sizeof text);
    cr_assert_eq(failmalloc_count(), before);
    bon_ime_close(ime);
}
