/* src/corpus/pii_number.h: numbers as they are written, and whether one is a phone, an identity or an account.
 */
#ifndef BON_SRC_CORPUS_PII_NUMBER_H
#define BON_SRC_CORPUS_PII_NUMBER_H

#include "corpus/pii.h"

enum { BON_PII_DIGITS = 24, BON_PII_GROUPS = 9 };

/* Groups of digits with a blank, dot or hyphen (or one of them with blanks) between: (+84) 912-345-678. */
struct bon_pii_number {
    size_t start;               /* of the first byte: '(', '+' or a digit */
    bool plus, bracketed;       /* +84; (024) 3822 1234 */
    unsigned groups;            /* as many as were read; a number may be the first ones of them */
    unsigned digits;            /* of all groups */
    char digit[BON_PII_DIGITS]; /* '0'..'9', one group behind the other */
    unsigned size[BON_PII_GROUPS];
    char sign[BON_PII_GROUPS];  /* what stands before the group: ' ', '.', '-'; 0 before the first */
    size_t end[BON_PII_GROUPS]; /* behind the group */
};

/* Reads a number at text[at], which is '(', '+' or a digit. False when it has more digits or groups than a number can have that
 * matters here, or none. */
bool bon_pii_number_read(struct bon_pii_number *number, const char *text, size_t n, size_t at);

/* What the number, or its first groups, is among the kinds. `from` is the end of the last match, which may be parted from this one by
 * a sign. */
bool bon_pii_number_match(const struct bon_pii_number *number, const char *text, size_t n, size_t from, unsigned kinds,
                          struct bon_pii_match *match);

#endif
