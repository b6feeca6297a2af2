/* src/restore/session.h: the handles of bon/restore.h. */
#ifndef BON_SRC_RESTORE_SESSION_H
#define BON_SRC_RESTORE_SESSION_H

#include "restore/trellis.h"

struct bon_restorer {
    bon_lm *lm;
    struct bon_index index;
    struct bon_tagger tagger;
    struct bon_neural neural; /* inside the model, or joined */
};

/* bon_restorer_join for who is to work with the network for long: all of the file is read, and its checksums are compared. */
bon_status bon_restorer_join_sound(bon_restorer *restorer, const char *path);
/* Sets how scores are joined with those of the network, for who looks for what is best; before sessions are opened. */
void bon_restorer_join_weights(bon_restorer *restorer, const struct bon_neural_join *join);

/* A way through a line, as it grows window by window. */
struct bon_way {
    bon_buf text;
    bon_restore_span *spans;
    size_t span_count, span_cap;
    double logprob10;
};

struct bon_restore_session {
    const bon_restorer *restorer;
    bon_restore_options options;
    struct bon_lattice lattice;
    float least; /* of the lattice, where only the best reading is asked for */
    struct bon_neural_reader neural;
    struct bon_scorer scorer;
    struct bon_trellis trellis;
    uint32_t path[BON_LATTICE_POSITIONS + 1];
    float *confidence;          /* of every choice of the lattice */
    bon_buf spelled;            /* a word in the new tone style */
    bon_restore_cache *learner; /* the cache that learns what is restored, or NULL */
    uint64_t lines, lines_max;  /* learned since the cache was cleared; how many before it is, 0: never */
    /* For bon_restore_line; made on its first call. */
    struct bon_way *ways; /* [BON_RESTORE_BEST_MAX] */
    bon_restore_result *results;
    uint32_t *paths;
    double *scores;
    struct bon_alternatives *alternatives; /* of bon_restore_alternatives; made on its first call */
};

/* A window of a line that was decoded, for who wants more than its best way. */
struct bon_window {
    const char *slice;  /* the window's text; positions count from here */
    size_t base;        /* where that is in the line */
    unsigned positions; /* that are decided now */
};
typedef bon_status bon_window_visit(bon_restore_session *session, const struct bon_window *window, void *context);

/* Decodes a line; `visit` finds each window's lattice and the confidences of its choices in the session. */
bon_status bon_session_walk(bon_restore_session *session, const char *line, size_t n, bon_window_visit *visit,
                            void *context);
/* Appends a token as a choice of its position writes it. */
bon_status bon_session_spell(bon_restore_session *session, const char *slice, const struct bon_position *position,
                             const struct bon_choice *choice, bon_buf *out);

/* Frees what bon_restore_alternatives keeps; NULL does nothing. */
void bon_alternatives_free(struct bon_alternatives *alternatives);

/* bon_restore_line for a line that is still being typed: the kept bytes stay as they are, and nothing is concluded from
 * where the line ends. company: see struct bon_lattice. */
bon_status bon_restore_typed(bon_restore_session *session, const char *line, size_t n, const struct bon_kept *kept,
                             unsigned kept_count, float company, unsigned best, const bon_restore_result **results,
                             size_t *count);

#endif
