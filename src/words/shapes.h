/* src/words/shapes.h: what is told by how units are written, not by which they are: places in small tables of scores.
 *
 * A gap is between two units of a sentence; gap i is before unit i. Its neighbourhood is four units, two on either side. All
 * functions take sentences of `count` units. The tables are sections of the file, so their order is part of its format.
 */
#ifndef BON_SRC_WORDS_SHAPES_H
#define BON_SRC_WORDS_SHAPES_H

#include "bon/words.h"
#include "words/units.h"

enum {
    BON_ECHOES = 10, /* ways in which a syllable sounds like the one before, 0: not at all */
    BON_TAILS = 6,   /* shapes of all units of a word but the first, together */
    BON_GAP_PAIRS = BON_UNIT_SHAPES * BON_UNIT_SHAPES,
    BON_GAP_SHAPES = BON_GAP_PAIRS * BON_GAP_PAIRS,
    BON_GAP_ECHOES = BON_ECHOES * BON_GAP_PAIRS,
    BON_WORD_SHAPES = BON_WORD_PARTS_MAX * BON_UNIT_SHAPES * BON_TAILS,
    BON_WORD_SIDES = BON_WORD_PARTS_MAX * 2 * BON_UNIT_SHAPES * 2
};

static inline unsigned bon_shape_at(const struct bon_unit *units, size_t count, size_t i) {
    return i < count ? units[i].shape : BON_UNIT_OUTSIDE; /* before the first is a very large number */
}

/* Whether no word goes over the gap before unit i > 0: beside signs, and where no blank is (TP.Hà Nội). */
static inline bool bon_is_parted(const struct bon_unit *units, size_t i) {
    return units[i].shape == BON_UNIT_SIGN || units[i - 1].shape == BON_UNIT_SIGN ||
           units[i].start == units[i - 1].start + units[i - 1].len;
}

static inline unsigned bon_gap_shape(const struct bon_unit *units, size_t count, size_t i) {
    unsigned left = bon_shape_at(units, count, i - 2), right = bon_shape_at(units, count, i + 1);
    return ((left * BON_UNIT_SHAPES + units[i - 1].shape) * BON_UNIT_SHAPES + units[i].shape) * BON_UNIT_SHAPES + right;
}

/* Reduplication (từ láy): xinh xinh; or the same onset (lạnh lùng), the same rhyme (lim dim), each with tones of one register
 * (ngang, sắc, hỏi against huyền, ngã, nặng), as such words have, or not. */
static inline unsigned bon_echo(const struct bon_unit *a, const struct bon_unit *b) {
    static const uint8_t low[BON_TONES] = {[BON_TONE_HUYEN] = 1, [BON_TONE_NGA] = 1, [BON_TONE_NANG] = 1};
    if (a->code >= BON_SYLLABLE_CODES || b->code >= BON_SYLLABLE_CODES) return 0;
    if (a->code == b->code) return 1;
    unsigned of_a = a->code / BON_TONES, of_b = b->code / BON_TONES;
    unsigned onset = of_a / BON_RHYMES == of_b / BON_RHYMES, rhyme = of_a % BON_RHYMES == of_b % BON_RHYMES;
    return 2 + (onset << 1 | rhyme << 2 | (low[a->code % BON_TONES] == low[b->code % BON_TONES]));
}

static inline unsigned bon_gap_echo(const struct bon_unit *units, size_t i) {
    unsigned pair = units[i - 1].shape * BON_UNIT_SHAPES + units[i].shape;
    return bon_echo(&units[i - 1], &units[i]) * BON_GAP_PAIRS + pair;
}

/* The shape of a tail that had one before and gets a unit more. */
static inline unsigned bon_tail_shape(unsigned tail, unsigned shape) {
    enum { NONE, LOWER, TITLE, UPPER, NUMBER, MIXED };
    static const uint8_t tails[BON_UNIT_SHAPES] = {
        [BON_UNIT_LOWER] = LOWER,         [BON_UNIT_TITLE] = TITLE,         [BON_UNIT_UPPER] = UPPER,
        [BON_UNIT_FIRST] = MIXED,         [BON_UNIT_FOREIGN_LOWER] = MIXED, [BON_UNIT_FOREIGN_TITLE] = TITLE,
        [BON_UNIT_FOREIGN_UPPER] = UPPER, [BON_UNIT_NUMBER] = NUMBER,       [BON_UNIT_SIGN] = MIXED,
        [BON_UNIT_OUTSIDE] = MIXED};
    return tail == NONE || tail == tails[shape] ? tails[shape] : MIXED;
}

/* A word of `length` units, at most BON_WORD_PARTS_MAX, that begins with one of shape `first`. */
static inline unsigned bon_word_shape(unsigned length, unsigned first, unsigned tail) {
    return ((length - 1) * BON_UNIT_SHAPES + first) * BON_TAILS + tail;
}

/* The word of `length` units from `begin` on and what stands beside it. */
static inline unsigned bon_word_sides(const struct bon_unit *units, size_t count, size_t begin, unsigned length) {
    unsigned capital = units[begin].shape == BON_UNIT_TITLE || units[begin].shape == BON_UNIT_FIRST;
    unsigned before = bon_shape_at(units, count, begin - 1);
    unsigned behind = bon_shape_at(units, count, begin + length) == BON_UNIT_TITLE;
    return (((length - 1) * 2 + capital) * BON_UNIT_SHAPES + before) * 2 + behind;
}

#endif
