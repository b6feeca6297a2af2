/* src/restore/neural_score.h: what a network says of the choices in a lattice: log probabilities of their labels, joined with the
 * other scores log-linearly (Och & Ney 2002).
 *
 * A network is shared by threads; a reader is one session's working memory.
 */
#ifndef BON_SRC_RESTORE_NEURAL_SCORE_H
#define BON_SRC_RESTORE_NEURAL_SCORE_H

#include "lm/encoder_run.h"
#include "restore/neural_file.h"

struct bon_lattice;

struct bon_neural {
    struct bon_artefact *artefact; /* NULL: it lies in another's file */
    bool there;
    struct bon_neural_sections sections;
    struct bon_encoder_net net;
    struct bon_neural_join join; /* at first what the file says */
};

/* The network inside an artefact that outlives it; an artefact without one is fine. */
bon_status bon_neural_open(struct bon_neural *neural, const struct bon_artefact *artefact);
/* The network of a file of its own: BON_NEURAL_KIND, or a model's file that has one too. */
bon_status bon_neural_open_file(struct bon_neural *neural, const char *path);
void bon_neural_close(struct bon_neural *neural);

struct bon_neural_reader {
    const struct bon_neural *neural;
    struct bon_encoder_reader encoder;
    int32_t *ids;                  /* bags of a piece */
    struct bon_neural_token *text; /* a line's tokens, with its begin and end */
    uint16_t *places;              /* of each of them: its position in the lattice */
    size_t count, cap;
    float *odds; /* of bon_neural_splits */
    size_t odds_cap;
    bon_buf fold;
};

bon_status bon_neural_reader_open(struct bon_neural_reader *reader, const struct bon_neural *neural);
void bon_neural_reader_close(struct bon_neural_reader *reader);

/* A token as the network sees it. plain: as bon_plain_form gave it; fold: of the token, empty if it has none. */
struct bon_neural_token bon_neural_see(const struct bon_neural_words *words, const bon_token *token, const char *plain,
                                       size_t plain_n, bool has_marks, const char *fold, size_t fold_n);

/* Adds to the bonus of every choice where there are several. `seen`: of every position of the lattice. begins, ends: the line
 * does with it. */
void bon_neural_score(struct bon_neural_reader *reader, struct bon_lattice *lattice,
                      const struct bon_neural_token *seen, bool begins, bool ends);

/* Of each token of a line (as bon_token_next has them; no newline): the log of the odds that it goes on with the word that the
 * token before it belongs to. They are the reader's until its next call. */
bon_status bon_neural_splits(struct bon_neural_reader *reader, const char *line, size_t n, const float **odds,
                             size_t *count);

#endif
