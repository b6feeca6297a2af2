/* src/base/codec.c: the table of compression formats and how one is chosen. */
#include "base/codec.h"

#include <string.h>

static const struct bon_codec *const codecs[] = {&bon_codec_gzip, &bon_codec_zstd};
enum { CODECS = sizeof codecs / sizeof codecs[0] };

const struct bon_codec *bon_codec_of_bytes(const uint8_t *bytes, size_t n) {
    for (size_t i = 0; i < CODECS; i++)
        if (codecs[i]->matches(bytes, n)) return codecs[i];
    return NULL;
}

const struct bon_codec *bon_codec_of_name(const char *path) {
    size_t length = strlen(path);
    for (size_t i = 0; i < CODECS; i++) {
        size_t suffix = strlen(codecs[i]->suffix);
        if (length > suffix && memcmp(path + length - suffix, codecs[i]->suffix, suffix) == 0) return codecs[i];
    }
    return NULL;
}
