/* src/ngram/fast.c: scoring in the fast layout.
 *
 * Every score has two halves. `prepare` computes the keys of the word with one, two, ... words of context and asks for their
 * cache lines; `finish` reads them. A single query does the one after the other, so that all its lines travel at once; for
 * many words, `prepare` runs AHEAD words before `finish`, and reading finds the lines in the cache.
 *
 * How much of a context is known cannot be foretold, and a branch on it that the processor guesses wrong costs as much as the
 * rest of a score. So all orders are always looked at, and what counts is picked from bit masks.
 */
#include "ngram/fast.h"

#include "ngram/query.h"

#define ALWAYS static inline __attribute__((always_inline))

enum { AHEAD = 16 /* a power of two */, STRETCH = 256 };

/* A word to score: keys[i] is that of the n-gram of order i + 2, with i + 1 words of context, lines[i] its home bucket. */
struct probe {
    uint32_t word;
    uint32_t length; /* words of context; the lines of longer n-grams are NOTHING */
    uint64_t keys[BON_LM_MAX_ORDER - 1];
    const uint8_t *lines[BON_LM_MAX_ORDER - 1];
};

static _Alignas(BON_FAST_LINE) const uint8_t NOTHING[BON_FAST_LINE]; /* an empty bucket */

static inline unsigned usable_length(const bon_lm *lm, uint32_t length) {
    return length < lm->order ? length : lm->order - 1;
}

/* context[0] is the word before, context[1] the one before that; order - 1 of them can be read, `length` count. */
ALWAYS void prepare(const bon_lm *lm, unsigned order, struct probe *probe, uint32_t word, const uint32_t *context,
                    unsigned length) {
    word = bon_lm_unigram(lm, word);
    uint64_t key = bon_fast_word_key(lm, word);
    __builtin_prefetch(lm->unigrams + (uint64_t)word * sizeof(struct bon_fast_values));
    for (unsigned i = 0; i + 1 < order; i++) {
        key = bon_fast_key(key, context[i]);
        const uint8_t *line = bon_fast_line(&lm->level[i + 1].buckets, key);
        probe->keys[i] = key;
        probe->lines[i] = i < length ? line : NOTHING;
        __builtin_prefetch(probe->lines[i]);
    }
    probe->word = word;
    probe->length = length;
}

/* What was found of a word and its context: n-grams of order 1 to `depth` + 1. */
struct found {
    float logprob;                  /* of the longest */
    unsigned depth;                 /* words of its context */
    unsigned contexts;              /* length of the longest context among them */
    float stored[BON_LM_MAX_ORDER]; /* [contexts] back-offs as they stand in the file */
};

/* The place of a key, in its home bucket *line or, rarely, a later one, to which *line moves. per_bucket when it is nowhere. */
ALWAYS unsigned find_place(const struct bon_lm_buckets *buckets, unsigned per_bucket, uint64_t key,
                           const uint8_t **line) {
    unsigned place = bon_fast_place(*line, per_bucket, key);
    if (__builtin_expect(place == per_bucket && bon_fast_overflows(*line, per_bucket), 0)) {
        const uint8_t *later = bon_fast_find(buckets, per_bucket, key, &place);
        if (later) *line = later;
    }
    return place;
}

/* Looks at the n-grams of a probe with up to `length` words of context. */
ALWAYS void finish(const bon_lm *lm, unsigned order, const struct probe *probe, unsigned length, struct found *found) {
    struct bon_fast_values values[BON_LM_MAX_ORDER];
    unsigned top = order - 1, hits = 0, contexts = 0;
    values[0] = bon_fast_node_values(lm, 1, probe->word);
    for (unsigned i = 1; i < top; i++) {
        const uint8_t *line = probe->lines[i - 1];
        unsigned place = find_place(&lm->level[i].buckets, BON_FAST_MIDDLE, probe->keys[i - 1], &line);
        hits |= (unsigned)(place < BON_FAST_MIDDLE) << (i - 1);
        values[i] = bon_fast_middle_values(line, place % BON_FAST_MIDDLE);
    }
    if (top > 0) {
        const uint8_t *line = probe->lines[top - 1];
        unsigned place = find_place(&lm->level[top].buckets, BON_FAST_HIGHEST, probe->keys[top - 1], &line);
        hits |= (unsigned)(place < BON_FAST_HIGHEST) << (top - 1);
        values[top].logprob = bon_fast_highest_logprob(line, place < BON_FAST_HIGHEST ? place : 0);
    }
    hits &= (1u << length) - 1;
    found->depth = (unsigned)__builtin_ctz(~hits);
    found->logprob = values[found->depth].logprob;
    memset(found->stored, 0, sizeof found->stored);
    for (unsigned i = 0; i < top; i++) {
        contexts |= (unsigned)bon_fast_is_context(values[i].backoff) << i;
        found->stored[i] = values[i].backoff;
    }
    /* The n-gram without its first word is a context too, so that all contexts come first. */
    contexts &= (2u << found->depth) - 1;
    found->contexts = (unsigned)__builtin_ctz(~contexts);
}

/* The order of the longest n-gram found that is not blank. */
ALWAYS unsigned matched_order(unsigned order, const struct found *found) {
    unsigned matched = found->depth + 1;
    if (matched == order) return matched;
    while (matched > 1 && bon_fast_is_blank(found->stored[matched - 1])) matched--;
    return matched;
}

/* The contexts that were not found pay their back-offs; backoff[] has order - 1 places, `length` count. */
ALWAYS float with_backoffs(unsigned order, const struct found *found, const float *backoff, unsigned length) {
    float logprob = found->logprob;
    for (unsigned i = 0; i + 1 < order; i++) logprob += i >= found->depth && i < length ? backoff[i] : 0.0f;
    return logprob;
}

ALWAYS void remember(unsigned order, const struct found *found, uint32_t word, const bon_lm_state *state,
                     bon_lm_state *next) {
    for (unsigned i = order - 1; i-- > 0;) { /* from the end, since next may be state */
        next->words[i] = i > 0 ? state->words[i - 1] : word;
        next->backoff[i] = bon_fast_backoff(found->stored[i]);
    }
    next->length = found->contexts;
}

ALWAYS float score(const bon_lm *lm, unsigned order, const bon_lm_state *state, uint32_t word, bon_lm_state *next,
                   unsigned *matched) {
    struct probe probe;
    struct found found;
    prepare(lm, order, &probe, word, state->words, usable_length(lm, state->length));
    finish(lm, order, &probe, probe.length, &found);
    float logprob = with_backoffs(order, &found, state->backoff, probe.length);
    if (matched) *matched = matched_order(order, &found);
    remember(order, &found, probe.word, state, next);
    return logprob;
}

ALWAYS void score_batch(const bon_lm *lm, unsigned order, const bon_lm_state *states, const uint32_t *words, size_t n,
                        bon_lm_state *next, float *logprob, uint8_t *matched) {
    struct probe probes[AHEAD];
    for (size_t at = 0; at < n + AHEAD; at++) {
        struct probe *probe = &probes[at % AHEAD];
        if (at >= AHEAD) {
            struct found found;
            size_t i = at - AHEAD;
            finish(lm, order, probe, probe->length, &found);
            logprob[i] = with_backoffs(order, &found, states[i].backoff, probe->length);
            if (matched) matched[i] = (uint8_t)matched_order(order, &found);
            remember(order, &found, probe->word, &states[i], &next[i]);
        }
        if (at < n) prepare(lm, order, probe, words[at], states[at].words, usable_length(lm, states[at].length));
    }
}

/* ---- running text ---- */

enum { STRETCH_TEXT = BON_LM_MAX_ORDER + 2 * STRETCH };

/* A stretch of text written backwards, so that the words before a word stand behind it, with <s> written out after each
 * </s>; last comes the context that the state before has. */
struct stretch {
    uint32_t text[STRETCH_TEXT];
    uint32_t at[STRETCH];     /* where in text each word to score stands */
    uint8_t context[STRETCH]; /* how many words before it belong to its sentence, at most order - 1 */
    size_t count;
};

static void lay_out(const bon_lm *lm, struct stretch *s, const bon_lm_state *state, const uint32_t *words, size_t n) {
    unsigned length = usable_length(lm, state->length), most = lm->order - 1;
    uint32_t end = STRETCH_TEXT - length;
    memcpy(s->text + end, state->words, length * sizeof *s->text);
    s->count = n;
    for (size_t i = 0; i < n; i++) {
        uint32_t word = bon_lm_unigram(lm, words[i]);
        s->text[--end] = word;
        s->at[i] = end;
        s->context[i] = (uint8_t)length;
        length = length < most ? length + 1 : most;
        if (word != BON_LM_EOS) continue;
        s->text[--end] = BON_LM_BOS;
        length = most > 0;
    }
}

ALWAYS void score_stretch(const bon_lm *lm, unsigned order, const struct stretch *s, bon_lm_state *state,
                          float *logprob, uint8_t *matched) {
    struct probe probes[AHEAD];
    struct found found;
    bon_lm_state begin;
    float backoffs[BON_LM_MAX_ORDER];
    unsigned length = usable_length(lm, state->length);
    const float *backoff = state->backoff;
    bon_lm_state_begin(lm, &begin);
    for (size_t at = 0; at < s->count + AHEAD; at++) {
        struct probe *probe = &probes[at % AHEAD];
        if (at >= AHEAD) {
            size_t i = at - AHEAD;
            finish(lm, order, probe, length, &found);
            logprob[i] = with_backoffs(order, &found, backoff, length);
            if (matched) matched[i] = (uint8_t)matched_order(order, &found);
            bool end = probe->word == BON_LM_EOS;
            for (unsigned k = 0; k + 1 < order; k++) backoffs[k] = bon_fast_backoff(found.stored[k]);
            length = end ? begin.length : found.contexts;
            backoff = end ? begin.backoff : backoffs;
        }
        if (at < s->count) {
            const uint32_t *word = s->text + s->at[at];
            prepare(lm, order, probe, *word, word + 1, s->context[at]);
        }
    }
    const uint32_t *last = s->text + s->at[s->count - 1];
    bon_lm_state end = {.length = length};
    memcpy(end.backoff, backoff, length * sizeof *backoff);
    memcpy(end.words, *last == BON_LM_EOS ? begin.words : last, length * sizeof *last);
    *state = end;
}

ALWAYS void score_words(const bon_lm *lm, unsigned order, bon_lm_state *state, const uint32_t *words, size_t n,
                        float *logprob, uint8_t *matched) {
    struct stretch stretch;
    for (size_t at = 0; at < n; at += STRETCH) {
        lay_out(lm, &stretch, state, words + at, n - at < STRETCH ? n - at : STRETCH);
        score_stretch(lm, order, &stretch, state, logprob + at, matched ? matched + at : NULL);
    }
}

/* ---- one copy of the code for each order, in which every loop over orders is rolled out ---- */

#define FOR_EACH_ORDER(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8)

#define COPIES(order)                                                                                                  \
    static float score_##order(const bon_lm *lm, const bon_lm_state *state, uint32_t word, bon_lm_state *next,         \
                               unsigned *matched) {                                                                    \
        return score(lm, order, state, word, next, matched);                                                           \
    }                                                                                                                  \
    static void score_words_##order(const bon_lm *lm, bon_lm_state *state, const uint32_t *words, size_t n,            \
                                    float *logprob, uint8_t *matched) {                                                \
        score_words(lm, order, state, words, n, logprob, matched);                                                     \
    }                                                                                                                  \
    static void score_batch_##order(const bon_lm *lm, const bon_lm_state *states, const uint32_t *words, size_t n,     \
                                    bon_lm_state *next, float *logprob, uint8_t *matched) {                            \
        score_batch(lm, order, states, words, n, next, logprob, matched);                                              \
    }
FOR_EACH_ORDER(COPIES)

#define ROW(order) {score_##order, score_words_##order, score_batch_##order},
static const struct {
    float (*score)(const bon_lm *, const bon_lm_state *, uint32_t, bon_lm_state *, unsigned *);
    void (*words)(const bon_lm *, bon_lm_state *, const uint32_t *, size_t, float *, uint8_t *);
    void (*batch)(const bon_lm *, const bon_lm_state *, const uint32_t *, size_t, bon_lm_state *, float *, uint8_t *);
} of_order[] = {FOR_EACH_ORDER(ROW)};

float bon_fast_score(const bon_lm *lm, const bon_lm_state *state, uint32_t word, bon_lm_state *next,
                     unsigned *matched) {
    return of_order[lm->order - 1].score(lm, state, word, next, matched);
}

void bon_fast_score_words(const bon_lm *lm, bon_lm_state *state, const uint32_t *words, size_t n, float *logprob,
                          uint8_t *matched) {
    of_order[lm->order - 1].words(lm, state, words, n, logprob, matched);
}

void bon_fast_score_batch(const bon_lm *lm, const bon_lm_state *states, const uint32_t *words, size_t n,
                          bon_lm_state *next, float *logprob, uint8_t *matched) {
    of_order[lm->order - 1].batch(lm, states, words, n, next, logprob, matched);
}
