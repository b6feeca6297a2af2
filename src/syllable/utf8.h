/* src/syllable/utf8.h: UTF-8 in and out, one code point at a time, for any bytes.
 *
 * Well-formed is what RFC 3629 says: no overlong forms, no surrogates, nothing above U+10FFFF. A byte that does not begin a
 * well-formed sequence is read alone, as BON_UTF8_INVALID.
 */
#ifndef BON_SRC_SYLLABLE_UTF8_H
#define BON_SRC_SYLLABLE_UTF8_H

#include <stddef.h>
#include <stdint.h>

#define BON_UTF8_INVALID 0xffffffffu

static inline unsigned bon_utf8_tail(char byte) { return ((unsigned char)byte & 0xc0) == 0x80; }

/* Reads the code point at text[0], n > 0, and its length in bytes (1 for an invalid byte). */
static inline uint32_t bon_utf8_read(const char *text, size_t n, unsigned *length) {
    uint32_t lead = (unsigned char)text[0], c;
    *length = 1;
    if (lead < 0x80) return lead;
    if (lead < 0xc2 || n < 2 || !bon_utf8_tail(text[1])) return BON_UTF8_INVALID;
    uint32_t second = (unsigned char)text[1] & 0x3f;
    if (lead < 0xe0) {
        *length = 2;
        return (lead & 0x1f) << 6 | second;
    }
    if (n < 3 || !bon_utf8_tail(text[2])) return BON_UTF8_INVALID;
    uint32_t third = (unsigned char)text[2] & 0x3f;
    if (lead < 0xf0) {
        c = (lead & 0x0f) << 12 | second << 6 | third;
        if (c < 0x800 || (c >= 0xd800 && c < 0xe000)) return BON_UTF8_INVALID;
        *length = 3;
        return c;
    }
    if (lead > 0xf4 || n < 4 || !bon_utf8_tail(text[3])) return BON_UTF8_INVALID;
    c = (lead & 0x07) << 18 | second << 12 | third << 6 | ((unsigned char)text[3] & 0x3f);
    if (c < 0x10000 || c > 0x10ffff) return BON_UTF8_INVALID;
    *length = 4;
    return c;
}

/* Writes a code point that is not a surrogate, 1 to 4 bytes, and returns the length. */
static inline unsigned bon_utf8_write(uint32_t c, char *out) {
    if (c < 0x80) return out[0] = (char)c, 1;
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

#endif
