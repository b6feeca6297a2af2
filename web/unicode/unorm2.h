/* web/unicode/unorm2.h: normalization by the JavaScript engine; see utypes.h. */
#ifndef BON_WEB_UNICODE_UNORM2_H
#define BON_WEB_UNICODE_UNORM2_H

#include "utypes.h"

typedef struct UNormalizer2 UNormalizer2;

const UNormalizer2 *unorm2_getNFCInstance(UErrorCode *error);
const UNormalizer2 *unorm2_getNFDInstance(UErrorCode *error);
const UNormalizer2 *unorm2_getNFKCInstance(UErrorCode *error);
/* The length of a beginning that is in the form for certain: all of it, or nothing. */
int32_t unorm2_spanQuickCheckYes(const UNormalizer2 *form, const UChar *text, int32_t n, UErrorCode *error);
int32_t unorm2_normalize(const UNormalizer2 *form, const UChar *text, int32_t n, UChar *out, int32_t cap,
                         UErrorCode *error);
/* -1 where c has none. */
int32_t unorm2_getDecomposition(const UNormalizer2 *form, UChar32 c, UChar *out, int32_t cap, UErrorCode *error);

#endif
