/* src/base/codec_utf.c: UTF-16 and UTF-32 with a byte order mark, read as UTF-8 (Unicode Standard, sections 3.9 and 23.8).
 *
 * Lines, chunks and offsets are of bytes of UTF-8, so these are undone where compression is: behind this, all text is UTF-8.
 * What is no character (a surrogate alone, a number above U+10FFFF, half a unit at the end) becomes U+FFFD. Nothing is
 * written in them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/codec.h"

enum { REPLACEMENT = 0xfffd };

struct utf_decoder {
    unsigned width;  /* bytes of a unit: 2 or 4 */
    bool begun, big; /* the mark was read; big-endian */
    uint8_t unit[4]; /* of which `held` bytes are here */
    unsigned held;
    uint32_t high;    /* a high surrogate that waits for its other half, or 0 */
    uint8_t ready[8]; /* UTF-8 that waits for room */
    unsigned ready_at, ready_end;
};

static void *utf_open(unsigned width) {
    struct utf_decoder *decoder = calloc(1, sizeof *decoder);
    if (decoder) decoder->width = width;
    return decoder;
}

static void *utf16_open(void) { return utf_open(2); }
static void *utf32_open(void) { return utf_open(4); }

static void put(struct utf_decoder *decoder, uint32_t c) {
    uint8_t *out = decoder->ready + decoder->ready_end;
    if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) c = REPLACEMENT;
    unsigned tails = (c >= 0x80) + (c >= 0x800) + (c >= 0x10000);
    static const uint8_t leads[4] = {0, 0xc0, 0xe0, 0xf0};
    out[0] = (uint8_t)(leads[tails] | c >> (6 * tails));
    for (unsigned i = 1; i <= tails; i++) out[i] = (uint8_t)(0x80 | (c >> (6 * (tails - i)) & 0x3f));
    decoder->ready_end += tails + 1;
}

static uint32_t read_unit(const struct utf_decoder *decoder) {
    uint32_t unit = 0;
    for (unsigned i = 0; i < decoder->width; i++)
        unit = unit << 8 | decoder->unit[decoder->big ? i : decoder->width - 1 - i];
    return unit;
}

/* Takes a whole unit. */
static void take(struct utf_decoder *decoder) {
    decoder->held = 0;
    decoder->ready_at = decoder->ready_end = 0;
    if (!decoder->begun) {
        decoder->begun = true;
        decoder->big = decoder->unit[0] != 0xff;
        return;
    }
    uint32_t unit = read_unit(decoder), high = decoder->high;
    decoder->high = 0;
    if (decoder->width == 2 && high && unit >= 0xdc00 && unit < 0xe000) {
        put(decoder, 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
        return;
    }
    if (high) put(decoder, REPLACEMENT);
    if (decoder->width == 2 && unit >= 0xd800 && unit < 0xdc00)
        decoder->high = unit;
    else
        put(decoder, unit);
}

static void give(struct utf_decoder *decoder, struct bon_codec_step *step) {
    size_t n = decoder->ready_end - decoder->ready_at;
    if (n > step->out_left) n = step->out_left;
    memcpy(step->out, decoder->ready + decoder->ready_at, n);
    decoder->ready_at += (unsigned)n;
    step->out += n;
    step->out_left -= n;
}

static enum bon_codec_result utf_decode(void *state, struct bon_codec_step *step) {
    struct utf_decoder *decoder = state;
    bool at_end = step->in_left == 0; /* a step without input comes only there */
    for (;;) {
        give(decoder, step);
        if (decoder->ready_at < decoder->ready_end) return BON_CODEC_MORE;
        if (step->in_left == 0) break;
        decoder->unit[decoder->held++] = *step->in++;
        step->in_left--;
        if (decoder->held == decoder->width) take(decoder);
    }
    if (!at_end) return BON_CODEC_MORE;
    if (!decoder->high && !decoder->held) return BON_CODEC_END;
    decoder->high = decoder->held = 0;
    decoder->ready_at = decoder->ready_end = 0;
    put(decoder, REPLACEMENT);
    give(decoder, step);
    return BON_CODEC_MORE;
}

const struct bon_codec bon_codec_utf16 = {
    .name = "UTF-16",
    .magic = {{2, {0xff, 0xfe}, {0xff, 0xff}}, {2, {0xfe, 0xff}, {0xff, 0xff}}},
    .decoder_open = utf16_open,
    .decode = utf_decode,
    .decoder_close = free,
};

const struct bon_codec bon_codec_utf32 = {
    .name = "UTF-32",
    .magic = {{4, {0xff, 0xfe, 0, 0}, {0xff, 0xff, 0xff, 0xff}}, {4, {0, 0, 0xfe, 0xff}, {0xff, 0xff, 0xff, 0xff}}},
    .decoder_open = utf32_open,
    .decode = utf_decode,
    .decoder_close = free,
};
