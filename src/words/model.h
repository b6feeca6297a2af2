/* src/words/model.h: the model as it is used: tables of scores, in a file or in the builder's memory.
 *
 *     score(words of a sentence) = sum over gaps inside words of (gap scores of the n-grams around it, of shapes, of echoes)
 *                                + sum over words of (the word's own score, of its shape, of its sides)
 *
 * which is a semi-Markov conditional random field (Sarawagi & Cohen 2004); the best words are found by dynamic programming.
 * All scores are whole numbers, BON_WORD_UNIT of them a natural logarithm, so every machine finds the same words.
 */
#ifndef BON_SRC_WORDS_MODEL_H
#define BON_SRC_WORDS_MODEL_H

#include "base/artefact.h"
#include "bon/words.h"
#include "words/grams.h"
#include "words/shapes.h"

enum { BON_WORDS_VERSION = 1, BON_WORD_UNIT = 256 };

/* A slot of the table of n-grams: 15 bits of the key, whether longer known n-grams begin with it, the number of its vector; 0:
 * free. The slot is the first free one from the place of its key on, at most BON_GRAM_PROBES further. */
enum { BON_GRAM_PROBES = 64 };
#define BON_GRAM_CHECK(key) ((uint32_t)(key)&UINT32_C(0xfffe0000))
#define BON_GRAM_MORE UINT32_C(0x00010000)
#define BON_GRAM_VECTOR UINT32_C(0x0000ffff)

typedef int16_t bon_gram_vector[BON_GRAM_SCORES];

/* Vectors 1 to 5 are those of n-grams that the table has not: a sign, then units of text by order. */
enum { BON_VECTOR_SIGN = 1, BON_VECTOR_UNKNOWN = 2, BON_VECTORS_FIXED = BON_VECTOR_UNKNOWN + BON_GRAM_MAX };

struct bon_words_header {
    uint32_t slots, vectors; /* how many; vectors[0] is all zeros */
    uint32_t reserved[6];
};

/* Section names are in model.c. */
struct bon_words {
    struct bon_artefact *artefact; /* NULL: the builder's */
    struct bon_words_header header;
    const uint32_t *slots;
    const bon_gram_vector *vectors;
    const int16_t *gap_shapes;  /* [BON_GAP_SHAPES] */
    const int16_t *gap_echoes;  /* [BON_GAP_ECHOES] */
    const int16_t *word_shapes; /* [BON_WORD_SHAPES] */
    const int16_t *word_sides;  /* [BON_WORD_SIDES] */
};

static inline uint32_t bon_gram_place(uint64_t key, uint32_t slots) { return (uint32_t)((key >> 32) * slots >> 32); }

/* The slot of a key, 0 when it has none. */
static inline uint32_t bon_gram_find(const struct bon_words *words, uint64_t key) {
    uint32_t slots = words->header.slots, at = bon_gram_place(key, slots), check = BON_GRAM_CHECK(key);
    for (unsigned probe = 0; probe < BON_GRAM_PROBES; probe++) {
        uint32_t slot = words->slots[at];
        if (slot == 0) return 0;
        if (BON_GRAM_CHECK(slot) == check) return slot;
        at = at + 1 == slots ? 0 : at + 1;
    }
    return 0;
}

/* Marks where words of the sentence begin: begins[i] for each of its `count` units. `room` is for count + 1 of each. `hints`
 * are natural logarithms of odds for a word beginning at a unit, or NULL. */
struct bon_decode_room {
    int32_t *gaps;                  /* score of joining over the gap before a unit */
    int32_t (*grams)[BON_GRAM_MAX]; /* of the n-grams from a unit on, as words */
    int64_t *best;                  /* of the words up to a unit */
    uint8_t *length;                /* of the last of them */
};
void bon_words_decode(const struct bon_words *words, const struct bon_unit *units, size_t count, const float *hints,
                      const struct bon_decode_room *room, bool *begins);

/* Writes the sections; about how many bytes that are. */
bon_status bon_words_write(const struct bon_words *words, const char *path);
uint64_t bon_words_bytes(const struct bon_words *words);

#endif
