/* src/ngram/passes.c: the distinct n-grams of a text by passes.h: in one piece where the text and the levels fit the device, else
 * chunk by chunk into runs and range by range of last words out of them.
 */
#include "ngram/passes.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/store.h"
#include "ngram/passes_keys.h"

/* Distinct keys of a chunk, ascending, in the computer's memory. */
struct run {
    uint64_t *word; /* [shape.words][size] */
    uint32_t *weight;
    uint64_t size;
    uint64_t next; /* those before are dealt with */
};

struct search {
    struct bon_passes *passes;
    struct bon_grams *grams;
    const struct bon_corpus *corpus;
    const struct bon_word_order *words;
    const uint32_t *prune; /* NULL: nothing is pruned */
    struct bon_key_shape shape;
    uint64_t items, chunk; /* of the text; chunk: at a time */
    struct run *runs;
    size_t run_count;
};

static uint64_t at_most(uint64_t value, uint64_t most) { return value < most ? value : most; }

/* How many keys of so many bytes fit at a time. */
static uint64_t fitting(const struct bon_passes *passes, uint64_t bytes) {
    uint64_t keys = passes->chunk ? passes->chunk : passes->budget / bytes;
    return keys ? at_most(keys, BON_MACHINE_SORT_MAX) : 1;
}

/* ---- from the device to the grams ---- */

static bon_status host_array(void *array, uint64_t count, size_t size) {
    void *data;
    memcpy(&data, array, sizeof data);
    data = realloc(data, (count ? count : 1) * size);
    if (!data) return bon_fail_memory(count * size);
    memcpy(array, &data, sizeof data);
    return BON_OK;
}

static bon_status reserve(struct bon_gram_level *level, const struct bon_pass_level *piece, size_t count) {
    if (level->cap >= count && level->word) return BON_OK;
    size_t cap = level->cap ? level->cap + level->cap / 2 : 0;
    if (cap < count) cap = count;
    BON_TRY(host_array(&level->word, cap, sizeof *level->word));
    BON_TRY(host_array(&level->adjusted, cap, sizeof *level->adjusted));
    if (piece->first_child) BON_TRY(host_array(&level->first_child, (uint64_t)cap + 1, sizeof *level->first_child));
    if (piece->pruned) BON_TRY(host_array(&level->pruned, cap, sizeof *level->pruned));
    level->cap = cap;
    return BON_OK;
}

static bon_status append_level(struct bon_passes *passes, const struct bon_pass_level *piece,
                               struct bon_gram_level *level) {
    struct bon_machine *device = passes->device;
    uint64_t at = level->count, bytes = piece->count * sizeof *piece->word;
    BON_TRY(reserve(level, piece, at + piece->count));
    BON_TRY(device->ops->download(device->self, level->word + at, piece->word, bytes));
    BON_TRY(device->ops->download(device->self, level->adjusted + at, piece->adjusted, bytes));
    if (piece->first_child)
        BON_TRY(device->ops->download(device->self, level->first_child + at, piece->first_child,
                                      bytes + sizeof *piece->first_child));
    if (piece->pruned) BON_TRY(device->ops->download(device->self, level->pruned + at, piece->pruned, piece->count));
    level->count += piece->count;
    return BON_OK;
}

/* Keys whose last words are first..end - 1, which are used up, onto every level; these stay on the device. */
static bon_status append_keys(struct search *search, struct bon_key_set *set, uint32_t first, uint32_t end) {
    struct bon_passes *passes = search->passes;
    struct bon_grams *grams = search->grams;
    struct bon_pass_piece piece = {.first = first,
                                   .end = end,
                                   .kept = search->words->kept,
                                   .prune = search->prune,
                                   .level = passes->level,
                                   .with_count = grams->with_count};
    for (unsigned k = 0; k < grams->order; k++) piece.base[k] = (uint32_t)grams->level[k].count;
    BON_TRY(bon_levels_of_keys(passes, &search->shape, set, &piece));
    BON_TRY(bon_passes_phase(passes, "download"));
    for (unsigned k = 0; k < grams->order; k++) BON_TRY(append_level(passes, &passes->level[k], &grams->level[k]));
    return BON_OK;
}

/* ---- chunks into runs ---- */

static bon_status keep_run(struct search *search, struct bon_key_set *set) {
    struct bon_machine *device = search->passes->device;
    struct run *run = &search->runs[search->run_count];
    uint64_t words = set->size * search->shape.words;
    BON_TRY(bon_passes_phase(search->passes, "runs"));
    *run = (struct run){.word = bon_alloc_array(words, sizeof *run->word),
                        .weight = bon_alloc_array(set->size, sizeof *run->weight),
                        .size = set->size};
    search->run_count++;
    if (!run->word || !run->weight) return BON_ERR_NOMEM;
    BON_TRY(device->ops->download(device->self, run->word, set->keys.word, words * sizeof *run->word));
    BON_TRY(device->ops->download(device->self, run->weight, set->weight, set->size * sizeof *run->weight));
    bon_key_set_free(device, set);
    return BON_OK;
}

static bon_status make_runs(struct search *search) {
    for (uint64_t first = 0; first < search->items; first += search->chunk) {
        struct bon_key_set set;
        uint64_t count = at_most(search->chunk, search->items - first);
        BON_TRY(bon_keys_of_text(search->passes, &search->shape, search->corpus, first, count, &set));
        BON_TRY(keep_run(search, &set));
    }
    return BON_OK;
}

/* ---- runs into pieces ---- */

static uint32_t last_word(const struct search *search, const struct run *run, uint64_t i) {
    return (uint32_t)(run->word[i] >> bon_key_shift(&search->shape, 0));
}

/* The first key from `next` on whose last word is `end` or above. */
static uint64_t run_end(const struct search *search, const struct run *run, uint32_t end) {
    uint64_t low = run->next, high = run->size;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (last_word(search, run, middle) < end)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Brings the keys with last words below `end` of all runs together on the device. */
static bon_status gather(struct search *search, uint32_t end, uint64_t size, struct bon_key_set *set) {
    struct bon_machine *device = search->passes->device;
    BON_TRY(bon_passes_phase(search->passes, "runs"));
    *set = (struct bon_key_set){.keys.stride = size, .size = size};
    BON_TRY(bon_machine_array(device, &set->keys.word, size * search->shape.words, sizeof *set->keys.word));
    BON_TRY(bon_machine_array(device, &set->weight, size, sizeof *set->weight));
    uint64_t at = 0;
    for (size_t r = 0; r < search->run_count; r++) {
        struct run *run = &search->runs[r];
        uint64_t count = run_end(search, run, end) - run->next;
        for (uint32_t w = 0; w < search->shape.words && count; w++)
            BON_TRY(device->ops->upload(device->self, set->keys.word + w * size + at,
                                        run->word + w * run->size + run->next, count * sizeof *run->word));
        if (count)
            BON_TRY(device->ops->upload(device->self, set->weight + at, run->weight + run->next,
                                        count * sizeof *run->weight));
        run->next += count;
        at += count;
    }
    return BON_OK;
}

/* Range by range: as many last words as fit, but at least one. with[w]: how many keys end in w. */
static bon_status unite_ranges(struct search *search, const uint64_t *with) {
    uint64_t worst = bon_key_bytes(&search->shape), levels = bon_level_bytes(&search->shape);
    uint64_t most = fitting(search->passes, worst > levels ? worst : levels);
    for (uint32_t first = 0, end; first < search->words->types; first = end) {
        struct bon_key_set set;
        uint64_t size = with[first];
        for (end = first + 1; end < search->words->types && size + with[end] <= most; end++) size += with[end];
        bon_passes_forget(search->passes);
        BON_TRY(gather(search, end, size, &set));
        BON_TRY(bon_keys_unite(search->passes, &search->shape, &set));
        BON_TRY(append_keys(search, &set, first, end));
        if (end - first < search->words->types) bon_passes_forget(search->passes); /* it is not all of them */
    }
    return BON_OK;
}

static bon_status unite_runs(struct search *search) {
    uint64_t *with = bon_alloc_zeroed(search->words->types, sizeof *with);
    if (!with) return BON_ERR_NOMEM;
    for (size_t r = 0; r < search->run_count; r++)
        for (uint64_t i = 0; i < search->runs[r].size; i++) with[last_word(search, &search->runs[r], i)]++;
    bon_status status = unite_ranges(search, with);
    free(with);
    return status;
}

/* ---- all together ---- */

static bon_status find(struct search *search) {
    struct bon_passes *passes = search->passes;
    uint64_t runs = search->items / search->chunk + 1;
    search->runs = bon_alloc_zeroed(runs, sizeof *search->runs);
    if (!search->runs) return BON_ERR_NOMEM;
    if (search->items > search->chunk) {
        BON_TRY(make_runs(search));
        return unite_runs(search);
    }
    struct bon_key_set set;
    BON_TRY(bon_keys_of_text(passes, &search->shape, search->corpus, 0, search->items, &set));
    if (set.size <= fitting(passes, bon_level_bytes(&search->shape)))
        return append_keys(search, &set, 0, search->words->types);
    BON_TRY(keep_run(search, &set));
    return unite_runs(search);
}

void bon_passes_forget(struct bon_passes *passes) {
    for (unsigned i = 0; i < BON_LM_MAX_ORDER; i++) bon_pass_level_free(passes->device, &passes->level[i]);
}

bon_status bon_passes_find(struct bon_passes *passes, struct bon_grams *grams, unsigned order,
                           struct bon_corpus *corpus, const struct bon_word_order *words, const uint32_t *prune) {
    *grams = (struct bon_grams){.order = order, .threads = 1};
    passes->budget = passes->memory ? passes->memory : passes->device->ops->room(passes->device->self) / 10 * 9;
    struct search search = {.passes = passes,
                            .grams = grams,
                            .corpus = corpus,
                            .words = words,
                            .prune = bon_grams_prunes(order, prune, words) ? prune : NULL,
                            .shape = bon_key_shape_of(order, words->types),
                            .items = corpus->row ? corpus->count / corpus->row : corpus->count};
    search.chunk = fitting(passes, bon_key_bytes(&search.shape));
    bon_status status = find(&search);
    for (size_t r = 0; r < search.run_count; r++) {
        free(search.runs[r].word);
        free(search.runs[r].weight);
    }
    free(search.runs);
    if (status != BON_OK) {
        bon_grams_free(grams);
        return status;
    }
    if (grams->level[0].pruned) memset(grams->level[0].pruned, 0, BON_LM_EOS + 1); /* symbols never are */
    bon_store_free(corpus->store, corpus->ids);
    corpus->ids = NULL;
    corpus->count = corpus->cap = 0;
    return BON_OK;
}
