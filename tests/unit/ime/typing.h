/* tests/unit/ime/typing.h: keys as text -> the text of a field, and tables of such pairs. */
#ifndef BON_TESTS_IME_TYPING_H
#define BON_TESTS_IME_TYPING_H

#include "bon/ime.h"

struct typed {
    const char *keys, *expected;
};

/* Types keys (as bon_ime_key_read has them) into an empty field; the text, NUL-terminated, in `out`. */
void type_text(bon_ime *ime, const char *keys, char *out, size_t cap);
/* Types every row with these options and expects what it says. */
void check_rows(const bon_ime_options *options, const struct typed *rows, size_t count);

#define CHECK(rows, ...) check_rows(&(bon_ime_options){__VA_ARGS__}, rows, sizeof(rows) / sizeof *(rows))

#endif
