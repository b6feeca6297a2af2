/* src/lm/bpe_split.h: the cut of a text into pieces by BON_TOKENIZER_PATTERN, without a pattern matcher.
 *
 * Pieces cover the text without gaps, and where one ends depends on nothing before its beginning.
 */
#ifndef BON_SRC_LM_BPE_SPLIT_H
#define BON_SRC_LM_BPE_SPLIT_H

#include <stddef.h>
#include <stdint.h>

/* What the pattern asks of a code point. */
enum bon_split_kind {
    BON_SPLIT_LETTER = 'L', /* general category L* */
    BON_SPLIT_NUMBER = 'N', /* N* */
    BON_SPLIT_BLANK = 'B',  /* White_Space */
    BON_SPLIT_OTHER = 'O'   /* the rest, and bytes that are not UTF-8 */
};
extern const uint8_t bon_split_block[0x110000 / 128];
extern const char bon_split_kinds[][128];

/* The end of the piece that begins at text[at], at < n. */
size_t bon_split_next(const char *text, size_t n, size_t at);

#endif
