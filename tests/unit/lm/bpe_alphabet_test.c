/* The printable alphabet of bytes: GPT-2's characters, both ways, for all bytes. */
#include <criterion/criterion.h>

#include "base/buf.h"
#include "lm/bpe_alphabet.h"

Test(bpe_alphabet, every_byte_and_back) {
    bon_buf spelling = {0}, back = {0};
    char bytes[256];
    bool valid;
    for (unsigned i = 0; i < 256; i++) bytes[i] = (char)i;
    cr_assert_eq(bon_alphabet_spell(bytes, sizeof bytes, &spelling), BON_OK);
    cr_assert_eq(bon_alphabet_read(spelling.data, spelling.len, &back, &valid), BON_OK);
    cr_assert(valid && back.len == 256 && memcmp(back.data, bytes, 256) == 0);
    bon_buf_free(&spelling);
    bon_buf_free(&back);
}

Test(bpe_alphabet, known_spellings) {
    static const struct {
        const char *bytes, *spelling;
    } rows[] = {{" a", "Ġa"},  {"\n", "Ċ"},       {"\t\r", "ĉč"}, {"!~", "!~"}, {"ế", "áº¿"}, {"\x7f\x80\xa0", "ġĢł"},
                {"\xad", "Ń"}, {"\xa1\xff", "¡ÿ"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bon_buf out = {0};
        cr_assert_eq(bon_alphabet_spell(rows[i].bytes, strlen(rows[i].bytes), &out), BON_OK);
        cr_assert(out.len == strlen(rows[i].spelling) && memcmp(out.data, rows[i].spelling, out.len) == 0,
                  "row %zu: %.*s", i, (int)out.len, out.data);
        bon_buf_free(&out);
    }
}

Test(bpe_alphabet, other_characters_are_no_bytes) {
    static const char *const rows[] = {" ", "\x7f", "\u00a0", "\u00ad", "\u0144", "日", "a b", "\xff", "\xc4"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bon_buf out = {0};
        bool valid = true;
        cr_assert_eq(bon_alphabet_read(rows[i], strlen(rows[i]), &out, &valid), BON_OK);
        cr_assert(!valid, "row %zu was taken for bytes", i);
        bon_buf_free(&out);
    }
}
