/* src/corpus/classify_features.c: see classify_features.h. */
#include "corpus/classify_features.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "syllable/segment.h"
#include "syllable/utf8.h"

struct bon_featurizer {
    struct bon_feature_options options;
    bon_normalizer *normalizer;
    struct bon_word_cache *cache;
    bon_buf text, line, lower;
    uint64_t run[BON_FEATURES_NGRAMS_MAX]; /* hashes of the last tokens of the line, the newest first */
    unsigned run_count;
    uint32_t *features; /* of the line */
    size_t count, cap;
};

bon_status bon_featurizer_open(struct bon_featurizer **out, const struct bon_feature_options *options) {
    struct bon_featurizer *featurizer = bon_alloc_zeroed(1, sizeof *featurizer);
    if (!featurizer) return BON_ERR_NOMEM;
    featurizer->options = *options;
    featurizer->cache = bon_alloc_zeroed(1, sizeof *featurizer->cache);
    bon_status status = featurizer->cache ? bon_normalizer_open(&featurizer->normalizer, NULL) : BON_ERR_NOMEM;
    if (status == BON_OK)
        *out = featurizer;
    else
        bon_featurizer_close(featurizer);
    return status;
}

void bon_featurizer_close(struct bon_featurizer *featurizer) {
    if (!featurizer) return;
    bon_normalizer_close(featurizer->normalizer);
    bon_buf_free(&featurizer->text);
    bon_buf_free(&featurizer->line);
    bon_buf_free(&featurizer->lower);
    free(featurizer->cache);
    free(featurizer->features);
    free(featurizer);
}

/* ---- hashes ---- */

/* Kinds of features, so that their hashes differ. */
enum { SEED_SYLLABLE = 1, SEED_RUN, SEED_LETTERS, SEED_CASE, SEED_KIND };

static inline uint64_t mix(uint64_t x, uint64_t seed) {
    x = (x + seed * UINT64_C(0x2545f4914f6cdd1d)) * UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 32) * UINT64_C(0xd6e8feb86659fd93);
    return x ^ x >> 32;
}

static inline bon_status put(struct bon_featurizer *f, uint64_t hash) {
    if (f->count == f->cap) BON_TRY(bon_grow_array(&f->features, &f->cap, f->count + 1, sizeof *f->features));
    f->features[f->count++] = (uint32_t)(hash >> (64 - f->options.bits));
    return BON_OK;
}

/* The runs that end with a token; each place in a run counts. */
static inline bon_status put_runs(struct bon_featurizer *f, uint64_t token) {
    unsigned most = f->options.ngrams;
    uint64_t hash = token;
    BON_TRY(put(f, token));
    for (unsigned i = 0; i < f->run_count; i++) {
        hash = mix(hash ^ f->run[i], SEED_RUN + i * 16);
        BON_TRY(put(f, hash));
    }
    for (unsigned i = most - 1; i > 0; i--)
        if (i < BON_FEATURES_NGRAMS_MAX) f->run[i] = f->run[i - 1];
    f->run[0] = token;
    f->run_count += f->run_count < most - 1;
    return BON_OK;
}

/* Runs of letters within a word, its ends taken for letters. */
static bon_status put_letters(struct bon_featurizer *f, const char *word, size_t n) {
    enum { EDGE = 1 };
    uint32_t last[BON_FEATURES_LETTERS_MAX] = {EDGE}; /* the newest first */
    unsigned held = 1;
    for (size_t at = 0; at <= n;) {
        unsigned used = 1;
        uint32_t c = at < n ? bon_utf8_read(word + at, n - at, &used) : EDGE;
        uint64_t hash = mix(c, SEED_LETTERS);
        for (unsigned i = 0; i < held && i + 1 < f->options.letters; i++) {
            hash = mix(hash ^ last[i], SEED_LETTERS);
            BON_TRY(put(f, hash));
        }
        memmove(last + 1, last, (BON_FEATURES_LETTERS_MAX - 1) * sizeof *last);
        last[0] = c;
        held += held < BON_FEATURES_LETTERS_MAX;
        at += used;
    }
    return BON_OK;
}

/* ---- tokens ---- */

static bon_status read_word(struct bon_featurizer *f, const bon_token *token, const char *text) {
    enum { LETTERS_BYTES = 64 }; /* nobody's word is longer */
    f->lower.len = 0;
    BON_TRY(bon_lower(text, token->len, &f->lower));
    if (f->options.letters && f->lower.len <= LETTERS_BYTES) BON_TRY(put_letters(f, f->lower.data, f->lower.len));
    return put_runs(f, bon_hash64(f->lower.data, f->lower.len));
}

static bon_status read_token(struct bon_featurizer *f, const bon_token *token, const char *text) {
    bool letters = token->kind == BON_TOKEN_SYLLABLE || token->kind == BON_TOKEN_WORD;
    if (letters && token->letter_case != BON_CASE_LOWER) BON_TRY(put(f, mix(token->letter_case, SEED_CASE)));
    switch (token->kind) {
    case BON_TOKEN_SYLLABLE: return put_runs(f, mix(token->code, SEED_SYLLABLE));
    case BON_TOKEN_NUMBER: /* how long it is tells years from prices */
        return put_runs(f, mix(token->len < 8 ? token->len : 8, SEED_KIND + token->kind));
    case BON_TOKEN_URL:
    case BON_TOKEN_EMAIL:
    case BON_TOKEN_MENTION: return put_runs(f, mix(0, SEED_KIND + token->kind));
    case BON_TOKEN_PUNCTUATION:
    case BON_TOKEN_SYMBOL:
    case BON_TOKEN_EMOJI: return put_runs(f, bon_hash64(text, token->len));
    default: return read_word(f, token, text);
    }
}

static bon_status end_line(struct bon_featurizer *f, bon_take_features take, void *context) {
    size_t count = f->count;
    f->count = 0;
    f->run_count = 0;
    return take(context, f->features, count);
}

/* ---- lines ---- */

static size_t count_newlines(const char *text, size_t n) {
    size_t lines = 0;
    for (size_t i = 0; i < n; i++) lines += text[i] == '\n';
    return lines;
}

/* Line by line: what normalization takes for a line end within a line is a blank. */
static bon_status normalize_each(struct bon_featurizer *f, const char *text, size_t n) {
    f->text.len = 0;
    for (const char *line = text, *end = text + n, *next; line < end; line = next) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        next = newline ? newline + 1 : end;
        f->line.len = 0;
        if (newline != line)
            BON_TRY(bon_normalize(f->normalizer, line, (size_t)((newline ? newline : end) - line), &f->line));
        for (size_t i = 0; i < f->line.len; i++)
            if (f->line.data[i] == '\n') f->line.data[i] = ' ';
        BON_TRY(bon_buf_append(&f->text, f->line.data, f->line.len));
        BON_TRY(bon_buf_put(&f->text, '\n'));
    }
    return BON_OK;
}

static bon_status normalize(struct bon_featurizer *f, const char *text, size_t n) {
    f->text.len = 0;
    BON_TRY(bon_normalize(f->normalizer, text, n, &f->text));
    if (count_newlines(f->text.data, f->text.len) == count_newlines(text, n)) return BON_OK;
    return normalize_each(f, text, n);
}

bon_status bon_features_of_lines(struct bon_featurizer *f, const char *text, size_t n, bon_take_features take,
                                 void *context) {
    if (n == 0) return BON_OK;
    BON_TRY(normalize(f, text, n));
    f->count = f->run_count = 0;
    for (size_t pos = 0, found; (found = bon_segment_many(f->cache, f->text.data, f->text.len, &pos)) > 0;)
        for (const bon_token *token = f->cache->tokens; token < f->cache->tokens + found; token++)
            BON_TRY(token->kind == BON_LINE_END ? end_line(f, take, context)
                                                : read_token(f, token, f->text.data + token->start));
    return BON_OK;
}
