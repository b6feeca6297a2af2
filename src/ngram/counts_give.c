/* src/ngram/counts_give.c: counts in memory on their way elsewhere. N-grams and edges, each in order, become one order; with
 * several parts, a counting sort by part comes first, which leaves that order in each.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "ngram/counts_flow.h"

/* Rows in order: n-grams and edges merged as they are asked for. */
struct cursor {
    const bon_counts *counts;
    uint64_t gram, edge;
};

static int compare(const uint32_t *gram, const uint32_t *edge, unsigned order) {
    for (unsigned j = 0; j < order; j++)
        if (gram[j] + BON_EDGE_WORDS != edge[j]) return gram[j] + BON_EDGE_WORDS < edge[j] ? -1 : 1;
    return 0;
}

/* The number of the next row: n-grams first, then edges. */
static uint64_t next_row(struct cursor *cursor) {
    const bon_counts *counts = cursor->counts;
    unsigned order = counts->order;
    bool gram = cursor->edge == counts->edge_size ||
                (cursor->gram < counts->size &&
                 compare(counts->grams + cursor->gram * order, counts->edges + cursor->edge * order, order) < 0);
    return gram ? cursor->gram++ : counts->size + cursor->edge++;
}

static uint64_t read_row(const bon_counts *counts, uint64_t row, uint32_t *items) {
    unsigned order = counts->order;
    if (row >= counts->size) {
        memcpy(items, counts->edges + (row - counts->size) * order, order * sizeof *items);
        return counts->edge_count[row - counts->size];
    }
    for (unsigned j = 0; j < order; j++) items[j] = counts->grams[row * order + j] + BON_EDGE_WORDS;
    return counts->count[row];
}

static unsigned part_of(const char *word, size_t n, unsigned parts) {
    return (unsigned)((bon_hash64(word, n) >> 32) * parts >> 32);
}

/* The part of every item a row can end with; what no row ends with has any. */
static uint16_t *find_parts(const bon_counts *counts, unsigned parts) {
    uint16_t *part = bon_alloc_zeroed((size_t)counts->words + BON_EDGE_WORDS, sizeof *part);
    if (!part) return NULL;
    part[BON_EDGE_EOS] = (uint16_t)part_of("", 0, parts);
    for (uint32_t i = 0; i < counts->words; i++) {
        size_t n;
        const char *word = bon_counts_word(counts, i, &n);
        part[BON_EDGE_WORDS + i] = (uint16_t)part_of(word, n, parts);
    }
    return part;
}

/* The numbers of rows by part, [start[p]..start[p + 1]) those of part p, each in order. */
static bon_status sort_rows(const bon_counts *counts, unsigned parts, uint64_t *start, uint64_t *rows) {
    const uint16_t *part = find_parts(counts, parts);
    unsigned order = counts->order;
    uint64_t all = counts->size + counts->edge_size;
    if (!part) return BON_ERR_NOMEM;
    memset(start, 0, (parts + 2) * sizeof *start);
    for (uint64_t i = 0; i < counts->size; i++) start[part[counts->grams[(i + 1) * order - 1] + BON_EDGE_WORDS] + 2]++;
    for (uint64_t i = 0; i < counts->edge_size; i++) start[part[counts->edges[(i + 1) * order - 1]] + 2]++;
    for (unsigned p = 0; p < parts; p++) start[p + 2] += start[p + 1];
    struct cursor cursor = {.counts = counts};
    for (uint64_t i = 0; i < all; i++) {
        uint64_t row = next_row(&cursor);
        uint32_t last = row < counts->size ? counts->grams[(row + 1) * order - 1] + BON_EDGE_WORDS
                                           : counts->edges[(row - counts->size + 1) * order - 1];
        rows[start[part[last] + 1]++] = row;
    }
    free((void *)part);
    return BON_OK;
}

/* A run of n rows: rows[], or as the cursor has them. */
static bon_status give_run(const bon_counts *counts, const uint64_t *rows, uint64_t n,
                           const struct bon_counts_sink *sink) {
    uint32_t items[2][BON_LM_MAX_ORDER] = {{0}};
    struct cursor cursor = {.counts = counts};
    if (sink->begin) BON_TRY(sink->begin(sink->context));
    for (uint64_t i = 0; i < n; i++) {
        uint32_t *row = items[i % 2], *before = items[(i + 1) % 2];
        uint64_t count = read_row(counts, rows ? rows[i] : next_row(&cursor), row);
        unsigned shared = 0;
        while (i > 0 && shared < counts->order && row[shared] == before[shared]) shared++;
        BON_TRY(sink->row(sink->context, shared, row, count));
    }
    return sink->end ? sink->end(sink->context) : BON_OK;
}

bon_status bon_counts_give(const bon_counts *counts, unsigned parts, const struct bon_counts_sink *sink) {
    uint64_t all = counts->size + counts->edge_size;
    for (uint32_t i = 0; i < counts->words; i++) {
        size_t n;
        const char *word = bon_counts_word(counts, i, &n);
        BON_TRY(sink->word(sink->context, word, n));
    }
    if (parts == 1) return give_run(counts, NULL, all, sink);
    uint64_t *start = bon_alloc_array((size_t)parts + 2, sizeof *start), *rows = bon_alloc_array(all, sizeof *rows);
    bon_status status = start && rows ? sort_rows(counts, parts, start, rows) : BON_ERR_NOMEM;
    for (unsigned p = 0; p < parts && status == BON_OK; p++)
        status = give_run(counts, rows + start[p], start[p + 1] - start[p], sink);
    free(start);
    free(rows);
    return status;
}
