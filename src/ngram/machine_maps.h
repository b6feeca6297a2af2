/* src/ngram/machine_maps.h: what each pass of passes.h does to one element: `bon_map_NAME_at(args, i)` for i = 0..n - 1, with all
 * that it needs in a struct bon_map_NAME. Read by the C compiler, for the emulation, and by nvcc, for the GPU, so that tests of
 * the one are tests of the other. No two elements write to the same place but with BON_MACHINE_ADD, on integers, whose order does
 * not matter; none reads what another one writes.
 *
 * A key is an n-gram of the highest order: its words, last one first, each in `bits` bits, as many as fit in a 64-bit word, the
 * first of them highest, and the keys' first words in one array, their second ones in another `stride` behind. So keys ascend in
 * suffix order. Behind <s> come zeros, <unk>'s number, which no text has; such a key stands for a shorter n-gram.
 */
#ifndef BON_SRC_NGRAM_MACHINE_MAPS_H
#define BON_SRC_NGRAM_MACHINE_MAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "ngram/log10.h"

#ifdef __CUDA_ARCH__
#define BON_MACHINE_ADD(place, amount) ((void)atomicAdd((place), (amount)))
#else
#define BON_MACHINE_ADD(place, amount) ((void)(*(place) += (amount)))
#endif

enum { BON_MACHINE_BOS = 1 /* BON_LM_BOS */, BON_MACHINE_TALLIES = 5 };

struct bon_key_shape {
    uint32_t order, bits;
    uint32_t per_word, words; /* n-gram words in a 64-bit word, 64-bit words in a key */
};

struct bon_key_array {
    uint64_t *word; /* [shape.words][stride] */
    uint64_t stride;
};

/* How many n-gram words are in 64-bit word `w` of a key. */
BON_ANYWHERE uint32_t bon_key_fill(const struct bon_key_shape *shape, uint32_t w) {
    uint32_t left = shape->order - w * shape->per_word;
    return left < shape->per_word ? left : shape->per_word;
}

BON_ANYWHERE uint32_t bon_key_shift(const struct bon_key_shape *shape, uint32_t j) {
    return (bon_key_fill(shape, j / shape->per_word) - 1 - j % shape->per_word) * shape->bits;
}

/* The j-th word from the end, from 0, of a key. */
BON_ANYWHERE uint32_t bon_key_item(const struct bon_key_shape *shape, const struct bon_key_array *keys, uint64_t key,
                                   uint32_t j) {
    uint64_t word = keys->word[j / shape->per_word * keys->stride + key];
    return (uint32_t)(word >> bon_key_shift(shape, j) & (((uint64_t)1 << shape->bits) - 1));
}

/* ---- from text to distinct keys ---- */

/* Items i of a stretch of text are places of n-grams unless they are <s>: item i is ids[first + i], or the last of row i where
 * the text is rows of `row` words. */
struct bon_map_find_places {
    const uint32_t *ids;
    uint64_t first, row, count;
    uint32_t *flag; /* [count + 1] */
};

BON_ANYWHERE uint64_t bon_place_at(uint64_t first, uint64_t row, uint64_t i) {
    return row ? (i + 1) * row - 1 : first + i;
}

BON_ANYWHERE void bon_map_find_places_at(const struct bon_map_find_places *map, uint64_t i) {
    map->flag[i] = i < map->count && map->ids[bon_place_at(map->first, map->row, i)] != BON_MACHINE_BOS;
}

/* The keys of the places. */
struct bon_map_pack {
    struct bon_key_shape shape;
    const uint32_t *ids;
    uint64_t first, row;
    const uint32_t *slot; /* [items + 1] the number of each place */
    const uint32_t *weight;
    struct bon_key_array keys;
    uint32_t *key_weight; /* NULL, with weight: each counts once */
};

BON_ANYWHERE void bon_map_pack_at(const struct bon_map_pack *map, uint64_t i) {
    uint64_t slot = map->slot[i], at = bon_place_at(map->first, map->row, i), word = 0;
    bool begun = false; /* the sentence; what comes before is not its own */
    if (map->slot[i + 1] == map->slot[i]) return;
    for (uint32_t j = 0; j < map->shape.order; j++) {
        uint32_t id = begun || j > at ? 0 : map->ids[at - j];
        begun = begun || id == BON_MACHINE_BOS;
        word = j % map->shape.per_word ? word << map->shape.bits | id : id;
        if (j + 1 == map->shape.order || (j + 1) % map->shape.per_word == 0)
            map->keys.word[j / map->shape.per_word * map->keys.stride + slot] = word;
    }
    if (map->key_weight) map->key_weight[slot] = map->weight[i];
}

struct bon_map_number {
    uint32_t *to;
};

BON_ANYWHERE void bon_map_number_at(const struct bon_map_number *map, uint64_t i) { map->to[i] = (uint32_t)i; }

/* One 64-bit word of the keys in their order so far. */
struct bon_map_take_keys {
    const uint64_t *word;
    const uint32_t *at;
    uint64_t *to;
};

BON_ANYWHERE void bon_map_take_keys_at(const struct bon_map_take_keys *map, uint64_t i) {
    map->to[i] = map->word[map->at[i]];
}

/* Which keys, in order, differ from the one before. */
struct bon_map_find_heads {
    struct bon_key_array keys;
    uint64_t words;
    const uint32_t *at;
    uint64_t count;
    uint32_t *flag; /* [count + 1] */
};

BON_ANYWHERE void bon_map_find_heads_at(const struct bon_map_find_heads *map, uint64_t i) {
    uint32_t differ = i == 0;
    for (uint64_t w = 0; w < map->words && i > 0 && i < map->count && !differ; w++) {
        const uint64_t *word = map->keys.word + w * map->keys.stride;
        differ = word[map->at[i]] != word[map->at[i - 1]];
    }
    map->flag[i] = i < map->count && differ;
}

/* Those keys, and where their runs begin. */
struct bon_map_take_heads {
    struct bon_key_array keys;
    uint64_t words;
    const uint32_t *at;
    uint64_t count;
    const uint32_t *slot; /* [count + 1] */
    struct bon_key_array to;
    uint32_t *start; /* [slot[count] + 1] */
};

BON_ANYWHERE void bon_map_take_heads_at(const struct bon_map_take_heads *map, uint64_t i) {
    uint64_t slot = map->slot[i];
    if (i == map->count) {
        map->start[slot] = (uint32_t)i;
        return;
    }
    if (map->slot[i + 1] == map->slot[i]) return;
    map->start[slot] = (uint32_t)i;
    for (uint64_t w = 0; w < map->words; w++)
        map->to.word[w * map->to.stride + slot] = map->keys.word[w * map->keys.stride + map->at[i]];
}

struct bon_map_take_weights {
    const uint32_t *weight, *at;
    uint64_t count;
    uint32_t *to; /* [count + 1] */
};

BON_ANYWHERE void bon_map_take_weights_at(const struct bon_map_take_weights *map, uint64_t i) {
    map->to[i] = i < map->count ? map->weight[map->at[i]] : 0;
}

/* What each run comes to: its weights, of which the sums before each are given, or its length. */
struct bon_map_sum_runs {
    const uint32_t *start, *before;
    uint32_t *sum;
};

BON_ANYWHERE void bon_map_sum_runs_at(const struct bon_map_sum_runs *map, uint64_t i) {
    uint32_t begin = map->start[i], end = map->start[i + 1];
    map->sum[i] = map->before ? map->before[end] - map->before[begin] : end - begin;
}

/* ---- from distinct keys to the levels of the trie ---- */

/* In the low half of form[i], the first order at which key i begins a new n-gram, in the high half the last: its own length. */
struct bon_map_compare {
    struct bon_key_shape shape;
    struct bon_key_array keys;
    uint8_t *form;
};

BON_ANYWHERE void bon_map_compare_at(const struct bon_map_compare *map, uint64_t i) {
    uint32_t order = map->shape.order, first = 1, last = 1;
    while (i > 0 && first < order &&
           bon_key_item(&map->shape, &map->keys, i, first - 1) ==
               bon_key_item(&map->shape, &map->keys, i - 1, first - 1))
        first++;
    while (last < order && bon_key_item(&map->shape, &map->keys, i, last - 1) != BON_MACHINE_BOS) last++;
    map->form[i] = (uint8_t)(first | last << 4);
}

/* Which keys begin an n-gram of order k. */
struct bon_map_find_grams {
    const uint8_t *form;
    uint64_t count;
    uint32_t k;
    uint32_t *flag; /* [count + 1] */
};

BON_ANYWHERE void bon_map_find_grams_at(const struct bon_map_find_grams *map, uint64_t i) {
    map->flag[i] = i < map->count && (map->form[i] & 15u) <= map->k && map->k <= (uint32_t)map->form[i] >> 4;
}

/* A level on its way; base is the number of n-grams of the level above that are elsewhere already. */
struct bon_map_level {
    uint32_t *word, *first_child, *adjusted; /* first_child: [count + 1]; NULL at the highest order */
    uint8_t *pruned;                         /* first: has a word not kept; may be NULL */
    uint32_t base, kept;
};

/* Level 1 has the words first..first + count - 1, whether they have keys or not. */
struct bon_map_take_words {
    struct bon_key_shape shape;
    struct bon_key_array keys;
    uint64_t key_count;
    const uint32_t *key_weight;
    const uint32_t *slot_above; /* [key_count + 1]; NULL at the highest order */
    uint32_t first;
    uint64_t count;
    struct bon_map_level level;
};

BON_ANYWHERE void bon_map_take_words_at(const struct bon_map_take_words *map, uint64_t i) {
    uint64_t low = 0, high = map->key_count, word = map->first + i;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (bon_key_item(&map->shape, &map->keys, middle, 0) < word)
            low = middle + 1;
        else
            high = middle;
    }
    if (map->level.first_child) map->level.first_child[i] = map->slot_above[low] + map->level.base;
    if (i == map->count) return;
    bool here = low < map->key_count && bon_key_item(&map->shape, &map->keys, low, 0) == word;
    map->level.word[i] = (uint32_t)word;
    map->level.adjusted[i] = here && !map->level.first_child ? map->key_weight[low] : 0;
    if (map->level.pruned) map->level.pruned[i] = word >= map->level.kept;
}

/* Level k above 1. */
struct bon_map_take_grams {
    struct bon_key_shape shape;
    struct bon_key_array keys;
    uint64_t key_count;
    const uint32_t *key_weight;
    const uint32_t *slot, *slot_above; /* [key_count + 1] */
    uint32_t k;
    struct bon_map_level level;
};

BON_ANYWHERE void bon_map_take_grams_at(const struct bon_map_take_grams *map, uint64_t i) {
    const struct bon_map_level *level = &map->level;
    uint64_t gram = map->slot[i];
    if (i == map->key_count) {
        if (level->first_child) level->first_child[gram] = map->slot_above[i] + level->base;
        return;
    }
    if (map->slot[i + 1] == map->slot[i]) return;
    uint32_t left = bon_key_item(&map->shape, &map->keys, i, map->k - 1);
    level->word[gram] = left;
    if (level->first_child) level->first_child[gram] = map->slot_above[i] + level->base;
    level->adjusted[gram] = !level->first_child || left == BON_MACHINE_BOS ? map->key_weight[i] : 0;
    if (!level->pruned) return;
    bool unkept = false;
    for (uint32_t j = 0; j < map->k; j++) unkept = unkept || bon_key_item(&map->shape, &map->keys, i, j) >= level->kept;
    level->pruned[gram] = unkept;
}

/* Below the highest order the count is that of children, but behind <s>. */
struct bon_map_adjust {
    struct bon_map_level level;
};

BON_ANYWHERE void bon_map_adjust_at(const struct bon_map_adjust *map, uint64_t i) {
    const struct bon_map_level *level = &map->level;
    if (level->word[i] != BON_MACHINE_BOS) level->adjusted[i] = level->first_child[i + 1] - level->first_child[i];
}

/* How often each n-gram was seen, from how often those above were before each; and whether that is enough. */
struct bon_map_mark_pruned {
    struct bon_map_level level;
    uint64_t count;
    const uint32_t *before; /* [count of the level above + 1] */
    uint32_t prune;
    uint32_t *seen; /* [count + 1] */
};

BON_ANYWHERE void bon_map_mark_pruned_at(const struct bon_map_mark_pruned *map, uint64_t i) {
    const struct bon_map_level *level = &map->level;
    if (i == map->count) {
        map->seen[i] = 0;
        return;
    }
    uint32_t seen = level->adjusted[i];
    if (level->first_child && level->word[i] != BON_MACHINE_BOS)
        seen = map->before[level->first_child[i + 1] - level->base] - map->before[level->first_child[i] - level->base];
    map->seen[i] = seen;
    level->pruned[i] = level->pruned[i] || seen <= map->prune;
}

/* How many counts are 1, 2, 3, 4: each element looks through every `stride`-th count. */
struct bon_map_tally {
    const uint32_t *count;
    uint64_t size, stride;
    uint32_t *with_count; /* [BON_MACHINE_TALLIES] */
};

BON_ANYWHERE void bon_map_tally_at(const struct bon_map_tally *map, uint64_t i) {
    uint32_t one = 0, two = 0, three = 0, four = 0;
    for (uint64_t j = i; j < map->size; j += map->stride) {
        uint32_t count = map->count[j];
        one += count == 1;
        two += count == 2;
        three += count == 3;
        four += count == 4;
    }
    BON_MACHINE_ADD(&map->with_count[1], one);
    BON_MACHINE_ADD(&map->with_count[2], two);
    BON_MACHINE_ADD(&map->with_count[3], three);
    BON_MACHINE_ADD(&map->with_count[4], four);
}

/* ---- Kneser-Ney, level k from level k - 1: see kn.c ---- */

/* Notes each n-gram at its first child; where there are none the largest so far is the parent. */
struct bon_map_find_parents {
    const uint32_t *first_child;
    uint32_t *parent; /* of the level above; zeroed */
};

BON_ANYWHERE void bon_map_find_parents_at(const struct bon_map_find_parents *map, uint64_t i) {
    if (map->first_child[i] < map->first_child[i + 1]) map->parent[map->first_child[i]] = (uint32_t)i;
}

/* The context of an n-gram of order 3 and up is a child, by the same word, of its parent's context (contexts.c). */
struct bon_map_find_contexts {
    const uint32_t *word, *parent;
    const uint32_t *word_below, *context_below; /* context_below: NULL at order 2, whose contexts are its words */
    const uint32_t *first_child;                /* of the level below that */
    uint32_t *context;
    uint32_t *missing; /* [1] how many have none */
};

BON_ANYWHERE void bon_map_find_contexts_at(const struct bon_map_find_contexts *map, uint64_t i) {
    uint32_t parent = map->parent[i], word = map->word[i];
    uint32_t node = map->context_below ? map->context_below[parent] : map->word_below[parent];
    uint32_t low = map->first_child[node], end = map->first_child[node + 1], high = end;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (map->word_below[middle] < word)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < end && map->word_below[low] == word;
    map->context[i] = found ? low : 0;
    if (!found) BON_MACHINE_ADD(map->missing, 1u);
}

/* What contexts add up to. */
struct bon_map_sums {
    uint32_t *total;             /* A(c) */
    uint32_t *one, *two, *three; /* N1, N2, N3+ */
    uint32_t *removed;           /* counts of pruned n-grams; NULL: none are */
};

struct bon_map_add_up {
    const uint32_t *context, *adjusted;
    const uint8_t *pruned; /* with removed */
    struct bon_map_sums to;
};

BON_ANYWHERE void bon_map_add_up_at(const struct bon_map_add_up *map, uint64_t i) {
    uint32_t c = map->context[i], count = map->adjusted[i];
    if (count == 0) return;
    BON_MACHINE_ADD(&map->to.total[c], count);
    if (map->pruned && map->pruned[i])
        BON_MACHINE_ADD(&map->to.removed[c], count);
    else if (count == 1)
        BON_MACHINE_ADD(&map->to.one[c], 1u);
    else if (count == 2)
        BON_MACHINE_ADD(&map->to.two[c], 1u);
    else
        BON_MACHINE_ADD(&map->to.three[c], 1u);
}

/* From sums to 1 / A(c) and g(c). */
struct bon_map_share_out {
    struct bon_map_sums from;
    double discount[4];
    double *per_count, *weight;
    float *backoff;
    uint8_t *extends;
};

BON_ANYWHERE void bon_map_share_out_at(const struct bon_map_share_out *map, uint64_t i) {
    uint32_t total = map->from.total[i], one = map->from.one[i], two = map->from.two[i], three = map->from.three[i];
    double freed = map->discount[1] * one + map->discount[2] * two + map->discount[3] * three +
                   (map->from.removed ? map->from.removed[i] : 0);
    bool extends = one || two || three;
    map->per_count[i] = total ? 1.0 / total : 0;
    map->weight[i] = total ? freed / total : 1;
    map->extends[i] = extends;
    map->backoff[i] = extends ? bon_log10(map->weight[i]) : 0;
}

struct bon_map_interpolate {
    const uint32_t *context, *parent, *adjusted;
    const double *per_count, *weight, *p_below;
    double discount[4];
    double *p; /* NULL at the highest order */
    float *logprob;
};

BON_ANYWHERE void bon_map_interpolate_at(const struct bon_map_interpolate *map, uint64_t i) {
    uint32_t c = map->context[i], count = map->adjusted[i];
    double lower = map->p_below[map->parent[i]];
    double p = (count - map->discount[count < 3 ? count : 3]) * map->per_count[c] + map->weight[c] * lower;
    if (map->p) map->p[i] = p;
    map->logprob[i] = bon_log10(p);
}

#endif
