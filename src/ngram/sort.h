/* src/ngram/sort.h: the places where a word stands in the text, sorted by the words before them. */
#ifndef BON_SRC_NGRAM_SORT_H
#define BON_SRC_NGRAM_SORT_H

#include <stddef.h>
#include <stdint.h>

/* A place in the text and the words before it, nearest word in the highest bits, as many as fit, then one more. Behind <s>
 * come zeros. */
struct bon_place {
    uint64_t key;
    uint32_t at;
    uint32_t more;
};

struct bon_place_sorter {
    const uint32_t *ids; /* the text; every sentence begins with <s> */
    unsigned words;      /* words before a place that matter: order - 1 */
    unsigned bits;       /* of a word id */
    unsigned per_key;    /* words in a key */
};

void bon_place_sorter_init(struct bon_place_sorter *sorter, const uint32_t *ids, unsigned words, uint32_t types);
/* Fills in the keys of places[0..n), then sorts them in suffix order of the words before, equal ones as they were.
 * scratch has room for n. */
void bon_place_sort(const struct bon_place_sorter *sorter, struct bon_place *places, struct bon_place *scratch,
                    size_t n);

/* The word that stands `back` (1 and up) words before a sorted place; behind <s> anything. */
static inline uint32_t bon_place_word(const struct bon_place_sorter *sorter, const struct bon_place *place,
                                      unsigned back) {
    if (back <= sorter->per_key)
        return (uint32_t)(place->key >> (sorter->per_key - back) * sorter->bits & (((uint64_t)1 << sorter->bits) - 1));
    return back == sorter->per_key + 1 ? place->more : sorter->ids[place->at - back];
}

/* Sorts by the lowest `bits` bits of the keys, stably. scratch has room for n. */
void bon_place_sort_keys(struct bon_place *places, struct bon_place *scratch, size_t n, unsigned bits);

/* Lists the places of the words first..end - 1 in text order, every step-th id, from ids[step - 1] on, being a place: those of
 * word w are list[start[w - first]..start[w - first + 1]), with start[end - first + 1]. <s> has none. Freed with free(); NULL
 * when out of memory. */
uint32_t *bon_place_list(const uint32_t *ids, size_t count, size_t step, uint32_t first, uint32_t end, uint32_t *start);

#endif
