/* src/corpus/shingles.c: see shingles.h. */
#include "corpus/shingles.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/hash.h"
#include "syllable/segment.h"

struct bon_shingler {
    struct bon_word_cache words;
    uint64_t *tokens; /* each a random number that is always the same for it */
    size_t count, cap;
    uint32_t *shingles;
    size_t shingles_cap;
};

bon_status bon_shingler_open(struct bon_shingler **out) {
    *out = bon_alloc_zeroed(1, sizeof **out);
    return *out ? BON_OK : BON_ERR_NOMEM;
}

void bon_shingler_close(struct bon_shingler *shingler) {
    if (!shingler) return;
    free(shingler->tokens);
    free(shingler->shingles);
    free(shingler);
}

/* Fibonacci hashing, then the high half folded in: a finalizer for keys that are small numbers. */
static uint64_t mix(uint64_t x) {
    x = (x + 1) * UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 32) * UINT64_C(0xd6e8feb86659fd93);
    return x ^ x >> 32;
}

/* false: the token does not count */
static bool number_of(const char *text, const bon_token *token, uint64_t *number) {
    switch (token->kind) {
    case BON_LINE_END:
    case BON_TOKEN_PUNCTUATION:
    case BON_TOKEN_SYMBOL: return false;
    case BON_TOKEN_SYLLABLE: *number = mix(token->code); return true;
    default: *number = bon_hash64(text + token->start, token->len); return true;
    }
}

static bon_status read_tokens(struct bon_shingler *shingler, const char *text, size_t n) {
    shingler->count = 0;
    for (size_t pos = 0, found; (found = bon_segment_many(&shingler->words, text, n, &pos)) > 0;) {
        BON_TRY(bon_grow_array(&shingler->tokens, &shingler->cap, shingler->count + found, sizeof *shingler->tokens));
        for (const bon_token *token = shingler->words.tokens; token < shingler->words.tokens + found; token++)
            shingler->count += number_of(text, token, &shingler->tokens[shingler->count]);
    }
    return BON_OK;
}

/* Each token goes in at its place, so that other orders are other runs. */
static uint32_t hash_run(const uint64_t *tokens, size_t n) {
    uint64_t hash = 0;
    for (size_t i = 0; i < n; i++) hash = (hash + tokens[i]) * UINT64_C(0xd6e8feb86659fd93);
    return (uint32_t)(mix(hash) >> 16);
}

bon_status bon_shingles(struct bon_shingler *shingler, const char *text, size_t n, const uint32_t **shingles,
                        size_t *count) {
    BON_TRY(read_tokens(shingler, text, n));
    size_t run = shingler->count < BON_SHINGLE ? shingler->count : BON_SHINGLE;
    *count = shingler->count ? shingler->count - run + 1 : 0;
    BON_TRY(bon_grow_array(&shingler->shingles, &shingler->shingles_cap, *count, sizeof *shingler->shingles));
    for (size_t i = 0; i < *count; i++) shingler->shingles[i] = hash_run(shingler->tokens + i, run);
    *shingles = shingler->shingles;
    return BON_OK;
}
