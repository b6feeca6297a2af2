/* src/ngram/blocks_score.c: scoring in the layout of blocks.
 *
 * A word alone goes down the trie until its context is used up or not known. Many words go down side by side, all at order 2,
 * then all at order 3, and so on, each order in three rounds: where are the children, which block has the one that is sought,
 * is it there. What a round reads was asked for in the round before, a lane per word, so that words wait for memory together.
 * In running text a word needs the rank of its context, which the word before finds one order earlier: in time.
 */
#include "ngram/blocks_score.h"

#define ALWAYS BON_BLOCK_INLINE

enum { LANES = 128 };

/* What is known of a word: the state it makes, as far as it has been found. words[i] is the rank of the n-gram of order i + 1,
 * length the longest context among them. */
struct lane {
    bon_lm_state made;
    const bon_lm_state *from; /* the state before the word */
    struct bon_block_place place;
    uint32_t begin, end; /* children */
    uint32_t number;     /* of a block */
    unsigned found;      /* the order of the longest n-gram */
    unsigned matched;    /* of the longest that is not blank */
    float logprob;
};

ALWAYS const struct bon_blocks *level_of(const bon_lm *lm, unsigned order) { return &lm->level[order - 1].blocks; }

ALWAYS bool is_blank(const bon_lm *lm, unsigned order, uint32_t node) {
    const uint8_t *blank = lm->level[order - 1].blank;
    return __builtin_expect(blank != NULL, 0) && (bon_load64(blank + node / 64 * 8) >> node % 64 & 1);
}

ALWAYS unsigned usable_length(const bon_lm *lm, const bon_lm_state *state) {
    return state->length < lm->order ? state->length : lm->order - 1;
}

/* Takes note of the n-gram of `order` at lane->place, which is number `rank` of its parent's children. */
ALWAYS void take(bool quick, const bon_lm *lm, struct lane *lane, unsigned order, uint32_t rank) {
    const struct bon_blocks *level = level_of(lm, order);
    lane->found = order;
    lane->logprob = bon_block_logprob(level, &lane->place);
    if (!is_blank(lm, order, lane->place.node)) lane->matched = order;
    if (order == lm->order) return;
    lane->made.words[order - 1] = rank;
    if (bon_block_backoff(quick, level, &lane->place, &lane->made.backoff[order - 1])) lane->made.length = order;
}

ALWAYS void start(bool quick, const bon_lm *lm, struct lane *lane, const bon_lm_state *from, uint32_t word) {
    lane->made = (bon_lm_state){.length = 0};
    lane->from = from;
    lane->matched = 1;
    lane->place = bon_block_of(level_of(lm, 1), word);
    take(quick, lm, lane, 1, word);
}

/* The contexts that were not found pay their back-offs. */
ALWAYS float with_backoffs(const bon_lm *lm, const struct lane *lane) {
    unsigned length = usable_length(lm, lane->from);
    float logprob = lane->logprob;
    for (unsigned i = lane->found - 1; i < length; i++) logprob += lane->from->backoff[i];
    return logprob;
}

ALWAYS bool has_children(bool quick, const bon_lm *lm, struct lane *lane, unsigned order) {
    bon_block_children(quick, level_of(lm, order), &lane->place, &lane->begin, &lane->end);
    return lane->begin < lane->end;
}

ALWAYS void choose(const bon_lm *lm, struct lane *lane, unsigned order) {
    const struct bon_blocks *level = level_of(lm, order + 1);
    lane->number = bon_block_choose(level, lane->begin, lane->end, lane->from->words[order - 1]);
    lane->place = bon_block_at(level, lane->number);
    bon_block_fetch(&lane->place);
}

ALWAYS bool find(bool quick, const bon_lm *lm, struct lane *lane, unsigned order) {
    return bon_block_find(quick, level_of(lm, order + 1), &lane->place, lane->number, lane->begin, lane->end,
                          lane->from->words[order - 1]);
}

ALWAYS float score(bool quick, const bon_lm *lm, const bon_lm_state *state, uint32_t word, bon_lm_state *next,
                   unsigned *matched) {
    struct lane lane;
    unsigned length = usable_length(lm, state);
    start(quick, lm, &lane, state, bon_lm_known_word(lm, word));
    for (unsigned order = 1; order <= length && has_children(quick, lm, &lane, order); order++) {
        choose(lm, &lane, order);
        if (!find(quick, lm, &lane, order)) break;
        take(quick, lm, &lane, order + 1, lane.place.node - lane.begin);
    }
    float logprob = with_backoffs(lm, &lane);
    if (matched) *matched = lane.matched;
    *next = lane.made;
    return logprob;
}

/* ---- many words ---- */

/* Scores words[0..n) as far as their own n-grams go; lanes[i].from is set. */
ALWAYS void descend(bool quick, const bon_lm *lm, struct lane *lanes, const uint32_t *words, unsigned n) {
    uint8_t live[LANES]; /* lanes whose n-gram of the order before was found */
    unsigned count = n;
    for (unsigned i = 0; i < n; i++) {
        struct bon_block_place place = bon_block_of(level_of(lm, 1), bon_lm_known_word(lm, words[i]));
        bon_block_fetch(&place);
    }
    for (unsigned i = 0; i < n; i++) {
        start(quick, lm, &lanes[i], lanes[i].from, bon_lm_known_word(lm, words[i]));
        live[i] = (uint8_t)i;
    }
    for (unsigned order = 1; order < lm->order && count > 0; order++) {
        const struct bon_blocks *next = level_of(lm, order + 1);
        unsigned kept = 0;
        for (unsigned i = 0; i < count; i++) {
            struct lane *lane = &lanes[live[i]];
            if (order > usable_length(lm, lane->from) || !has_children(quick, lm, lane, order)) continue;
            __builtin_prefetch(next->entries + (uint64_t)(lane->begin / BON_BLOCK) * 8);
            if (lane->end - lane->begin > BON_BLOCK)
                __builtin_prefetch(next->entries + ((uint64_t)lane->begin + lane->end) / 2 / BON_BLOCK * 8);
            live[kept++] = live[i];
        }
        count = kept;
        for (unsigned i = 0; i < count; i++) choose(lm, &lanes[live[i]], order);
        kept = 0;
        for (unsigned i = 0; i < count; i++) {
            struct lane *lane = &lanes[live[i]];
            if (!find(quick, lm, lane, order)) continue;
            take(quick, lm, lane, order + 1, lane->place.node - lane->begin);
            live[kept++] = live[i];
        }
        count = kept;
    }
}

ALWAYS void score_batch(bool quick, const bon_lm *lm, const bon_lm_state *states, const uint32_t *words, size_t n,
                        bon_lm_state *next, float *logprob, uint8_t *matched) {
    struct lane lanes[LANES];
    for (size_t at = 0; at < n; at += LANES) {
        unsigned here = n - at < LANES ? (unsigned)(n - at) : LANES;
        for (unsigned i = 0; i < here; i++) lanes[i].from = &states[at + i];
        descend(quick, lm, lanes, words + at, here);
        for (unsigned i = 0; i < here; i++) {
            logprob[at + i] = with_backoffs(lm, &lanes[i]);
            if (matched) matched[at + i] = (uint8_t)lanes[i].matched;
        }
        for (unsigned i = 0; i < here; i++) next[at + i] = lanes[i].made;
    }
}

ALWAYS void score_words(bool quick, const bon_lm *lm, bon_lm_state *state, const uint32_t *words, size_t n,
                        float *logprob, uint8_t *matched) {
    struct lane lanes[LANES];
    bon_lm_state begin, before = *state;
    bon_lm_state_begin(lm, &begin);
    for (size_t at = 0; at < n; at += LANES) {
        unsigned here = n - at < LANES ? (unsigned)(n - at) : LANES;
        for (unsigned i = 0; i < here; i++)
            lanes[i].from = i == 0 ? &before : words[at + i - 1] == BON_LM_EOS ? &begin : &lanes[i - 1].made;
        descend(quick, lm, lanes, words + at, here);
        for (unsigned i = 0; i < here; i++) {
            logprob[at + i] = with_backoffs(lm, &lanes[i]);
            if (matched) matched[at + i] = (uint8_t)lanes[i].matched;
        }
        before = words[at + here - 1] == BON_LM_EOS ? begin : lanes[here - 1].made;
    }
    *state = before;
}

/* ---- one copy of the code for processors with popcnt and bmi2, one for others ---- */

float bon_blocks_score(const bon_lm *lm, const bon_lm_state *state, uint32_t word, bon_lm_state *next,
                       unsigned *matched) {
    return lm->quick ? score(true, lm, state, word, next, matched) : score(false, lm, state, word, next, matched);
}

void bon_blocks_score_words(const bon_lm *lm, bon_lm_state *state, const uint32_t *words, size_t n, float *logprob,
                            uint8_t *matched) {
    if (lm->quick)
        score_words(true, lm, state, words, n, logprob, matched);
    else
        score_words(false, lm, state, words, n, logprob, matched);
}

void bon_blocks_score_batch(const bon_lm *lm, const bon_lm_state *states, const uint32_t *words, size_t n,
                            bon_lm_state *next, float *logprob, uint8_t *matched) {
    if (lm->quick)
        score_batch(true, lm, states, words, n, next, logprob, matched);
    else
        score_batch(false, lm, states, words, n, next, logprob, matched);
}
