/* src/corpus/classify_weights.h: what a trainer and a model share. */
#ifndef BON_SRC_CORPUS_CLASSIFY_WEIGHTS_H
#define BON_SRC_CORPUS_CLASSIFY_WEIGHTS_H

#include "corpus/classify.h"

/* Makes a model of weights: rows of `stride` floats, one a feature, `classes` of them used; and one row more, the bias. Names are NUL-terminated, and
 * copied. */
bon_status bon_classifier_make(struct bon_classifier **out, const struct bon_feature_options *features,
                               char *const *names, unsigned classes, const float *weights, size_t stride);

/* Scores become probabilities. */
void bon_class_softmax(float *scores, unsigned n);

#endif
