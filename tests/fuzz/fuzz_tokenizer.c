/* tokenizer.json with arbitrary content: refused, or a tokenizer that is lossless and whose file reads back as itself. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "bon/tokenizer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds) abort();
}

static void check_tokens(const bon_tokenizer *t) {
    bon_buf spelling = {0};
    for (uint32_t id = 0; id < bon_tokenizer_size(t); id++) {
        size_t n;
        const char *bytes = bon_tokenizer_bytes(t, id, &n);
        require(bytes && n > 0);
        if (!bon_tokenizer_is_special(t, id)) require(bon_tokenizer_find(t, bytes, n) == id);
        require(bon_tokenizer_spell(t, id, &spelling) == BON_OK);
    }
    for (uint32_t i = 0, left, right, joined; i < bon_tokenizer_merge_count(t); i++) {
        bon_tokenizer_merge(t, i, &left, &right, &joined);
        require(left < bon_tokenizer_size(t) && right < bon_tokenizer_size(t) && joined < bon_tokenizer_size(t));
    }
    bon_buf_free(&spelling);
}

static void check_text(const bon_tokenizer *t, unsigned flags, const char *text, size_t n) {
    bon_token_encoder *e;
    bon_token_ids ids = {0};
    bon_buf back = {0};
    require(bon_token_encoder_open(&e, t, flags) == BON_OK);
    for (int again = 0; again < 2; again++) { /* the second time pieces are remembered */
        ids.count = back.len = 0;
        require(bon_token_encoder_encode(e, text, n, &ids) == BON_OK);
        require(ids.count <= n);
        require(bon_tokenizer_decode(t, ids.ids, ids.count, &back) == BON_OK);
        require(back.len == n && (n == 0 || memcmp(back.data, text, n) == 0));
    }
    bon_token_encoder_close(e);
    bon_buf_free(&back);
    free(ids.ids);
}

/* Learns from the bytes as a text and encodes them again. */
static void check_learning(const char *text, size_t n) {
    bon_token_trainer *trainer;
    bon_tokenizer *t;
    bon_token_train_options how = {.size = 300};
    require(bon_token_trainer_open(&trainer) == BON_OK);
    require(bon_token_trainer_add(trainer, text, n) == BON_OK);
    require(bon_token_trainer_learn(trainer, &how, &t) == BON_OK);
    bon_token_trainer_close(trainer);
    check_tokens(t);
    check_text(t, BON_ENCODE_SPECIAL, text, n);
    bon_tokenizer_close(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const char *text = size ? (const char *)data : "";
    bon_tokenizer *t;
    check_learning(text, size);
    if (bon_tokenizer_parse(&t, text, size, "fuzz") != BON_OK) {
        require(bon_error_message()[0] && !t);
        return 0;
    }
    check_tokens(t);
    check_text(t, 0, text, size);
    check_text(t, BON_ENCODE_SPECIAL, text, size);
    bon_tokenizer_close(t);
    return 0;
}
