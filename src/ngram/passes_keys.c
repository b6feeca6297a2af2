/* src/ngram/passes_keys.c: text -> distinct keys with their counts, on a device: pack, sort, reduce.
 *
 * Keys stay where they are while they are sorted; what moves is one 64-bit word of each and its number, from the last word of
 * the keys to the first, each sort keeping the order of the one before. Equal keys are then neighbours: heads of runs are
 * numbered by a sum, and how long a run is, or what its weights come to, is the difference of two sums.
 */
#include "ngram/passes_keys.h"

struct bon_key_shape bon_key_shape_of(unsigned order, uint32_t types) {
    struct bon_key_shape shape = {.order = order, .bits = 1};
    while (shape.bits < 32 && types > (uint32_t)1 << shape.bits) shape.bits++;
    shape.per_word = 64 / shape.bits;
    shape.words = (order + shape.per_word - 1) / shape.per_word;
    return shape;
}

void bon_key_set_free(struct bon_machine *device, struct bon_key_set *set) {
    bon_machine_free(device, &set->keys.word);
    bon_machine_free(device, &set->weight);
    *set = (struct bon_key_set){0};
}

/* Keys, as they are and distinct, one of their words twice, its number twice; weights, sums and starts of runs. */
uint64_t bon_key_bytes(const struct bon_key_shape *shape) { return 16 * shape->words + 16 + 8 + 12; }

bon_status bon_passes_phase(const struct bon_passes *passes, const char *phase) {
    if (!passes->watch) return BON_OK;
    BON_TRY(passes->device->ops->finish(passes->device->self));
    passes->watch(passes->user, phase);
    return BON_OK;
}

/* ---- sort ---- */

/* *at: the numbers of the keys in their order. */
static bon_status sort_keys(struct bon_passes *passes, const struct bon_key_shape *shape, const struct bon_key_set *set,
                            uint32_t **at) {
    struct bon_machine *device = passes->device;
    struct bon_machine_pairs pairs;
    BON_TRY(bon_machine_array(device, &pairs.key, set->size, sizeof *pairs.key));
    BON_TRY(bon_machine_array(device, &pairs.other_key, set->size, sizeof *pairs.other_key));
    BON_TRY(bon_machine_array(device, &pairs.value, set->size, sizeof *pairs.value));
    BON_TRY(bon_machine_array(device, &pairs.other_value, set->size, sizeof *pairs.other_value));
    BON_TRY(BON_MAP(passes, NUMBER, &(struct bon_map_number){pairs.value}, set->size));
    for (uint32_t w = shape->words; w-- > 0;) {
        const struct bon_map_take_keys take = {set->keys.word + w * set->keys.stride, pairs.value, pairs.key};
        BON_TRY(BON_MAP(passes, TAKE_KEYS, &take, set->size));
        BON_TRY(device->ops->sort(device->self, &pairs, set->size, bon_key_fill(shape, w) * shape->bits));
    }
    bon_machine_free(device, &pairs.key);
    bon_machine_free(device, &pairs.other_key);
    bon_machine_free(device, &pairs.other_value);
    *at = pairs.value;
    return BON_OK;
}

/* ---- reduce ---- */

/* The first of each run of equal keys, and where it begins. */
static bon_status take_heads(struct bon_passes *passes, const struct bon_key_shape *shape,
                             const struct bon_key_set *set, const uint32_t *at, struct bon_key_set *to,
                             uint32_t **start) {
    struct bon_machine *device = passes->device;
    uint32_t *slot, heads;
    BON_TRY(bon_machine_array(device, &slot, set->size + 1, sizeof *slot));
    const struct bon_map_find_heads find = {set->keys, shape->words, at, set->size, slot};
    BON_TRY(BON_MAP(passes, FIND_HEADS, &find, set->size + 1));
    BON_TRY(device->ops->sum_before(device->self, slot, set->size + 1));
    BON_TRY(bon_machine_read(device, slot, set->size, &heads));
    *to = (struct bon_key_set){.keys.stride = heads, .size = heads};
    BON_TRY(bon_machine_array(device, &to->keys.word, (uint64_t)heads * shape->words, sizeof *to->keys.word));
    BON_TRY(bon_machine_array(device, start, (uint64_t)heads + 1, sizeof **start));
    const struct bon_map_take_heads take = {set->keys, shape->words, at, set->size, slot, to->keys, *start};
    BON_TRY(BON_MAP(passes, TAKE_HEADS, &take, set->size + 1));
    bon_machine_free(device, &slot);
    return BON_OK;
}

/* The weights of each run of `set`, keys in the order `at`, become those of `to`. */
static bon_status sum_runs(struct bon_passes *passes, const struct bon_key_set *set, const uint32_t *at,
                           const uint32_t *start, struct bon_key_set *to) {
    struct bon_machine *device = passes->device;
    uint32_t *before = NULL;
    if (set->weight) {
        BON_TRY(bon_machine_array(device, &before, set->size + 1, sizeof *before));
        const struct bon_map_take_weights take = {set->weight, at, set->size, before};
        BON_TRY(BON_MAP(passes, TAKE_WEIGHTS, &take, set->size + 1));
        BON_TRY(device->ops->sum_before(device->self, before, set->size + 1));
    }
    BON_TRY(bon_machine_array(device, &to->weight, to->size, sizeof *to->weight));
    BON_TRY(BON_MAP(passes, SUM_RUNS, &((struct bon_map_sum_runs){start, before, to->weight}), to->size));
    bon_machine_free(device, &before);
    return BON_OK;
}

bon_status bon_keys_unite(struct bon_passes *passes, const struct bon_key_shape *shape, struct bon_key_set *set) {
    struct bon_machine *device = passes->device;
    struct bon_key_set to;
    uint32_t *at, *start;
    BON_TRY(bon_passes_phase(passes, "sort"));
    BON_TRY(sort_keys(passes, shape, set, &at));
    BON_TRY(bon_passes_phase(passes, "reduce"));
    BON_TRY(take_heads(passes, shape, set, at, &to, &start));
    bon_machine_free(device, &set->keys.word);
    BON_TRY(sum_runs(passes, set, at, start, &to));
    bon_machine_free(device, &at);
    bon_machine_free(device, &start);
    bon_key_set_free(device, set);
    *set = to;
    return BON_OK;
}

/* ---- pack ---- */

/* The ids of the items, with those before them that their n-grams reach back to; *before says how many. */
static bon_status upload_ids(struct bon_machine *device, const struct bon_key_shape *shape,
                             const struct bon_corpus *corpus, uint64_t first, uint64_t count, uint32_t **ids,
                             uint64_t *before) {
    uint64_t row = corpus->row ? corpus->row : 1;
    *before = corpus->row ? 0 : first < shape->order - 1 ? first : shape->order - 1;
    return bon_machine_copy(device, ids, corpus->ids + first * row - *before, count * row + *before, sizeof **ids);
}

bon_status bon_keys_of_text(struct bon_passes *passes, const struct bon_key_shape *shape,
                            const struct bon_corpus *corpus, uint64_t first, uint64_t count, struct bon_key_set *set) {
    struct bon_machine *device = passes->device;
    uint32_t *ids, *slot, *weight = NULL, places;
    uint64_t before;
    *set = (struct bon_key_set){0};
    BON_TRY(bon_passes_phase(passes, "upload"));
    BON_TRY(upload_ids(device, shape, corpus, first, count, &ids, &before));
    if (corpus->row) BON_TRY(bon_machine_copy(device, &weight, corpus->weight + first, count, sizeof *weight));
    BON_TRY(bon_passes_phase(passes, "pack"));
    BON_TRY(bon_machine_array(device, &slot, count + 1, sizeof *slot));
    BON_TRY(BON_MAP(passes, FIND_PLACES, &((struct bon_map_find_places){ids, before, corpus->row, count, slot}),
                    count + 1));
    BON_TRY(device->ops->sum_before(device->self, slot, count + 1));
    BON_TRY(bon_machine_read(device, slot, count, &places));
    set->size = set->keys.stride = places;
    BON_TRY(bon_machine_array(device, &set->keys.word, (uint64_t)places * shape->words, sizeof *set->keys.word));
    if (weight) BON_TRY(bon_machine_array(device, &set->weight, places, sizeof *set->weight));
    const struct bon_map_pack pack = {*shape, ids, before, corpus->row, slot, weight, set->keys, set->weight};
    BON_TRY(BON_MAP(passes, PACK, &pack, count));
    bon_machine_free(device, &ids);
    bon_machine_free(device, &slot);
    bon_machine_free(device, &weight);
    return bon_keys_unite(passes, shape, set);
}
