/* tests/unit/ime/encode_test.c: the keys that are found for a text. That they type it is tests/property/ime_text.c. */
#include <criterion/criterion.h>
#include <string.h>

#include "typing.h"

static void check_keys(const bon_ime_options *options, const char *text, const char *expected) {
    bon_buf keys = {0};
    cr_assert_eq(bon_ime_encode(options, text, strlen(text), &keys), BON_OK);
    cr_expect(keys.len == strlen(expected) && memcmp(keys.data, expected, keys.len) == 0, "%s: %.*s instead of %s",
              text, (int)keys.len, keys.data, expected);
    bon_buf_free(&keys);
}

Test(encode, telex) {
    check_keys(NULL, "Tiếng Việt được ĐẤT Ấy", "Tieengs Vieetj dduowcj DDAATS Aays");
    check_keys(NULL, "has pass too add", "hass passs tooo addd");
    check_keys(NULL, "hòa hoà", "hoaf ho{Right}af");
    check_keys(NULL, "{x}", "{{}x}");
    check_keys(NULL, "日本 naïve", "日本 naïve");
}

Test(encode, with_restoring) {
    bon_ime_options options = {.flags = BON_IME_RESTORE};
    check_keys(&options, "windows has seen password ", "windows hass seeen password ");
    check_keys(&options, "hướng of ", "huowngs off{Right} ");
    check_keys(&options, "tell", "tell"); /* the end of a line is no break */
    check_keys(&options, "pass", "passs");
}

Test(encode, other_methods) {
    bon_ime_options vni = {.method = BON_IME_VNI}, viqr = {.method = BON_IME_VIQR};
    check_keys(&vni, "được a1 2026", "d9uo7c5 a{Right}1 2026");
    check_keys(&viqr, "được xong.", "dduo+c. xong{Right}.");
}
