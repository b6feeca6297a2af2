/* src/normalize/charset.c: the old charsets, to and from UTF-8.
 *
 * TCVN, VISCII and Windows-1258 are tables (charset_tables.c); where a tone mark stands behind its letter it is joined to it.
 * VNI for Windows writes shape and tone as one byte behind the plain letter; VIQR writes them as ASCII signs.
 */
#include "normalize/charset.h"

#include "syllable/spelling.h"
#include "syllable/utf8.h"

#define BON_CHARSET_NAME(name, text, doc) text,
static const char *const names[BON_CHARSETS] = {BON_CHARSET_TABLE(BON_CHARSET_NAME)};
#undef BON_CHARSET_NAME

const char *bon_charset_name(bon_charset charset) { return (unsigned)charset < BON_CHARSETS ? names[charset] : ""; }

enum { REPLACEMENT = 0xfffd, GROWTH = 3, D_STROKE = 7, I = 12, O_HORN = 19, U_HORN = 26, Y = 29 };

/* The code point that the bytes at text begin with, 0 when they mean nothing; *used bytes. */
typedef uint32_t read_function(const uint8_t *text, size_t n, size_t *used);

/* ---- shapes ---- */

enum shape { NO_SHAPE, BREVE, HAT, HORN, SHAPES };

/* Letter by plain letter and shape; and back. */
static const uint8_t shaped[32][SHAPES] = {
    [1] = {1, 2, 3, 0},     [8] = {8, 0, 9, 0},    [12] = {12, 0, 0, 0},
    [17] = {17, 0, 18, 19}, [25] = {25, 0, 0, 26}, [29] = {29, 0, 0, 0},
};
static const uint8_t shape_of[32] = {[2] = BREVE, [3] = HAT, [9] = HAT, [18] = HAT, [19] = HORN, [26] = HORN};

static uint32_t glyph(unsigned number, unsigned info, unsigned tone) {
    return bon_glyphs[number][(info & BON_LETTER_UPPER) != 0][tone];
}

/* ---- charsets that are tables ---- */

static unsigned tone_of_mark(uint32_t c) {
    switch (c) {
    case 0x300: return BON_TONE_HUYEN;
    case 0x301: return BON_TONE_SAC;
    case 0x303: return BON_TONE_NGA;
    case 0x309: return BON_TONE_HOI;
    case 0x323: return BON_TONE_NANG;
    default: return BON_TONE_NGANG;
    }
}

static inline uint32_t read_table(const uint16_t *points, const uint8_t *text, size_t n, size_t *used) {
    uint32_t c = points[text[0]];
    unsigned info = bon_letter_info(c), tone = n > 1 ? tone_of_mark(points[text[1]]) : 0;
    *used = 1;
    if (!tone || !(info & BON_LETTER_NUMBER) || (info & 0xff) >> BON_LETTER_TONE_SHIFT) return c;
    uint32_t joined = glyph(info & BON_LETTER_NUMBER, info, tone);
    if (!joined) return c;
    *used = 2;
    return joined;
}

static uint32_t read_tcvn(const uint8_t *text, size_t n, size_t *used) {
    return read_table(bon_tcvn_points, text, n, used);
}
static uint32_t read_viscii(const uint8_t *text, size_t n, size_t *used) {
    return read_table(bon_viscii_points, text, n, used);
}
static uint32_t read_cp1258(const uint8_t *text, size_t n, size_t *used) {
    return read_table(bon_cp1258_points, text, n, used);
}

/* ---- VNI ---- */

/* The byte behind the plain letter by shape and tone, small; the capital is 0x20 below. ơ and ư are letters of their own. */
static const uint8_t vni_marks[HORN][BON_TONES] = {
    [NO_SHAPE] = {0, 0xf8, 0xf9, 0xfb, 0xf5, 0xef},
    [BREVE] = {0xea, 0xe8, 0xe9, 0xfa, 0xfc, 0xeb},
    [HAT] = {0xe2, 0xe0, 0xe1, 0xe5, 0xe3, 0xe4},
};
static const uint8_t vni_i[BON_TONES] = {0, 0xec, 0xed, 0xe6, 0xf3, 0xf2};
enum { VNI_D = 0xf1, VNI_O_HORN = 0xf4, VNI_U_HORN = 0xf6, VNI_Y_DOT = 0xee, VNI_CAPITAL = 0x20 };

/* Letters that are one byte above ASCII, as number | tone << 5; 0: none. */
static unsigned vni_letter(uint8_t small) {
    switch (small) {
    case VNI_D: return D_STROKE;
    case VNI_O_HORN: return O_HORN;
    case VNI_U_HORN: return U_HORN;
    case VNI_Y_DOT: return Y | BON_TONE_NANG << BON_LETTER_TONE_SHIFT;
    default: break;
    }
    for (unsigned tone = 1; tone < BON_TONES; tone++)
        if (vni_i[tone] == small) return I | tone << BON_LETTER_TONE_SHIFT;
    return 0;
}

/* The letter that a mark behind makes of a letter without tone; 0: none. */
static uint32_t vni_join(unsigned number, unsigned info, uint8_t mark) {
    if (mark >= 0xc0 && mark < 0xe0) mark += VNI_CAPITAL;
    for (unsigned shape = NO_SHAPE; shape < HORN; shape++)
        for (unsigned tone = 0; tone < BON_TONES; tone++) {
            if (vni_marks[shape][tone] != mark || mark == 0) continue;
            if (number == I || (shape != NO_SHAPE && (number == O_HORN || number == U_HORN))) return 0;
            unsigned letter = shape == NO_SHAPE ? number : shaped[number][shape];
            return letter ? glyph(letter, info, tone) : 0;
        }
    return 0;
}

static uint32_t read_vni(const uint8_t *text, size_t n, size_t *used) {
    uint8_t byte = text[0];
    unsigned number = 0, tone = 0, info = 0;
    *used = 1;
    if (byte < 0x80) {
        info = bon_letter_info(byte);
        number = info & BON_LETTER_NUMBER;
    } else if (byte >= 0xc0) {
        unsigned letter = vni_letter(byte | VNI_CAPITAL);
        number = letter & BON_LETTER_NUMBER;
        tone = letter >> BON_LETTER_TONE_SHIFT;
        info = byte & VNI_CAPITAL ? 0 : BON_LETTER_UPPER;
        if (!number) return 0;
    } else {
        return bon_cp1252_points[byte];
    }
    if (shaped[bon_plain_letter[number]][NO_SHAPE] && !tone && n > 1 && text[1] >= 0xc0) {
        uint32_t joined = vni_join(number, info, text[1]);
        if (joined) return *used = 2, joined;
    }
    return byte < 0x80 ? byte : glyph(number, info, tone);
}

/* ---- VIQR ---- */

static enum shape viqr_shape(uint8_t sign) {
    switch (sign) {
    case '(': return BREVE;
    case '^': return HAT;
    case '+':
    case '*': return HORN;
    default: return NO_SHAPE;
    }
}

static const char viqr_tones[] = {0, '`', '\'', '?', '~', '.'}; /* by bon_tone */

static unsigned viqr_tone(uint8_t sign) {
    for (unsigned tone = 1; tone < BON_TONES; tone++)
        if ((uint8_t)viqr_tones[tone] == sign) return tone;
    return 0;
}

static bool viqr_sign(uint8_t c) { return c == '\\' || viqr_tone(c) || viqr_shape(c); }

static uint32_t read_viqr(const uint8_t *text, size_t n, size_t *used) {
    *used = 1;
    if (text[0] >= 0x80) {
        unsigned length;
        uint32_t c = bon_utf8_read((const char *)text, n, &length);
        *used = length;
        return c == BON_UTF8_INVALID ? 0 : c;
    }
    if (text[0] == '\\' && n > 1 && (viqr_sign(text[1]) || (text[1] | 0x20) == 'd')) return *used = 2, text[1];
    unsigned info = bon_letter_info(text[0]), number = info & BON_LETTER_NUMBER;
    if ((text[0] | 0x20) == 'd' && n > 1 && (text[1] | 0x20) == 'd') return *used = 2, glyph(D_STROKE, info, 0);
    if (!shaped[number][NO_SHAPE]) return text[0];
    size_t at = 1;
    unsigned letter = at < n ? shaped[number][viqr_shape(text[at])] : 0;
    if (letter && letter != number)
        at++;
    else
        letter = number;
    unsigned tone = at < n ? viqr_tone(text[at]) : 0;
    *used = at + (tone != 0);
    return glyph(letter, info, tone);
}

/* ---- decoding ---- */

static read_function *const readers[BON_CHARSETS] = {
    [BON_CHARSET_TCVN3] = read_tcvn, [BON_CHARSET_VNI] = read_vni,       [BON_CHARSET_VISCII] = read_viscii,
    [BON_CHARSET_VIQR] = read_viqr,  [BON_CHARSET_CP1258] = read_cp1258,
};

static bon_status check_charset(bon_charset charset) {
    if (charset == BON_CHARSET_UTF8 || ((unsigned)charset < BON_CHARSETS && readers[charset])) return BON_OK;
    return bon_fail(BON_ERR_ARGUMENT, "charset %d: give one that text can be written in", (int)charset);
}

bon_status bon_charset_decode(bon_charset charset, const char *text, size_t n, bon_buf *out, uint64_t *lost) {
    BON_TRY(check_charset(charset));
    if (charset == BON_CHARSET_UTF8) return bon_buf_append(out, text, n);
    if (n > SIZE_MAX / GROWTH) return bon_fail_memory(SIZE_MAX);
    BON_TRY(bon_buf_reserve(out, GROWTH * n));
    const uint8_t *bytes = (const uint8_t *)text;
    uint64_t unknown = 0;
    for (size_t at = 0, used; at < n; at += used) {
        uint32_t c = readers[charset](bytes + at, n - at, &used);
        if (c == 0 && bytes[at] != 0) c = REPLACEMENT, unknown++;
        out->len += bon_utf8_write(c, out->data + out->len);
    }
    if (lost) *lost += unknown;
    return BON_OK;
}

/* ---- encoding ---- */

/* The byte of a code point in a table, -1 when it has none. */
static int byte_of(const uint16_t *points, uint32_t c) {
    for (unsigned byte = 0; byte < 256; byte++)
        if (points[byte] == c && (c != 0 || byte == 0)) return (int)byte;
    return -1;
}

static unsigned letter_in_table(const uint16_t *points, unsigned info, uint8_t *bytes) {
    static const uint16_t marks[BON_TONES] = {0, 0x300, 0x301, 0x309, 0x303, 0x323};
    unsigned tone = (info & 0xff) >> BON_LETTER_TONE_SHIFT, number = info & BON_LETTER_NUMBER;
    int whole = byte_of(points, glyph(number, info, tone)), base = byte_of(points, glyph(number, info, 0));
    if (whole >= 0) return bytes[0] = (uint8_t)whole, 1;
    int mark = byte_of(points, marks[tone]);
    if (base < 0 || mark < 0) return 0;
    bytes[0] = (uint8_t)base, bytes[1] = (uint8_t)mark;
    return 2;
}

static unsigned letter_in_vni(unsigned info, uint8_t *bytes) {
    unsigned tone = (info & 0xff) >> BON_LETTER_TONE_SHIFT, number = info & BON_LETTER_NUMBER;
    uint8_t capital = info & BON_LETTER_UPPER ? VNI_CAPITAL : 0;
    if (number == D_STROKE) return bytes[0] = VNI_D - capital, 1;
    if (number == Y && tone == BON_TONE_NANG) return bytes[0] = VNI_Y_DOT - capital, 1;
    if (number == I && tone) return bytes[0] = vni_i[tone] - capital, 1;
    enum shape shape = shape_of[number];
    bytes[0] = (uint8_t)glyph(bon_plain_letter[number], info, 0);
    if (shape == HORN) bytes[0] = (number == O_HORN ? VNI_O_HORN : VNI_U_HORN) - capital;
    uint8_t mark = shaped[bon_plain_letter[number]][NO_SHAPE] ? vni_marks[shape == HORN ? NO_SHAPE : shape][tone] : 0;
    if (!mark) return 1;
    bytes[1] = mark - capital;
    return 2;
}

static unsigned letter_in_viqr(unsigned info, uint8_t *bytes) {
    static const char shapes[SHAPES] = {0, '(', '^', '+'};
    unsigned tone = (info & 0xff) >> BON_LETTER_TONE_SHIFT, number = info & BON_LETTER_NUMBER, n = 0;
    bytes[n++] = (uint8_t)glyph(bon_plain_letter[number], info, 0);
    if (number == D_STROKE) bytes[n++] = bytes[0];
    if (shape_of[number]) bytes[n++] = (uint8_t)shapes[shape_of[number]];
    if (tone) bytes[n++] = (uint8_t)viqr_tones[tone];
    return n;
}

unsigned bon_charset_letter(bon_charset charset, unsigned info, uint8_t bytes[3]) {
    switch (charset) {
    case BON_CHARSET_TCVN3: return letter_in_table(bon_tcvn_points, info, bytes);
    case BON_CHARSET_VISCII: return letter_in_table(bon_viscii_points, info, bytes);
    case BON_CHARSET_CP1258: return letter_in_table(bon_cp1258_points, info, bytes);
    case BON_CHARSET_VNI: return letter_in_vni(info, bytes);
    case BON_CHARSET_VIQR: return letter_in_viqr(info, bytes);
    default: return 0;
    }
}

/* The byte of a character that is no letter of Vietnamese; -1 when the charset lacks it or would read it as something else. */
static int other_in(bon_charset charset, uint32_t c) {
    switch (charset) {
    case BON_CHARSET_TCVN3: return byte_of(bon_tcvn_points, c);
    case BON_CHARSET_VISCII: return byte_of(bon_viscii_points, c);
    case BON_CHARSET_CP1258: return byte_of(bon_cp1258_points, c);
    default: break;
    }
    int byte = byte_of(bon_cp1252_points, c);
    return byte < 0xc0 ? byte : -1;
}

/* VIQR: whether a sign needs a backslash, so that it is not read with the letter before it. */
static bool viqr_would_join(uint8_t before, uint32_t c) {
    if (c == '\\') return true;
    if (c > 0x7f || !before) return false;
    return (before == 'd' && (c | 0x20) == 'd') || (before != 'd' && viqr_sign((uint8_t)c));
}

static uint8_t viqr_before(unsigned info, uint32_t c) {
    if ((c | 0x20) == 'd') return 'd';
    return shaped[bon_plain_letter[info & BON_LETTER_NUMBER]][NO_SHAPE] ? 'a' : 0;
}

static bool begins_with_d_stroke(const char *text, size_t n) {
    unsigned used;
    return n > 0 && (bon_letter_info(bon_utf8_read(text, n, &used)) & BON_LETTER_NUMBER) == D_STROKE;
}

static bon_status encode_viqr(const char *text, size_t n, bon_buf *out) {
    uint8_t before = 0;
    for (size_t at = 0; at < n;) {
        unsigned used;
        uint32_t c = bon_utf8_read(text + at, n - at, &used);
        unsigned info = c == BON_UTF8_INVALID ? 0 : bon_letter_info(c);
        uint8_t bytes[3];
        unsigned count = info & BON_LETTER_NUMBER ? letter_in_viqr(info, bytes) : 0;
        bool d_before_d = (c | 0x20) == 'd' && begins_with_d_stroke(text + at + 1, n - at - 1);
        if (d_before_d || viqr_would_join(before, c)) BON_TRY(bon_buf_put(out, '\\'));
        before = d_before_d ? 0 : viqr_before(info, c);
        BON_TRY(count ? bon_buf_append(out, bytes, count) : bon_buf_append(out, text + at, used));
        at += used;
    }
    return BON_OK;
}

bon_status bon_charset_encode(bon_charset charset, const char *text, size_t n, bon_buf *out, uint64_t *lost) {
    BON_TRY(check_charset(charset));
    if (charset == BON_CHARSET_UTF8) return bon_buf_append(out, text, n);
    if (charset == BON_CHARSET_VIQR) return encode_viqr(text, n, out);
    uint64_t missing = 0;
    for (size_t at = 0; at < n;) {
        unsigned used;
        uint32_t c = bon_utf8_read(text + at, n - at, &used);
        unsigned info = c == BON_UTF8_INVALID ? 0 : bon_letter_info(c);
        uint8_t bytes[3];
        unsigned count = info & BON_LETTER_NUMBER ? bon_charset_letter(charset, info, bytes) : 0;
        if (!count) {
            int byte = c == BON_UTF8_INVALID ? -1 : other_in(charset, c);
            missing += byte < 0;
            bytes[0] = byte < 0 ? '?' : (uint8_t)byte;
            count = 1;
        }
        BON_TRY(bon_buf_append(out, bytes, count));
        at += used;
    }
    if (lost) *lost += missing;
    return BON_OK;
}
