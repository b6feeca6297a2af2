/* src/restore/neural_text.h: what a neural restorer learns from: good text as tokens with their marks, and the vocabulary that they
 * make. */
#ifndef BON_SRC_RESTORE_NEURAL_TEXT_H
#define BON_SRC_RESTORE_NEURAL_TEXT_H

#include "ngram/vocab.h"
#include "restore/neural.h"

/* A token of the text: 8 bytes. */
struct bon_text_token {
    uint32_t form; /* number of its form; BON_TEXT_BEGIN, BON_TEXT_END: of a line */
    uint8_t shape;
    uint8_t label; /* of its marks; BON_NO_LABEL where it has no letters */
    uint8_t split; /* 0: it begins a word, 1: it goes on with one, BON_NO_LABEL: not known */
    uint8_t zero;  /* tokens are hashed as bytes */
};

#define BON_TEXT_BEGIN UINT32_MAX
#define BON_TEXT_END (UINT32_MAX - 1) /* all forms are below */

struct bon_neural_text {
    struct bon_text_token *tokens; /* every line is between BON_TEXT_BEGIN and BON_TEXT_END */
    size_t count, cap;
    struct bon_vocab forms;
    struct bon_neural_token *of_form; /* after bon_neural_text_learn or _use: word and hashes of every form */
    bon_buf fold;
};

/* Appends whole lines of good text: normalized, with marks and capitals. With `split` the syllables of a word are joined by _, as
 * treebanks have them. */
bon_status bon_neural_text_add(struct bon_neural_text *text, const char *bytes, size_t n, bool split);
void bon_neural_text_free(struct bon_neural_text *text);

/* A vocabulary that was learned, with the log probability of each label of each gate: gates x BON_MARK_LABELS. */
struct bon_neural_learned {
    struct bon_neural_words words;
    uint32_t *begins;
    bon_buf bytes;
    float *priors;
};

/* Forms with two labels or more that were seen often enough are gates, then the most frequent others, together at most `most`. */
bon_status bon_neural_text_learn(const struct bon_neural_text *text, uint32_t most, uint32_t hashes,
                                 struct bon_neural_learned *learned);
void bon_neural_learned_free(struct bon_neural_learned *learned);
/* Looks all forms up. */
bon_status bon_neural_text_use(struct bon_neural_text *text, const struct bon_neural_words *words);

#endif
