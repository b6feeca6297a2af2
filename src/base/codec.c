/* src/base/codec.c: the table of compression formats and how one is chosen. */
#include "base/codec.h"

#include <string.h>

/* UTF-32 before UTF-16: its mark begins with the other's. */
static const struct bon_codec *const codecs[] = {&bon_codec_gzip, &bon_codec_zstd, &bon_codec_bzip2, &bon_codec_utf32,
                                                 &bon_codec_utf16};
enum { CODECS = sizeof codecs / sizeof codecs[0] };

bool bon_codec_matches(const struct bon_codec *codec, const uint8_t *bytes, size_t n, bool *more) {
    bool matches = false, unfinished = false;
    for (size_t i = 0; i < BON_CODEC_MAGICS && codec->magic[i].length; i++) {
        const struct bon_codec_magic *magic = &codec->magic[i];
        size_t same = 0;
        while (same < n && same < magic->length && (bytes[same] & magic->mask[same]) == magic->bytes[same]) same++;
        if (same == magic->length)
            matches = true;
        else if (same == n)
            unfinished = true;
    }
    if (more) *more = unfinished && !matches;
    return matches;
}

const struct bon_codec *bon_codec_of_bytes(const uint8_t *bytes, size_t n, bool *more) {
    *more = false; /* a codec further up could still match */
    for (size_t i = 0; i < CODECS; i++) {
        bool unfinished;
        if (bon_codec_matches(codecs[i], bytes, n, &unfinished)) return codecs[i];
        *more |= unfinished;
    }
    return NULL;
}

const struct bon_codec *bon_codec_of_name(const char *path) {
    size_t length = strlen(path);
    for (size_t i = 0; i < CODECS; i++) {
        if (!codecs[i]->suffix) continue;
        size_t suffix = strlen(codecs[i]->suffix);
        if (length > suffix && memcmp(path + length - suffix, codecs[i]->suffix, suffix) == 0) return codecs[i];
    }
    return NULL;
}
