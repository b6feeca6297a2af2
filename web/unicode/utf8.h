/* web/unicode/utf8.h: code points of UTF-8; see utypes.h. */
#ifndef BON_WEB_UNICODE_UTF8_H
#define BON_WEB_UNICODE_UTF8_H

#include "utypes.h"

enum { U8_MAX_LENGTH = 4 };

/* The code point at *i, or -1 for the longest piece that could begin one and does not. */
UChar32 bon_web_utf8_next(const uint8_t *bytes, int32_t *i, int32_t length);
#define U8_NEXT(bytes, i, length, c)                                                                                   \
    do {                                                                                                               \
        int32_t u8_at = (int32_t)(i);                                                                                  \
        (c) = bon_web_utf8_next((const uint8_t *)(bytes), &u8_at, (int32_t)(length));                                  \
        (i) = u8_at;                                                                                                   \
    } while (0)
#define U8_APPEND_UNSAFE(bytes, i, c)                                                                                  \
    do {                                                                                                               \
        uint32_t u8_c = (uint32_t)(c);                                                                                 \
        if (u8_c < 0x80) {                                                                                             \
            (bytes)[(i)++] = (char)u8_c;                                                                               \
        } else {                                                                                                       \
            if (u8_c < 0x800) {                                                                                        \
                (bytes)[(i)++] = (char)(u8_c >> 6 | 0xc0);                                                             \
            } else {                                                                                                   \
                if (u8_c < 0x10000) {                                                                                  \
                    (bytes)[(i)++] = (char)(u8_c >> 12 | 0xe0);                                                        \
                } else {                                                                                               \
                    (bytes)[(i)++] = (char)(u8_c >> 18 | 0xf0);                                                        \
                    (bytes)[(i)++] = (char)((u8_c >> 12 & 0x3f) | 0x80);                                               \
                }                                                                                                      \
                (bytes)[(i)++] = (char)((u8_c >> 6 & 0x3f) | 0x80);                                                    \
            }                                                                                                          \
            (bytes)[(i)++] = (char)((u8_c & 0x3f) | 0x80);                                                             \
        }                                                                                                              \
    } while (0)

#endif
