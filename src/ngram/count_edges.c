/* src/ngram/count_edges.c: counts the windows that reach over the beginning or end of a line (see counts.h).
 *
 * All windows over a line's beginning follow from its head, the first order - 1 items, </s> being one; the one over its end,
 * when the line is not shorter than that, is its tail and </s>. Heads and tails are sorted whole, a line being two short rows;
 * windows with more <s> come first, so the beginnings of sorted heads, the shortest first, and then the tails, are in order.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "ngram/counts.h"

struct edge_lists {
    bon_counts *counts;
    size_t size;             /* items of a head or tail */
    uint32_t *heads, *tails; /* rows, one a line at most */
    size_t head_count, tail_count;
};

/* qsort is told of no width: rows end in 0, which no item is here (items are 1 more than in edges). */
static int compare_rows(const void *a, const void *b) {
    const uint32_t *x = a, *y = b;
    while (*x == *y && *x) x++, y++;
    return *x < *y ? -1 : *x > *y;
}

static uint32_t item(uint32_t id) {
    return id == BON_LM_BOS ? 1 + BON_EDGE_EOS : id - BON_CORPUS_SYMBOLS + 1 + BON_EDGE_WORDS;
}

/* Takes the head and tail of every line. A line is its break and then its words, the last one first. */
static void list_lines(struct edge_lists *lists, const struct bon_corpus *corpus) {
    size_t width = lists->size + 1;
    for (size_t begin = 0, end; begin < corpus->count; begin = end) {
        for (end = begin + 1; end < corpus->count && corpus->ids[end] != BON_LM_BOS;) end++;
        uint32_t *head = lists->heads + lists->head_count++ * width;
        size_t n = end - begin; /* words and the break behind them */
        for (size_t j = 0; j < width; j++) head[j] = j < lists->size && j < n ? item(corpus->ids[end - 1 - j]) : 0;
        if (n - 1 < lists->size) continue;
        uint32_t *tail = lists->tails + lists->tail_count++ * width;
        for (size_t j = 0; j < lists->size; j++) tail[j] = item(corpus->ids[begin + lists->size - j]);
        tail[lists->size] = 0;
    }
}

/* Counts a window: `pad` times <s>, n items, and </s> in what is left. Equal ones come one after the other. */
static void push_edge(bon_counts *counts, size_t pad, const uint32_t *items, size_t n) {
    uint32_t *row = counts->edges + counts->edge_size * counts->order;
    for (size_t j = 0; j < counts->order; j++)
        row[j] = j < pad ? BON_EDGE_BOS : j < pad + n ? items[j - pad] - 1 : BON_EDGE_EOS;
    if (counts->edge_size && memcmp(row - counts->order, row, counts->order * sizeof *row) == 0)
        counts->edge_count[counts->edge_size - 1]++;
    else
        counts->edge_count[counts->edge_size++] = 1;
}

static void push_edges(struct edge_lists *lists) {
    size_t width = lists->size + 1;
    for (size_t n = 1; n <= lists->size; n++)
        for (size_t i = 0; i < lists->head_count; i++)
            if (lists->heads[i * width + n - 1]) push_edge(lists->counts, width - n, lists->heads + i * width, n);
    for (size_t i = 0; i < lists->tail_count; i++) push_edge(lists->counts, 0, lists->tails + i * width, lists->size);
}

/* Order 1 has no heads, and its only tail is </s>. */
static bon_status count_ends(bon_counts *counts, uint64_t lines) {
    BON_TRY(bon_counts_reserve_edges(counts, 1));
    counts->edges[0] = BON_EDGE_EOS;
    counts->edge_count[0] = lines;
    counts->edge_size = lines > 0;
    return BON_OK;
}

bon_status bon_counts_find_edges(bon_counts *counts, const struct bon_corpus *corpus, uint64_t lines) {
    if (counts->order == 1) return count_ends(counts, lines);
    struct edge_lists lists = {.counts = counts, .size = counts->order - 1};
    bon_status status = BON_ERR_NOMEM;
    size_t width = counts->order;
    lists.heads = bon_alloc_array(lines, width * sizeof *lists.heads);
    lists.tails = bon_alloc_array(lines, width * sizeof *lists.tails);
    if (!lists.heads || !lists.tails) goto done;
    list_lines(&lists, corpus);
    qsort(lists.heads, lists.head_count, width * sizeof *lists.heads, compare_rows);
    qsort(lists.tails, lists.tail_count, width * sizeof *lists.tails, compare_rows);
    status = bon_counts_reserve_edges(counts, lines * counts->order + 1); /* push_edge writes one ahead */
    if (status == BON_OK) push_edges(&lists);
done:
    free(lists.heads);
    free(lists.tails);
    return status;
}
