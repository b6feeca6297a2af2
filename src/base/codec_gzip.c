/* src/base/codec_gzip.c: gzip (RFC 1952) by zlib. The header written has no time and no name, so that the same input gives
 * the same bytes. */
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/codec.h"

enum { GZIP_WINDOW_BITS = 15 + 16 /* 16: gzip framing, not zlib's */, GZIP_MEMORY_LEVEL = 8, GZIP_DEFAULT_LEVEL = 6 };

struct gzip_decoder {
    z_stream stream;
    bool ended; /* a member is complete: reset before the next */
};

/* Lends the step's bytes to zlib, which counts in unsigned int. */
static void lend(z_stream *stream, const struct bon_codec_step *step) {
    stream->next_in = (Bytef *)step->in; /* zlib's interface predates const; it only reads */
    stream->avail_in = step->in_left < UINT_MAX ? (uInt)step->in_left : UINT_MAX;
    stream->next_out = step->out;
    stream->avail_out = step->out_left < UINT_MAX ? (uInt)step->out_left : UINT_MAX;
}

static void take_back(const z_stream *stream, struct bon_codec_step *step) {
    step->in_left -= (size_t)(stream->next_in - step->in);
    step->in = stream->next_in;
    step->out_left -= (size_t)(stream->next_out - step->out);
    step->out = stream->next_out;
}

static void *gzip_decoder_open(void) {
    struct gzip_decoder *decoder = calloc(1, sizeof *decoder);
    if (decoder && inflateInit2(&decoder->stream, GZIP_WINDOW_BITS) != Z_OK) {
        free(decoder);
        decoder = NULL;
    }
    return decoder;
}

static enum bon_codec_result gzip_decode(void *state, struct bon_codec_step *step) {
    struct gzip_decoder *decoder = state;
    if (decoder->ended) {
        inflateReset(&decoder->stream);
        decoder->ended = false;
    }
    lend(&decoder->stream, step);
    int result = inflate(&decoder->stream, Z_NO_FLUSH);
    take_back(&decoder->stream, step);
    switch (result) {
    case Z_OK:
    case Z_BUF_ERROR: return BON_CODEC_MORE; /* no progress: the caller sees that nothing moved */
    case Z_STREAM_END: decoder->ended = true; return BON_CODEC_END;
    case Z_MEM_ERROR: return BON_CODEC_NOMEM;
    default: step->reason = decoder->stream.msg ? decoder->stream.msg : "invalid data"; return BON_CODEC_BAD;
    }
}

static void gzip_decoder_close(void *state) {
    struct gzip_decoder *decoder = state;
    if (!decoder) return;
    inflateEnd(&decoder->stream);
    free(decoder);
}

static void *gzip_encoder_open(int level) {
    z_stream *stream = calloc(1, sizeof *stream);
    if (!stream) return NULL;
    if (level <= 0) level = GZIP_DEFAULT_LEVEL;
    if (level > Z_BEST_COMPRESSION) level = Z_BEST_COMPRESSION;
    if (deflateInit2(stream, level, Z_DEFLATED, GZIP_WINDOW_BITS, GZIP_MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK) {
        free(stream);
        return NULL;
    }
    return stream;
}

static enum bon_codec_result gzip_encode(void *state, struct bon_codec_step *step, enum bon_codec_mode mode) {
    static const int flush[] = {
        [BON_CODEC_RUN] = Z_NO_FLUSH, [BON_CODEC_FLUSH] = Z_SYNC_FLUSH, [BON_CODEC_FINISH] = Z_FINISH};
    z_stream *stream = state;
    lend(stream, step);
    int result = deflate(stream, flush[mode]);
    take_back(stream, step);
    if (result == Z_STREAM_END) return BON_CODEC_END;
    if (result == Z_OK || result == Z_BUF_ERROR) /* zlib has given out everything when it leaves room behind. */
        return mode != BON_CODEC_FINISH && step->in_left == 0 && step->out_left > 0 ? BON_CODEC_END : BON_CODEC_MORE;
    step->reason = "deflate failed";
    return BON_CODEC_BAD;
}

static void gzip_encoder_close(void *state) {
    if (!state) return;
    deflateEnd(state);
    free(state);
}

const struct bon_codec bon_codec_gzip = {
    .name = "gzip",
    .suffix = ".gz",
    .magic = {{2, {0x1f, 0x8b}, {0xff, 0xff}}},
    .decoder_open = gzip_decoder_open,
    .decode = gzip_decode,
    .decoder_close = gzip_decoder_close,
    .encoder_open = gzip_encoder_open,
    .encode = gzip_encode,
    .encoder_close = gzip_encoder_close,
};
