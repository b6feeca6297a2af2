/* src/ngram/query.h: walking a model node by node, in any layout, for decoders that share look-ups between hypotheses.
 *
 * A node is (order, index). bon_lm_unigram starts at a word; bon_lm_child goes one word further into the past:
 *
 *     uint32_t node = bon_lm_unigram(lm, w3);                          // p(w3)
 *     if (bon_lm_child(lm, 1, node, w2, &node))                        // w2 w3 is in the model: p(w3 | w2)
 *         if (bon_lm_child(lm, 2, node, w1, &node)) ...                // p(w3 | w1 w2)
 *
 * Indices are clamped to their arrays wherever they come from the file, so a model with a valid checksum and hostile content
 * gives wrong numbers, never a read out of bounds, in bounded time.
 */
#ifndef BON_SRC_NGRAM_QUERY_H
#define BON_SRC_NGRAM_QUERY_H

#include "ngram/fast.h"

static inline const struct bon_lm_packed_level *bon_lm_level_of(const bon_lm *lm, unsigned order) {
    return &lm->level[order - 1];
}

static inline float bon_lm_value_at(const struct bon_lm_values *values, uint64_t index) {
    if (!values->bins) return bon_load_float(values->codes + index * 4);
    return bon_load_float(values->bins + bon_bits_get(values->codes, index, values->width) * 4);
}

/* The node of a single word. */
static inline uint32_t bon_lm_unigram(const bon_lm *lm, uint32_t word) { return bon_lm_known_word(lm, word); }

static inline struct bon_ef_run bon_lm_block_children(const bon_lm *lm, unsigned order, uint32_t node) {
    const struct bon_blocks *level = &bon_lm_level_of(lm, order)->blocks;
    struct bon_block_place place = bon_block_of(level, node);
    uint32_t begin, end;
    bon_block_children(lm->quick, level, &place, &begin, &end);
    return (struct bon_ef_run){.begin = begin, .end = end};
}

static inline bool bon_lm_block_find(const bon_lm *lm, unsigned order, const struct bon_ef_run *children, uint32_t rank,
                                     uint32_t *node) {
    const struct bon_blocks *level = &bon_lm_level_of(lm, order)->blocks;
    struct bon_block_place place;
    if (!bon_blocks_find(lm->quick, level, (uint32_t)children->begin, (uint32_t)children->end, rank, &place))
        return false;
    *node = place.node;
    return true;
}

/* The children of a node, to look words up in; order must be below the model's. In the fast layout that is the node's key. */
static inline struct bon_ef_run bon_lm_children(const bon_lm *lm, unsigned order, uint32_t node) {
    const struct bon_lm_packed_level *level = bon_lm_level_of(lm, order);
    uint64_t begin, end;
    if (lm->fast) return (struct bon_ef_run){.high = bon_fast_node_key(lm, order, node)};
    if (lm->ranked) return bon_lm_block_children(lm, order, node);
    bon_ef_pair(&level->next, node, &begin, &end);
    return bon_ef_run_at(&level[1].word, begin, end);
}

/* Finds a word among children, n-grams of `order`; in blocks, above order 2, the rank that stands for the word. */
static inline bool bon_lm_find(const bon_lm *lm, unsigned order, const struct bon_ef_run *children, uint32_t word,
                               uint32_t *node) {
    uint64_t index;
    if (lm->fast) return bon_fast_child(lm, order - 1, children->high, word, node);
    if (lm->ranked) return bon_lm_block_find(lm, order, children, word, node);
    if (!bon_ef_find(&bon_lm_level_of(lm, order)->word, children, word, &index)) return false;
    *node = (uint32_t)index;
    return true;
}

/* What a state keeps of the first word of a context, an n-gram found among children: the word, or its rank. */
static inline uint32_t bon_lm_state_word(const bon_lm *lm, const struct bon_ef_run *children, uint32_t word,
                                         uint32_t node) {
    return lm->ranked ? node - (uint32_t)children->begin : word;
}

/* The node of order + 1 that has `word` before the n-gram `node`; false when the model does not have it, or order is already
 * the model's. *child may be the same object as node. */
static inline bool bon_lm_child(const bon_lm *lm, unsigned order, uint32_t node, uint32_t word, uint32_t *child) {
    if (order >= lm->order) return false;
    struct bon_ef_run children = bon_lm_children(lm, order, node);
    return bon_lm_find(lm, order + 1, &children, word, child);
}

/* log10 p(last word | words before it) of a node. */
static inline float bon_lm_node_logprob(const bon_lm *lm, unsigned order, uint32_t node) {
    if (lm->fast) return bon_fast_node_values(lm, order, node).logprob;
    if (lm->ranked) {
        const struct bon_blocks *blocks = &bon_lm_level_of(lm, order)->blocks;
        struct bon_block_place place = bon_block_of(blocks, node);
        return bon_block_logprob(blocks, &place);
    }
    return bon_lm_value_at(&bon_lm_level_of(lm, order)->logprob, node);
}

/* Asks for the cache lines of a node's values before they are needed; small layout. */
static inline void bon_lm_node_prefetch(const bon_lm *lm, unsigned order, uint32_t node) {
    const struct bon_lm_packed_level *level = bon_lm_level_of(lm, order);
    __builtin_prefetch(level->logprob.codes + (uint64_t)node * level->logprob.width / 8);
    if (!level->keep) return;
    __builtin_prefetch(level->keep + node / 64 * 8);
    __builtin_prefetch(level->rank + node / BON_LM_KEEP_BITS * 4);
}

enum { BON_LM_NO_BACKOFF = -1 };

/* Where a node's back-off is stored, BON_LM_NO_BACKOFF where it has none. */
static inline int64_t bon_lm_backoff_place(const struct bon_lm_packed_level *level, uint32_t node) {
    uint64_t at = node / 64, first = at & ~(uint64_t)(BON_LM_KEEP_BITS / 64 - 1);
    uint64_t word = bon_load64(level->keep + at * 8), bit = UINT64_C(1) << (node % 64);
    uint64_t place = bon_load32(level->rank + node / BON_LM_KEEP_BITS * 4) + bon_popcount(word & (bit - 1));
    for (uint64_t i = first; i < at; i++) place += bon_popcount(bon_load64(level->keep + i * 8));
    return word & bit && place < level->backoff_count ? (int64_t)place : BON_LM_NO_BACKOFF;
}

/* Whether a node has to be remembered as a context: some longer n-gram begins with it. Its back-off goes to *backoff; 0 where
 * there is none. */
static inline bool bon_lm_node_backoff(const bon_lm *lm, unsigned order, uint32_t node, float *backoff) {
    const struct bon_lm_packed_level *level = bon_lm_level_of(lm, order);
    if (lm->fast) {
        float stored = bon_fast_node_values(lm, order, node).backoff;
        *backoff = bon_fast_backoff(stored);
        return bon_fast_is_context(stored);
    }
    if (lm->ranked) {
        struct bon_block_place place = bon_block_of(&level->blocks, node);
        *backoff = 0.0f;
        return order < lm->order && bon_block_backoff(lm->quick, &level->blocks, &place, backoff);
    }
    int64_t place = level->keep ? bon_lm_backoff_place(level, node) : BON_LM_NO_BACKOFF;
    *backoff = place == BON_LM_NO_BACKOFF ? 0.0f : bon_lm_value_at(&level->backoff, (uint64_t)place);
    return place != BON_LM_NO_BACKOFF;
}

/* Whether a node is only there to keep the trie whole: its probability is what backing off gives. */
static inline bool bon_lm_node_blank(const bon_lm *lm, unsigned order, uint32_t node) {
    const struct bon_lm_packed_level *level = bon_lm_level_of(lm, order);
    if (lm->fast) return bon_fast_node_blank(lm, order, node);
    return level->blank && (bon_load64(level->blank + node / 64 * 8) >> (node % 64) & 1);
}

#endif
