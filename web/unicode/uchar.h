/* web/unicode/uchar.h: properties of code points; see utypes.h. */
#ifndef BON_WEB_UNICODE_UCHAR_H
#define BON_WEB_UNICODE_UCHAR_H

#include "utypes.h"

typedef enum UProperty { UCHAR_EMOJI, UCHAR_EXTENDED_PICTOGRAPHIC, UCHAR_LEAD_CANONICAL_COMBINING_CLASS } UProperty;

enum { U_GC_M_MASK = 1 };

UBool u_isalpha(UChar32 c);
UBool u_isdigit(UChar32 c);
UBool u_isalnum(UChar32 c);
UBool u_isupper(UChar32 c);
UChar32 u_tolower(UChar32 c);
UChar32 u_toupper(UChar32 c);
uint8_t u_getCombiningClass(UChar32 c);
UBool u_hasBinaryProperty(UChar32 c, UProperty property);
/* Of the leading class only whether it is zero. */
int32_t u_getIntPropertyValue(UChar32 c, UProperty property);
/* Whether the category is that of a mark, as U_GET_GC_MASK(c) & U_GC_M_MASK. */
uint32_t bon_web_is_mark(UChar32 c);
#define U_GET_GC_MASK(c) bon_web_is_mark(c)

#endif
