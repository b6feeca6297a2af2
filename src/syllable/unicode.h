/* src/syllable/unicode.h: what the tokenizer and bon_lower need to know of every code point, as constant tables written by
 * tools/gen_unicode.py. */
#ifndef BON_SRC_SYLLABLE_UNICODE_H
#define BON_SRC_SYLLABLE_UNICODE_H

#include <stdint.h>

enum bon_class {
    BON_CLASS_OF_BLANK = 'B',  /* white space of Unicode, line ends included */
    BON_CLASS_OF_DIGIT = 'D',  /* general category Nd */
    BON_CLASS_OF_LETTER = 'L', /* L*, Nl */
    BON_CLASS_OF_UPPER = 'U',  /* Lu, Lt */
    BON_CLASS_OF_MARK = 'M',   /* M*, joiners (U+200C, U+200D), emoji tags: they belong to what stands before them */
    BON_CLASS_OF_PUNCTUATION = 'P',
    BON_CLASS_OF_SYMBOL = 'S' /* everything else, and bytes that are not UTF-8 */
};

extern const uint8_t bon_class_block[0x110000 / 128];
extern const char bon_classes[][128];

/* The class of a code point; of BON_UTF8_INVALID and all else above U+10FFFF, symbol. */
static inline char bon_class_of(uint32_t c) {
    return c < 0x110000 ? bon_classes[bon_class_block[c >> 7]][c & 127] : (char)BON_CLASS_OF_SYMBOL;
}

/* Code points first, first + step, ..., last have their lower case `difference` further on. Ascending. */
struct bon_lower_run {
    uint32_t first, last, step;
    int32_t difference;
};
extern const unsigned bon_lower_count;
extern const struct bon_lower_run bon_lower_runs[];

#endif
