/* src/ngram/grams_spill.c: the places of the text are sorted in chunks that fit the memory; what each chunk has of distinct
 * windows goes to a file as a run, and the runs, merged as they are read, give the scan what it would have met in the sorted
 * places of the whole text. The levels grow in the store. */
#include "ngram/grams_spill.h"

#include <stdlib.h>

#include "base/buf.h"
#include "ngram/runs.h"

enum {
    CHUNK_BYTES = 32, /* of memory limit an id: its place in text and list, and the places of the most frequent word */
    WINDOWS_AHEAD = 1 << 12 /* that there is room for in the levels */
};

/* Places of one word of a chunk. */
struct chunk {
    const struct bon_gram_search *search;
    struct bon_place_sorter sorter;
    const uint32_t *ids; /* of the chunk; text before it lies before it */
    size_t count, first; /* first: its place in the text */
    uint32_t *start;     /* [types + 1] */
    struct bon_place *places, *scratch;
};

/* Places in a chunk are numbers of 32 bits. */
static size_t chunk_ids(const struct bon_corpus *corpus, uint32_t types) {
    size_t step = corpus->row ? corpus->row : 1, n = bon_store_budget(corpus->store) / CHUNK_BYTES;
    if (n < types) n = types; /* lists of words take memory of their own anyhow */
    if (n > UINT32_MAX - step) n = UINT32_MAX - step;
    return (n + step - 1) / step * step;
}

/* The windows that end at sorted places of word w. */
static bon_status put_windows(const struct chunk *chunk, struct bon_runs *runs, uint32_t w, size_t n) {
    uint32_t words[BON_LM_MAX_ORDER] = {w};
    unsigned shared = 0, next = 0;
    for (size_t i = 0, end; i < n; i = end, shared = next) {
        uint64_t weight = 0;
        end = i;
        do weight += bon_corpus_weight(chunk->search->corpus, chunk->first + chunk->places[end++].at);
        while (end < n &&
               (next = bon_gram_shared(&chunk->sorter, &chunk->places[i], &chunk->places[end])) >= runs->order);
        for (unsigned j = shared > 1 ? shared : 1; j < runs->order; j++) {
            words[j] = bon_place_word(&chunk->sorter, &chunk->places[i], j);
            if (words[j] == BON_LM_BOS) break;
        }
        BON_TRY(bon_runs_put(runs, shared, words, weight));
    }
    return BON_OK;
}

static bon_status put_chunk(struct chunk *chunk, struct bon_runs *runs) {
    const struct bon_corpus *corpus = chunk->search->corpus;
    uint32_t types = chunk->search->words->types, most = 0;
    bon_store_release(corpus->store);
    uint32_t *at = bon_place_list(chunk->ids, chunk->count, corpus->row ? corpus->row : 1, 0, types, chunk->start);
    if (!at) return BON_ERR_NOMEM;
    for (uint32_t w = 0; w < types; w++)
        if (chunk->start[w + 1] - chunk->start[w] > most) most = chunk->start[w + 1] - chunk->start[w];
    chunk->places = bon_alloc_array(most, sizeof *chunk->places);
    chunk->scratch = bon_alloc_array(most, sizeof *chunk->scratch);
    bon_status status = chunk->places && chunk->scratch ? bon_runs_begin(runs) : BON_ERR_NOMEM;
    for (uint32_t w = 0; w < types && status == BON_OK; w++) {
        size_t n = chunk->start[w + 1] - chunk->start[w];
        for (size_t i = 0; i < n; i++) chunk->places[i] = (struct bon_place){.at = at[chunk->start[w] + i]};
        bon_place_sort(&chunk->sorter, chunk->places, chunk->scratch, n);
        status = put_windows(chunk, runs, w, n);
    }
    if (status == BON_OK) status = bon_runs_end(runs);
    free(at);
    free(chunk->places);
    free(chunk->scratch);
    return status;
}

static bon_status put_chunks(const struct bon_gram_search *search, struct bon_runs *runs) {
    const struct bon_corpus *corpus = search->corpus;
    struct chunk chunk = {.search = search, .sorter = search->sorter};
    size_t step = chunk_ids(corpus, search->words->types);
    chunk.start = bon_alloc_array((size_t)search->words->types + 1, sizeof *chunk.start);
    bon_status status = chunk.start ? BON_OK : BON_ERR_NOMEM;
    for (; chunk.first < corpus->count && status == BON_OK; chunk.first += step) {
        chunk.count = corpus->count - chunk.first < step ? corpus->count - chunk.first : step;
        chunk.sorter.ids = chunk.ids = corpus->ids + chunk.first;
        status = put_chunk(&chunk, runs);
    }
    free(chunk.start);
    return status;
}

static bon_status scan_runs(const struct bon_gram_search *search, const struct bon_runs *runs) {
    struct bon_grams *grams = search->grams;
    struct bon_gram_scan scan = {.search = search, .grams = grams, .order = grams->order};
    struct bon_merge *merge;
    const uint32_t *words;
    unsigned shared, room = 0;
    uint64_t weight;
    uint32_t next = 0; /* word to come */
    bon_store_release(grams->store);
    BON_TRY(bon_merge_open(&merge, runs, bon_store_budget(grams->store) / 4));
    bon_status status;
    while ((status = bon_merge_next(merge, &words, &shared, &weight)) == BON_OK && weight > 0) {
        while (next <= words[0]) bon_gram_scan_word(&scan, next++);
        if (room == 0) {
            status = bon_grams_reserve(grams, room = WINDOWS_AHEAD, search->pruning);
            if (status != BON_OK) break;
            bon_store_pace(grams->store, (size_t)room * grams->order * 3 * sizeof(uint32_t));
        }
        room--;
        bon_gram_scan_window(&scan, shared > 1 ? shared : 1, words, weight);
    }
    while (status == BON_OK && next < search->words->types) bon_gram_scan_word(&scan, next++);
    bon_gram_scan_end(&scan);
    bon_merge_close(merge);
    for (unsigned k = 2; k <= grams->order && status == BON_OK; k++)
        if (grams->level[k - 1].count >= UINT32_MAX)
            status = bon_fail(BON_ERR_LIMIT, "more than %u distinct %u-grams", UINT32_MAX, k);
    return status;
}

bon_status bon_grams_find_spilled(const struct bon_gram_search *search) {
    struct bon_runs runs = {0};
    bon_status status = bon_runs_open(&runs, search->grams->order, search->grams->store);
    if (status == BON_OK) status = put_chunks(search, &runs);
    if (status == BON_OK) status = bon_grams_reserve(search->grams, 0, search->pruning);
    if (status == BON_OK) status = scan_runs(search, &runs);
    bon_runs_close(&runs);
    return status;
}
