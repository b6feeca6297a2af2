/* src/lm/bpe_learn.c: exact byte-pair encoding with incremental counts (Sennrich et al. 2016, section 3.2).
 *
 * Every different piece is a word: a run of symbols that shrinks as merges are applied, with the number of times it was seen.
 * A table holds, for each pair of symbols, how often it occurs in all words and a list of the words where it does. A merge
 * visits only the words of its pair and corrects the counts of the neighbours there. Lists are not shortened when a pair
 * goes from a word (visiting the word shows that); counts are exact at all times.
 *
 * The queue of pairs by count is corrected late: an entry whose count is no longer true goes back with the true one when it
 * comes up. Counts only fall, except those of pairs that a merge has just made, which are queued anew; so every pair has an
 * entry at least as high as its count. A merge can make bytes that are a token already (a + bc, ab + c): it makes that token.
 */
#include "lm/bpe_learn.h"

#include <stdlib.h>

#define NO_NODE UINT32_MAX
#define FREE_KEY UINT64_MAX
enum { FIRST_PAIRS = 1 << 16 };

struct word {
    size_t start; /* in symbols */
    size_t n;
    int64_t count;
};

struct pair {
    uint64_t key; /* FREE_KEY = free slot */
    int64_t count;
    uint32_t words;   /* list of nodes */
    uint32_t touched; /* by this merge, counted from 1 */
};

struct node {
    uint32_t word, next;
};

struct entry {
    int64_t count;
    uint64_t key;
};

struct learner {
    bon_tokenizer *tokenizer;
    uint32_t *symbols;
    struct word *words;
    size_t word_count;
    struct pair *pairs; /* open addressing */
    size_t pair_slots, pair_used;
    struct node *nodes;
    size_t node_count, node_cap;
    uint32_t free_nodes; /* list */
    struct entry *queue; /* binary heap, best first */
    size_t queue_count, queue_cap;
    uint64_t *grown; /* keys of pairs that the current merge made */
    size_t grown_count, grown_cap;
    uint32_t merge;
};

static void learner_free(struct learner *l) {
    free(l->symbols);
    free(l->words);
    free(l->pairs);
    free(l->nodes);
    free(l->queue);
    free(l->grown);
}

/* ---- pairs ---- */

static struct pair *pair_slot(const struct learner *l, uint64_t key) {
    size_t mask = l->pair_slots - 1;
    for (size_t i = bon_token_pair_mix(key) & mask;; i = (i + 1) & mask)
        if (l->pairs[i].key == key || l->pairs[i].key == FREE_KEY) return &l->pairs[i];
}

static bon_status grow_pairs(struct learner *l) {
    struct learner grown = {.pair_slots = l->pair_slots ? 2 * l->pair_slots : FIRST_PAIRS};
    grown.pairs = bon_alloc_array(grown.pair_slots, sizeof *grown.pairs);
    if (!grown.pairs) return BON_ERR_NOMEM;
    for (size_t i = 0; i < grown.pair_slots; i++) grown.pairs[i].key = FREE_KEY;
    for (size_t i = 0; i < l->pair_slots; i++)
        if (l->pairs[i].key != FREE_KEY) *pair_slot(&grown, l->pairs[i].key) = l->pairs[i];
    free(l->pairs);
    l->pairs = grown.pairs;
    l->pair_slots = grown.pair_slots;
    return BON_OK;
}

static bon_status add_node(struct learner *l, struct pair *pair, uint32_t word) {
    uint32_t node = l->free_nodes;
    if (node != NO_NODE) {
        l->free_nodes = l->nodes[node].next;
    } else {
        if (l->node_count >= NO_NODE)
            return bon_fail(BON_ERR_LIMIT, "too much different text to learn from; use a part");
        BON_TRY(bon_grow_array(&l->nodes, &l->node_cap, l->node_count + 1, sizeof *l->nodes));
        node = (uint32_t)l->node_count++;
    }
    l->nodes[node] = (struct node){word, pair->words};
    pair->words = node;
    return BON_OK;
}

/* One more place where a pair occurs. Places in one word come one after the other, so looking at the newest node is enough to
 * list a word once. */
static bon_status raise(struct learner *l, uint32_t left, uint32_t right, uint32_t word) {
    uint64_t key = bon_token_pair_key(left, right);
    if (l->pair_used >= l->pair_slots / 2) BON_TRY(grow_pairs(l));
    struct pair *pair = pair_slot(l, key);
    if (pair->key == FREE_KEY) {
        *pair = (struct pair){.key = key, .words = NO_NODE};
        l->pair_used++;
    }
    pair->count += l->words[word].count;
    if (pair->touched != l->merge) {
        BON_TRY(bon_grow_array(&l->grown, &l->grown_cap, l->grown_count + 1, sizeof *l->grown));
        l->grown[l->grown_count++] = key;
        pair->touched = l->merge;
    }
    if (pair->words != NO_NODE && l->nodes[pair->words].word == word) return BON_OK;
    return add_node(l, pair, word);
}

static void lower(struct learner *l, uint32_t left, uint32_t right, int64_t count) {
    pair_slot(l, bon_token_pair_key(left, right))->count -= count;
}

/* ---- the queue ---- */

static bool before(const struct entry *a, const struct entry *b) {
    return a->count != b->count ? a->count > b->count : a->key < b->key;
}

static bon_status push(struct learner *l, struct entry entry) {
    BON_TRY(bon_grow_array(&l->queue, &l->queue_cap, l->queue_count + 1, sizeof *l->queue));
    size_t at = l->queue_count++;
    for (; at > 0 && before(&entry, &l->queue[(at - 1) / 2]); at = (at - 1) / 2) l->queue[at] = l->queue[(at - 1) / 2];
    l->queue[at] = entry;
    return BON_OK;
}

static struct entry pop(struct learner *l) {
    struct entry top = l->queue[0], last = l->queue[--l->queue_count];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < l->queue_count; at = child) {
        if (child + 1 < l->queue_count && before(&l->queue[child + 1], &l->queue[child])) child++;
        if (!before(&l->queue[child], &last)) break;
        l->queue[at] = l->queue[child];
    }
    l->queue[at] = last;
    return top;
}

static bon_status queue_grown(struct learner *l) {
    for (size_t i = 0; i < l->grown_count; i++) {
        struct entry entry = {pair_slot(l, l->grown[i])->count, l->grown[i]};
        if (entry.count > 0) BON_TRY(push(l, entry));
    }
    l->grown_count = 0;
    return BON_OK;
}

/* The most frequent pair, or an entry with count 0 when there is none left. */
static bon_status best_pair(struct learner *l, struct entry *best) {
    while (l->queue_count > 0) {
        *best = pop(l);
        int64_t count = pair_slot(l, best->key)->count;
        if (count == best->count && count > 0) return BON_OK;
        if (count > 0 && count < best->count) BON_TRY(push(l, (struct entry){count, best->key}));
    }
    *best = (struct entry){0, 0};
    return BON_OK;
}

/* ---- words ---- */

static bon_status take_words(struct learner *l, const struct bon_pieces *pieces) {
    char shorts[BON_PIECE_SHORT];
    size_t symbols = 0, n;
    if (pieces->used >= UINT32_MAX) return bon_fail(BON_ERR_LIMIT, "too much different text to learn from; use a part");
    for (size_t i = 0; i < pieces->slot_count; i++) {
        if (!bon_piece_used(&pieces->slots[i])) continue;
        bon_pieces_text(pieces, &pieces->slots[i], shorts, &n);
        symbols += n;
    }
    l->words = bon_alloc_array(pieces->used, sizeof *l->words);
    l->symbols = l->words ? bon_alloc_array(symbols, sizeof *l->symbols) : NULL;
    if (!l->symbols) return BON_ERR_NOMEM;
    size_t at = 0;
    for (size_t i = 0; i < pieces->slot_count; i++) {
        const struct bon_piece *piece = &pieces->slots[i];
        if (!bon_piece_used(piece)) continue;
        const char *text = bon_pieces_text(pieces, piece, shorts, &n);
        l->words[l->word_count++] = (struct word){at, n, (int64_t)piece->count};
        for (size_t k = 0; k < n; k++) l->symbols[at++] = (unsigned char)text[k];
    }
    return BON_OK;
}

static bon_status count_pairs(struct learner *l) {
    l->merge = 1;
    for (uint32_t w = 0; w < l->word_count; w++) {
        const uint32_t *symbols = l->symbols + l->words[w].start;
        for (size_t i = 1; i < l->words[w].n; i++) BON_TRY(raise(l, symbols[i - 1], symbols[i], w));
    }
    return queue_grown(l);
}

/* Replaces left + right by joined in a word, one place after the other, so that the word is consistent with the counts at
 * each: the place to its left may be one that was just joined. The pair's own count is set when all words are done. */
static bon_status merge_word(struct learner *l, uint32_t w, const struct bon_token_merge *m) {
    struct word *word = &l->words[w];
    uint32_t *s = l->symbols + word->start;
    size_t out = 0;
    for (size_t i = 0; i < word->n; i++) {
        if (s[i] != m->left || i + 1 == word->n || s[i + 1] != m->right) {
            s[out++] = s[i];
            continue;
        }
        if (out > 0) {
            lower(l, s[out - 1], m->left, word->count);
            BON_TRY(raise(l, s[out - 1], m->joined, w));
        }
        if (i + 2 < word->n) {
            lower(l, m->right, s[i + 2], word->count);
            BON_TRY(raise(l, m->joined, s[i + 2], w));
        }
        s[out++] = m->joined;
        i++;
    }
    word->n = out;
    return BON_OK;
}

static bon_status merge_everywhere(struct learner *l, uint64_t key, const struct bon_token_merge *m) {
    uint32_t first = pair_slot(l, key)->words, last = first;
    l->merge++;
    for (uint32_t node = first; node != NO_NODE; last = node, node = l->nodes[node].next)
        BON_TRY(merge_word(l, l->nodes[node].word, m));
    struct pair *pair = pair_slot(l, key);
    pair->count = 0;
    pair->words = NO_NODE;
    l->nodes[last].next = l->free_nodes;
    l->free_nodes = first;
    return queue_grown(l);
}

/* The token of two tokens joined, made if need be. */
static bon_status join(bon_tokenizer *t, uint32_t left, uint32_t right, bon_buf *scratch) {
    scratch->len = 0;
    BON_TRY(bon_buf_append(scratch, t->tokens[left].bytes, t->tokens[left].n));
    BON_TRY(bon_buf_append(scratch, t->tokens[right].bytes, t->tokens[right].n));
    if (bon_tokenizer_find(t, scratch->data, scratch->len) == BON_TOKENIZER_NONE)
        BON_TRY(bon_tokenizer_set(t, t->size, scratch->data, scratch->len, false));
    return bon_tokenizer_add_merge(t, left, right);
}

static bon_status learn(struct learner *l, uint32_t size, uint64_t min_count, bon_buf *scratch) {
    bon_tokenizer *t = l->tokenizer;
    while (t->size < size) {
        struct entry best;
        BON_TRY(best_pair(l, &best));
        if (best.count <= 0 || (uint64_t)best.count < min_count) return BON_OK;
        BON_TRY(join(t, (uint32_t)(best.key >> 32), (uint32_t)best.key, scratch));
        BON_TRY(merge_everywhere(l, best.key, &t->merges[t->merge_count - 1]));
    }
    return BON_OK;
}

bon_status bon_bpe_learn(bon_tokenizer *tokenizer, const struct bon_pieces *pieces, uint32_t size, uint64_t min_count) {
    struct learner l = {.tokenizer = tokenizer, .free_nodes = NO_NODE};
    bon_buf scratch = {0};
    bon_status status = grow_pairs(&l);
    if (status == BON_OK) status = take_words(&l, pieces);
    if (status == BON_OK) status = count_pairs(&l);
    if (status == BON_OK) status = learn(&l, size, min_count, &scratch);
    learner_free(&l);
    bon_buf_free(&scratch);
    return status;
}
