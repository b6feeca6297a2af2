/* src/syllable/marks.c: text without Vietnamese marks, and text in lower case.
 *
 * Both copy bytes in runs and look only at bytes that can begin something to change. UTF-8 is self-synchronizing, so a
 * malformed byte can be copied alone without losing the sequences behind it.
 */
#include <string.h>

#include "base/buf.h"
#include "syllable/spelling.h"
#include "syllable/unicode.h"
#include "syllable/utf8.h"

/* Combining grave, acute, circumflex, tilde, breve, hook above, horn, dot below: bit c - U+0300. */
static const uint64_t dropped_marks =
    1u << 0 | 1u << 1 | 1u << 2 | 1u << 3 | 1u << 6 | 1u << 9 | 1u << 0x1b | (uint64_t)1 << 0x23;

enum { KEEP_CHAR = 1 << 21, DROP_CHAR };

/* For a code point above ASCII: the ASCII letter under a Vietnamese letter, DROP_CHAR for a Vietnamese combining mark, else
 * KEEP_CHAR. */
static inline uint32_t without_marks(uint32_t c) {
    unsigned info = bon_letter_info(c), number = info & BON_LETTER_NUMBER;
    if (number) return bon_glyphs[bon_plain_letter[number]][info >> 8 & 1][BON_TONE_NGANG];
    if (c - 0x300u < 64 && dropped_marks >> (c - 0x300) & 1) return DROP_CHAR;
    return KEEP_CHAR;
}

/* The lower case of a code point above ASCII, or KEEP_CHAR. */
static inline uint32_t lowered(uint32_t c) {
    unsigned info = bon_letter_info(c), number = info & BON_LETTER_NUMBER;
    if (number) return bon_glyphs[number][0][info >> BON_LETTER_TONE_SHIFT & 7];
    size_t low = 0, high = bon_lower_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (bon_lower_runs[middle].last < c)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == bon_lower_count) return KEEP_CHAR;
    const struct bon_lower_run *run = &bon_lower_runs[low];
    if (c < run->first || (c - run->first) % run->step) return KEEP_CHAR;
    return (uint32_t)((int32_t)c + run->difference);
}

/* Appends text with ASCII capitals moved by capital_shift and other code points as `change` says. A replacement is at most 3
 * bytes for 2, so 2 n bytes are room enough. A mark behind a malformed byte is not dropped: that byte and what follows the
 * mark might join to a character, and the result would not be a fixed point. */
static inline bon_status map_text(const char *text, size_t n, bon_buf *out, unsigned capital_shift,
                                  uint32_t (*change)(uint32_t)) {
    bool malformed = false;
    for (size_t i = 0; i < n;) {
        size_t piece = n - i < 4096 ? n - i : 4096, end = i + piece;
        BON_TRY(bon_buf_reserve(out, 2 * piece + 8));
        char *to = out->data + out->len;
        while (i < end) {
            unsigned length, byte = (unsigned char)text[i];
            if (byte < 0x80) {
                *to++ = (char)(byte + (byte - 'A' < 26 ? capital_shift : 0));
                malformed = false;
                i++;
                continue;
            }
            uint32_t c = bon_utf8_read(text + i, n - i, &length), other = c == BON_UTF8_INVALID ? KEEP_CHAR : change(c);
            if (other == DROP_CHAR && malformed) other = KEEP_CHAR;
            malformed = c == BON_UTF8_INVALID;
            if (other == KEEP_CHAR) {
                for (unsigned k = 0; k < length; k++) to[k] = text[i + k];
                to += length;
            } else if (other != DROP_CHAR) {
                to += bon_utf8_write(other, to);
            }
            i += length;
        }
        out->len = (size_t)(to - out->data);
    }
    return BON_OK;
}

bon_status bon_strip_marks(const char *text, size_t n, bon_buf *out) {
    return map_text(text, n, out, 0, without_marks);
}

bon_status bon_lower(const char *text, size_t n, bon_buf *out) { return map_text(text, n, out, 'a' - 'A', lowered); }
