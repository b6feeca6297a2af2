/* src/lm/bpe_train.c: the trainer: pieces of texts, counted; their sum, learned from. */
#include <stdlib.h>

#include "lm/bpe_learn.h"
#include "lm/bpe_split.h"

struct bon_token_trainer {
    struct bon_pieces pieces;
};

bon_status bon_token_trainer_open(bon_token_trainer **out) {
    *out = bon_alloc_zeroed(1, sizeof **out);
    return *out ? BON_OK : BON_ERR_NOMEM;
}

void bon_token_trainer_close(bon_token_trainer *trainer) {
    if (!trainer) return;
    bon_pieces_free(&trainer->pieces);
    free(trainer);
}

bon_status bon_token_trainer_add(bon_token_trainer *trainer, const char *text, size_t n) {
    for (size_t at = 0, end; at < n; at = end) {
        end = bon_split_next(text, n, at);
        BON_TRY(bon_pieces_add(&trainer->pieces, text + at, end - at, n - at, 1));
    }
    return BON_OK;
}

bon_status bon_token_trainer_absorb(bon_token_trainer *trainer, const bon_token_trainer *other) {
    const struct bon_pieces *from = &other->pieces;
    char shorts[BON_PIECE_READ];
    size_t n;
    for (size_t i = 0; i < from->slot_count; i++) {
        const struct bon_piece *piece = &from->slots[i];
        if (!bon_piece_used(piece)) continue;
        const char *text = bon_pieces_text(from, piece, shorts, &n);
        BON_TRY(bon_pieces_add(&trainer->pieces, text, n, n, piece->count));
    }
    return BON_OK;
}

static bon_status set_bytes(bon_tokenizer *t) {
    for (uint32_t i = 0; i < BON_TOKENIZER_BYTES; i++) {
        char byte = (char)i;
        BON_TRY(bon_tokenizer_set(t, i, &byte, 1, false));
    }
    return BON_OK;
}

static bon_status set_names(bon_tokenizer *t, const char *const *names, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < i; k++)
            if (strcmp(names[i], names[k]) == 0)
                return bon_fail(BON_ERR_ARGUMENT, "the special token %s is named twice", names[i]);
        if (!names[i][0]) return bon_fail(BON_ERR_ARGUMENT, "a special token needs a name");
        BON_TRY(bon_tokenizer_set(t, t->size, names[i], strlen(names[i]), true));
    }
    return BON_OK;
}

bon_status bon_token_trainer_learn(const bon_token_trainer *trainer, const bon_token_train_options *options,
                                   bon_tokenizer **out) {
    static const char *const end[] = {BON_TOKENIZER_END};
    const char *const *names = options->names ? options->names : end;
    uint32_t name_count = options->names ? options->name_count : 1;
    *out = NULL;
    if (name_count > BON_TOKENIZER_SIZE_MAX || options->size < BON_TOKENIZER_BYTES + name_count ||
        options->size > BON_TOKENIZER_SIZE_MAX)
        return bon_fail(
            BON_ERR_ARGUMENT,
            "a vocabulary of %u is out of range: 256 bytes and %u special tokens need %llu, and the most is %u",
            options->size, name_count, (unsigned long long)BON_TOKENIZER_BYTES + name_count, BON_TOKENIZER_SIZE_MAX);
    bon_tokenizer *t;
    BON_TRY(bon_tokenizer_new(&t, options->size));
    bon_status status = set_bytes(t);
    if (status == BON_OK)
        status =
            bon_bpe_learn(t, &trainer->pieces, options->size - name_count, options->min_count ? options->min_count : 2);
    if (status == BON_OK) status = set_names(t, names, name_count);
    if (status == BON_OK) status = bon_tokenizer_finish(t);
    if (status == BON_OK)
        *out = t;
    else
        bon_tokenizer_close(t);
    return status;
}
