/* src/lm/bpe_encode.c: text -> ids. Pieces recur, so a small direct-mapped table remembers the ids of short ones; its key is
 * the piece itself (bpe_pieces.h). What it does not know is merged: lowest rank first, leftmost of equal ones.
 */
#include <stdlib.h>

#include "lm/bpe_pieces.h"
#include "lm/bpe_split.h"
#include "lm/tokenizer.h"

enum { MEMO_BITS = 15, MEMO_IDS = 3, SMALL = 64 };
#define NO_RANK UINT32_MAX

struct memo {
    struct bon_piece_key key; /* both 0 = free */
    uint32_t count, ids[MEMO_IDS];
};

/* A pair that waits to be joined, and the place of its left token. */
struct candidate {
    uint32_t rank, at;
};

/* A token of a long piece, linked to those beside it by their places. */
struct link {
    uint32_t id, before, after, rank, joined;
};

struct bon_token_encoder {
    const bon_tokenizer *tokenizer;
    unsigned flags;
    struct memo *memo;
    struct link *links;
    size_t link_cap;
    struct candidate *heap;
    size_t heap_count, heap_cap;
    const char **next_special; /* where in the text each special token comes next */
};

bon_status bon_token_encoder_open(bon_token_encoder **out, const bon_tokenizer *tokenizer, unsigned flags) {
    *out = NULL;
    bon_token_encoder *e = bon_alloc_zeroed(1, sizeof *e);
    if (!e) return BON_ERR_NOMEM;
    e->tokenizer = tokenizer;
    e->flags = flags;
    e->memo = bon_alloc_zeroed((size_t)1 << MEMO_BITS, sizeof *e->memo);
    e->next_special = e->memo ? bon_alloc_zeroed(tokenizer->special_count, sizeof *e->next_special) : NULL;
    if (!e->next_special) {
        bon_token_encoder_close(e);
        return BON_ERR_NOMEM;
    }
    *out = e;
    return BON_OK;
}

void bon_token_encoder_close(bon_token_encoder *e) {
    if (!e) return;
    free(e->memo);
    free(e->links);
    free(e->heap);
    free(e->next_special);
    free(e);
}

/* ---- merging a small piece: look for the best pair again and again ---- */

struct small {
    uint32_t ids[SMALL], ranks[SMALL], joined[SMALL]; /* ranks[i] is of the pair i, i + 1 */
    size_t n;
};

static void rank_pair(const bon_tokenizer *t, struct small *s, size_t i) {
    const struct bon_token_pair *pair = bon_token_pair_find(t, s->ids[i], s->ids[i + 1]);
    s->ranks[i] = pair->joined == BON_TOKENIZER_NONE ? NO_RANK : pair->rank;
    s->joined[i] = pair->joined;
}

static size_t best_of(const struct small *s) {
    size_t best = 0;
    for (size_t i = 1; i + 1 < s->n; i++)
        if (s->ranks[i] < s->ranks[best]) best = i;
    return best;
}

/* Writes the ids and returns how many. n > 0 */
static size_t merge_small(const bon_tokenizer *t, const char *text, size_t n, uint32_t *out) {
    struct small s;
    s.n = n;
    for (size_t i = 0; i < n; i++) s.ids[i] = t->of_byte[(unsigned char)text[i]];
    for (size_t i = 0; i + 1 < n; i++) rank_pair(t, &s, i);
    while (s.n > 1) {
        size_t best = best_of(&s);
        if (s.ranks[best] == NO_RANK) break;
        s.ids[best] = s.joined[best];
        s.n--;
        for (size_t i = best + 1; i < s.n; i++) {
            s.ids[i] = s.ids[i + 1];
            s.ranks[i] = s.ranks[i + 1];
            s.joined[i] = s.joined[i + 1];
        }
        if (best > 0) rank_pair(t, &s, best - 1);
        if (best + 1 < s.n) rank_pair(t, &s, best);
    }
    memcpy(out, s.ids, s.n * sizeof *out);
    return s.n;
}

/* ---- merging a long piece: a heap of pairs over a linked list, n log n ---- */

static bool before(struct candidate a, struct candidate b) { return a.rank != b.rank ? a.rank < b.rank : a.at < b.at; }

static bon_status push(bon_token_encoder *e, struct candidate c) {
    BON_TRY(bon_grow_array(&e->heap, &e->heap_cap, e->heap_count + 1, sizeof *e->heap));
    size_t at = e->heap_count++;
    for (; at > 0 && before(c, e->heap[(at - 1) / 2]); at = (at - 1) / 2) e->heap[at] = e->heap[(at - 1) / 2];
    e->heap[at] = c;
    return BON_OK;
}

static struct candidate pop(bon_token_encoder *e) {
    struct candidate top = e->heap[0], last = e->heap[--e->heap_count];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < e->heap_count; at = child) {
        if (child + 1 < e->heap_count && before(e->heap[child + 1], e->heap[child])) child++;
        if (!before(e->heap[child], last)) break;
        e->heap[at] = e->heap[child];
    }
    e->heap[at] = last;
    return top;
}

/* Ranks the pair whose left token is at a place, and lets it wait if there is a merge for it. */
static bon_status rank_link(bon_token_encoder *e, uint32_t at) {
    struct link *link = &e->links[at];
    link->rank = NO_RANK;
    if (link->after == NO_RANK) return BON_OK;
    const struct bon_token_pair *pair = bon_token_pair_find(e->tokenizer, link->id, e->links[link->after].id);
    if (pair->joined == BON_TOKENIZER_NONE) return BON_OK;
    link->rank = pair->rank;
    link->joined = pair->joined;
    return push(e, (struct candidate){pair->rank, at});
}

static bon_status join_link(bon_token_encoder *e, uint32_t at) {
    struct link *left = &e->links[at], *right = &e->links[left->after];
    left->id = left->joined;
    left->after = right->after;
    right->rank = NO_RANK;
    if (left->after != NO_RANK) e->links[left->after].before = at;
    if (left->before != NO_RANK) BON_TRY(rank_link(e, left->before));
    return rank_link(e, at);
}

static bon_status merge_long(bon_token_encoder *e, const char *text, size_t n, uint32_t *out, size_t *count) {
    if (n >= NO_RANK) return bon_fail(BON_ERR_LIMIT, "a piece of text of %zu bytes without a break is too long", n);
    BON_TRY(bon_grow_array(&e->links, &e->link_cap, n, sizeof *e->links));
    e->heap_count = 0;
    for (uint32_t i = 0; i < n; i++)
        e->links[i] = (struct link){.id = e->tokenizer->of_byte[(unsigned char)text[i]],
                                    .before = i ? i - 1 : NO_RANK,
                                    .after = i + 1 < n ? i + 1 : NO_RANK};
    for (uint32_t i = 0; i < n; i++) BON_TRY(rank_link(e, i));
    while (e->heap_count > 0) {
        struct candidate best = pop(e);
        if (e->links[best.at].rank == best.rank) BON_TRY(join_link(e, best.at));
    }
    *count = 0;
    for (uint32_t i = 0; i != NO_RANK; i = e->links[i].after) out[(*count)++] = e->links[i].id;
    return BON_OK;
}

/* ---- text ---- */

/* Encodes plain text behind *out, which has room for n ids and MEMO_IDS more. */
static bon_status encode_plain(bon_token_encoder *e, const char *text, size_t n, bon_token_ids *out) {
    const bon_tokenizer *t = e->tokenizer;
    uint32_t *ids = out->ids + out->count;
    size_t count;
    for (size_t at = 0, end; at < n; at = end) {
        end = bon_split_next(text, n, at);
        size_t length = end - at;
        if (length > BON_PIECE_SHORT) {
            count = 0;
            if (length <= SMALL)
                count = merge_small(t, text + at, length, ids);
            else
                BON_TRY(merge_long(e, text + at, length, ids, &count));
            ids += count;
            continue;
        }
        struct bon_piece_key key = bon_piece_key(text + at, length, n - at);
        struct memo *memo = &e->memo[bon_piece_mix(key) >> (64 - MEMO_BITS)];
        if (memo->key.low == key.low && memo->key.high == key.high) {
            memcpy(ids, memo->ids, sizeof memo->ids);
            ids += memo->count;
            continue;
        }
        count = merge_small(t, text + at, length, ids);
        if (count <= MEMO_IDS) {
            memo->key = key;
            memo->count = (uint32_t)count;
            memcpy(memo->ids, ids, count * sizeof *ids);
        }
        ids += count;
    }
    out->count = (size_t)(ids - out->ids);
    return BON_OK;
}

/* The special token that comes first in text[at..n), the longest of those at one place; NULL = none. */
static const char *find_special(bon_token_encoder *e, const char *text, size_t n, size_t at, uint32_t *id) {
    const bon_tokenizer *t = e->tokenizer;
    const char *first = NULL;
    for (uint32_t i = 0; i < t->special_count; i++) {
        const struct bon_subword *token = &t->tokens[t->specials[i]];
        const char **next = &e->next_special[i];
        if (*next && *next < text + at) *next = memmem(text + at, n - at, token->bytes, token->n);
        if (!*next) continue;
        if (!first || *next < first || (*next == first && token->n > t->tokens[*id].n)) {
            first = *next;
            *id = t->specials[i];
        }
    }
    return first;
}

static bon_status encode_special(bon_token_encoder *e, const char *text, size_t n, bon_token_ids *out) {
    const bon_tokenizer *t = e->tokenizer;
    for (uint32_t i = 0; i < t->special_count; i++)
        e->next_special[i] = memmem(text, n, t->tokens[t->specials[i]].bytes, t->tokens[t->specials[i]].n);
    for (size_t at = 0; at < n;) {
        uint32_t id = 0;
        const char *special = find_special(e, text, n, at, &id);
        size_t stop = special ? (size_t)(special - text) : n;
        BON_TRY(encode_plain(e, text + at, stop - at, out));
        if (special) out->ids[out->count++] = id;
        at = special ? stop + t->tokens[id].n : n;
    }
    return BON_OK;
}

bon_status bon_token_encoder_encode(bon_token_encoder *e, const char *text, size_t n, bon_token_ids *out) {
    if (n == 0) return BON_OK;
    if (n > SIZE_MAX / 8 - out->count) return bon_fail_memory(SIZE_MAX);
    BON_TRY(bon_grow_array(&out->ids, &out->cap, out->count + n + MEMO_IDS, sizeof *out->ids));
    if (e->flags & BON_ENCODE_SPECIAL) return encode_special(e, text, n, out);
    return encode_plain(e, text, n, out);
}
