/* src/restore/letters.c: see letters.h. The tables of letters are the syllable's (syllable/spelling.h). */
#include "restore/letters.h"

#include <string.h>

#include "base/buf.h"
#include "syllable/spelling.h"
#include "syllable/utf8.h"

/* Combining marks that bon_strip_marks drops, and the letters (by code point) that a shape turns into others. */
static const struct combining {
    uint16_t c;
    uint8_t tone;
    uint16_t plain[3], shaped[3];
} combining[] = {
    {0x300, BON_TONE_HUYEN, {0}, {0}},       {0x301, BON_TONE_SAC, {0}, {0}},
    {0x303, BON_TONE_NGA, {0}, {0}},         {0x309, BON_TONE_HOI, {0}, {0}},
    {0x323, BON_TONE_NANG, {0}, {0}},        {0x302, BON_TONE_NGANG, {'a', 'e', 'o'}, {0xe2, 0xea, 0xf4}},
    {0x306, BON_TONE_NGANG, {'a'}, {0x103}}, {0x31b, BON_TONE_NGANG, {'o', 'u'}, {0x1a1, 0x1b0}},
};

static bool is_combining(uint32_t c) {
    return (c >= 0x300 && c < 0x370) || (c >= 0x1ab0 && c < 0x1b00) || (c >= 0x1dc0 && c < 0x1e00) ||
           (c >= 0x20d0 && c < 0x2100);
}

/* Adds a combining mark; false when it does not fit. */
static bool add_mark(struct bon_mark_letter *letter, uint32_t c) {
    for (size_t i = 0; i < sizeof combining / sizeof combining[0]; i++) {
        if (combining[i].c != c) continue;
        if (combining[i].tone) {
            if (letter->tone || !bon_glyphs[letter->letter][0][combining[i].tone]) return false;
            letter->tone = combining[i].tone;
            return true;
        }
        for (size_t k = 0; k < 3 && combining[i].plain[k]; k++) {
            if ((bon_letter_info(combining[i].plain[k]) & BON_LETTER_NUMBER) != letter->letter) continue;
            letter->letter = bon_letter_info(combining[i].shaped[k]) & BON_LETTER_NUMBER;
            return true;
        }
        return false;
    }
    return false;
}

struct bon_mark_letter bon_letter_read(const char *text, size_t n) {
    struct bon_mark_letter letter = {0};
    unsigned length, info;
    letter.c = bon_utf8_read(text, n, &length);
    letter.len = (uint16_t)length;
    info = letter.c == BON_UTF8_INVALID ? 0 : bon_letter_info(letter.c);
    letter.letter = info & BON_LETTER_NUMBER;
    letter.tone = info >> BON_LETTER_TONE_SHIFT & 7;
    letter.upper = (info & BON_LETTER_UPPER) != 0;
    while (letter.len < n && (unsigned char)text[letter.len] >= 0xcc && letter.len < BON_WORD_MAX) {
        uint32_t c = bon_utf8_read(text + letter.len, n - letter.len, &length);
        if (c == BON_UTF8_INVALID || !is_combining(c)) break;
        if (!letter.letter || !add_mark(&letter, c)) letter.odd = true;
        letter.len = (uint16_t)(letter.len + length);
    }
    return letter;
}

/* Writes the glyph of a letter in the given marks. */
static unsigned write_letter(unsigned letter, bool upper, unsigned tone, char *out) {
    return bon_utf8_write(bon_glyphs[letter][upper][tone], out);
}

bon_status bon_compose(const char *text, size_t n, bon_buf *out) {
    BON_TRY(bon_buf_reserve(out, n));
    for (size_t i = 0; i < n;) {
        struct bon_mark_letter letter = bon_letter_read(text + i, n - i);
        char glyph[4];
        if (letter.letter && !letter.odd) {
            BON_TRY(bon_buf_append(out, glyph, write_letter(letter.letter, letter.upper, letter.tone, glyph)));
        } else {
            BON_TRY(bon_buf_append(out, text + i, letter.len));
        }
        i += letter.len;
    }
    return BON_OK;
}

/* The lower case of a character that is not a Vietnamese letter, in place of it; its length, 0 when there is no room. */
static size_t lower_other(const char *text, size_t n, char *out, size_t room) {
    if (n == 1 && (unsigned char)*text < 0x80) {
        if (room == 0) return 0;
        *out = *text >= 'A' && *text <= 'Z' ? (char)(*text | 0x20) : *text;
        return 1;
    }
    char bytes[64];
    bon_buf lower = {.data = bytes, .cap = sizeof bytes}; /* far more than one code point needs: it never grows */
    if (n > 4 || n > room || bon_lower(text, n, &lower) != BON_OK || lower.len > room) return 0;
    memcpy(out, bytes, lower.len);
    return lower.len;
}

size_t bon_plain_form(const char *text, size_t n, char out[BON_WORD_MAX], bool *has_marks) {
    size_t len = 0;
    bool marks = false, vietnamese = false;
    if (n > BON_WORD_MAX) return 0;
    for (size_t i = 0; i < n;) {
        unsigned char byte = (unsigned char)text[i];
        bool next_ascii = i + 1 >= n || (unsigned char)text[i + 1] < 0x80;
        if (byte < 0x80 && next_ascii) { /* the common case */
            out[len++] = byte >= 'A' && byte <= 'Z' ? (char)(byte | 0x20) : (char)byte;
            vietnamese |= (bon_letter_info(byte) & BON_LETTER_NUMBER) != 0;
            i++;
            continue;
        }
        struct bon_mark_letter letter = bon_letter_read(text + i, n - i);
        if (letter.odd || letter.c == BON_UTF8_INVALID) return 0;
        if (letter.letter) {
            unsigned plain = bon_plain_letter[letter.letter];
            if (len + 4 > BON_WORD_MAX) return 0;
            len += write_letter(plain, false, BON_TONE_NGANG, out + len);
            marks |= plain != letter.letter || letter.tone;
            vietnamese = true;
        } else {
            size_t added = lower_other(text + i, letter.len, out + len, BON_WORD_MAX - len);
            if (added == 0) return 0;
            len += added;
        }
        i += letter.len;
    }
    *has_marks = marks;
    return vietnamese ? len : 0;
}

/* The letters of a token and of a word, side by side. */
struct pair {
    const char *typed, *word;
    size_t typed_left, word_left;
    struct bon_mark_letter a, b;
};

/* Reads the next letter of both; false at the end of either. */
static bool pair_next(struct pair *p) {
    if (p->typed_left == 0 || p->word_left == 0) return false;
    p->a = bon_letter_read(p->typed, p->typed_left);
    p->b = bon_letter_read(p->word, p->word_left);
    p->typed += p->a.len;
    p->typed_left -= p->a.len;
    p->word += p->b.len;
    p->word_left -= p->b.len;
    return true;
}

/* Whether the letters are one letter without marks. Characters that cannot carry marks are never touched, so all that counts
 * is that both are such. */
static bool pair_fits(const struct pair *p) {
    return !p->a.odd && !p->b.odd && bon_plain_letter[p->a.letter] == bon_plain_letter[p->b.letter];
}

enum bon_agreement bon_letters_agree(const char *typed, size_t n, const char *word, size_t word_n) {
    struct pair p = {.typed = typed, .word = word, .typed_left = n, .word_left = word_n};
    unsigned typed_tones = 0, word_tones = 0, typed_tone = 0, word_tone = 0;
    bool same_shapes = true, tones_in_place = true, tones_kept = true;
    while (pair_next(&p)) {
        if (!pair_fits(&p)) return BON_AGREE_NOT;
        if (p.a.letter != p.b.letter) {
            if (bon_plain_letter[p.a.letter] != p.a.letter) return BON_AGREE_NOT;
            same_shapes = false;
        }
        if (p.a.tone) typed_tones++, typed_tone = p.a.tone;
        if (p.b.tone) word_tones++, word_tone = p.b.tone;
        tones_in_place &= p.a.tone == p.b.tone;
        tones_kept &= p.a.tone == 0 || p.a.tone == p.b.tone;
    }
    if (p.typed_left || p.word_left) return BON_AGREE_NOT;
    if (typed_tones <= 1 && word_tones <= 1) { /* one tone for the whole word, wherever it stands */
        if (typed_tones && typed_tone != word_tone) return BON_AGREE_NOT;
        return same_shapes && typed_tone == word_tone ? BON_AGREE_SAME : BON_AGREE_ADDS;
    }
    if (!tones_kept) return BON_AGREE_NOT;
    return same_shapes && tones_in_place ? BON_AGREE_SAME : BON_AGREE_ADDS;
}

bon_status bon_put_marks(const char *typed, size_t n, const char *word, size_t word_n, bon_buf *out) {
    struct pair p = {.typed = typed, .word = word, .typed_left = n, .word_left = word_n};
    size_t begin = out->len;
    BON_TRY(bon_buf_reserve(out, n + 2 * n + 4)); /* one byte becomes at most three */
    while (pair_next(&p)) {
        if (!pair_fits(&p)) break;
        if (p.a.letter) {
            out->len += write_letter(p.b.letter, p.a.upper, p.b.tone, out->data + out->len);
        } else {
            bon_buf_push(out, p.typed - p.a.len, p.a.len);
        }
    }
    if (p.typed_left == 0 && p.word_left == 0 && pair_fits(&p)) return BON_OK;
    out->len = begin;
    bon_buf_push(out, typed, n);
    return BON_OK;
}
