/* src/lm/bpe_alphabet.c: the map is arithmetic: three runs of bytes are moved, in order, to U+0100 and up. */
#include "lm/bpe_alphabet.h"

#include "base/buf.h"
#include "syllable/utf8.h"

enum { MOVED_TO = 0x100 };

/* Bytes that are not printable: first to last, the first at U+0100 + place. */
static const struct { unsigned first, last, place; } moved[] = {{0x00, 0x20, 0}, {0x7f, 0xa0, 33}, {0xad, 0xad, 67}};
enum { MOVED = sizeof moved / sizeof *moved };

static uint32_t character_of(unsigned char byte) {
    for (unsigned i = 0; i < MOVED; i++)
        if (byte >= moved[i].first && byte <= moved[i].last) return MOVED_TO + moved[i].place + byte - moved[i].first;
    return byte;
}

/* The byte that a character stands for, or -1. */
static int byte_of(uint32_t c) {
    for (unsigned i = 0; i < MOVED; i++) {
        uint32_t first = MOVED_TO + moved[i].place;
        if (c >= first && c <= first + moved[i].last - moved[i].first) return (int)(moved[i].first + c - first);
    }
    return c <= 0xff && character_of((unsigned char)c) == c ? (int)c : -1;
}

bon_status bon_alphabet_spell(const char *bytes, size_t n, bon_buf *out) {
    BON_TRY(bon_buf_reserve(out, 2 * n));
    for (size_t i = 0; i < n; i++)
        out->len += bon_utf8_write(character_of((unsigned char)bytes[i]), out->data + out->len);
    return BON_OK;
}

bon_status bon_alphabet_read(const char *spelling, size_t n, bon_buf *out, bool *valid) {
    *valid = true;
    BON_TRY(bon_buf_reserve(out, n));
    for (size_t at = 0; at < n;) {
        unsigned length;
        int byte = byte_of(bon_utf8_read(spelling + at, n - at, &length));
        if (byte < 0) {
            *valid = false;
            return BON_OK;
        }
        out->data[out->len++] = (char)byte;
        at += length;
    }
    return BON_OK;
}
