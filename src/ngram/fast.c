/* src/ngram/fast.c: scoring in the fast layout.
 *
 * Every score has two halves. `prepare` computes the keys of the word with one, two, ... words of context and asks for their
 * cache lines; `finish` reads them, from the shortest n-gram up to the first that is missing. A single query does the one
 * after the other, so that all its lines travel at once; for many words, `prepare` runs AHEAD words before `finish`, and
 * reading finds the lines in the cache.
 */
#include "ngram/fast.h"

#include "ngram/query.h"

enum { AHEAD = 16 /* a power of two */, STRETCH = 256 };

/* A word to score: keys[i] is that of the n-gram of order i + 2. */
struct probe {
    uint32_t word;
    unsigned length; /* words of context that keys were made for */
    uint64_t keys[BON_LM_MAX_ORDER - 1];
};

static unsigned usable_length(const bon_lm *lm, uint32_t length) { return length < lm->order ? length : lm->order - 1; }

/* context[0] is the word before, context[1] the one before that. */
static inline void prepare(const bon_lm *lm, struct probe *probe, uint32_t word, const uint32_t *context,
                           unsigned length) {
    word = bon_lm_unigram(lm, word);
    uint64_t key = bon_fast_word_key(lm, word);
    __builtin_prefetch(lm->unigrams + (uint64_t)word * sizeof(struct bon_fast_values));
    for (unsigned i = 0; i < length; i++) {
        key = bon_fast_key(key, context[i]);
        probe->keys[i] = key;
        __builtin_prefetch(bon_fast_line(&lm->level[i + 1].buckets, key));
    }
    probe->word = word;
    probe->length = length;
}

/* What was found of a word and its context. */
struct found {
    float logprob;                       /* of the longest n-gram */
    unsigned order;                      /* its order */
    unsigned matched;                    /* order of the longest one that is not blank */
    unsigned contexts;                   /* length of the longest context among them */
    float backoff[BON_LM_MAX_ORDER - 1]; /* [contexts] */
};

static void note_context(struct found *found, unsigned order, float backoff) {
    found->backoff[order - 1] = backoff + 0.0f; /* what marks other n-grams counts as 0 */
    if (bon_fast_is_context(backoff)) found->contexts = order;
}

/* Looks at the n-grams of a probe with up to `length` words of context. */
static inline void finish(const bon_lm *lm, const struct probe *probe, unsigned length, struct found *found) {
    struct bon_fast_values values = bon_fast_node_values(lm, 1, probe->word);
    found->logprob = values.logprob;
    found->order = found->matched = 1;
    found->contexts = 0;
    if (lm->order > 1) note_context(found, 1, values.backoff);
    for (unsigned order = 2; order <= length + 1; order++) {
        unsigned place, per_bucket = bon_fast_per_bucket(lm, order);
        const uint8_t *line = bon_fast_find(&lm->level[order - 1].buckets, per_bucket, probe->keys[order - 2], &place);
        if (!line) return;
        found->order = order;
        if (!(bon_fast_stored_key(line, place) & BON_FAST_BLANK)) found->matched = order;
        if (order == lm->order) {
            found->logprob = bon_fast_highest_logprob(line, place);
        } else {
            values = bon_fast_middle_values(line, place);
            found->logprob = values.logprob;
            note_context(found, order, values.backoff);
        }
    }
}

static inline float with_backoffs(const struct found *found, const float *backoff, unsigned length) {
    float logprob = found->logprob;
    for (unsigned i = found->order - 1; i < length; i++) logprob += backoff[i];
    return logprob;
}

static inline void remember(const struct found *found, uint32_t word, const bon_lm_state *state, bon_lm_state *next) {
    for (unsigned i = found->contexts; i-- > 0;) { /* from the end, since next may be state */
        next->words[i] = i > 0 ? state->words[i - 1] : word;
        next->backoff[i] = found->backoff[i];
    }
    next->length = found->contexts;
}

float bon_fast_score(const bon_lm *lm, const bon_lm_state *state, uint32_t word, bon_lm_state *next,
                     unsigned *matched) {
    struct probe probe;
    struct found found;
    prepare(lm, &probe, word, state->words, usable_length(lm, state->length));
    finish(lm, &probe, probe.length, &found);
    float logprob = with_backoffs(&found, state->backoff, probe.length);
    if (matched) *matched = found.matched;
    remember(&found, probe.word, state, next);
    return logprob;
}

void bon_fast_score_batch(const bon_lm *lm, const bon_lm_state *states, const uint32_t *words, size_t n,
                          bon_lm_state *next, float *logprob, uint8_t *matched) {
    struct probe probes[AHEAD];
    for (size_t at = 0; at < n + AHEAD; at++) {
        struct probe *probe = &probes[at % AHEAD];
        if (at >= AHEAD) {
            struct found found;
            size_t i = at - AHEAD;
            finish(lm, probe, probe->length, &found);
            logprob[i] = with_backoffs(&found, states[i].backoff, probe->length);
            if (matched) matched[i] = (uint8_t)found.matched;
            remember(&found, probe->word, &states[i], &next[i]);
        }
        if (at < n) prepare(lm, probe, words[at], states[at].words, usable_length(lm, states[at].length));
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

static void score_stretch(const bon_lm *lm, const struct stretch *s, bon_lm_state *state, float *logprob,
                          uint8_t *matched) {
    struct probe probes[AHEAD];
    struct found found[2];
    bon_lm_state begin;
    unsigned length = usable_length(lm, state->length);
    const float *backoff = state->backoff;
    bon_lm_state_begin(lm, &begin);
    for (size_t at = 0; at < s->count + AHEAD; at++) {
        struct probe *probe = &probes[at % AHEAD];
        if (at >= AHEAD) {
            size_t i = at - AHEAD;
            struct found *now = &found[i % 2];
            finish(lm, probe, length, now);
            logprob[i] = with_backoffs(now, backoff, length);
            if (matched) matched[i] = (uint8_t)now->matched;
            bool end = probe->word == BON_LM_EOS;
            length = end ? begin.length : now->contexts;
            backoff = end ? begin.backoff : now->backoff;
        }
        if (at < s->count) {
            const uint32_t *word = s->text + s->at[at];
            prepare(lm, probe, *word, word + 1, s->context[at]);
        }
    }
    const uint32_t *last = s->text + s->at[s->count - 1];
    bon_lm_state end = {.length = length};
    memcpy(end.backoff, backoff, length * sizeof *backoff);
    memcpy(end.words, *last == BON_LM_EOS ? begin.words : last, length * sizeof *last);
    *state = end;
}

void bon_fast_score_words(const bon_lm *lm, bon_lm_state *state, const uint32_t *words, size_t n, float *logprob,
                          uint8_t *matched) {
    struct stretch stretch;
    for (size_t at = 0; at < n; at += STRETCH) {
        lay_out(lm, &stretch, state, words + at, n - at < STRETCH ? n - at : STRETCH);
        score_stretch(lm, &stretch, state, logprob + at, matched ? matched + at : NULL);
    }
}
