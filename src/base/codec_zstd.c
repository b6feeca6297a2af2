/* src/base/codec_zstd.c: Zstandard (RFC 8878) by libzstd. */
#include <zstd.h>
#include <zstd_errors.h>

#include "base/codec.h"

/* The largest window accepted: 128 MiB, what `zstd --long` writes by default. A frame may ask for up to 2 TiB, so a hostile
 * file of a few bytes must not choose how much memory is taken. */
enum { ZSTD_WINDOW_LOG = 27 };

static void *zstd_decoder_open(void) {
    ZSTD_DCtx *decoder = ZSTD_createDCtx();
    if (decoder) ZSTD_DCtx_setParameter(decoder, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG);
    return decoder;
}

static enum bon_codec_result failure(size_t result, struct bon_codec_step *step) {
    switch (ZSTD_getErrorCode(result)) {
    case ZSTD_error_memory_allocation: return BON_CODEC_NOMEM;
    case ZSTD_error_frameParameter_windowTooLarge:
        step->reason = "its window is above 128 MiB: compress it again with a window of at most 2^27 bytes";
        return BON_CODEC_BAD;
    default: step->reason = ZSTD_getErrorName(result); return BON_CODEC_BAD;
    }
}

static void take_back(struct bon_codec_step *step, const ZSTD_inBuffer *in, const ZSTD_outBuffer *out) {
    step->in += in->pos;
    step->in_left -= in->pos;
    step->out += out->pos;
    step->out_left -= out->pos;
}

static enum bon_codec_result zstd_decode(void *decoder, struct bon_codec_step *step) {
    ZSTD_inBuffer in = {step->in, step->in_left, 0};
    ZSTD_outBuffer out = {step->out, step->out_left, 0};
    size_t result = ZSTD_decompressStream(decoder, &out, &in);
    take_back(step, &in, &out);
    if (ZSTD_isError(result)) return failure(result, step);
    return result == 0 ? BON_CODEC_END : BON_CODEC_MORE;
}

static void zstd_decoder_close(void *decoder) { ZSTD_freeDCtx(decoder); }

static void *zstd_encoder_open(int level) {
    ZSTD_CCtx *encoder = ZSTD_createCCtx();
    if (!encoder) return NULL;
    if (level != 0) ZSTD_CCtx_setParameter(encoder, ZSTD_c_compressionLevel, level); /* clamped by zstd */
    ZSTD_CCtx_setParameter(encoder, ZSTD_c_checksumFlag, 1);
    return encoder;
}

static enum bon_codec_result zstd_encode(void *encoder, struct bon_codec_step *step, enum bon_codec_mode mode) {
    static const ZSTD_EndDirective directive[] = {
        [BON_CODEC_RUN] = ZSTD_e_continue, [BON_CODEC_FLUSH] = ZSTD_e_flush, [BON_CODEC_FINISH] = ZSTD_e_end};
    ZSTD_inBuffer in = {step->in, step->in_left, 0};
    ZSTD_outBuffer out = {step->out, step->out_left, 0};
    size_t result = ZSTD_compressStream2(encoder, &out, &in, directive[mode]);
    take_back(step, &in, &out);
    if (ZSTD_isError(result)) return failure(result, step);
    bool done = mode == BON_CODEC_RUN ? step->in_left == 0 : result == 0;
    return done ? BON_CODEC_END : BON_CODEC_MORE;
}

static void zstd_encoder_close(void *encoder) { ZSTD_freeCCtx(encoder); }

const struct bon_codec bon_codec_zstd = {
    .name = "zstd",
    .suffix = ".zst",
    .magic = {{4, {0x28, 0xb5, 0x2f, 0xfd}, {0xff, 0xff, 0xff, 0xff}},
              {4, {0x50, 0x2a, 0x4d, 0x18}, {0xf0, 0xff, 0xff, 0xff}}}, /* skippable frame */
    .decoder_open = zstd_decoder_open,
    .decode = zstd_decode,
    .decoder_close = zstd_decoder_close,
    .encoder_open = zstd_encoder_open,
    .encode = zstd_encode,
    .encoder_close = zstd_encoder_close,
};
