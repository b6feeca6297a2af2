/* src/words/units.h: what words are made of: tokens, with letters and digits that nothing parts in one piece (A5, 95%), each as
 * a number and a shape. */
#ifndef BON_SRC_WORDS_UNITS_H
#define BON_SRC_WORDS_UNITS_H

#include "base/buf.h"
#include "syllable/segment.h"

enum bon_unit_shape {
    BON_UNIT_LOWER, /* syllables */
    BON_UNIT_TITLE,
    BON_UNIT_UPPER,
    BON_UNIT_FIRST, /* with a capital where a sentence or quotation begins */
    BON_UNIT_FOREIGN_LOWER,
    BON_UNIT_FOREIGN_TITLE,
    BON_UNIT_FOREIGN_UPPER,
    BON_UNIT_NUMBER,
    BON_UNIT_SIGN,    /* no part of a longer word: punctuation, symbols, addresses, emoji */
    BON_UNIT_OUTSIDE, /* line end; what is beside a sentence */
    BON_UNIT_SHAPES
};

struct bon_unit {
    uint32_t start, len;
    uint32_t id;   /* the same for the same word in any case, with i or y (quí, quý), tone old or new */
    uint8_t shape; /* enum bon_unit_shape */
    uint8_t kind;  /* bon_token_kind of its first token; word where several are joined behind another than a number */
    uint16_t code; /* syllables: theirs, with i for y; others: no syllable's */
};

struct bon_unit_reader {
    const char *text;
    size_t n, pos;
    size_t at, count; /* tokens of the cache: the next one, how many */
    bool first;       /* a capital may be that of a sentence */
    bon_buf lower;    /* room for short words in lower case */
    struct bon_word_cache cache;
};

/* All memory a reader needs; free with bon_unit_reader_close. */
bon_status bon_unit_reader_open(struct bon_unit_reader **out);
void bon_unit_reader_close(struct bon_unit_reader *reader);
void bon_unit_reader_begin(struct bon_unit_reader *reader, const char *text, size_t n);
/* The next unit or line end; false at the end of the text. */
bool bon_unit_next(struct bon_unit_reader *reader, struct bon_unit *unit);

#endif
