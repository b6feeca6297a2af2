/* src/corpus/classify_features.h: a text as a bag of features: hashes of its syllables and words, of runs of them, of pieces of what is no
 * syllable, and of capitals.
 *
 * The hashing trick (Weinberger et al. 2009): a feature's number is its hash, cut to some bits; there is no dictionary, and what was
 * never seen has a weight of 0. A syllable is its code, so words cost no spelling; words of other letters, where a
 * language or a typist shows, are taken apart into runs of letters as well.
 */
#ifndef BON_SRC_CORPUS_CLASSIFY_FEATURES_H
#define BON_SRC_CORPUS_CLASSIFY_FEATURES_H

#include "base/buf.h"
#include "bon/normalize.h"

enum {
    BON_FEATURES_NGRAMS_MAX = 5,
    BON_FEATURES_LETTERS_MAX = 6,
    BON_FEATURES_BITS_LEAST = 8,
    BON_FEATURES_BITS_MOST = 26
};

struct bon_feature_options {
    uint32_t ngrams;  /* runs of up to so many tokens, from 1 */
    uint32_t letters; /* runs of up to so many letters of words that are no syllables; 0 = none */
    uint32_t bits;    /* features are below 1 << bits */
};

struct bon_featurizer;

/* One a thread. */
bon_status bon_featurizer_open(struct bon_featurizer **out, const struct bon_feature_options *options);
void bon_featurizer_close(struct bon_featurizer *featurizer); /* NULL is fine */

/* Normalizes whole lines and gives the features of each to `take`, in order, none for a line without tokens. The last line ends with
 * a newline. */
typedef bon_status (*bon_take_features)(void *context, const uint32_t *features, size_t count);
bon_status bon_features_of_lines(struct bon_featurizer *featurizer, const char *text, size_t n, bon_take_features take,
                                 void *context);

#endif
