/* web/gen_unicode.c: writes unicode_data.h, the properties that web/unicode.c knows, from the ICU of the machine that builds. */
#include <stdio.h>
#include <unicode/uchar.h>

enum { ALPHA = 1, DIGIT = 2, UPPER = 4, MARK = 8, EMOJI = 16, PICTOGRAPH = 32, LEADS_MARK = 64, COMBINING_SHIFT = 8 };

static unsigned class_of(UChar32 c) {
    unsigned class = (unsigned)u_getCombiningClass(c) << COMBINING_SHIFT;
    if (u_isalpha(c)) class |= ALPHA;
    if (u_isdigit(c)) class |= DIGIT;
    if (u_isupper(c)) class |= UPPER;
    if (U_GET_GC_MASK(c) & U_GC_M_MASK) class |= MARK;
    if (u_hasBinaryProperty(c, UCHAR_EMOJI)) class |= EMOJI;
    if (u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC)) class |= PICTOGRAPH;
    if (u_getIntPropertyValue(c, UCHAR_LEAD_CANONICAL_COMBINING_CLASS)) class |= LEADS_MARK;
    return class;
}

static void write_runs(const char *declaration, int what) {
    unsigned last = ~0u;
    printf("%s = {", declaration);
    for (UChar32 c = 0; c <= 0x10ffff; c++) {
        unsigned class = class_of(c);
        if (class != last) printf("%u,", what ? class : (unsigned)c);
        last = class;
    }
    puts("};");
}

int main(void) {
    puts("/* Written by web/gen_unicode.c. */\n#include <stdint.h>");
    printf("enum { CLASS_ALPHA = %d, CLASS_DIGIT = %d, CLASS_UPPER = %d, CLASS_MARK = %d, CLASS_EMOJI = %d,\n"
           "       CLASS_PICTOGRAPH = %d, CLASS_LEADS_MARK = %d, CLASS_COMBINING_SHIFT = %d };\n",
           ALPHA, DIGIT, UPPER, MARK, EMOJI, PICTOGRAPH, LEADS_MARK, COMBINING_SHIFT);
    write_runs("static const uint32_t starts[]", 0);
    write_runs("static const uint16_t classes[]", 1);
    return 0;
}
