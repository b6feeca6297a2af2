/* src/ngram/counts_merge.c: adds up counts. Words and n-grams are sorted by bytes on all sides, and renumbering words in a
 * merged vocabulary keeps their order, so two parts merge in one linear walk; many parts merge in pairs, then pairs of pairs.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ngram/counts.h"

struct side {
    const bon_counts *counts;
    uint32_t *to; /* [words] new id of each word */
};

/* Rows of n-grams with counts, in order: the n-grams of one side or its edges, whose word ids begin at `shift`. */
struct rows {
    const uint32_t *words;
    const uint64_t *count;
    uint64_t size, next;
    const uint32_t *to;
    uint32_t shift;
};

/* Fills the merged vocabulary and both maps. */
static bon_status merge_words(struct side *a, struct side *b, bon_counts *merged) {
    const bon_counts *x = a->counts, *y = b->counts;
    uint64_t words = (uint64_t)x->words + y->words;
    uint64_t bytes = (x->words ? x->word_end[x->words - 1] : 0) + (y->words ? y->word_end[y->words - 1] : 0);
    BON_TRY(bon_counts_reserve_words(merged, words, bytes));
    a->to = bon_alloc_array(x->words, sizeof *a->to);
    b->to = bon_alloc_array(y->words, sizeof *b->to);
    if (!a->to || !b->to) return BON_ERR_NOMEM;
    for (uint32_t i = 0, j = 0; i < x->words || j < y->words;) {
        size_t m = 0, n = 0;
        const char *u = bon_counts_word(x, i, &m), *v = bon_counts_word(y, j, &n);
        int order = !u ? 1 : !v ? -1 : bon_compare_bytes(u, m, v, n);
        if (merged->words == UINT32_MAX) return bon_fail(BON_ERR_LIMIT, "more than %u different words", UINT32_MAX);
        if (order <= 0) a->to[i++] = merged->words;
        if (order >= 0) b->to[j++] = merged->words;
        bon_counts_push_word(merged, order <= 0 ? u : v, order <= 0 ? m : n);
    }
    return BON_OK;
}

static uint32_t new_id(const struct rows *rows, uint32_t id) {
    return id < rows->shift ? id : rows->to[id - rows->shift] + rows->shift;
}

/* Compares the next rows of both sides by their new ids; a side at its end comes last. */
static int compare_next(const struct rows *a, const struct rows *b, unsigned order) {
    if (a->next == a->size) return 1;
    if (b->next == b->size) return -1;
    for (unsigned j = 0; j < order; j++) {
        uint32_t x = new_id(a, a->words[a->next * order + j]), y = new_id(b, b->words[b->next * order + j]);
        if (x != y) return x < y ? -1 : 1;
    }
    return 0;
}

static uint64_t take(struct rows *rows, unsigned order, uint32_t *words) {
    for (unsigned j = 0; j < order; j++) words[j] = new_id(rows, rows->words[rows->next * order + j]);
    return rows->count[rows->next++];
}

static bon_status merge_rows(struct rows *a, struct rows *b, unsigned order, uint32_t *words, uint64_t *count,
                             uint64_t *size) {
    while (a->next < a->size || b->next < b->size) {
        int which = compare_next(a, b, order);
        uint32_t *row = words + *size * order;
        uint64_t x = which <= 0 ? take(a, order, row) : 0, y = which >= 0 ? take(b, order, row) : 0;
        if (*size == UINT32_MAX) return bon_fail(BON_ERR_LIMIT, "more than %u distinct n-grams", UINT32_MAX);
        if (x > UINT64_MAX - y) return bon_fail(BON_ERR_LIMIT, "an n-gram's counts add up to more than 64 bits hold");
        count[(*size)++] = x + y;
    }
    return BON_OK;
}

static struct rows grams_of(const struct side *side) {
    const bon_counts *counts = side->counts;
    return (struct rows){counts->grams, counts->count, counts->size, 0, side->to, 0};
}

static struct rows edges_of(const struct side *side) {
    const bon_counts *counts = side->counts;
    return (struct rows){counts->edges, counts->edge_count, counts->edge_size, 0, side->to, BON_EDGE_WORDS};
}

static bon_status merge_grams(const struct side *a, const struct side *b, bon_counts *merged) {
    struct rows x = grams_of(a), y = grams_of(b);
    BON_TRY(bon_counts_reserve_grams(merged, x.size + y.size));
    BON_TRY(merge_rows(&x, &y, merged->order, merged->grams, merged->count, &merged->size));
    x = edges_of(a), y = edges_of(b);
    BON_TRY(bon_counts_reserve_edges(merged, x.size + y.size));
    return merge_rows(&x, &y, merged->order, merged->edges, merged->edge_count, &merged->edge_size);
}

static bon_status merge_two(const bon_counts *x, const bon_counts *y, bon_counts **out) {
    *out = NULL;
    struct side a = {.counts = x}, b = {.counts = y};
    bon_counts *merged = bon_alloc_zeroed(1, sizeof *merged);
    if (!merged) return BON_ERR_NOMEM;
    merged->order = x->order;
    bon_status status = bon_shards_add(&merged->shards, &x->shards);
    if (status == BON_OK) status = bon_shards_add(&merged->shards, &y->shards);
    if (status == BON_OK) status = merge_words(&a, &b, merged);
    if (status == BON_OK) status = merge_grams(&a, &b, merged);
    free(a.to);
    free(b.to);
    if (status == BON_OK)
        *out = merged;
    else
        bon_counts_close(merged);
    return status;
}

/* Merges two or more parts into a new one. */
static bon_status merge_many(const bon_counts *const *parts, size_t count, bon_counts **out) {
    size_t half = count / 2;
    bon_counts *left = NULL, *right = NULL;
    bon_status status = BON_OK;
    if (half > 1) status = merge_many(parts, half, &left);
    if (status == BON_OK && count - half > 1) status = merge_many(parts + half, count - half, &right);
    if (status == BON_OK) status = merge_two(left ? left : parts[0], right ? right : parts[half], out);
    bon_counts_close(left);
    bon_counts_close(right);
    return status;
}

bon_status bon_counts_merge(bon_counts **out, const bon_counts *const *parts, size_t part_count) {
    *out = NULL;
    if (part_count == 0) return bon_fail(BON_ERR_ARGUMENT, "nothing to merge");
    for (size_t i = 1; i < part_count; i++)
        if (parts[i]->order != parts[0]->order)
            return bon_fail(BON_ERR_ARGUMENT, "counts of %u-grams and of %u-grams cannot be merged", parts[0]->order,
                            parts[i]->order);
    const bon_counts empty = {.order = parts[0]->order};
    return part_count == 1 ? merge_two(parts[0], &empty, out) : merge_many(parts, part_count, out);
}
