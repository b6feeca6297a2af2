/* src/base/codec.h: compression formats as rows of one table. A format knows nothing of files: it turns bytes into bytes,
 * step by step, and io_in.c and io_out.c do the rest. To add a format, write its row and put it into codec.c's table.
 */
#ifndef BON_SRC_BASE_CODEC_H
#define BON_SRC_BASE_CODEC_H

#include <stdbool.h>

#include "base/status.h"

enum { BON_CODEC_MAGIC = 10, BON_CODEC_MAGICS = 2 };

/* The first bytes of a frame: bytes[i] under mask[i], for i < length. */
struct bon_codec_magic {
    uint8_t length, bytes[BON_CODEC_MAGIC], mask[BON_CODEC_MAGIC];
};

/* What is left of the input and of the room for output; a step moves both forward. */
struct bon_codec_step {
    const uint8_t *in;
    size_t in_left;
    uint8_t *out;
    size_t out_left;
    const char *reason; /* set with BON_CODEC_BAD: a static text */
};

enum bon_codec_result {
    BON_CODEC_MORE, /* wants more input, or more room */
    BON_CODEC_END,  /* decoding: the frame ended, the next step begins another; encoding: all was given out */
    BON_CODEC_BAD,
    BON_CODEC_NOMEM
};

enum bon_codec_mode { BON_CODEC_RUN, BON_CODEC_FLUSH, BON_CODEC_FINISH };

struct bon_codec {
    const char *name;                               /* for messages */
    const char *suffix;                             /* of a file to be written in this format; NULL: none is */
    struct bon_codec_magic magic[BON_CODEC_MAGICS]; /* length 0: none */
    void *(*decoder_open)(void);                    /* NULL: out of memory */
    enum bon_codec_result (*decode)(void *decoder, struct bon_codec_step *step);
    void (*decoder_close)(void *decoder);
    void *(*encoder_open)(int level); /* level 0 = the format's default */
    enum bon_codec_result (*encode)(void *encoder, struct bon_codec_step *step, enum bon_codec_mode mode);
    void (*encoder_close)(void *encoder);
};

extern const struct bon_codec bon_codec_gzip, bon_codec_zstd, bon_codec_bzip2, bon_codec_utf16, bon_codec_utf32;

/* Whether these bytes begin a frame of the codec. *more (may be NULL): they do not yet, but could with more bytes. */
bool bon_codec_matches(const struct bon_codec *codec, const uint8_t *bytes, size_t n, bool *more);
/* The format whose frames begin with these bytes, or NULL for plain bytes. */
const struct bon_codec *bon_codec_of_bytes(const uint8_t *bytes, size_t n, bool *more);
/* The format that a file name asks for, or NULL for plain bytes. */
const struct bon_codec *bon_codec_of_name(const char *path);

#endif
