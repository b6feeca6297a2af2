/* src/restore/neural.h: the neural restorer: what its network reads of a token, and what it says of it.
 *
 * A line is a text of positions: its tokens, between a position that begins and one that ends the line where those are known.
 * The network (lm/encoder.h) sees of a token its plain form, how it is written (small letters, capitals), and which marks were
 * typed; it labels it with marks: one of 18 (no shape, circumflex, horn or breve, times six tones), with đ or without. Only the
 * labels of words that may stand there are compared, so nothing but marks can change.
 *
 * Plain forms with a choice are the network's gates; they are words 3 and up of its vocabulary, then follow frequent tokens
 * without a choice. Other tokens are known by two hashes, of their first and of their last letters.
 */
#ifndef BON_SRC_RESTORE_NEURAL_H
#define BON_SRC_RESTORE_NEURAL_H

#include "base/artefact.h"
#include "bon/syllable.h"
#include "lm/encoder.h"

enum {
    BON_MARK_LABELS = 36,
    BON_LABEL_D = 18, /* labels from here on have đ */
    BON_NO_LABEL = 255,
    BON_NEURAL_SPLITS = 2, /* the position begins a word, or goes on with one */
    BON_NEURAL_BAG = 5     /* features of a position: word, shape, marks typed, two hashes */
};

/* Numbers of words; gates have the same numbers, and every other word has BON_NEURAL_UNKNOWN as its gate. */
enum { BON_NEURAL_UNKNOWN, BON_NEURAL_BEGIN, BON_NEURAL_END, BON_NEURAL_FIRST };

#define BON_PRIOR_NEVER (-20.0F) /* log probability of a label that a gate has not; others are above */

/* How a token is written. */
enum bon_neural_shape {
    BON_NEURAL_LOWER,
    BON_NEURAL_TITLE,
    BON_NEURAL_UPPER,
    BON_NEURAL_MIXED,
    BON_NEURAL_OTHER, /* it has no letters */
    BON_NEURAL_SHAPES
};

/* The vocabulary: plain forms (of tokens without letters: folds). Those from BON_NEURAL_FIRST to gates - 1 have a choice; they, and
 * those from gates to count - 1, are each in ascending order of their bytes. */
struct bon_neural_words {
    uint32_t count, gates;
    uint32_t hashes;        /* rows for hashes */
    const uint32_t *begins; /* count + 1; the first three have no bytes */
    const char *text;
};

/* A position. */
struct bon_neural_token {
    uint16_t word;
    uint16_t hash[2]; /* of an unknown word; else 0 */
    uint8_t shape;
    uint8_t typed; /* label of the marks typed + 1; 0: none */
};

/* The label of a word's marks (lower case, composed); of a word without any, 0. */
unsigned bon_marks_label(const char *word, size_t n);
/* The label with another's shape and đ, or with its tone, left: what is typed of marks in the making. */
static inline unsigned bon_label_shape(unsigned label) { return label / 6 * 6; }
static inline unsigned bon_label_tone(unsigned label) { return label % 6; }

/* Fills in word and hashes of a form. */
void bon_neural_find(const struct bon_neural_words *words, const char *form, size_t n, struct bon_neural_token *token);
/* Its hashes alone, as if it was unknown. */
void bon_neural_hash(const struct bon_neural_words *words, const char *form, size_t n, struct bon_neural_token *token);
/* How letters are written, from the token's case. */
enum bon_neural_shape bon_neural_shape_of(const bon_token *token, size_t plain_n);
/* Rows of the table of features that a vocabulary needs, and those of a position. */
uint32_t bon_neural_features(const struct bon_neural_words *words);
void bon_neural_bag(const struct bon_neural_words *words, const struct bon_neural_token *token,
                    int32_t ids[BON_NEURAL_BAG]);
/* The sizes of a network's tables, from its vocabulary. */
void bon_neural_fit(struct bon_encoder_config *config, const struct bon_neural_words *words);
static inline int32_t bon_neural_gate(const struct bon_neural_words *words, const struct bon_neural_token *token) {
    return token->word < words->gates ? token->word : BON_NEURAL_UNKNOWN;
}

#endif
