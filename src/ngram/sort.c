/* src/ngram/sort.c: sorting places by packed keys.
 *
 * The estimator splits the text by last word first (a counting sort), which leaves for each word a list of places to be
 * sorted by the words before. Keys pack as many words as fit into 64 bits; they are sorted by insertion when few, else by
 * least-significant-digit radix passes, leaving out digits that are the same in all. Only where whole keys are equal does a
 * second round look at the words further back: frequent n-grams, a minority of the places at high orders.
 */
#include "ngram/sort.h"

#include <string.h>

#include "base/buf.h"
#include "bon/ngram.h"

enum { INSERTION_MAX = 40, DIGIT_BITS = 8, DIGITS = 1 << DIGIT_BITS, DIGIT_COUNT = 64 / DIGIT_BITS, FETCH_AHEAD = 16 };

void bon_place_sorter_init(struct bon_place_sorter *sorter, const uint32_t *ids, unsigned words, uint32_t types) {
    unsigned bits = 1;
    while (bits < 32 && types > (uint32_t)1 << bits) bits++;
    unsigned fit = 64 / bits;
    *sorter = (struct bon_place_sorter){ids, words, bits, words < fit ? words : fit};
}

static void sort_by_insertion(struct bon_place *places, size_t n) {
    for (size_t i = 1; i < n; i++) {
        struct bon_place place = places[i];
        size_t j = i;
        for (; j > 0 && places[j - 1].key > place.key; j--) places[j] = places[j - 1];
        places[j] = place;
    }
}

void bon_place_sort_keys(struct bon_place *places, struct bon_place *scratch, size_t n, unsigned bits) {
    if (n <= INSERTION_MAX) {
        sort_by_insertion(places, n);
        return;
    }
    uint32_t histogram[DIGIT_COUNT][DIGITS];
    unsigned digits = (bits + DIGIT_BITS - 1) / DIGIT_BITS;
    memset(histogram, 0, digits * sizeof *histogram);
    for (size_t i = 0; i < n; i++)
        for (unsigned d = 0; d < digits; d++) histogram[d][places[i].key >> d * DIGIT_BITS & (DIGITS - 1)]++;

    struct bon_place *from = places, *to = scratch;
    for (unsigned d = 0; d < digits; d++) {
        uint32_t *count = histogram[d];
        if (count[from[0].key >> d * DIGIT_BITS & (DIGITS - 1)] == n) continue;
        uint32_t sum = 0;
        for (unsigned digit = 0; digit < DIGITS; digit++) {
            uint32_t here = count[digit];
            count[digit] = sum;
            sum += here;
        }
        for (size_t i = 0; i < n; i++) to[count[from[i].key >> d * DIGIT_BITS & (DIGITS - 1)]++] = from[i];
        struct bon_place *swap = from;
        from = to;
        to = swap;
    }
    if (from != places) memcpy(places, from, n * sizeof *places);
}

/* The words skip + 1 .. skip + per_key before a place, as a key, and the one before them. */
static void take_key(const struct bon_place_sorter *sorter, struct bon_place *place, unsigned skip) {
    const uint32_t *word = sorter->ids + place->at - skip;
    unsigned left = sorter->words - skip, end = left < sorter->per_key ? left : sorter->per_key;
    uint64_t key = 0;
    place->more = 0;
    for (unsigned i = 0; i < end; i++) {
        uint32_t id = *--word;
        key = key << sorter->bits | id;
        if (id != BON_LM_BOS) continue;
        place->key = i + 1 < end ? key << (end - i - 1) * sorter->bits : key;
        return;
    }
    place->key = key;
    if (end < left) place->more = word[-1];
}

static void sort_from(const struct bon_place_sorter *sorter, struct bon_place *places, struct bon_place *scratch,
                      size_t n, unsigned skip);

/* Sorts places by the one word that is not in their key. */
static void sort_by_more(const struct bon_place_sorter *sorter, struct bon_place *places, struct bon_place *scratch,
                         size_t n) {
    uint64_t key = places[0].key;
    for (size_t i = 0; i < n; i++) places[i].key = places[i].more;
    bon_place_sort_keys(places, scratch, n, sorter->bits);
    for (size_t i = 0; i < n; i++) places[i].key = key;
}

/* Sorts places with the same key by the words before those in the key. */
static void sort_further(const struct bon_place_sorter *sorter, struct bon_place *places, struct bon_place *scratch,
                         size_t n, unsigned skip) {
    if (sorter->words - skip == sorter->per_key + 1) {
        sort_by_more(sorter, places, scratch, n);
        return;
    }
    uint64_t key = places[0].key, mask = ((uint64_t)1 << sorter->bits) - 1;
    skip += sorter->per_key;
    unsigned left = sorter->words - skip, here = left < sorter->per_key ? left : sorter->per_key;
    sort_from(sorter, places, scratch, n, skip);
    for (size_t i = 0; i < n; i++) { /* the key stays the nearest words' */
        places[i].more = (uint32_t)(places[i].key >> (here - 1) * sorter->bits & mask);
        places[i].key = key;
    }
}

/* Sorts each run of equal keys further. A key that ends at <s> or behind it says all. */
static void refine(const struct bon_place_sorter *sorter, struct bon_place *places, struct bon_place *scratch, size_t n,
                   unsigned skip) {
    uint64_t mask = ((uint64_t)1 << sorter->bits) - 1;
    for (size_t begin = 0, end; begin < n; begin = end) {
        uint64_t key = places[begin].key;
        for (end = begin + 1; end < n && places[end].key == key;) end++;
        if (end - begin > 1 && (key & mask) > BON_LM_BOS)
            sort_further(sorter, places + begin, scratch, end - begin, skip);
    }
}

static void sort_from(const struct bon_place_sorter *sorter, struct bon_place *places, struct bon_place *scratch,
                      size_t n, unsigned skip) {
    for (size_t i = 0; i < n; i++) {
        if (i + FETCH_AHEAD < n) __builtin_prefetch(sorter->ids + places[i + FETCH_AHEAD].at - skip - 1);
        take_key(sorter, &places[i], skip);
    }
    unsigned left = sorter->words - skip;
    unsigned here = left < sorter->per_key ? left : sorter->per_key;
    bon_place_sort_keys(places, scratch, n, here * sorter->bits);
    if (left > here) refine(sorter, places, scratch, n, skip);
}

void bon_place_sort(const struct bon_place_sorter *sorter, struct bon_place *places, struct bon_place *scratch,
                    size_t n) {
    sort_from(sorter, places, scratch, n, 0);
}

uint32_t *bon_place_list(const uint32_t *ids, size_t count, size_t step, uint32_t first, uint32_t end,
                         uint32_t *start) {
    uint32_t sum = 0, words = end - first;
    memset(start, 0, ((size_t)words + 1) * sizeof *start);
    for (size_t i = step - 1; i < count; i += step) {
        uint32_t w = ids[i] - first; /* wraps for words before the first */
        if (w < words && ids[i] != BON_LM_BOS) start[w + 1]++;
    }
    for (uint32_t w = 0; w < words; w++) {
        uint32_t here = start[w + 1];
        start[w + 1] = sum; /* moves on to be the end */
        sum += here;
    }
    uint32_t *list = bon_alloc_array(sum, sizeof *list);
    if (!list) return NULL;
    for (size_t i = step - 1; i < count; i += step) {
        uint32_t w = ids[i] - first;
        if (w < words && ids[i] != BON_LM_BOS) list[start[w + 1]++] = (uint32_t)i;
    }
    return list;
}
