/* cmd/bon/encoder.h: the worker of a pipeline that makes token ids of text. */
#ifndef BON_CMD_ENCODER_H
#define BON_CMD_ENCODER_H

#include "bon/tokenizer.h"

struct encoder {
    bon_token_encoder *encoder;
    bon_token_ids ids; /* of the last text */
};

/* `flags` as of bon_token_encoder_open. */
bon_status encoder_open(struct encoder **out, const bon_tokenizer *tokenizer, unsigned flags);
/* A pipeline's worker_close; the context is not looked at. */
void encoder_close(void *context, void *encoder);

/* Text -> encoder->ids, in place of what was there. */
bon_status encoder_encode(struct encoder *encoder, const char *text, size_t n);
/* Appends an id as `width` bytes, the lowest first. */
bon_status encoder_put(bon_buf *out, uint32_t id, unsigned width);
/* The same of text: all its ids. */
bon_status encoder_encode_binary(struct encoder *encoder, const char *text, size_t n, unsigned width, bon_buf *out);

#endif
