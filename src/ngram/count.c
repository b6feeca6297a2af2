/* src/ngram/count.c: counts the distinct n-grams of one order, with the estimator's corpus and sort.
 *
 * Words are numbered in byte order and lines are kept backwards, so that the sort, which orders places by the words before
 * them, gives n-grams in order of their bytes, first word first: an order that does not depend on how the text was cut, which
 * makes merging associative. Words alone need no sort and no text: they are tallied as they come. What reaches over the ends
 * of lines is counted in count_edges.c.
 *
 * Within a limit of memory the text is counted in pieces, whose counts wait on disk and are added up at the end.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ngram/counts_flow.h"
#include "ngram/sort.h"

/* Bytes of memory while a piece is counted: of a word in the text, a distinct one, a line. */
enum { ID_BYTES = 30, WORD_BYTES = 176, STEP = 1 << 20 };

struct bon_counter {
    unsigned order, parts;
    struct bon_shards shards;
    struct bon_corpus corpus;
    uint64_t memory; /* 0 = no limit */
    char *folder;
    struct bon_counts_spill *spill; /* NULL: all is in memory so far */
};

bon_status bon_counter_open(bon_counter **out, unsigned order) {
    *out = NULL;
    if (order < 1 || order > BON_LM_MAX_ORDER)
        return bon_fail(BON_ERR_ARGUMENT, "order %u: n-grams are counted for orders 1 to %d", order, BON_LM_MAX_ORDER);
    bon_counter *counter = bon_alloc_zeroed(1, sizeof *counter);
    if (!counter) return BON_ERR_NOMEM;
    counter->order = order;
    counter->parts = 1;
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
    bon_counts_spill_close(counter->spill);
    free(counter->folder);
    free(counter);
}

bon_status bon_counter_limit(bon_counter *counter, uint64_t memory, const char *folder) {
    if (memory < BON_LM_MEMORY_MIN)
        return bon_fail(BON_ERR_ARGUMENT, "a memory limit of %llu bytes is too little; the least is %d MB",
                        (unsigned long long)memory, BON_LM_MEMORY_MIN / 1000000);
    char *copy = strdup(folder);
    if (!copy) return bon_fail_memory(strlen(folder) + 1);
    free(counter->folder);
    counter->folder = copy;
    counter->memory = memory;
    return BON_OK;
}

bon_status bon_counter_shard(bon_counter *counter, uint32_t index, uint32_t of) {
    const struct bon_counter_cut cut = {.index = index, .of = of, .parts = 1};
    return bon_counter_cut(counter, &cut);
}

bon_status bon_counter_cut(bon_counter *counter, const struct bon_counter_cut *cut) {
    if (cut->index >= cut->of)
        return bon_fail(BON_ERR_ARGUMENT, "part %u of %u: parts are numbered from 0", cut->index, cut->of);
    if (cut->parts < 1 || cut->parts > BON_COUNTS_PARTS_MAX || cut->of > UINT32_MAX / cut->parts)
        return bon_fail(BON_ERR_ARGUMENT, "%u parts: a shard has 1 to %d", cut->parts, BON_COUNTS_PARTS_MAX);
    struct bon_shards *shards = &counter->shards;
    bon_shards_free(shards);
    counter->parts = cut->parts;
    if (cut->of == 1) return BON_OK; /* one of one is whole */
    BON_TRY(bon_grow_array(&shards->index, &shards->cap, cut->parts, sizeof *shards->index));
    shards->of = cut->of * cut->parts;
    shards->parts = cut->parts;
    shards->digest = cut->digest;
    for (uint32_t part = 0; part < cut->parts; part++) shards->index[shards->count++] = cut->index * cut->parts + part;
    return BON_OK;
}

const struct bon_shards *bon_counter_shards(const bon_counter *counter) { return &counter->shards; }

/* ---- pieces ---- */

/* What counting the text so far takes: ids, their places, n-grams and edges as rows, and the vocabulary twice. */
static uint64_t bytes_needed(const bon_counter *counter) {
    const struct bon_corpus *corpus = &counter->corpus;
    uint64_t row = counter->order * sizeof(uint32_t) + sizeof(uint64_t) + (counter->parts > 1 ? sizeof(uint64_t) : 0);
    uint64_t line = counter->order * (row + 2 * sizeof(uint32_t));
    uint64_t words = 2 * (uint64_t)corpus->vocab.arena.total + (uint64_t)corpus->vocab.count * WORD_BYTES;
    return counter->order == 1 ? words : words + corpus->count * (ID_BYTES + row) + corpus->lines * line;
}

static bon_status count_corpus(bon_counter *counter, bon_counts **out);

/* Counts what there is, puts it away and begins anew. */
static bon_status put_away(bon_counter *counter) {
    bon_counts *counts;
    if (!counter->spill)
        BON_TRY(
            bon_counts_spill_open(&counter->spill, counter->memory, counter->folder, counter->order, counter->parts));
    BON_TRY(count_corpus(counter, &counts));
    bon_status status = bon_counts_spill_add(counter->spill, counts);
    bon_counts_close(counts);
    return status == BON_OK ? bon_corpus_open(&counter->corpus, BON_CORPUS_LINES) : status;
}

static bon_status add_lines(bon_counter *counter, const char *text, size_t n) {
    BON_TRY(bon_corpus_add(&counter->corpus, text, n, NULL, 1));
    if (counter->order == 1) BON_TRY(bon_corpus_drain(&counter->corpus));
    return counter->memory && bytes_needed(counter) > counter->memory ? put_away(counter) : BON_OK;
}

bon_status bon_counter_add(bon_counter *counter, const char *text, size_t n) {
    while (counter->memory && n > STEP) { /* whole lines, of about so much */
        const char *newline = memchr(text + STEP, '\n', n - STEP);
        if (!newline) break;
        size_t step = (size_t)(newline + 1 - text);
        BON_TRY(add_lines(counter, text, step));
        text += step;
        n -= step;
    }
    return n ? add_lines(counter, text, n) : BON_OK;
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

/* Counts the corpus, which is used up. */
static bon_status count_corpus(bon_counter *counter, bon_counts **out) {
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
    if (status == BON_OK)
        *out = counts;
    else
        bon_counts_close(counts);
    return status;
}

/* ---- the whole ---- */

bon_status bon_counter_finish(bon_counter *counter, bon_counts **out) {
    *out = NULL;
    if (!counter->spill) {
        BON_TRY(count_corpus(counter, out));
    } else {
        BON_TRY(put_away(counter));
        BON_TRY(bon_counts_spill_read(counter->spill, counter->order, out));
    }
    (*out)->shards = counter->shards;
    counter->shards = (struct bon_shards){0};
    return BON_OK;
}

/* Lets all counts flow; `each`: part by part. */
static bon_status give(bon_counter *counter, bool each, const struct bon_counts_sink *sink) {
    bon_counts *counts;
    if (counter->spill) {
        BON_TRY(put_away(counter));
        return bon_counts_spill_sum(counter->spill, each, sink);
    }
    BON_TRY(count_corpus(counter, &counts));
    bon_status status = bon_counts_give(counts, each ? counter->parts : 1, sink);
    bon_counts_close(counts);
    return status;
}

bon_status bon_counter_write(bon_counter *counter, const char *path) {
    struct bon_counts_writer *writer;
    BON_TRY(bon_counts_writer_open(&writer, path, counter->order));
    const struct bon_counts_sink sink = bon_counts_writer_sink(writer);
    bon_status status = give(counter, true, &sink);
    if (status == BON_OK) return bon_counts_writer_publish(writer, &counter->shards);
    bon_counts_writer_abandon(writer);
    return status;
}

static bon_status print_whole(bon_counter *counter, const char *path, uint64_t least) {
    bon_counts *counts;
    BON_TRY(count_corpus(counter, &counts));
    bon_status status = bon_counts_print(counts, path, least);
    bon_counts_close(counts);
    return status;
}

bon_status bon_counter_print(bon_counter *counter, const char *path, uint64_t least) {
    struct bon_counts_printer *printer;
    if (!counter->spill) return print_whole(counter, path, least);
    BON_TRY(put_away(counter));
    BON_TRY(bon_counts_printer_open(&printer, counter->order, least, counter->memory, counter->folder));
    const struct bon_counts_sink sink = bon_counts_printer_sink(printer);
    bon_status status = bon_counts_spill_sum(counter->spill, false, &sink);
    if (status == BON_OK) status = bon_counts_printer_write(printer, path);
    bon_counts_printer_close(printer);
    return status;
}
