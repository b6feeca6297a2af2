/* src/words/weights.h: what is learned, and how an n-gram's scores come of it.
 *
 * An n-gram belongs to up to four classes: all n-grams of its order; those that the same word lists have; those that are words
 * as often as it is where a first model cut plain text into words; and, for one and two units of the gold sentences, itself. Its scores are
 * the sums of its classes' weights, so that they carry over to n-grams that no gold sentence has. (Statistics of text that a
 * model has cut as features of a second: Wang, Kazama, Tsuruoka, Chen, Zhang & Torisawa 2011.)
 */
#ifndef BON_SRC_WORDS_WEIGHTS_H
#define BON_SRC_WORDS_WEIGHTS_H

#include "words/evidence.h"
#include "words/shapes.h"

enum { BON_CLASSES_MAX = 4 }; /* of an n-gram */

/* Weights of shapes: first of each table in `shapes`. */
enum {
    BON_AT_PAIR = 0,                                              /* the units beside a gap */
    BON_AT_LEFT = BON_AT_PAIR + BON_GAP_PAIRS,                    /* and the one to the left */
    BON_AT_RIGHT = BON_AT_LEFT + BON_GAP_PAIRS * BON_UNIT_SHAPES, /* and the one to the right */
    BON_AT_GAP = BON_AT_RIGHT + BON_GAP_PAIRS * BON_UNIT_SHAPES,  /* all four */
    BON_AT_ECHO = BON_AT_GAP + BON_GAP_SHAPES,
    BON_AT_ECHO_PAIR = BON_AT_ECHO + BON_ECHOES,
    BON_AT_LENGTH = BON_AT_ECHO_PAIR + BON_GAP_ECHOES,
    BON_AT_WORD = BON_AT_LENGTH + BON_WORD_PARTS_MAX,
    BON_AT_SIDES = BON_AT_WORD + BON_WORD_SHAPES,
    BON_SHAPE_WEIGHTS = BON_AT_SIDES + BON_WORD_SIDES
};

struct bon_weights {
    uint64_t *keys; /* of classes: an open hash table of numbers in `ids` */
    uint32_t *ids;
    size_t cap;
    uint32_t classes; /* numbers 1 to classes are used */
    double
        *values; /* [BON_SHAPE_WEIGHTS + (classes + 1) * BON_GRAM_SCORES]: shapes, then classes; NULL before learning */
};

void bon_weights_free(struct bon_weights *weights);
/* The classes of an n-gram of units (its key, order, and whether it is a sign). `gram` is what evidence has of it, or NULL. */
struct bon_gram_names {
    uint64_t keys[BON_CLASSES_MAX];
    unsigned count;
};
struct bon_gram_names bon_gram_classes(const struct bon_evidence *evidence, const struct bon_gram *gram, unsigned order,
                                       bool sign);
/* The number of a class, a new one where it has none yet. */
bon_status bon_weights_class(struct bon_weights *weights, uint64_t key, uint32_t *id);
/* The number of a class, 0 when it has none. */
uint32_t bon_weights_find(const struct bon_weights *weights, uint64_t key);

/* The numbers of the weights of gap i and of a word; each sum is a score. */
enum { BON_GAP_TERMS = 6, BON_WORD_TERMS = 3 };
void bon_gap_terms(const struct bon_unit *units, size_t count, size_t i, uint32_t terms[BON_GAP_TERMS]);
void bon_word_terms(const struct bon_unit *units, size_t count, size_t begin, unsigned length, unsigned tail,
                    uint32_t terms[BON_WORD_TERMS]);

#endif
