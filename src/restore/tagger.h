/* src/restore/tagger.h: which marks go with the words around, on both sides and without theirs: a second opinion beside the
 * n-gram model's, as sections of the model's file.
 *
 * An n-gram model sees three words to the left, and what is decided there. The tagger is a log-linear classifier (maximum
 * entropy: Berger, Della Pietra & Della Pietra 1996) of one position at a time that sees the plain forms of its neighbours on
 * both sides, which words are anywhere near, and which letters are capitals (names). The word i of a plain form gets
 *
 *     score(i) = sum of weight(feature, i) over the features of the position
 *
 * and `unit` times that is added to the model's log10 probability. Weights are bytes in one table; a feature's place is a hash
 * of what it is, and features that meet there share (feature hashing: Weinberger, Dasgupta, Langford, Smola & Attenberg 2009):
 * they were learned like that. The weights of a feature for all words of the plain form lie side by side.
 */
#ifndef BON_SRC_RESTORE_TAGGER_H
#define BON_SRC_RESTORE_TAGGER_H

#include "base/artefact.h"
#include "bon/syllable.h"

enum {
    BON_TAGGER_WORDS = 64,       /* words of a plain form at most */
    BON_TAGGER_WINDOW_MAX = 16,  /* how far words count as near */
    BON_TAGGER_FEATURES_MAX = 48 /* of a position */
};

/* Section restore.tagger. */
struct bon_tagger_header {
    uint32_t templates; /* bits: the rows of the table in tagger.c that features are made by */
    uint32_t window;    /* words this far to either side are near */
    uint32_t slots;     /* places of features; section restore.weights has BON_TAGGER_WORDS more bytes */
    float unit;         /* log10 that a weight of 1 stands for */
    uint32_t reserved[4];
};

/* A token as its neighbours see it. */
struct bon_tag_token {
    uint32_t id;     /* hash of its plain form; of its fold where it has no letters */
    uint8_t shape;   /* enum bon_tag_shape */
    uint8_t choices; /* words of its plain form, 0 or more */
    uint8_t right;   /* learning: which of them stands there, BON_TAGGER_WORDS: none */
};

enum bon_tag_shape { BON_SHAPE_LOWER, BON_SHAPE_TITLE, BON_SHAPE_UPPER, BON_SHAPE_NONE };

struct bon_tag_sentence {
    const struct bon_tag_token *tokens;
    unsigned count;
    bool open;      /* it goes on behind its last token */
    bool cased;     /* both capitals and small letters are used in it */
    unsigned first; /* its first word, which is a capital anyhow */
};

struct bon_tagger {
    struct bon_tagger_header header;
    const int8_t *weights; /* NULL: the model has no tagger */
};

/* The token's id and shape. `plain` is what bon_plain_form gave, of plain_n bytes; for 0 `fold` is asked. */
struct bon_tag_token bon_tag_token_of(const bon_token *token, const char *plain, size_t plain_n, const char *fold,
                                      size_t fold_n);
/* A sentence of these tokens. */
struct bon_tag_sentence bon_tag_sentence_of(const struct bon_tag_token *tokens, unsigned count, bool open);

/* The places in the table of the features of token i; returns how many. */
unsigned bon_tagger_features(const struct bon_tagger_header *header, const struct bon_tag_sentence *sentence,
                             unsigned i, uint32_t places[BON_TAGGER_FEATURES_MAX]);

/* Finds the sections in an open model; a model without them is fine. */
bon_status bon_tagger_open(struct bon_tagger *tagger, const struct bon_artefact *artefact);
/* log10 scores of the words of token i, 0 for the best, in scores[0 .. tokens[i].choices). */
void bon_tagger_score(const struct bon_tagger *tagger, const struct bon_tag_sentence *sentence, unsigned i,
                      float scores[BON_TAGGER_WORDS]);

#endif
