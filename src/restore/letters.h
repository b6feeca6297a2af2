/* src/restore/letters.h: words as letters with marks: plain forms, comparison mark by mark, and putting marks on.
 *
 * A letter is a code point and, if it is a Vietnamese letter, the combining marks behind it. All three questions that the
 * restorer asks of a typed token and a word of the model (do they agree without marks, does the word keep the marks that
 * were typed, how is the word written in the token's case) walk both letter by letter.
 */
#ifndef BON_SRC_RESTORE_LETTERS_H
#define BON_SRC_RESTORE_LETTERS_H

#include "bon/syllable.h"

enum { BON_WORD_MAX = 128 }; /* longer tokens are left alone */

struct bon_mark_letter {
    uint32_t c;     /* the code point; BON_UTF8_INVALID for a byte that begins none */
    uint8_t letter; /* number of the Vietnamese letter (syllable/spelling.h), shape included; 0: another character */
    uint8_t tone;
    bool upper;
    bool odd;     /* marks that do not belong together: two tones, two shapes, marks that are not Vietnamese */
    uint16_t len; /* bytes, with its combining marks */
};

/* Reads the letter at text[0], n > 0. */
struct bon_mark_letter bon_letter_read(const char *text, size_t n);

/* Appends text in composed form: Vietnamese letters with combining marks become one code point; others stay. */
bon_status bon_compose(const char *text, size_t n, bon_buf *out);

/* Writes the plain form (lower case, no marks) to out and returns its length, at most BON_WORD_MAX; 0 when the text is too
 * long, has no letter that could carry a mark, or has odd marks. */
size_t bon_plain_form(const char *text, size_t n, char out[BON_WORD_MAX], bool *has_marks);

/* How a word of a model (composed, lower case) relates to a typed token with the same plain form. */
enum bon_agreement {
    BON_AGREE_NOT,  /* the word lacks or contradicts a mark that was typed */
    BON_AGREE_ADDS, /* the word has all marks typed and more, or the same tone on another letter of another shape */
    BON_AGREE_SAME  /* the same marks; the tone mark may be on another letter (hòa, hoà) */
};
enum bon_agreement bon_letters_agree(const char *typed, size_t n, const char *word, size_t word_n);

/* Appends the typed token with the marks of the word. Where the two do not fit letter by letter, the token as it is. */
bon_status bon_put_marks(const char *typed, size_t n, const char *word, size_t word_n, bon_buf *out);

#endif
