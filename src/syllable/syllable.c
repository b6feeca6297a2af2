/* src/syllable/syllable.c: text <-> code.
 *
 * Parsing reads letters into a packed word, takes the tone out of it, and asks the perfect hash of spelling.h what the rest
 * spells. Spelling is the way back: the hash entry of a code holds its letters and the place of its tone mark.
 */
#include "syllable/spelling.h"
#include "syllable/utf8.h"

/* Reads exactly n bytes of Vietnamese letters; false for anything else. */
static bool read_letters(const char *text, size_t n, struct bon_letters *letters) {
    *letters = (struct bon_letters){0};
    if (n > BON_SYLLABLE_MAX) return false;
    for (size_t i = 0; i < n;) {
        unsigned length, info = bon_letter_info(bon_utf8_read(text + i, n - i, &length));
        if (!(info & BON_LETTER_NUMBER)) return false;
        bon_letters_push(letters, info);
        i += length;
    }
    return true;
}

bool bon_syllable_parse(const char *text, size_t n, bon_syllable *code, bon_case *letter_case) {
    struct bon_letters letters;
    if (!read_letters(text, n, &letters) || !bon_letters_code(&letters, false, code)) return false;
    *letter_case = bon_letters_case(letters.upper, letters.count);
    return true;
}

bool bon_syllable_parse_loose(const char *text, size_t n, bon_syllable *code, bon_case *letter_case) {
    struct bon_letters letters;
    if (!bon_letters_read_loose(text, n, &letters) || !bon_letters_code(&letters, true, code)) return false;
    *letter_case = bon_letters_case(letters.upper, letters.count);
    return true;
}

bool bon_syllable_parse_upper(const char *text, size_t n, bool loose, bon_syllable *code, uint32_t *upper) {
    struct bon_letters letters;
    bool read = loose ? bon_letters_read_loose(text, n, &letters) : read_letters(text, n, &letters);
    if (!read || !bon_letters_code(&letters, loose, code)) return false;
    *upper = letters.upper;
    return true;
}

static uint64_t entry_of(unsigned code) {
    if (code >= BON_SYLLABLE_CODES) return 0;
    unsigned slot = bon_spelling_slot[code / BON_TONES], tone = code % BON_TONES;
    if (slot == 0xffff) return 0;
    uint64_t entry = bon_spellings[slot];
    if ((entry >> BON_SPELLING_STOP & 1) && tone != BON_TONE_SAC && tone != BON_TONE_NANG) return 0;
    return entry;
}

bool bon_syllable_valid(unsigned code) { return entry_of(code) != 0; }

bon_tone bon_syllable_tone(bon_syllable code) { return (bon_tone)(code % BON_TONES); }

bool bon_syllable_with_tone(bon_syllable code, bon_tone tone, bon_syllable *out) {
    if ((unsigned)tone >= BON_TONES || !bon_syllable_valid(code)) return false;
    unsigned toned = code - code % BON_TONES + (unsigned)tone;
    if (!bon_syllable_valid(toned)) return false;
    *out = (bon_syllable)toned;
    return true;
}

size_t bon_syllable_spell_upper(bon_syllable code, uint32_t upper, bon_tone_style style, char *out) {
    uint64_t entry = entry_of(code);
    if (!entry) return 0;
    unsigned tone = code % BON_TONES, length = 0;
    unsigned tone_place = entry >> (style == BON_TONE_NEW ? BON_SPELLING_NEW : BON_SPELLING_OLD) & 7;
    for (unsigned place = BON_LETTERS_MAX; place-- > 0;) {
        unsigned number = entry >> (5 * place) & BON_LETTER_NUMBER;
        if (number == 0) continue;
        length += bon_utf8_write(bon_glyphs[number][upper >> place & 1][place == tone_place ? tone : 0], out + length);
    }
    return length;
}

/* The bits of bon_letters.upper for a case. */
static uint32_t case_bits(uint64_t entry, bon_case letter_case) {
    if (letter_case == BON_CASE_UPPER) return UINT32_MAX;
    if (letter_case != BON_CASE_TITLE) return 0;
    unsigned place = BON_LETTERS_MAX;
    while (place-- > 1 && (entry >> (5 * place) & BON_LETTER_NUMBER) == 0) {
    }
    return (uint32_t)1 << place;
}

size_t bon_syllable_spell(bon_syllable code, bon_case letter_case, bon_tone_style style, char *out) {
    return bon_syllable_spell_upper(code, case_bits(entry_of(code), letter_case), style, out);
}

/* Packs n ASCII letters; 0 when one is not a letter of the plain alphabet or there are too many. */
static uint64_t pack_plain(const char *plain, size_t n) {
    uint64_t key = 0;
    if (n > BON_LETTERS_MAX) return 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char byte = (unsigned char)plain[i];
        unsigned number = byte < 0x80 ? bon_letters_low[byte] & BON_LETTER_NUMBER : 0;
        if (number == 0) return 0;
        key = key << 5 | number;
    }
    return key;
}

/* The entry of bon_plain_index for packed plain letters, 0 when they spell nothing. */
static uint64_t find_plain(uint64_t key) {
    size_t low = 0, high = bon_plain_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (bon_plain_index[middle] >> 24 < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low < bon_plain_count && bon_plain_index[low] >> 24 == key ? bon_plain_index[low] : 0;
}

size_t bon_syllable_candidates(const char *plain, size_t n, bon_syllable *out, size_t max) {
    uint64_t group = find_plain(pack_plain(plain, n));
    const uint16_t *bases = bon_plain_bases + (group & 0xffff);
    size_t count = 0;
    for (unsigned i = 0; i < (group >> 16 & 0xff); i++) {
        for (unsigned code = bases[i] * BON_TONES, end = code + BON_TONES; code < end; code++) {
            if (!bon_syllable_valid(code)) continue;
            if (count < max) out[count] = (bon_syllable)code;
            count++;
        }
    }
    return count;
}
