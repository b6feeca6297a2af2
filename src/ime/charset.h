/* src/ime/charset.h: committed text in the charset of old fonts. */
#ifndef BON_SRC_IME_CHARSET_H
#define BON_SRC_IME_CHARSET_H

#include "bon/ime.h"

enum { IME_CHARSET_GROWTH = 3 }; /* times that a text can grow in bytes */

/* Writes NFC text in a charset, itself in UTF-8; at most IME_CHARSET_GROWTH times as long. Returns the length. */
size_t bon_ime_convert(bon_ime_charset charset, const char *text, size_t n, char *out);

#endif
