/* The table of compression formats: which bytes and which names ask for one. Streams of them: io_in_test.c, io_out_test.c. */
#include "base/codec.h"

#include <criterion/criterion.h>
#include <string.h>

Test(codec, told_by_bytes) {
    static const struct {
        size_t n;
        const char *bytes;
        const struct bon_codec *codec;
        bool more;
    } rows[] = {
        {0, "", NULL, true},
        {1, "a", NULL, false},
        {1, "\x1f", NULL, true},
        {2, "\x1f\x8b", &bon_codec_gzip, false},
        {2, "\x1f\x8c", NULL, false},
        {4, "\x28\xb5\x2f\xfd", &bon_codec_zstd, false},
        {3, "\x28\xb5\x2f", NULL, true},
        {4, "\x28\xb5\x2f\xfc", NULL, false},
        {4, "\x50\x2a\x4d\x18", &bon_codec_zstd, false},
        {4, "\x5f\x2a\x4d\x18", &bon_codec_zstd, false},
        {4, "\x60\x2a\x4d\x18", NULL, false},
        {2, "_*", NULL, true},
        {10, "BZh9\x31\x41\x59\x26\x53\x59", &bon_codec_bzip2, false},
        {10, "BZh1\x17\x72\x45\x38\x50\x90", &bon_codec_bzip2, false},
        {9, "BZh9\x31\x41\x59\x26\x53", NULL, true},
        {10, "BZh9 v\xc3\xa0 v.", NULL, false},
        {1, "\xff", NULL, true},
        {2, "\xff\xfe", &bon_codec_utf16, true},
        {3, "\xff\xfe\n", &bon_codec_utf16, false},
        {4, "\xff\xfe\0\0", &bon_codec_utf32, false},
        {4, "\0\0\xfe\xff", &bon_codec_utf32, false},
        {2, "\xfe\xff", &bon_codec_utf16, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool more;
        cr_assert_eq(bon_codec_of_bytes((const uint8_t *)rows[i].bytes, rows[i].n, &more), rows[i].codec, "row %zu", i);
        cr_assert_eq(more, rows[i].more, "row %zu", i);
    }
}

Test(codec, told_by_name) {
    static const struct {
        const char *path;
        const struct bon_codec *codec;
    } rows[] = {{"a.gz", &bon_codec_gzip},
                {"dir.zst/a", NULL},
                {"a.txt.zst", &bon_codec_zstd},
                {".gz", NULL},
                {"", NULL},
                {"a.GZ", NULL},
                {"a.gz.txt", NULL},
                {"gz", NULL}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_assert_eq(bon_codec_of_name(rows[i].path), rows[i].codec, "%s", rows[i].path);
}
