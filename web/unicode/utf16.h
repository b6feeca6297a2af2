/* web/unicode/utf16.h: code points of well-formed UTF-16; see utypes.h. A lone surrogate is itself. */
#ifndef BON_WEB_UNICODE_UTF16_H
#define BON_WEB_UNICODE_UTF16_H

#include "utypes.h"

#define BON_U16_IS_LEAD(unit) (((unit)&0xfc00) == 0xd800)
#define BON_U16_PAIR(lead, trail) ((((UChar32)(lead)&0x3ff) << 10) + ((trail)&0x3ff) + 0x10000)

#define U16_NEXT_UNSAFE(units, i, c)                                                                                   \
    do {                                                                                                               \
        (c) = (units)[(i)++];                                                                                          \
        if (BON_U16_IS_LEAD(c)) (c) = BON_U16_PAIR(c, (units)[(i)++]);                                                 \
    } while (0)
#define U16_FWD_1_UNSAFE(units, i)                                                                                     \
    do {                                                                                                               \
        if (BON_U16_IS_LEAD((units)[(i)++])) ++(i);                                                                    \
    } while (0)
#define U16_GET_UNSAFE(units, i, c)                                                                                    \
    do {                                                                                                               \
        (c) = (units)[i];                                                                                              \
        if (BON_U16_IS_LEAD(c))                                                                                        \
            (c) = BON_U16_PAIR(c, (units)[(i) + 1]);                                                                   \
        else if (((c)&0xfc00) == 0xdc00)                                                                               \
            (c) = BON_U16_PAIR((units)[(i)-1], c);                                                                     \
    } while (0)
#define U16_APPEND_UNSAFE(units, i, c)                                                                                 \
    do {                                                                                                               \
        if ((uint32_t)(c) > 0xffff) {                                                                                  \
            (units)[(i)++] = (UChar)(((c) >> 10) + 0xd7c0);                                                            \
            (units)[(i)++] = (UChar)(((c)&0x3ff) | 0xdc00);                                                            \
        } else {                                                                                                       \
            (units)[(i)++] = (UChar)(c);                                                                               \
        }                                                                                                              \
    } while (0)

#endif
