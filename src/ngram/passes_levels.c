/* src/ngram/passes_levels.c: distinct keys -> levels of the trie, on a device.
 *
 * Keys ascend in suffix order, so an n-gram of order k is a stretch of keys that share their first k words (those that end
 * before, at a <s>, are n-grams of a lower order only). It begins at the key that is the first to have them: summing these up
 * numbers the n-grams of a level, and the number of n-grams of the level above that began before is the first child. Everything
 * else follows from first children: adjusted counts, and, from the highest level down, how often each n-gram was seen.
 */
#include "ngram/passes_keys.h"

enum { TALLIERS = 1 << 15 };

void bon_pass_level_free(struct bon_machine *device, struct bon_pass_level *level) {
    bon_machine_free(device, &level->word);
    bon_machine_free(device, &level->first_child);
    bon_machine_free(device, &level->adjusted);
    bon_machine_free(device, &level->pruned);
    *level = (struct bon_pass_level){0};
}

/* Keys with their counts and forms, numbers of two levels, and the levels themselves; how often seen at two of them. */
uint64_t bon_level_bytes(const struct bon_key_shape *shape) { return 8 * shape->words + 5 + 16 + 13 * shape->order; }

/* Where the keys make n-grams of order k: (*slot)[i] of them begin before key i. */
static bon_status number_grams(struct bon_passes *passes, const uint8_t *form, uint64_t keys, uint32_t k,
                               uint32_t **slot) {
    struct bon_machine *device = passes->device;
    BON_TRY(bon_machine_array(device, slot, keys + 1, sizeof **slot));
    BON_TRY(BON_MAP(passes, FIND_GRAMS, &((struct bon_map_find_grams){form, keys, k, *slot}), keys + 1));
    return device->ops->sum_before(device->self, *slot, keys + 1);
}

static bon_status alloc_level(struct bon_passes *passes, const struct bon_pass_piece *piece, unsigned k, bool highest,
                              uint64_t count) {
    struct bon_pass_level *level = &piece->level[k - 1];
    *level = (struct bon_pass_level){.count = count};
    if (count + piece->base[k - 1] >= UINT32_MAX)
        return bon_fail(BON_ERR_LIMIT, "more than %u distinct %u-grams", UINT32_MAX, k);
    BON_TRY(bon_machine_array(passes->device, &level->word, count, sizeof *level->word));
    BON_TRY(bon_machine_array(passes->device, &level->adjusted, count, sizeof *level->adjusted));
    if (!highest)
        BON_TRY(bon_machine_array(passes->device, &level->first_child, count + 1, sizeof *level->first_child));
    if (piece->prune) BON_TRY(bon_machine_array(passes->device, &level->pruned, count, sizeof *level->pruned));
    return BON_OK;
}

static struct bon_map_level map_level(const struct bon_pass_piece *piece, unsigned k) {
    const struct bon_pass_level *level = &piece->level[k - 1];
    return (struct bon_map_level){level->word,   level->first_child, level->adjusted,
                                  level->pruned, piece->base[k],     piece->kept};
}

/* Level k; slots of its own order (above 1) and of the one above (below the highest). */
static bon_status take_level(struct bon_passes *passes, const struct bon_key_shape *shape,
                             const struct bon_key_set *set, const struct bon_pass_piece *piece, unsigned k,
                             const uint32_t *slot, const uint32_t *slot_above) {
    uint32_t count = piece->end - piece->first;
    if (k > 1) BON_TRY(bon_machine_read(passes->device, slot, set->size, &count));
    BON_TRY(alloc_level(passes, piece, k, k == shape->order, count));
    const struct bon_map_take_words words = {*shape,     set->keys,    set->size, set->weight,
                                             slot_above, piece->first, count,     map_level(piece, k)};
    const struct bon_map_take_grams grams = {*shape, set->keys,  set->size, set->weight,
                                             slot,   slot_above, k,         map_level(piece, k)};
    if (k == 1)
        BON_TRY(BON_MAP(passes, TAKE_WORDS, &words, (uint64_t)count + 1));
    else
        BON_TRY(BON_MAP(passes, TAKE_GRAMS, &grams, set->size + 1));
    if (k == shape->order) return BON_OK;
    return BON_MAP(passes, ADJUST, &((struct bon_map_adjust){map_level(piece, k)}), count);
}

static bon_status take_levels(struct bon_passes *passes, const struct bon_key_shape *shape, struct bon_key_set *set,
                              const struct bon_pass_piece *piece) {
    struct bon_machine *device = passes->device;
    uint8_t *form;
    uint32_t *slot = NULL, *slot_above;
    BON_TRY(bon_machine_array(device, &form, set->size, sizeof *form));
    BON_TRY(BON_MAP(passes, COMPARE, &((struct bon_map_compare){*shape, set->keys, form}), set->size));
    for (uint32_t k = 1; k <= shape->order; k++) {
        slot_above = NULL;
        if (k < shape->order) BON_TRY(number_grams(passes, form, set->size, k + 1, &slot_above));
        BON_TRY(take_level(passes, shape, set, piece, k, slot, slot_above));
        bon_machine_free(device, &slot);
        slot = slot_above;
    }
    bon_machine_free(device, &form);
    bon_key_set_free(device, set);
    return BON_OK;
}

/* ---- what follows from them ---- */

static bon_status mark_pruned(struct bon_passes *passes, const struct bon_key_shape *shape,
                              const struct bon_pass_piece *piece) {
    struct bon_machine *device = passes->device;
    uint32_t *before = NULL, *seen;
    for (unsigned k = shape->order; k >= 1; k--) {
        uint64_t count = piece->level[k - 1].count;
        BON_TRY(bon_machine_array(device, &seen, count + 1, sizeof *seen));
        const struct bon_map_mark_pruned mark = {map_level(piece, k), count, before, piece->prune[k - 1], seen};
        BON_TRY(BON_MAP(passes, MARK_PRUNED, &mark, count + 1));
        BON_TRY(device->ops->sum_before(device->self, seen, count + 1));
        bon_machine_free(device, &before);
        before = seen;
    }
    bon_machine_free(device, &before);
    return BON_OK;
}

static bon_status tally(struct bon_passes *passes, const struct bon_key_shape *shape,
                        const struct bon_pass_piece *piece) {
    struct bon_machine *device = passes->device;
    for (unsigned k = 1; k <= shape->order; k++) {
        uint32_t *sums, counted[BON_MACHINE_TALLIES];
        BON_TRY(bon_machine_zeroed(device, &sums, BON_MACHINE_TALLIES, sizeof *sums));
        const struct bon_map_tally map = {piece->level[k - 1].adjusted, piece->level[k - 1].count, TALLIERS, sums};
        BON_TRY(BON_MAP(passes, TALLY, &map, TALLIERS));
        BON_TRY(device->ops->download(device->self, counted, sums, sizeof counted));
        for (unsigned c = 1; c < BON_MACHINE_TALLIES; c++) piece->with_count[k - 1][c] += counted[c];
        bon_machine_free(device, &sums);
    }
    return BON_OK;
}

bon_status bon_levels_of_keys(struct bon_passes *passes, const struct bon_key_shape *shape, struct bon_key_set *set,
                              struct bon_pass_piece *piece) {
    BON_TRY(bon_passes_phase(passes, "levels"));
    BON_TRY(take_levels(passes, shape, set, piece));
    if (piece->prune) BON_TRY(mark_pruned(passes, shape, piece));
    return tally(passes, shape, piece);
}
