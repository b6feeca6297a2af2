/* src/ime/charset.c: committed text in the charset of old fonts, as the code points that those fonts draw.
 *
 * TCVN 5712-3 ("ABC") has one byte a letter and no capitals with tone marks: there fonts ending in H draw capitals, so the
 * small letter stands in. VNI for Windows writes the mark and the tone as one byte behind the plain letter. The tables give
 * Unicode code points, which is what reaches a document through an input method.
 */
#include <string.h>

#include "ime/charset.h"
#include "syllable/spelling.h"
#include "syllable/utf8.h"

/* Vowel letters in the order of the tables below. */
static const uint8_t vowel_row[32] = {
    [1] = 1,  [2] = 2,  [3] = 3,  [8] = 4,   [9] = 5,   [12] = 6,
    [17] = 7, [18] = 8, [19] = 9, [25] = 10, [26] = 11, [29] = 12,
};

/* TCVN 5712-3: by vowel row - 1 and tone, the small letters. 0: ASCII. */
static const uint8_t tcvn3_vowels[12][BON_TONES] = {
    {0, 0xb5, 0xb8, 0xb6, 0xb7, 0xb9}, {0xa8, 0xbb, 0xbe, 0xbc, 0xbd, 0xc6}, {0xa9, 0xc7, 0xca, 0xc8, 0xc9, 0xcb},
    {0, 0xcc, 0xd0, 0xce, 0xcf, 0xd1}, {0xaa, 0xd2, 0xd5, 0xd3, 0xd4, 0xd6}, {0, 0xd7, 0xdd, 0xd8, 0xdc, 0xde},
    {0, 0xdf, 0xe3, 0xe1, 0xe2, 0xe4}, {0xab, 0xe5, 0xe8, 0xe6, 0xe7, 0xe9}, {0xac, 0xea, 0xed, 0xeb, 0xec, 0xee},
    {0, 0xef, 0xf3, 0xf1, 0xf2, 0xf4}, {0xad, 0xf5, 0xf8, 0xf6, 0xf7, 0xf9}, {0, 0xfa, 0xfd, 0xfb, 0xfc, 0xfe},
};
/* Capitals without tone marks: Ă Â Ê Ô Ơ Ư. */
static const uint8_t tcvn3_capitals[12] = {0, 0xa1, 0xa2, 0, 0xa3, 0, 0, 0xa4, 0xa5, 0, 0xa6, 0};

static unsigned put_tcvn3(unsigned number, bool upper, unsigned tone, uint32_t *out) {
    if (number == 7) return *out = upper ? 0xa7 : 0xae, 1;
    unsigned row = vowel_row[number];
    if (row == 0) return 0;
    uint32_t byte = upper && tone == BON_TONE_NGANG ? tcvn3_capitals[row - 1] : tcvn3_vowels[row - 1][tone];
    if (byte == 0) return 0;
    return *out = byte, 1;
}

/* VNI: the byte behind the plain letter, small, by mark (none, breve, hat) and tone; the capital is 0x20 below. */
static const uint8_t vni_marks[3][BON_TONES] = {
    {0, 0xf8, 0xf9, 0xfb, 0xf5, 0xef},
    {0xea, 0xe8, 0xe9, 0xfa, 0xfc, 0xeb},
    {0xe2, 0xe0, 0xe1, 0xe5, 0xe3, 0xe4},
};
/* i has its tones in bytes of its own, and so has y with the dot below. */
static const uint8_t vni_i[BON_TONES] = {0, 0xec, 0xed, 0xe6, 0xf3, 0xf2};
enum { VNI_D = 0xf1, VNI_O_HORN = 0xf4, VNI_U_HORN = 0xf6, VNI_Y_DOT = 0xee, VNI_CAPITAL = 0x20 };

static unsigned put_vni(unsigned number, bool upper, unsigned tone, uint32_t *out) {
    unsigned capital = upper ? VNI_CAPITAL : 0, mark = 0;
    uint32_t base = bon_glyphs[bon_plain_letter[number]][upper][BON_TONE_NGANG];
    switch (number) {
    case 7: return *out = VNI_D - capital, 1;
    case 12:
        if (tone == BON_TONE_NGANG) return 0;
        return *out = vni_i[tone] - capital, 1;
    case 19: base = VNI_O_HORN - capital; break;
    case 26: base = VNI_U_HORN - capital; break;
    case 2: mark = 1; break;
    case 3:
    case 9:
    case 18: mark = 2; break;
    default: break;
    }
    if (number == 29 && tone == BON_TONE_NANG) return *out = VNI_Y_DOT - capital, 1;
    out[0] = base;
    if (vowel_row[number] == 0 || vni_marks[mark][tone] == 0) return 1;
    out[1] = vni_marks[mark][tone] - capital;
    return 2;
}

/* Unicode decomposed: letter, its own mark, its tone mark. đ has no decomposition. */
static unsigned put_nfd(unsigned number, bool upper, unsigned tone, uint32_t *out) {
    static const uint16_t marks[32] = {[2] = 0x306, [3] = 0x302, [9] = 0x302, [18] = 0x302, [19] = 0x31b, [26] = 0x31b};
    static const uint16_t tones[BON_TONES] = {0, 0x300, 0x301, 0x309, 0x303, 0x323};
    unsigned n = 0;
    if (number == 7) return 0;
    out[n++] = bon_glyphs[bon_plain_letter[number]][upper][BON_TONE_NGANG];
    /* The dot below (class 220) goes before circumflex and breve (230) and behind the horn (216). */
    bool dot_first = tone == BON_TONE_NANG && marks[number] != 0x31b;
    if (dot_first) out[n++] = tones[tone];
    if (marks[number]) out[n++] = marks[number];
    if (tone && !dot_first) out[n++] = tones[tone];
    return n;
}

size_t bon_ime_convert(bon_ime_charset charset, const char *text, size_t n, char *out) {
    static unsigned (*const put[BON_IME_CHARSETS])(unsigned, bool, unsigned, uint32_t *) = {
        [BON_IME_NFD] = put_nfd, [BON_IME_TCVN3] = put_tcvn3, [BON_IME_VNI_WINDOWS] = put_vni};
    size_t length = 0;
    if (!put[charset]) {
        memcpy(out, text, n);
        return n;
    }
    for (size_t i = 0; i < n;) {
        uint32_t points[3];
        unsigned bytes, info = bon_letter_info(bon_utf8_read(text + i, n - i, &bytes)), count = 0;
        if (info & BON_LETTER_NUMBER)
            count = put[charset](info & BON_LETTER_NUMBER, info & BON_LETTER_UPPER, info >> BON_LETTER_TONE_SHIFT & 7,
                                 points);
        for (unsigned j = 0; j < count; j++) length += bon_utf8_write(points[j], out + length);
        if (count == 0) {
            memcpy(out + length, text + i, bytes);
            length += bytes;
        }
        i += bytes;
    }
    return length;
}
