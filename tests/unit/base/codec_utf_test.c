/* src/base/codec_utf.c: the same text from both widths and orders, whatever the steps. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/codec.h"

struct row {
    const struct bon_codec *codec;
    size_t n;
    const char *bytes, *text;
};
#define ROW(codec, bytes, text)                                                                                        \
    { &bon_codec_##codec, sizeof(bytes) - 1, bytes, text }
static const struct row rows[] = {
    ROW(utf16,
        "\xff\xfe"
        "a\0\xbf\x1e\n\0\x3d\xd8\x00\xde",
        "aế\n😀"),
    ROW(utf16,
        "\xfe\xff"
        "\0a\x1e\xbf\0\n\xd8\x3d\xde\x00",
        "aế\n😀"),
    ROW(utf32,
        "\xff\xfe\0\0"
        "a\0\0\0\xbf\x1e\0\0\0\xf6\x01\0",
        "aế😀"),
    ROW(utf32,
        "\0\0\xfe\xff"
        "\0\0\0a\0\0\x1e\xbf\0\x01\xf6\0",
        "aế😀"),
    ROW(utf16, "\xff\xfe", ""),
    /* half a pair, the wrong half, half a unit, a number that is no character */
    ROW(utf16,
        "\xff\xfe\x3d\xd8"
        "a\0\x00\xde\x3d\xd8",
        "\ufffda\ufffd\ufffd"),
    ROW(utf16,
        "\xff\xfe\x3d\xd8\x3d\xd8\x00\xde"
        "b",
        "\ufffd😀\ufffd"),
    ROW(utf32,
        "\xff\xfe\0\0\x00\xd8\0\0\0\0\x11\0"
        "ab",
        "\ufffd\ufffd\ufffd"),
};

/* Gives at most `in` bytes and room for `out` at a time. */
static size_t decode(const struct row *row, size_t in, size_t out, char *text) {
    void *decoder = row->codec->decoder_open();
    size_t at = 0, length = 0;
    cr_assert_not_null(decoder);
    for (;;) {
        size_t left = row->n - at < in ? row->n - at : in;
        struct bon_codec_step step = {
            .in = (const uint8_t *)row->bytes + at, .in_left = left, .out = (uint8_t *)text + length, .out_left = out};
        enum bon_codec_result result = row->codec->decode(decoder, &step);
        at += left - step.in_left;
        length += out - step.out_left;
        if (result == BON_CODEC_END) break;
        cr_assert_eq(result, BON_CODEC_MORE);
        cr_assert(left > step.in_left || step.out_left < out, "no progress");
    }
    row->codec->decoder_close(decoder);
    return length;
}

Test(codec_utf, every_step_size) {
    char text[64];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (size_t in = 1; in < 20; in++)
            for (size_t out = 1; out < 12; out++) {
                size_t n = decode(&rows[i], in, out, text);
                cr_assert(n == strlen(rows[i].text) && memcmp(text, rows[i].text, n) == 0, "row %zu: %.*s", i, (int)n,
                          text);
            }
}
