/* web/unicode: what src/ asks of ICU, for builds without ICU: in a browser the engine itself knows Unicode's normalization, and a
 * table of a few kilobytes (made from ICU by web/gen_unicode.c when it is built) knows the properties. Same names as in ICU,
 * so that src/ is one source for both; only what is used is here.
 */
#ifndef BON_WEB_UNICODE_UTYPES_H
#define BON_WEB_UNICODE_UTYPES_H

#include <stdint.h>

typedef uint16_t UChar;
typedef int32_t UChar32;
typedef int8_t UBool;

typedef enum UErrorCode { U_ZERO_ERROR = 0, U_MEMORY_ALLOCATION_ERROR = 7, U_BUFFER_OVERFLOW_ERROR = 15 } UErrorCode;
#define U_FAILURE(error) ((error) > U_ZERO_ERROR)

static inline const char *u_errorName(UErrorCode error) {
    return error == U_BUFFER_OVERFLOW_ERROR ? "the buffer is too small" : "out of memory";
}

#endif
