/* cmd/bon/encoder.c: see encoder.h. */
#include "encoder.h"

#include <stdlib.h>

#include "base/buf.h"

bon_status encoder_open(struct encoder **out, const bon_tokenizer *tokenizer, unsigned flags) {
    struct encoder *encoder = bon_alloc_zeroed(1, sizeof *encoder);
    if (!encoder) return BON_ERR_NOMEM;
    bon_status status = bon_token_encoder_open(&encoder->encoder, tokenizer, flags);
    if (status == BON_OK)
        *out = encoder;
    else
        free(encoder);
    return status;
}

void encoder_close(void *context, void *encoder) {
    struct encoder *gone = encoder;
    (void)context;
    bon_token_encoder_close(gone->encoder);
    free(gone->ids.ids);
    free(gone);
}

bon_status encoder_encode(struct encoder *encoder, const char *text, size_t n) {
    encoder->ids.count = 0;
    return bon_token_encoder_encode(encoder->encoder, text, n, &encoder->ids);
}

bon_status encoder_put(bon_buf *out, uint32_t id, unsigned width) {
    BON_TRY(bon_buf_reserve(out, width));
    for (unsigned k = 0; k < width; k++) out->data[out->len++] = (char)(id >> 8 * k);
    return BON_OK;
}

bon_status encoder_encode_binary(struct encoder *encoder, const char *text, size_t n, unsigned width, bon_buf *out) {
    BON_TRY(encoder_encode(encoder, text, n));
    for (size_t i = 0; i < encoder->ids.count; i++) BON_TRY(encoder_put(out, encoder->ids.ids[i], width));
    return BON_OK;
}
