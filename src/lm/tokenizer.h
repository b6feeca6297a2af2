/* src/lm/tokenizer.h: what a tokenizer is made of, and how one is put together: tokens by id, then merges in their order. */
#ifndef BON_SRC_LM_TOKENIZER_H
#define BON_SRC_LM_TOKENIZER_H

#include "base/arena.h"
#include "bon/tokenizer.h"

struct bon_subword {
    const char *bytes; /* NULL: not set yet */
    size_t n;
    bool special;
};

struct bon_token_merge {
    uint32_t left, right, joined;
};

/* A slot of the table from pairs to merges; joined == BON_TOKENIZER_NONE: free. */
struct bon_token_pair {
    uint64_t key;
    uint32_t rank, joined;
};

struct bon_tokenizer {
    struct bon_arena text;
    struct bon_subword *tokens; /* by id */
    uint32_t size;              /* ids given out */
    uint32_t cap;               /* ids there is room for */
    uint32_t *index;            /* bytes -> id of an ordinary token: open addressing, BON_TOKENIZER_NONE = free */
    size_t index_mask;
    uint32_t of_byte[BON_TOKENIZER_BYTES];
    uint32_t *specials; /* ids, ascending */
    uint32_t special_count;
    struct bon_token_merge *merges;
    uint32_t merge_count;
    size_t merge_cap;
    struct bon_token_pair *pairs; /* open addressing */
    size_t pair_mask;
};

/* A tokenizer with room for `cap` tokens, none set. */
bon_status bon_tokenizer_new(bon_tokenizer **out, uint32_t cap);
/* Sets a token; id < cap, once each. An ordinary token must differ from the others: BON_ERR_DATA. */
bon_status bon_tokenizer_set(bon_tokenizer *tokenizer, uint32_t id, const char *bytes, size_t n, bool special);
/* Appends a merge of two ordinary tokens; bytes of left and right together must be an ordinary token: BON_ERR_DATA, without a
 * message, when they are not. */
bon_status bon_tokenizer_add_merge(bon_tokenizer *tokenizer, uint32_t left, uint32_t right);
/* Makes what encoding needs. BON_ERR_DATA when a byte has no token, an id is missing or a pair is merged twice. */
bon_status bon_tokenizer_finish(bon_tokenizer *tokenizer);

static inline uint64_t bon_token_pair_key(uint32_t left, uint32_t right) { return (uint64_t)left << 32 | right; }

static inline uint64_t bon_token_pair_mix(uint64_t key) {
    key *= 0x9e3779b97f4a7c15;
    return key ^ key >> 29;
}

/* The merge of two tokens, or a slot whose joined is BON_TOKENIZER_NONE. */
static inline const struct bon_token_pair *bon_token_pair_find(const bon_tokenizer *t, uint32_t left, uint32_t right) {
    uint64_t key = bon_token_pair_key(left, right);
    for (size_t i = bon_token_pair_mix(key) & t->pair_mask;; i = (i + 1) & t->pair_mask) {
        const struct bon_token_pair *pair = &t->pairs[i];
        if (pair->key == key || pair->joined == BON_TOKENIZER_NONE) return pair;
    }
}

#endif
