/* src/ime/encode.c: text -> keys, the inverse of typing.
 *
 * Each word is typed by type.c, which looks at the result. What cannot be typed as one word (hoà where hòa is the style, "ưông")
 * is cut into pieces with {Right} between them: the cursor key ends a word as it is shown. So there are keys for any text.
 */
#include <string.h>

#include "base/buf.h"
#include "ime/word.h"
#include "syllable/utf8.h"

enum { PIECE_MAX = 32 }; /* letters typed as one word */

struct encoder {
    struct bon_ime_setup setup;
    bon_buf *keys;
    struct ime_word word;
    struct ime_glyph glyphs[PIECE_MAX];
};

static bon_status put_text(bon_buf *keys, const char *text) { return bon_buf_append(keys, text, strlen(text)); }

static bon_status put_key(bon_buf *keys, uint32_t key) {
    char text[BON_IME_KEY_NAME_MAX];
    return bon_buf_append(keys, text, bon_ime_key_write(key, 0, text));
}

static bon_status put_word_keys(struct encoder *encoder) {
    for (unsigned i = 0; i < encoder->word.key_count; i++)
        BON_TRY(put_key(encoder->keys, (unsigned char)encoder->word.keys[i]));
    return BON_OK;
}

/* ---- words ---- */

/* Whether the sign would do something to the word instead of ending it. */
static bool sign_acts(const struct encoder *encoder, unsigned char sign) {
    struct ime_word word = encoder->word;
    if (sign <= ' ' || sign >= 0x7f || word.key_count == BON_IME_KEYS_MAX) return false;
    return bon_ime_word_key(&word, &encoder->setup, (char)sign) || word.letter_count != encoder->word.letter_count;
}

/* A word of English is best typed as it is written, when its break gives it back. */
static bool types_as_written(struct encoder *encoder, const char *text, size_t n) {
    char shown[IME_SHOWN_MAX];
    if (!(encoder->setup.flags & BON_IME_RESTORE) || n > PIECE_MAX) return false;
    for (size_t i = 0; i < n; i++)
        if (!ime_is_letter((unsigned char)text[i])) return false;
    bon_ime_word_fold(&encoder->word, &encoder->setup, text, n);
    if (!bon_ime_word_keeps(&encoder->word, &encoder->setup)) return true;
    return bon_ime_word_show(&encoder->word, &encoder->setup, shown) == n && memcmp(shown, text, n) == 0;
}

/* Whether the word, typed, stays as it is when `sign` (-1: the end of the line) ends it. */
static bool stays(const struct encoder *encoder, int sign) {
    if (sign < 0) return true;
    if (sign_acts(encoder, (unsigned char)sign)) return false;
    return !(encoder->setup.flags & BON_IME_RESTORE) || bon_ime_word_keeps(&encoder->word, &encoder->setup);
}

/* One letter for which the method has no keys: given as it is, or by its key and Escape. */
static bon_status put_odd_letter(struct encoder *encoder, const char *text, size_t n) {
    if ((unsigned char)text[0] >= 0x80) return bon_buf_append(encoder->keys, text, n);
    BON_TRY(put_key(encoder->keys, (unsigned char)text[0]));
    return put_text(encoder->keys, "{Escape}{Right}");
}

/* Encodes at most PIECE_MAX letters at the beginning of a word; *used tells the bytes. `sign` is what ends the word if these
 * are all its letters. */
static bon_status encode_piece(struct encoder *encoder, const char *text, size_t n, size_t *used) {
    size_t ends[PIECE_MAX];
    unsigned count = 0;
    struct ime_glyph more;
    for (size_t at = 0; at < n && count < PIECE_MAX; count++) {
        unsigned bytes = bon_ime_glyph_read(text + at, n - at, &encoder->glyphs[count]);
        if (bytes == 0) break;
        ends[count] = at += bytes;
    }
    size_t end = ends[count - 1];
    bool whole = end == n || !bon_ime_glyph_read(text + end, n - end, &more);
    int sign = end < n ? (unsigned char)text[end] : -1;
    if (whole && sign >= 0 && types_as_written(encoder, text, end) && !sign_acts(encoder, (unsigned char)sign)) {
        *used = end;
        return bon_buf_append(encoder->keys, text, end);
    }
    unsigned left = count;
    while (left > 0 && !bon_ime_word_type(&encoder->word, &encoder->setup, encoder->glyphs, left)) left--;
    *used = ends[left ? left - 1 : 0];
    if (left == 0) return put_odd_letter(encoder, text, *used);
    BON_TRY(put_word_keys(encoder));
    return left == count && whole && stays(encoder, sign) ? BON_OK : put_text(encoder->keys, "{Right}");
}

/* ---- signs ---- */

static bon_status encode_sign(struct encoder *encoder, const char *text, size_t n, size_t *used) {
    unsigned bytes;
    uint32_t c = bon_utf8_read(text, n, &bytes);
    *used = bytes;
    if (c == BON_UTF8_INVALID) return bon_buf_append(encoder->keys, text, bytes);
    BON_TRY(put_key(encoder->keys, c));
    bon_ime_word_clear(&encoder->word);
    return c < 0x80 && sign_acts(encoder, (unsigned char)c) ? put_text(encoder->keys, "{Escape}{Right}") : BON_OK;
}

bon_status bon_ime_encode(const bon_ime_options *options, const char *text, size_t n, bon_buf *keys) {
    struct encoder encoder = {.keys = keys};
    struct ime_glyph glyph;
    BON_TRY(bon_ime_setup_read(&encoder.setup, options));
    encoder.setup.flags &= BON_IME_STRICT_MARKS | BON_IME_NO_UNDO | BON_IME_RESTORE;
    for (size_t at = 0, used = 0; at < n; at += used) {
        bool letter = bon_ime_glyph_read(text + at, n - at, &glyph);
        BON_TRY(letter ? encode_piece(&encoder, text + at, n - at, &used)
                       : encode_sign(&encoder, text + at, n - at, &used));
    }
    return BON_OK;
}
