/* src/words/decode.c: the best words of a sentence, by dynamic programming over where the last one begins. */
#include <string.h>

#include "words/model.h"

/* Adds what an n-gram from unit `begin` on says to gaps. Gaps before the first and behind the last unit are nobody's. */
static inline void add_to_gaps(const int16_t *scores, unsigned order, size_t begin, size_t count, int32_t *gaps) {
    for (int k = 0; k < bon_gram_reach[order - 1].gaps; k++) {
        size_t gap = begin + (size_t)(bon_gram_reach[order - 1].first + k); /* before the first: very large */
        if (gap < count) gaps[gap] += scores[k];
    }
}

static inline const int16_t *vector_of(const struct bon_words *words, uint32_t slot, unsigned unknown) {
    uint32_t vector = slot ? slot & BON_GRAM_VECTOR : unknown;
    return words->vectors[vector < words->header.vectors ? vector : 0];
}

/* Looks up the n-grams that begin at a unit; a longer one only where a shorter says that there are any. */
static void add_grams(const struct bon_words *words, const struct bon_unit *units, size_t count, size_t begin,
                      const struct bon_decode_room *room) {
    uint64_t key = BON_GRAM_NONE;
    bool sign = units[begin].shape == BON_UNIT_SIGN, more = true;
    for (unsigned order = 1; order <= BON_GRAM_MAX; order++) {
        const size_t last = begin + order - 1;
        if (last >= count || (order > 1 && (sign || units[last].shape == BON_UNIT_SIGN))) break;
        key = bon_gram_key(key, units[last].id);
        uint32_t slot = more ? bon_gram_find(words, key) : 0;
        const int16_t *scores = vector_of(words, slot, sign ? BON_VECTOR_SIGN : BON_VECTOR_UNKNOWN + order - 1);
        add_to_gaps(scores, order, begin, count, room->gaps);
        room->grams[begin][order - 1] = scores[BON_GRAM_WORD];
        more = order == 1 || (slot & BON_GRAM_MORE);
    }
}

static void add_shapes(const struct bon_words *words, const struct bon_unit *units, size_t count, const float *hints,
                       int32_t *gaps) {
    for (size_t i = 1; i < count; i++) {
        gaps[i] += words->gap_shapes[bon_gap_shape(units, count, i)] + words->gap_echoes[bon_gap_echo(units, i)];
        if (!hints) continue;
        float hint = hints[i] * BON_WORD_UNIT;
        const float most = 1e6F;
        gaps[i] -= (int32_t)(hint > most ? most : hint < -most ? -most : hint == hint ? hint : 0);
    }
}

/* Extends the best words up to `begin` by each word that begins there. */
static void extend(const struct bon_words *words, const struct bon_unit *units, size_t count, size_t begin,
                   const struct bon_decode_room *room) {
    int64_t inside = room->best[begin];
    unsigned tail = 0, first = units[begin].shape;
    for (unsigned length = 1; length <= BON_WORD_PARTS_MAX && begin + length <= count; length++) {
        const size_t last = begin + length - 1;
        if (length > 1) {
            if (bon_is_parted(units, last)) break;
            tail = bon_tail_shape(tail, units[last].shape);
            inside += room->gaps[last];
        }
        int64_t score = inside + words->word_shapes[bon_word_shape(length, first, tail)] +
                        words->word_sides[bon_word_sides(units, count, begin, length)];
        if (length <= BON_GRAM_MAX) score += room->grams[begin][length - 1];
        if (room->length[last + 1] == 0 || score > room->best[last + 1]) {
            room->best[last + 1] = score;
            room->length[last + 1] = (uint8_t)length;
        }
    }
}

void bon_words_decode(const struct bon_words *words, const struct bon_unit *units, size_t count, const float *hints,
                      const struct bon_decode_room *room, bool *begins) {
    memset(room->gaps, 0, count * sizeof *room->gaps);
    for (size_t i = 0; i < count; i++) add_grams(words, units, count, i, room);
    add_shapes(words, units, count, hints, room->gaps);
    memset(room->length, 0, count + 1);
    room->best[0] = 0;
    for (size_t i = 0; i < count; i++) extend(words, units, count, i, room);
    memset(begins, 0, count);
    for (size_t end = count; end > 0; end -= room->length[end]) begins[end - room->length[end]] = true;
}
