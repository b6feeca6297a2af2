/* src/ngram/fast_score.h: scoring in the fast layout, for one kind of processor; read by fast.c once for each, with
 *
 *     TARGET               what the compiler may use
 *     SIMD(name)           a name of its own for each function
 *     MIDDLE(line, key)    a bit for each place of a bucket of a middle order that has the key
 *     HIGHEST(line, key)   the same for the highest order
 *
 * Every score has two halves. `prepare` computes the keys of the word with one, two, ... words of context and where their cache
 * lines are; `finish` reads them. For many words, `prepare` asks for the lines AHEAD words before `finish` reads them. For one
 * word it need not: no line says where the next one is, so they travel together, and the score of the next word begins before
 * they are there.
 *
 * That lasts only while the processor guesses all branches right, and how much of a context is known cannot be guessed. So
 * there are no branches on it: all orders are looked at, and what counts is picked by bits, made with vectors, since of
 * comparisons one by one compilers make branches again. One branch on what is read is left, rarely taken: the first n-gram that
 * was not found may lie in a later bucket than its own.
 */

/* context[0] is the word before, context[1] the one before that; order - 1 of them can be read, `length` count. */
TARGET ALWAYS void SIMD(prepare)(const bon_lm *lm, unsigned order, struct probe *probe, uint32_t word,
                                 const uint32_t *context, unsigned length, bool ask) {
    word = bon_lm_unigram(lm, word);
    uint64_t key = bon_fast_word_key(lm, word);
    if (ask) __builtin_prefetch(lm->unigrams + (uint64_t)word * sizeof(struct bon_fast_values));
    for (unsigned i = 0; i + 1 < order; i++) {
        key = bon_fast_key(key, context[i]);
        const uint8_t *line = bon_fast_line(&lm->level[i + 1].buckets, key);
        if (ask) __builtin_prefetch(line);
        probe->key[i] = key;
        probe->line[i] = line;
    }
    probe->key[order - 1] = 0;
    probe->line[order - 1] = NOTHING;
    probe->word = word;
    probe->length = length;
}

/* The values of the n-gram with i words of context, which is below the highest order, as they are in memory; 0 beyond. In front
 * of `missing`, the bits of those with more words, it puts 1 when it is not in its home bucket. */
TARGET ALWAYS uint64_t SIMD(look)(const bon_lm *lm, unsigned order, unsigned i, const struct probe *probe,
                                  unsigned *missing) {
    if (i == 0) return bon_load64(lm->unigrams + (uint64_t)probe->word * sizeof(struct bon_fast_values));
    if (i + 1 >= order) return 0;
    const uint8_t *line = probe->line[i - 1];
    unsigned places = MIDDLE(line, probe->key[i - 1]);
    *missing = 2 * *missing + (places == 0);
    return bon_load64(line + offsetof(struct bon_fast_middle, values) +
                      lowest(places | 1u << (BON_FAST_MIDDLE - 1)) * sizeof(struct bon_fast_values));
}

TARGET ALWAYS void SIMD(look_highest)(unsigned order, const struct probe *probe, struct seen *seen) {
    if (order == 1) return;
    const uint8_t *line = probe->line[order - 2];
    unsigned places = HIGHEST(line, probe->key[order - 2]);
    seen->missing = places == 0;
    seen->highest = bon_fast_highest_logprob(line, lowest(places | 1u << (BON_FAST_HIGHEST - 1)));
}

/* Four n-grams, those with i words of context and more. */
TARGET ALWAYS void SIMD(look_at_four)(const bon_lm *lm, unsigned order, unsigned i, const struct probe *probe,
                                      struct seen *seen) {
    pair high = {0, SIMD(look)(lm, order, i + 3, probe, &seen->missing)}, low = {0};
    high[0] = SIMD(look)(lm, order, i + 2, probe, &seen->missing);
    low[1] = SIMD(look)(lm, order, i + 1, probe, &seen->missing);
    low[0] = SIMD(look)(lm, order, i, probe, &seen->missing);
    seen->logprob[i / LANES] = __builtin_shufflevector((lanes)low, (lanes)high, 0, 2, 4, 6);
    seen->backoff[i / LANES] = __builtin_shufflevector((lanes)low, (lanes)high, 1, 3, 5, 7);
}

/* Looks at the n-grams of a probe with up to `length` words of context. */
TARGET ALWAYS void SIMD(finish)(const bon_lm *lm, unsigned order, const struct probe *probe, unsigned length,
                                struct found *found) {
    struct seen seen = {.missing = 0};
    unsigned top = order - 1;
    SIMD(look_highest)(order, probe, &seen);
    if (top > LANES) SIMD(look_at_four)(lm, order, LANES, probe, &seen);
    SIMD(look_at_four)(lm, order, 0, probe, &seen);
    unsigned depth = lowest(seen.missing | 1u << length);
    bool later = bon_fast_overflows(probe->line[depth], probe->key[depth]);
    if (__builtin_expect(later, 0) && depth < length) {
        struct seen again = seen; /* apart, so that `seen` can stay in registers */
        depth = look_later(lm, order, probe, depth, length, &again);
        seen = again;
    }
    float logprob[2 * LANES + 1];
    memcpy(logprob, seen.logprob, sizeof seen.logprob);
    if (order > 1) logprob[top] = seen.highest;
    found->logprob = logprob[depth];
    found->depth = depth;
    unsigned ends = 2u << depth | 1u << top; /* the first n-gram that is not there, or can be no context */
    for (unsigned k = 0; k * LANES < top; k++) {
        found->stored[k] = seen.backoff[k];
        ends |= bits_of((lanes)((seen.backoff[k] & ~BON_FAST_BLANK) == BON_FAST_NO_CONTEXT)) << k * LANES;
    }
    found->contexts = lowest(ends);
}

/* The order of the longest n-gram found that is not blank. */
TARGET ALWAYS unsigned SIMD(matched_order)(unsigned order, const struct found *found) {
    unsigned blank = 0;
    for (unsigned k = 0; k * LANES < order - 1; k++)
        blank |= bits_of((lanes)((found->stored[k] & ~BON_FAST_NO_CONTEXT) == BON_FAST_BLANK)) << k * LANES;
    unsigned real = (~blank | 1) & ((2u << found->depth) - 1); /* the highest order has no blanks, and no back-offs */
    return 32 - (unsigned)__builtin_clz(real);
}

/* The contexts that were not found pay their back-offs: those of found->depth + 1 to `length` words. */
TARGET ALWAYS float SIMD(with_backoffs)(unsigned order, const struct found *found, const lanes *backoff,
                                        unsigned length) {
    unsigned paying = (1u << length) - (1u << found->depth);
    float logprob = found->logprob;
    for (unsigned k = 0; k * LANES < order - 1; k++) {
        float_lanes paid = (float_lanes)(backoff[k] & lanes_of(paying >> k * LANES));
        for (unsigned i = 0; i < LANES && k * LANES + i < order - 1; i++) logprob += paid[i];
    }
    return logprob;
}

TARGET ALWAYS void SIMD(remember)(unsigned order, const struct found *found, uint32_t word, const bon_lm_state *state,
                                  bon_lm_state *next) {
    lanes recent = load_lanes(state->words);
    recent = __builtin_shufflevector(recent, (lanes){word, word, word, word}, 4, 0, 1, 2);
    for (unsigned i = order - 1; i-- > LANES;) next->words[i] = state->words[i - 1]; /* next may be state */
    memcpy(next->words, &recent, sizeof recent);
    for (unsigned k = 0; k * LANES < order - 1; k++) {
        lanes backoff = real_backoffs(found->stored[k]);
        store_backoffs(next->backoff, k, backoff);
    }
    next->length = found->contexts;
}

TARGET ALWAYS float SIMD(score)(const bon_lm *lm, unsigned order, const bon_lm_state *state, uint32_t word,
                                bon_lm_state *next, unsigned *matched) {
    struct probe probe;
    struct found found;
    lanes backoff[2];
    SIMD(prepare)(lm, order, &probe, word, state->words, usable_length(order, state->length), false);
    load_backoffs(order, state->backoff, backoff);
    SIMD(finish)(lm, order, &probe, probe.length, &found);
    float logprob = SIMD(with_backoffs)(order, &found, backoff, probe.length);
    if (matched) *matched = SIMD(matched_order)(order, &found);
    SIMD(remember)(order, &found, probe.word, state, next);
    return logprob;
}

TARGET ALWAYS void SIMD(score_batch)(const bon_lm *lm, unsigned order, const bon_lm_state *states,
                                     const uint32_t *words, size_t n, bon_lm_state *next, float *logprob,
                                     uint8_t *matched) {
    struct probe probes[AHEAD];
    for (size_t at = 0; at < n + AHEAD; at++) {
        struct probe *probe = &probes[at % AHEAD];
        if (at >= AHEAD) {
            struct found found;
            lanes backoff[2];
            size_t i = at - AHEAD;
            load_backoffs(order, states[i].backoff, backoff);
            SIMD(finish)(lm, order, probe, probe->length, &found);
            logprob[i] = SIMD(with_backoffs)(order, &found, backoff, probe->length);
            if (matched) matched[i] = (uint8_t)SIMD(matched_order)(order, &found);
            SIMD(remember)(order, &found, probe->word, &states[i], &next[i]);
        }
        if (at < n)
            SIMD(prepare)(lm, order, probe, words[at], states[at].words, usable_length(order, states[at].length), true);
    }
}

TARGET ALWAYS void SIMD(score_stretch)(const bon_lm *lm, unsigned order, const struct stretch *s, bon_lm_state *state,
                                       float *logprob, uint8_t *matched) {
    struct probe probes[AHEAD];
    struct found found;
    bon_lm_state begin;
    lanes backoff[2], at_begin[2];
    unsigned length = usable_length(order, state->length);
    bon_lm_state_begin(lm, &begin);
    load_backoffs(order, state->backoff, backoff);
    load_backoffs(order, begin.backoff, at_begin);
    for (size_t at = 0; at < s->count + AHEAD; at++) {
        struct probe *probe = &probes[at % AHEAD];
        if (at >= AHEAD) {
            size_t i = at - AHEAD;
            SIMD(finish)(lm, order, probe, length, &found);
            logprob[i] = SIMD(with_backoffs)(order, &found, backoff, length);
            if (matched) matched[i] = (uint8_t)SIMD(matched_order)(order, &found);
            bool end = probe->word == BON_LM_EOS;
            for (unsigned k = 0; k * LANES < order - 1; k++)
                backoff[k] = end ? at_begin[k] : real_backoffs(found.stored[k]);
            length = end ? begin.length : found.contexts;
        }
        if (at < s->count) {
            const uint32_t *word = s->text + s->at[at];
            SIMD(prepare)(lm, order, probe, *word, word + 1, s->context[at], true);
        }
    }
    const uint32_t *last = s->text + s->at[s->count - 1];
    bon_lm_state end = {.length = length};
    for (unsigned k = 0; k * LANES < order - 1; k++) store_backoffs(end.backoff, k, backoff[k]);
    memcpy(end.words, *last == BON_LM_EOS ? begin.words : last, length * sizeof *last);
    *state = end;
}

TARGET ALWAYS void SIMD(score_words)(const bon_lm *lm, unsigned order, bon_lm_state *state, const uint32_t *words,
                                     size_t n, float *logprob, uint8_t *matched) {
    struct stretch stretch;
    for (size_t at = 0; at < n; at += STRETCH) {
        lay_out(lm, &stretch, state, words + at, n - at < STRETCH ? n - at : STRETCH);
        SIMD(score_stretch)(lm, order, &stretch, state, logprob + at, matched ? matched + at : NULL);
    }
}

/* ---- one copy of the code for each order, in which every loop over orders is rolled out ---- */

#define COPIES(order)                                                                                                  \
    TARGET static float SIMD(score_##order)(const bon_lm *lm, const bon_lm_state *state, uint32_t word,                \
                                            bon_lm_state *next, unsigned *matched) {                                   \
        return SIMD(score)(lm, order, state, word, next, matched);                                                     \
    }                                                                                                                  \
    TARGET static void SIMD(score_words_##order)(const bon_lm *lm, bon_lm_state *state, const uint32_t *words,         \
                                                 size_t n, float *logprob, uint8_t *matched) {                         \
        SIMD(score_words)(lm, order, state, words, n, logprob, matched);                                               \
    }                                                                                                                  \
    TARGET static void SIMD(score_batch_##order)(const bon_lm *lm, const bon_lm_state *states, const uint32_t *words,  \
                                                 size_t n, bon_lm_state *next, float *logprob, uint8_t *matched) {     \
        SIMD(score_batch)(lm, order, states, words, n, next, logprob, matched);                                        \
    }
FOR_EACH_ORDER(COPIES)
#undef COPIES

#define ROW(order) {SIMD(score_##order), SIMD(score_words_##order), SIMD(score_batch_##order)},
static const struct bon_fast_scorer SIMD(scorers)[] = {FOR_EACH_ORDER(ROW)};
#undef ROW

#undef TARGET
#undef SIMD
#undef MIDDLE
#undef HIGHEST
