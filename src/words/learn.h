/* src/words/learn.h: gold sentences -> weights -> a model. */
#ifndef BON_SRC_WORDS_LEARN_H
#define BON_SRC_WORDS_LEARN_H

#include "words/model.h"
#include "words/weights.h"

/* A gold sentence. */
struct bon_example {
    struct bon_unit *units;
    bool *begins; /* words */
    size_t count;
    uint32_t (*grams)[BON_GRAM_MAX]; /* numbers of n-grams in the lesson, 0: none */
    bool used;                       /* learned from in this round */
};

/* An n-gram as the examples have it. */
struct bon_lesson_gram {
    uint32_t classes[BON_CLASSES_MAX]; /* 0: no more */
    double scores[BON_GRAM_SCORES], errors[BON_GRAM_SCORES];
};

/* All examples, described by evidence. */
struct bon_lesson {
    struct bon_example *examples;
    size_t count;
    struct bon_lesson_gram *grams; /* [0] is unused */
    size_t gram_count, gram_cap;
    uint64_t *keys; /* of an open hash table of their numbers */
    uint32_t *numbers;
    size_t cap;
    struct bon_weights weights;
};

/* Describes the examples first <= i < end by evidence. Those described in one go share their n-grams. */
bon_status bon_lesson_describe(struct bon_lesson *lesson, size_t first, size_t end,
                               const struct bon_evidence *evidence);
/* Forgets n-grams and weights, not the examples, which are the caller's. */
void bon_lesson_clear(struct bon_lesson *lesson);
/* Finds weights that make the words of the examples in use most probable. */
bon_status bon_lesson_learn(struct bon_lesson *lesson, unsigned rounds);

/* A model of the weights, with the n-grams that the evidence keeps; bon_pack_free gives its tables back. */
bon_status bon_pack(struct bon_words *words, const struct bon_weights *weights, const struct bon_evidence *evidence);
void bon_pack_free(struct bon_words *words);

#endif
