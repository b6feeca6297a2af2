/* src/normalize/charset.h: text in the charsets that Vietnamese was written in before Unicode.
 *
 *     charset.c   decodes and encodes: a table a charset, and for VNI and VIQR the few rules of the letter and the signs
 *                 behind it
 *     judge.c     tells from one line which charset it is in, or that the line alone does not tell
 *     auto.c      lets the neighbours tell then
 */
#ifndef BON_SRC_NORMALIZE_CHARSET_H
#define BON_SRC_NORMALIZE_CHARSET_H

#include "base/buf.h"
#include "bon/normalize.h"

extern const uint16_t bon_tcvn_points[256], bon_viscii_points[256], bon_cp1258_points[256], bon_cp1252_points[256];

/* The bytes of a letter, at most 3, in a charset: info as bon_letter_info gives it, with a number. 0: it has none there. With
 * BON_CHARSET_TCVN3 capitals with a tone are those of TCVN 5712-1; ABC fonts draw the small letter. */
unsigned bon_charset_letter(bon_charset charset, unsigned info, uint8_t bytes[3]);

/* ---- judge.c ---- */

/* How a line reads. */
struct bon_verdict {
    enum { BON_LINE_NEUTRAL, BON_LINE_DECIDED, BON_LINE_OPEN } state; /* neutral: ASCII, the same in every charset */
    bon_charset charset; /* DECIDED: of it. OPEN: what to take when no neighbour tells; BON_CHARSET_UTF8: as it is */
    bool wide; /* its bytes are written as the characters of Windows-1252 or Latin-1, in UTF-8; MOJIBAKE: of -1258 */
    unsigned depth;      /* MOJIBAKE: how many times */
    uint32_t candidates; /* OPEN: bit 1 << charset of each that explains every byte */
};

/* Judges n bytes without a line end. `allowed`: bit 1 << charset. `scratch` is working space. */
bon_status bon_judge(const char *line, size_t n, uint32_t allowed, bon_buf *scratch, struct bon_verdict *verdict);

/* A text in UTF-8 whose characters are those of Windows-1252, Windows-1258 or Latin-1 -> those bytes, appended. *all: every
 * character has one; else what was appended is of no use. */
bon_status bon_narrow(const char *text, size_t n, bon_charset page, bon_buf *out, bool *all);

#endif
