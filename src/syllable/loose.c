/* src/syllable/loose.c: reading a syllable whose marks are misplaced or decomposed.
 *
 * A letter is a base letter with at most one shape mark (breve, circumflex, horn, stroke), and a syllable has at most one
 * tone mark, on any vowel letter. Marks are taken from composed letters and from combining characters alike, in any order,
 * so a + U+0301 + U+0302, â + U+0301 and á + U+0302 are all ấ. The same mark twice, two tones, or two shapes on one letter
 * are refused: there is no telling what was meant.
 */
#include "syllable/spelling.h"
#include "syllable/utf8.h"

enum shape { SHAPE_NONE, SHAPE_BREVE, SHAPE_CIRCUMFLEX, SHAPE_HORN };

/* Longest input looked at: 7 letters of 2 bytes with 2 combining marks of 2 bytes each leave room to spare. */
enum { LOOSE_MAX = 64 };

/* Combining characters: canonical equivalents U+0340 and U+0341 included. */
static const struct {
    uint16_t c;
    uint8_t tone, shape;
} combining[] = {
    {0x0300, BON_TONE_HUYEN, 0}, {0x0301, BON_TONE_SAC, 0}, {0x0302, 0, SHAPE_CIRCUMFLEX}, {0x0303, BON_TONE_NGA, 0},
    {0x0306, 0, SHAPE_BREVE},    {0x0309, BON_TONE_HOI, 0}, {0x031b, 0, SHAPE_HORN},       {0x0323, BON_TONE_NANG, 0},
    {0x0340, BON_TONE_HUYEN, 0}, {0x0341, BON_TONE_SAC, 0},
};

/* Plain vowels that take a shape, and what they become. */
static const struct {
    uint16_t plain, shape, shaped;
} shapes[] = {
    {'a', SHAPE_BREVE, 0x103},     {'a', SHAPE_CIRCUMFLEX, 0xe2}, {'e', SHAPE_CIRCUMFLEX, 0xea},
    {'o', SHAPE_CIRCUMFLEX, 0xf4}, {'o', SHAPE_HORN, 0x1a1},      {'u', SHAPE_HORN, 0x1b0},
};

/* What a code point is as a letter; eth and the African d stand for đ. */
static unsigned loose_info(uint32_t c) {
    if (c == 0xd0 || c == 0x189) c = 0x110;
    if (c == 0xf0 || c == 0x256) c = 0x111;
    return bon_letter_info(c);
}

/* Puts a combining character on the letter read last; false when it does not fit. */
static bool add_mark(struct bon_letters *letters, uint32_t c) {
    if (letters->count == 0) return false;
    unsigned letter = letters->bytes & BON_LETTER_NUMBER, tone = letters->bytes >> BON_LETTER_TONE_SHIFT & 7;
    for (size_t i = 0; i < sizeof combining / sizeof combining[0]; i++) {
        if (combining[i].c != c) continue;
        if (combining[i].tone) {
            if (tone || !bon_glyphs[letter][0][combining[i].tone]) return false;
            letters->bytes |= (uint64_t)combining[i].tone << BON_LETTER_TONE_SHIFT;
            return true;
        }
        for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
            if (shapes[s].shape != combining[i].shape || (bon_letters_low[shapes[s].plain] & 0x1f) != letter) continue;
            letters->bytes = (letters->bytes & ~(uint64_t)0x1f) | (bon_letters_low[shapes[s].shaped] & 0x1f);
            return true;
        }
        return false;
    }
    return false;
}

bool bon_letters_read_loose(const char *text, size_t n, struct bon_letters *letters) {
    *letters = (struct bon_letters){0};
    if (n > LOOSE_MAX) return false;
    for (size_t i = 0; i < n;) {
        unsigned length;
        uint32_t c = bon_utf8_read(text + i, n - i, &length);
        unsigned info = loose_info(c);
        if (info & BON_LETTER_NUMBER) {
            if (letters->count == BON_LETTERS_MAX) return false;
            bon_letters_push(letters, info);
        } else if (!add_mark(letters, c)) {
            return false;
        }
        i += length;
    }
    return true;
}
