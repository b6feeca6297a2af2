/* src/ngram/count.c: counts the distinct n-grams of one order, with the estimator's corpus and sort.
 *
 * Words are numbered in byte order and lines are kept backwards, so that the sort, which orders places by the words before
 * them, gives n-grams in order of their bytes, first word first: an order that does not depend on how the text was cut, which
 * makes merging associative. Words alone need no sort and no text: they are tallied as they come. What reaches over the ends
 * of lines is counted in count_edges.c.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "ngram/counts.h"
#include "ngram/sort.h"

struct bon_counter {
    unsigned order;
    struct bon_shards shards;
    struct bon_corpus corpus;
};

bon_status bon_counter_open(bon_counter **out, unsigned order) {
    *out = NULL;
    if (order < 1 || order > BON_LM_MAX_ORDER)
        return bon_fail(BON_ERR_ARGUMENT, "order %u: n-grams are counted for orders 1 to %d", order, BON_LM_MAX_ORDER);
    bon_counter *counter = bon_alloc_zeroed(1, sizeof *counter);
    if (!counter) return BON_ERR_NOMEM;
    counter->order = order;
    bon_status status = bon_corpus_open(&counter->corpus, BON_CORPUS_LINES);
    if (status != BON_OK) {
        bon_counter_close(counter);
        return status;
    }
    *out = counter;
    return BON_OK;
}

void bon_counter_close(bon_counter *counter) {
    if (!counter) return;
    bon_corpus_free(&counter->corpus);
    bon_shards_free(&counter->shards);
    free(counter);
}

bon_status bon_counter_shard(bon_counter *counter, uint32_t index, uint32_t of) {
    if (index >= of) return bon_fail(BON_ERR_ARGUMENT, "part %u of %u: parts are numbered from 0", index, of);
    const struct bon_shards part = {.of = of, .index = &index, .count = 1};
    bon_shards_free(&counter->shards);
    return bon_shards_add(&counter->shards, &part);
}

bon_status bon_counter_add(bon_counter *counter, const char *text, size_t n) {
    BON_TRY(bon_corpus_add(&counter->corpus, text, n, NULL, 1));
    return counter->order == 1 ? bon_corpus_drain(&counter->corpus) : BON_OK;
}

/* ---- distinct n-grams ---- */

struct list {
    bon_counts *counts;
    size_t gram_cap, count_cap;
    struct bon_place_sorter sorter;
};

static bon_status push(struct list *list, uint32_t at) {
    bon_counts *counts = list->counts;
    unsigned order = counts->order;
    if (counts->size >= UINT32_MAX) return bon_fail(BON_ERR_LIMIT, "more than %u distinct n-grams", UINT32_MAX);
    BON_TRY(bon_grow_array(&counts->grams, &list->gram_cap, counts->size + 1, order * sizeof *counts->grams));
    BON_TRY(bon_grow_array(&counts->count, &list->count_cap, counts->size + 1, sizeof *counts->count));
    for (unsigned j = 0; j < order; j++)
        counts->grams[counts->size * order + j] = list->sorter.ids[at - j] - BON_CORPUS_SYMBOLS;
    counts->count[counts->size++] = 1;
    return BON_OK;
}

/* Are there enough words before the place (behind it in the text) for an n-gram? */
static bool is_whole(const struct bon_place_sorter *sorter, const struct bon_place *place) {
    if ((place->key & (((uint64_t)1 << sorter->bits) - 1)) <= BON_LM_BOS) return false;
    for (unsigned back = sorter->per_key + 1; back <= sorter->words; back++)
        if (sorter->ids[place->at - back] == BON_LM_BOS) return false;
    return true;
}

/* Do two whole n-grams with the same last word agree? */
static bool is_same(const struct bon_place_sorter *sorter, const struct bon_place *a, const struct bon_place *b) {
    if (a->key != b->key) return false;
    for (unsigned back = sorter->per_key + 1; back <= sorter->words; back++)
        if (sorter->ids[a->at - back] != sorter->ids[b->at - back]) return false;
    return true;
}

static bon_status list_word(struct list *list, const struct bon_place *places, size_t n) {
    const struct bon_place *before = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!is_whole(&list->sorter, &places[i])) continue;
        if (before && is_same(&list->sorter, before, &places[i]))
            list->counts->count[list->counts->size - 1]++;
        else
            BON_TRY(push(list, places[i].at));
        before = &places[i];
    }
    return BON_OK;
}

static bon_status list_grams(struct list *list, const struct bon_corpus *corpus, const struct bon_word_order *words) {
    bon_status status = BON_ERR_NOMEM;
    uint64_t most = 0;
    for (uint32_t w = BON_CORPUS_SYMBOLS; w < words->types; w++)
        if (words->counts[w] > most) most = words->counts[w];
    uint32_t *start = bon_alloc_array((size_t)words->types + 1, sizeof *start);
    uint32_t *at = start ? bon_place_list(corpus->ids, corpus->count, 1, 0, words->types, start) : NULL;
    struct bon_place *places = bon_alloc_array(most, sizeof *places);
    struct bon_place *scratch = bon_alloc_array(most, sizeof *scratch);
    if (!start || !at || !places || !scratch) goto done;
    status = BON_OK;
    for (uint32_t w = BON_CORPUS_SYMBOLS; w < words->types && status == BON_OK; w++) {
        size_t n = start[w + 1] - start[w];
        for (size_t i = 0; i < n; i++) places[i] = (struct bon_place){.at = at[start[w] + i]};
        bon_place_sort(&list->sorter, places, scratch, n);
        status = list_word(list, places, n);
    }
done:
    free(start);
    free(at);
    free(places);
    free(scratch);
    return status;
}

static bon_status list_words(bon_counts *counts, const struct bon_word_order *words) {
    BON_TRY(bon_counts_reserve_grams(counts, words->types - BON_CORPUS_SYMBOLS));
    for (uint32_t w = BON_CORPUS_SYMBOLS; w < words->types; w++) {
        counts->grams[counts->size] = w - BON_CORPUS_SYMBOLS;
        counts->count[counts->size++] = words->counts[w];
    }
    return BON_OK;
}

static bon_status copy_words(bon_counts *counts, const struct bon_vocab *vocab) {
    uint64_t bytes = 0;
    for (uint32_t i = BON_CORPUS_SYMBOLS; i < vocab->count; i++) bytes += vocab->words[i].len;
    BON_TRY(bon_counts_reserve_words(counts, vocab->count - BON_CORPUS_SYMBOLS, bytes));
    for (uint32_t i = BON_CORPUS_SYMBOLS; i < vocab->count; i++)
        bon_counts_push_word(counts, vocab->words[i].text, vocab->words[i].len);
    return BON_OK;
}

bon_status bon_counter_finish(bon_counter *counter, bon_counts **out) {
    *out = NULL;
    struct bon_corpus *corpus = &counter->corpus;
    struct bon_word_order words = {0};
    const struct bon_word_rule rule = {.by_bytes = true};
    bon_counts *counts = bon_alloc_zeroed(1, sizeof *counts);
    if (!counts) return BON_ERR_NOMEM;
    counts->order = counter->order;
    bon_status status = bon_corpus_renumber(corpus, &rule, &words);
    if (status == BON_OK) status = copy_words(counts, &corpus->vocab);
    if (status == BON_OK && counts->order == 1) status = list_words(counts, &words);
    if (status == BON_OK && counts->order > 1) {
        struct list list = {.counts = counts};
        bon_place_sorter_init(&list.sorter, corpus->ids, counts->order - 1, words.types);
        status = list_grams(&list, corpus, &words);
    }
    if (status == BON_OK) status = bon_counts_find_edges(counts, corpus, words.counts[BON_LM_BOS]);
    bon_word_order_free(&words);
    bon_corpus_free(corpus);
    counts->shards = counter->shards;
    counter->shards = (struct bon_shards){0};
    if (status == BON_OK)
        *out = counts;
    else
        bon_counts_close(counts);
    return status;
}
