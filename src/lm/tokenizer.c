/* src/lm/tokenizer.c: tokens by id and by bytes, merges by pair; decoding, which is joining bytes. */
#include "lm/tokenizer.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/hash.h"
#include "lm/bpe_alphabet.h"

/* A power of two that leaves an open-addressing table of n entries at least half empty. */
static size_t table_size(size_t n) {
    size_t size = 16;
    while (size < 2 * n) size *= 2;
    return size;
}

bon_status bon_tokenizer_new(bon_tokenizer **out, uint32_t cap) {
    *out = NULL;
    if (cap > BON_TOKENIZER_SIZE_MAX)
        return bon_fail(BON_ERR_LIMIT, "%u tokens are more than a tokenizer may have, %u", cap, BON_TOKENIZER_SIZE_MAX);
    bon_tokenizer *t = bon_alloc_zeroed(1, sizeof *t);
    if (!t) return BON_ERR_NOMEM;
    size_t slots = table_size(cap);
    t->cap = cap;
    t->index_mask = slots - 1;
    t->tokens = bon_alloc_zeroed(cap, sizeof *t->tokens);
    t->specials = t->tokens ? bon_alloc_array(cap, sizeof *t->specials) : NULL;
    t->index = t->specials ? bon_alloc_array(slots, sizeof *t->index) : NULL;
    if (!t->index) {
        bon_tokenizer_close(t);
        return BON_ERR_NOMEM;
    }
    memset(t->index, 0xff, slots * sizeof *t->index);
    *out = t;
    return BON_OK;
}

void bon_tokenizer_close(bon_tokenizer *t) {
    if (!t) return;
    bon_arena_free(&t->text);
    free(t->tokens);
    free(t->specials);
    free(t->index);
    free(t->merges);
    free(t->pairs);
    free(t);
}

/* ---- putting together ---- */

static uint32_t *index_slot(const bon_tokenizer *t, const char *bytes, size_t n) {
    for (size_t i = bon_hash64(bytes, n) & t->index_mask;; i = (i + 1) & t->index_mask) {
        uint32_t id = t->index[i];
        if (id == BON_TOKENIZER_NONE) return &t->index[i];
        if (t->tokens[id].n == n && memcmp(t->tokens[id].bytes, bytes, n) == 0) return &t->index[i];
    }
}

bon_status bon_tokenizer_set(bon_tokenizer *t, uint32_t id, const char *bytes, size_t n, bool special) {
    if (id >= t->cap)
        return bon_fail(BON_ERR_DATA, "token id %u is out of range: those of %u tokens go from 0 without a gap", id,
                        t->cap);
    if (t->tokens[id].bytes) return bon_fail(BON_ERR_DATA, "two tokens have the id %u", id);
    if (n == 0) return bon_fail(BON_ERR_DATA, "the token with id %u is empty", id);
    uint32_t *slot = special ? NULL : index_slot(t, bytes, n);
    if (slot && *slot != BON_TOKENIZER_NONE)
        return bon_fail(BON_ERR_DATA, "the tokens with ids %u and %u are the same", *slot, id);
    char *copy = bon_arena_copy(&t->text, bytes, n);
    if (!copy) return BON_ERR_NOMEM;
    t->tokens[id] = (struct bon_subword){copy, n, special};
    if (slot) *slot = id;
    if (id >= t->size) t->size = id + 1;
    return BON_OK;
}

static bool is_ordinary(const bon_tokenizer *t, uint32_t id) {
    return id < t->size && t->tokens[id].bytes && !t->tokens[id].special;
}

bon_status bon_tokenizer_add_merge(bon_tokenizer *t, uint32_t left, uint32_t right) {
    char shorts[256];
    if (!is_ordinary(t, left) || !is_ordinary(t, right)) return BON_ERR_DATA;
    const struct bon_subword *a = &t->tokens[left], *b = &t->tokens[right];
    char *joined = a->n + b->n <= sizeof shorts ? shorts : bon_alloc_array(a->n + b->n, 1);
    if (!joined) return BON_ERR_NOMEM;
    memcpy(joined, a->bytes, a->n);
    memcpy(joined + a->n, b->bytes, b->n);
    uint32_t id = bon_tokenizer_find(t, joined, a->n + b->n);
    if (joined != shorts) free(joined);
    if (id == BON_TOKENIZER_NONE) return BON_ERR_DATA;
    BON_TRY(bon_grow_array(&t->merges, &t->merge_cap, (size_t)t->merge_count + 1, sizeof *t->merges));
    t->merges[t->merge_count++] = (struct bon_token_merge){left, right, id};
    return BON_OK;
}

static bon_status make_pairs(bon_tokenizer *t) {
    size_t slots = table_size(t->merge_count);
    t->pairs = bon_alloc_array(slots, sizeof *t->pairs);
    if (!t->pairs) return BON_ERR_NOMEM;
    t->pair_mask = slots - 1;
    for (size_t i = 0; i < slots; i++) t->pairs[i] = (struct bon_token_pair){UINT64_MAX, 0, BON_TOKENIZER_NONE};
    for (uint32_t rank = 0; rank < t->merge_count; rank++) {
        const struct bon_token_merge *merge = &t->merges[rank];
        struct bon_token_pair *slot = &t->pairs[bon_token_pair_find(t, merge->left, merge->right) - t->pairs];
        if (slot->joined != BON_TOKENIZER_NONE)
            return bon_fail(BON_ERR_DATA, "merges %u and %u join the same pair", slot->rank + 1, rank + 1);
        *slot = (struct bon_token_pair){bon_token_pair_key(merge->left, merge->right), rank, merge->joined};
    }
    return BON_OK;
}

bon_status bon_tokenizer_finish(bon_tokenizer *t) {
    for (uint32_t id = 0; id < t->size; id++) {
        if (!t->tokens[id].bytes) return bon_fail(BON_ERR_DATA, "no token has the id %u", id);
        if (t->tokens[id].special) t->specials[t->special_count++] = id;
    }
    for (unsigned i = 0; i < BON_TOKENIZER_BYTES; i++) {
        char byte = (char)i;
        t->of_byte[i] = bon_tokenizer_find(t, &byte, 1);
        if (t->of_byte[i] == BON_TOKENIZER_NONE)
            return bon_fail(BON_ERR_DATA, "no token is the byte 0x%02x alone, so not every text could be encoded", i);
    }
    return make_pairs(t);
}

/* ---- asking ---- */

uint32_t bon_tokenizer_size(const bon_tokenizer *t) { return t->size; }

const char *bon_tokenizer_bytes(const bon_tokenizer *t, uint32_t id, size_t *n) {
    *n = id < t->size ? t->tokens[id].n : 0;
    return id < t->size ? t->tokens[id].bytes : NULL;
}

bool bon_tokenizer_is_special(const bon_tokenizer *t, uint32_t id) { return id < t->size && t->tokens[id].special; }

uint32_t bon_tokenizer_find(const bon_tokenizer *t, const char *bytes, size_t n) {
    return n ? *index_slot(t, bytes, n) : BON_TOKENIZER_NONE;
}

uint32_t bon_tokenizer_find_special(const bon_tokenizer *t, const char *bytes, size_t n) {
    for (uint32_t i = 0; i < t->special_count; i++) {
        const struct bon_subword *token = &t->tokens[t->specials[i]];
        if (token->n == n && memcmp(token->bytes, bytes, n) == 0) return t->specials[i];
    }
    return BON_TOKENIZER_NONE;
}

uint32_t bon_tokenizer_merge_count(const bon_tokenizer *t) { return t->merge_count; }

void bon_tokenizer_merge(const bon_tokenizer *t, uint32_t i, uint32_t *left, uint32_t *right, uint32_t *joined) {
    *left = t->merges[i].left;
    *right = t->merges[i].right;
    *joined = t->merges[i].joined;
}

bon_status bon_tokenizer_spell(const bon_tokenizer *t, uint32_t id, bon_buf *out) {
    if (id >= t->size) return bon_fail(BON_ERR_ARGUMENT, "%u is not the id of a token: there are %u", id, t->size);
    const struct bon_subword *token = &t->tokens[id];
    return token->special ? bon_buf_append(out, token->bytes, token->n)
                          : bon_alphabet_spell(token->bytes, token->n, out);
}

bon_status bon_tokenizer_decode(const bon_tokenizer *t, const uint32_t *ids, size_t count, bon_buf *out) {
    for (size_t i = 0; i < count; i++) {
        if (ids[i] >= t->size)
            return bon_fail(BON_ERR_DATA,
                            "%u is not the id of a token: this tokenizer has %u; was the text encoded with "
                            "another one?",
                            ids[i], t->size);
        BON_TRY(bon_buf_append(out, t->tokens[ids[i]].bytes, t->tokens[ids[i]].n));
    }
    return BON_OK;
}
