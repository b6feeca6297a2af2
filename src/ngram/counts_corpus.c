/* src/ngram/counts_corpus.c: counts in place of a text. The estimator asks a text for one thing: the windows of `order` items
 * that end at its places, whose order does not matter. Counts have just these, each once with its weight.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ngram/counts.h"

/* The ids of the words in the corpus, behind those of <s> and </s>: to[item] for every item of an edge. */
static bon_status map_words(struct bon_corpus *corpus, const bon_counts *counts, uint32_t *to) {
    to[BON_EDGE_BOS] = BON_LM_BOS;
    to[BON_EDGE_EOS] = BON_LM_EOS;
    for (uint32_t i = 0; i < counts->words; i++) {
        size_t n;
        const char *word = bon_counts_word(counts, i, &n);
        uint32_t *id = &to[BON_EDGE_WORDS + i];
        BON_TRY(bon_vocab_add(&corpus->vocab, word, n, id));
        if (*id < BON_CORPUS_SYMBOLS)
            return bon_fail(
                BON_ERR_DATA,
                "the text that was counted contains %.*s, which has a meaning of its own in models; remove it "
                "and count again",
                (int)n, word);
    }
    return BON_OK;
}

static bon_status add_rows(struct bon_corpus *corpus, const uint32_t *rows, const uint64_t *count, uint64_t size,
                           const uint32_t *to) {
    uint64_t before = corpus->count / corpus->row;
    if (size > (UINT32_MAX - 1) / corpus->row - before)
        return bon_fail(BON_ERR_LIMIT, "more than %u distinct %u-grams", (UINT32_MAX - 1) / corpus->row, corpus->row);
    BON_TRY(
        bon_store_grow(corpus->store, &corpus->ids, &corpus->cap, (before + size) * corpus->row, sizeof *corpus->ids));
    BON_TRY(bon_store_grow(corpus->store, &corpus->weight, &corpus->weight_cap, before + size, sizeof *corpus->weight));
    for (uint64_t i = 0; i < size; i++) {
        if (count[i] >= UINT32_MAX - corpus->total)
            return bon_fail(BON_ERR_LIMIT, "the counts add up to more than %u words", UINT32_MAX - 1);
        corpus->total += count[i];
        corpus->weight[before + i] = (uint32_t)count[i];
        for (unsigned j = 0; j < corpus->row; j++) corpus->ids[corpus->count++] = to[rows[i * corpus->row + j]];
        bon_store_pace(corpus->store, (corpus->row + 1) * sizeof *corpus->ids);
    }
    return BON_OK;
}

bon_status bon_corpus_add_counts(struct bon_corpus *corpus, const bon_counts *counts) {
    if (counts->edge_size == 0 && counts->size > 0)
        return bon_fail(BON_ERR_VERSION,
                        "the counts lack the beginnings and ends of lines that a model needs: count again");
    if (corpus->count > 0 && corpus->row != counts->order)
        return bon_fail(BON_ERR_ARGUMENT, "counts of %u-grams cannot be added to %s", counts->order,
                        corpus->row ? "those of another order" : "a text");
    uint32_t *to = bon_alloc_array((size_t)counts->words + BON_EDGE_WORDS, sizeof *to);
    if (!to) return BON_ERR_NOMEM;
    corpus->row = counts->order;
    bon_status status = map_words(corpus, counts, to);
    if (status == BON_OK) status = add_rows(corpus, counts->grams, counts->count, counts->size, to + BON_EDGE_WORDS);
    if (status == BON_OK) status = add_rows(corpus, counts->edges, counts->edge_count, counts->edge_size, to);
    free(to);
    return status;
}
