/* src/syllable/spelling.h: the constant tables behind the parser, and the syllable as letters.
 *
 * The 29 letters of Vietnamese are the numbers 1 to 29 in alphabetical order (a ă â ... y), five bits each. A spelling
 * without its tone mark is at most 7 letters ("nghiêng"), so it packs into 35 bits with the last letter lowest, and one
 * probe of a perfect hash tells its onset and rhyme, where its tone mark stands, and whether its coda is a stop. The
 * tables are written by tools/gen_syllable.py, which also holds the grammar.
 */
#ifndef BON_SRC_SYLLABLE_SPELLING_H
#define BON_SRC_SYLLABLE_SPELLING_H

#include "bon/syllable.h"

enum { BON_LETTERS_MAX = 7 };

/* What bon_letters_low and bon_letters_high say about a code point; 0: not a letter. */
enum {
    BON_LETTER_NUMBER = 0x01f, /* 1..29; 0 with BON_LETTER_OTHER */
    BON_LETTER_TONE_SHIFT = 5, /* three bits of bon_tone */
    BON_LETTER_UPPER = 0x100,
    BON_LETTER = 0x200,
    BON_LETTER_OTHER = 0x400 /* not a letter of Vietnamese: f, ö, ß */
};
extern const uint16_t bon_letters_low[0x200];       /* U+0000..U+01FF */
extern const uint16_t bon_letters_high[0x80];       /* U+1E80..U+1EFF */
extern const uint16_t bon_glyphs[32][2][BON_TONES]; /* letter number, upper, tone -> code point; 0: none */
extern const uint8_t bon_plain_letter[32];          /* letter number -> number of the letter without its marks */

static inline unsigned bon_letter_info(uint32_t c) {
    if (c < 0x200) return bon_letters_low[c];
    return c >= 0x1e80 && c < 0x1f00 ? bon_letters_high[c - 0x1e80] : 0;
}

/* bon_spellings: a perfect hash from packed letters to
 *     letters | tone place, old style << 35 | tone place, new style << 38 | stop coda << 41 | (onset * 171 + rhyme) << 42
 * where a tone place counts letters from the end. Empty slots are 0. */
enum { BON_SPELLING_OLD = 35, BON_SPELLING_NEW = 38, BON_SPELLING_STOP = 41, BON_SPELLING_BASE = 42 };
extern const uint64_t bon_spelling_multiplier;
extern const uint16_t bon_spelling_shift[1 << 11];
extern const uint64_t bon_spellings[1 << 12];
extern const uint16_t bon_spelling_slot[BON_ONSETS * BON_RHYMES]; /* back from onset and rhyme; 0xffff: not valid */

/* Plain spellings in ascending order, packed << 24 | number of bases << 16 | first in bon_plain_bases. */
extern const unsigned bon_plain_count;
extern const uint64_t bon_plain_index[];
extern const uint16_t bon_plain_bases[]; /* onset * 171 + rhyme, ascending within a plain spelling */

/* The entry of bon_spellings for 1 to 7 packed letters, 0 when they spell nothing. */
static inline uint64_t bon_spelling_find(uint64_t letters) {
    uint64_t hash = letters * bon_spelling_multiplier;
    uint64_t entry = bon_spellings[(hash >> 32 & 0xfff) ^ bon_spelling_shift[hash >> 53]];
    return ((entry ^ letters) & (((uint64_t)1 << BON_SPELLING_OLD) - 1)) == 0 ? entry : 0;
}

/* Letters as they are read: one byte a letter (number | tone << 5), the last letter lowest. All zeros to begin with. */
struct bon_letters {
    uint64_t bytes;
    uint32_t upper; /* one bit a letter */
    uint32_t count; /* bytes holds the last 8 of them */
    uint32_t flags; /* union of the infos: BON_LETTER_OTHER tells that the run has foreign letters */
};

static inline void bon_letters_push(struct bon_letters *letters, unsigned info) {
    letters->bytes = letters->bytes << 8 | (info & 0xff);
    letters->upper = letters->upper << 1 | (info >> 8 & 1);
    letters->count++;
    letters->flags |= info;
}

/* One byte a letter -> five bits a letter, for the low 7 bytes: neighbours are joined by twos, fours, eights. */
static inline uint64_t bon_letters_squeeze(uint64_t bytes) {
    bytes = (bytes & 0x001f001f001f001f) | (bytes & 0x00001f001f001f00) >> 3;
    bytes = (bytes & 0x000003ff000003ff) | (bytes & 0x03ff000003ff0000) >> 6;
    return (bytes & 0x00000000000fffff) | (bytes & 0x000fffff00000000) >> 12;
}

/* The code that letters spell, with the tone mark on a place that the grammar gives; `anywhere`: on any vowel letter.
 * False, leaving *code alone, for what is not a syllable. This runs for every word of every text: the conditions are joined
 * without branches, because the next word decides them anew and no processor predicts them. */
static inline bool bon_letters_code(const struct bon_letters *letters, bool anywhere, bon_syllable *code) {
    if (letters->count - 1 >= BON_LETTERS_MAX) return false;
    uint64_t entry = bon_spelling_find(bon_letters_squeeze(letters->bytes));
    uint64_t tones = letters->bytes & 0xe0e0e0e0e0e0e0e0;
    unsigned place =
        (unsigned)__builtin_ctzll(tones | (uint64_t)1 << 63) / 8;    /* of the last tone mark; 7: there is none */
    uint64_t upwards = tones >> (8 * place + BON_LETTER_TONE_SHIFT); /* the last tone, and any before it */
    unsigned tone = upwards & 7, stop = entry >> BON_SPELLING_STOP & 1;
    bool usual = (place == (entry >> BON_SPELLING_OLD & 7)) | (place == (entry >> BON_SPELLING_NEW & 7)) | (tone == 0);
    bool coda_allows = !stop | (tone == BON_TONE_SAC) | (tone == BON_TONE_NANG);
    bool valid =
        (entry != 0) & (upwards == tone) & (usual | anywhere) & coda_allows & !(letters->flags & BON_LETTER_OTHER);
    if (valid) *code = (bon_syllable)((entry >> BON_SPELLING_BASE) * BON_TONES + tone);
    return valid;
}

/* The case of 1 to 32 letters from their bits. A single capital (À) is a title. */
static inline bon_case bon_letters_case(uint32_t upper, uint32_t count) {
    uint32_t first = (uint32_t)1 << (count - 1);
    if (upper == 0) return BON_CASE_LOWER;
    if (upper == first) return BON_CASE_TITLE;
    return upper == (first | (first - 1)) ? BON_CASE_UPPER : BON_CASE_MIXED;
}

/* Reads exactly n bytes as letters with their marks in any order; see loose.c. */
bool bon_letters_read_loose(const char *text, size_t n, struct bon_letters *letters);
/* The case of 1 to 32 letters from their bits. */
bon_case bon_letters_case(uint32_t upper, uint32_t count);

/* The parsers of bon/syllable.h with the case of every letter (bit i is the i-th letter from the end), for text such as
 * "hOà" where the case must outlive a change of marks; bon_syllable_spell_upper writes it back. */
bool bon_syllable_parse_upper(const char *text, size_t n, bool loose, bon_syllable *code, uint32_t *upper);
size_t bon_syllable_spell_upper(bon_syllable code, uint32_t upper, bon_tone_style style, char *out);

#endif
