/* src/base/codec_bzip2.c: bzip2 by libbz2, for input: dumps come in it, and zstd is better for what is written. */
#include <bzlib.h>
#include <limits.h>
#include <stdlib.h>

#include "base/codec.h"

struct bzip2_decoder {
    bz_stream stream;
    bool ready; /* within a stream */
};

static void *bzip2_decoder_open(void) { return calloc(1, sizeof(struct bzip2_decoder)); }

static enum bon_codec_result fail(int result, struct bon_codec_step *step) {
    if (result == BZ_MEM_ERROR) return BON_CODEC_NOMEM;
    step->reason = result == BZ_DATA_ERROR_MAGIC ? "not bzip2 data" : "invalid data or a wrong checksum";
    return BON_CODEC_BAD;
}

static enum bon_codec_result bzip2_decode(void *state, struct bon_codec_step *step) {
    struct bzip2_decoder *decoder = state;
    bz_stream *stream = &decoder->stream;
    if (!decoder->ready) {
        int begun = BZ2_bzDecompressInit(stream, 0, 0);
        if (begun != BZ_OK) return fail(begun, step);
        decoder->ready = true;
    }
    stream->next_in = (char *)step->in; /* libbz2's interface predates const; it only reads */
    stream->avail_in = step->in_left < UINT_MAX ? (unsigned)step->in_left : UINT_MAX;
    stream->next_out = (char *)step->out;
    stream->avail_out = step->out_left < UINT_MAX ? (unsigned)step->out_left : UINT_MAX;
    int result = BZ2_bzDecompress(stream);
    step->in_left -= (size_t)(stream->next_in - (const char *)step->in);
    step->in = (const uint8_t *)stream->next_in;
    step->out_left -= (size_t)(stream->next_out - (char *)step->out);
    step->out = (uint8_t *)stream->next_out;
    if (result == BZ_OK) return BON_CODEC_MORE;
    if (result != BZ_STREAM_END) return fail(result, step);
    BZ2_bzDecompressEnd(stream);
    decoder->ready = false;
    return BON_CODEC_END;
}

static void bzip2_decoder_close(void *state) {
    struct bzip2_decoder *decoder = state;
    if (decoder && decoder->ready) BZ2_bzDecompressEnd(&decoder->stream);
    free(decoder);
}

/* "BZh" and a digit could begin a text; the magic of the first block, or of the end, could not. */
const struct bon_codec bon_codec_bzip2 = {
    .name = "bzip2",
    .magic = {{10,
               {'B', 'Z', 'h', '0', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59},
               {0xff, 0xff, 0xff, 0xf0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
              {10,
               {'B', 'Z', 'h', '0', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90},
               {0xff, 0xff, 0xff, 0xf0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}},
    .decoder_open = bzip2_decoder_open,
    .decode = bzip2_decode,
    .decoder_close = bzip2_decoder_close,
};
