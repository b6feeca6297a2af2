/* src/ime/charset.c: committed text in the charset of old fonts, as the code points that those fonts draw.
 *
 * The tables are those of src/normalize. TCVN3 fonts have no capitals with tone marks (fonts whose names end in H draw
 * capitals), so the small letter stands in.
 */
#include <string.h>

#include "ime/charset.h"
#include "normalize/charset.h"
#include "syllable/spelling.h"
#include "syllable/utf8.h"

static unsigned put_bytes(bon_charset charset, unsigned info, uint32_t *out) {
    uint8_t bytes[3];
    unsigned n = bon_charset_letter(charset, info, bytes);
    for (unsigned i = 0; i < n; i++) out[i] = bytes[i];
    return n;
}

static unsigned put_tcvn3(unsigned info, uint32_t *out) {
    if (info >> BON_LETTER_TONE_SHIFT & 7) info &= ~(unsigned)BON_LETTER_UPPER;
    return put_bytes(BON_CHARSET_TCVN3, info, out);
}

static unsigned put_vni(unsigned info, uint32_t *out) { return put_bytes(BON_CHARSET_VNI, info, out); }

enum { D_STROKE = 7 };

/* Unicode decomposed: letter, its own mark, its tone mark. đ has no decomposition. */
static unsigned put_nfd(unsigned info, uint32_t *out) {
    static const uint16_t marks[32] = {[2] = 0x306, [3] = 0x302, [9] = 0x302, [18] = 0x302, [19] = 0x31b, [26] = 0x31b};
    static const uint16_t tones[BON_TONES] = {0, 0x300, 0x301, 0x309, 0x303, 0x323};
    unsigned number = info & BON_LETTER_NUMBER, tone = info >> BON_LETTER_TONE_SHIFT & 7, n = 0;
    if (number == D_STROKE) return 0;
    out[n++] = bon_glyphs[bon_plain_letter[number]][info >> 8 & 1][BON_TONE_NGANG];
    /* The dot below (class 220) goes before circumflex and breve (230) and behind the horn (216). */
    bool dot_first = tone == BON_TONE_NANG && marks[number] != 0x31b;
    if (dot_first) out[n++] = tones[tone];
    if (marks[number]) out[n++] = marks[number];
    if (tone && !dot_first) out[n++] = tones[tone];
    return n;
}

size_t bon_ime_convert(bon_ime_charset charset, const char *text, size_t n, char *out) {
    static unsigned (*const put[BON_IME_CHARSETS])(unsigned, uint32_t *) = {
        [BON_IME_NFD] = put_nfd, [BON_IME_TCVN3] = put_tcvn3, [BON_IME_VNI_WINDOWS] = put_vni};
    size_t length = 0;
    if (!put[charset]) {
        memcpy(out, text, n);
        return n;
    }
    for (size_t i = 0; i < n;) {
        uint32_t points[3];
        unsigned bytes, info = bon_letter_info(bon_utf8_read(text + i, n - i, &bytes)), count = 0;
        if (info & BON_LETTER_NUMBER) count = put[charset](info, points);
        for (unsigned j = 0; j < count; j++) length += bon_utf8_write(points[j], out + length);
        if (count == 0) {
            memcpy(out + length, text + i, bytes);
            length += bytes;
        }
        i += bytes;
    }
    return length;
}
