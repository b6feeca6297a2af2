/* src/ngram/counts.c: counted n-grams: access and printing. */
#include "ngram/counts.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/io.h"
#include "ngram/sort.h"

void bon_counts_close(bon_counts *counts) {
    if (!counts) return;
    free(counts->word_end);
    free(counts->text);
    free(counts->grams);
    free(counts->count);
    free(counts->edges);
    free(counts->edge_count);
    bon_shards_free(&counts->shards);
    free(counts);
}

bon_status bon_counts_reserve_words(bon_counts *counts, uint64_t words, uint64_t bytes) {
    counts->word_end = bon_alloc_array(words, sizeof *counts->word_end);
    counts->text = bon_alloc_array(bytes, 1);
    return counts->word_end && counts->text ? BON_OK : BON_ERR_NOMEM;
}

bon_status bon_counts_reserve_grams(bon_counts *counts, uint64_t size) {
    counts->grams = bon_alloc_array(size, counts->order * sizeof *counts->grams);
    counts->count = bon_alloc_array(size, sizeof *counts->count);
    return counts->grams && counts->count ? BON_OK : BON_ERR_NOMEM;
}

bon_status bon_counts_reserve_edges(bon_counts *counts, uint64_t size) {
    counts->edges = bon_alloc_array(size, counts->order * sizeof *counts->edges);
    counts->edge_count = bon_alloc_array(size, sizeof *counts->edge_count);
    return counts->edges && counts->edge_count ? BON_OK : BON_ERR_NOMEM;
}

void bon_counts_push_word(bon_counts *counts, const char *text, size_t n) {
    uint64_t begin = counts->words ? counts->word_end[counts->words - 1] : 0;
    memcpy(counts->text + begin, text, n);
    counts->word_end[counts->words++] = begin + n;
}

unsigned bon_counts_order(const bon_counts *counts) { return counts->order; }
uint64_t bon_counts_size(const bon_counts *counts) { return counts->size; }

uint64_t bon_counts_at(const bon_counts *counts, uint64_t i, uint32_t *words) {
    if (words) memcpy(words, counts->grams + i * counts->order, counts->order * sizeof *words);
    return counts->count[i];
}

const char *bon_counts_word(const bon_counts *counts, uint32_t id, size_t *n) {
    if (id >= counts->words) return NULL;
    uint64_t begin = id ? counts->word_end[id - 1] : 0;
    *n = (size_t)(counts->word_end[id] - begin);
    return counts->text + begin;
}

/* ---- printing ---- */

/* Places of the n-grams to print in *out, most frequent first. They already stand in byte order and the sort is stable. */
static bon_status rank(const bon_counts *counts, uint64_t least, struct bon_place **out, size_t *n) {
    uint64_t most = 0;
    size_t chosen = 0;
    for (uint64_t i = 0; i < counts->size; i++) {
        chosen += counts->count[i] >= least;
        if (counts->count[i] > most) most = counts->count[i];
    }
    struct bon_place *places = bon_alloc_array(chosen, sizeof *places),
                     *scratch = bon_alloc_array(chosen, sizeof *scratch);
    if (!places || !scratch) {
        free(places);
        free(scratch);
        return BON_ERR_NOMEM;
    }
    *n = 0;
    for (uint64_t i = 0; i < counts->size; i++)
        if (counts->count[i] >= least)
            places[(*n)++] = (struct bon_place){.key = most - counts->count[i], .at = (uint32_t)i};
    unsigned bits = 1;
    while (bits < 64 && most >> bits) bits++;
    bon_place_sort_keys(places, scratch, *n, bits);
    free(scratch);
    *out = places;
    return BON_OK;
}

bon_status bon_counts_append_count(bon_buf *line, uint64_t count) {
    char digits[24], *at = digits + sizeof digits;
    *--at = '\n';
    do *--at = (char)('0' + count % 10);
    while ((count /= 10) != 0);
    *--at = '\t';
    return bon_buf_append(line, at, (size_t)(digits + sizeof digits - at));
}

static bon_status print_gram(const bon_counts *counts, size_t i, bon_buf *line) {
    for (unsigned j = 0; j < counts->order; j++) {
        size_t n;
        const char *word = bon_counts_word(counts, counts->grams[i * counts->order + j], &n);
        if (j) BON_TRY(bon_buf_put(line, ' '));
        BON_TRY(bon_buf_append(line, word, n));
    }
    return bon_counts_append_count(line, counts->count[i]);
}

bon_status bon_counts_print(const bon_counts *counts, const char *path, uint64_t least) {
    struct bon_place *places = NULL;
    struct bon_out *out = NULL;
    bon_buf text = {0};
    size_t n;
    bon_status status = rank(counts, least, &places, &n);
    if (status == BON_OK) status = bon_out_open(&out, path, 0);
    for (size_t i = 0; i < n && status == BON_OK; i++) {
        text.len = 0;
        status = print_gram(counts, places[i].at, &text);
        if (status == BON_OK) status = bon_out_write(out, text.data, text.len);
    }
    free(places);
    bon_buf_free(&text);
    if (status == BON_OK) return bon_out_publish(out);
    bon_out_abandon(out);
    return status;
}
