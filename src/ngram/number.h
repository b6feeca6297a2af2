/* src/ngram/number.h: 32-bit floats as decimal text, without the locale and fast: what ARPA files are mostly made of. */
#ifndef BON_SRC_NGRAM_NUMBER_H
#define BON_SRC_NGRAM_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

enum { BON_FLOAT_TEXT = 24 };

/* Writes at most BON_FLOAT_TEXT characters (no NUL) that read back as the same float; the length. Values are finite. */
size_t bon_float_write(char *text, float value);
/* Reads a whole text of n > 0 characters: digits with an optional sign, point and exponent; "inf" and "nan" in any case too. */
bool bon_float_read(const char *text, size_t n, float *value);

#endif
