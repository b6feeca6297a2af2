/* src/corpus/classify.h: which of some classes is a text of: its language, its register, whether it is any good. Softmax regression
 * over hashed features.
 *
 * The weights are one row a feature, one column a class. A text of n features scores the sum of their rows / sqrt(n), so that long
 * texts are surer than short ones. Rows are learned by stochastic gradient descent with a step for each row that shrinks with
 * what the row has learned (AdaGrad, Duchi et al. 2011). Only the rows of a text are touched, which is why this is an embedding
 * bag of its own and not a graph of src/lm, whose gradient of an embedding is as large as the embedding. fastText (Joulin et al. 2017) puts
 * a layer of 100 numbers between features and classes; with as few classes as these the row of a feature is shorter without.
 *
 * In a model a row is 8-bit integers and a scale, which fits a line of the cache for up to 62 classes.
 */
#ifndef BON_SRC_CORPUS_CLASSIFY_H
#define BON_SRC_CORPUS_CLASSIFY_H

#include <stdbool.h>

#include "corpus/classify_features.h"

enum { BON_CLASSES_MAX = 1000, BON_CLASS_NAME_MAX = 256 };

struct bon_classify_options {
    struct bon_feature_options features;
    unsigned epochs;
    double rate;        /* of learning */
    double holdout;     /* share of the texts that are kept for the test, 0 to 0.5; equal texts are on the same side */
    uint64_t seed;      /* of the order of texts */
    uint64_t memory;    /* bytes for texts in memory, more wait in a file; 0 = no limit */
    const char *folder; /* for it */
    void (*epoch_done)(void *context, unsigned epoch, double loss); /* may be NULL */
    void *context;
};

/* ---- a model ---- */

struct bon_classifier;

/* Checks all of it. */
bon_status bon_classifier_open(struct bon_classifier **out, const char *path);
bon_status bon_classifier_write(const struct bon_classifier *model, const char *path);
void bon_classifier_close(struct bon_classifier *model); /* NULL is fine */
const struct bon_feature_options *bon_classifier_features(const struct bon_classifier *model);
unsigned bon_classifier_classes(const struct bon_classifier *model);
const char *bon_classifier_name(const struct bon_classifier *model, unsigned class);
/* The class of a name, or bon_classifier_classes when there is none. */
unsigned bon_classifier_find(const struct bon_classifier *model, const char *name, size_t n);
/* The probability of each class for a text; without features those of a text about which nothing is known. */
void bon_classifier_score(const struct bon_classifier *model, const uint32_t *features, size_t count,
                          float *probabilities);

/* ---- learning ---- */

struct bon_classify_trainer;

bon_status bon_classify_trainer_open(struct bon_classify_trainer **out, const struct bon_classify_options *options);
/* Adds a text of features; one without any is left out. */
bon_status bon_classify_trainer_add(struct bon_classify_trainer *trainer, const char *label, size_t label_len,
                                    const uint32_t *features, size_t count);
/* How a model does on texts: counts[truth * classes + guess]. */
struct bon_confusion {
    unsigned classes;
    uint64_t *counts;
};
/* Learns. The result is the same for the same texts in the same order. `held` is that of the texts held out. */
bon_status bon_classify_train(struct bon_classify_trainer *trainer, struct bon_classifier **model,
                              struct bon_confusion *held);
void bon_classify_trainer_close(struct bon_classify_trainer *trainer); /* NULL is fine */

bon_status bon_confusion_open(struct bon_confusion *confusion, unsigned classes);
void bon_confusion_free(struct bon_confusion *confusion);
/* A table: class, texts, precision, recall, F1; then all: texts, accuracy, the mean F1 of classes that have texts. */
bon_status bon_confusion_table(const struct bon_confusion *confusion, const struct bon_classifier *model, bon_buf *out);

#endif
