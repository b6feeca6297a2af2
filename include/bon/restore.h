/* bon/restore.h: Vietnamese text typed without marks -> text with its marks.
 *
 *     bon_restorer *r;  bon_restore_session *s;  bon_buf out = {0};
 *     if (bon_restorer_open(&r, "models/vi.bonlm") == BON_OK && bon_restore_session_open(&s, r, NULL) == BON_OK) {
 *         bon_restore(s, "toi dang hoc tieng viet", 23, &out);      // "tôi đang học tiếng Việt"... in the input's case
 *     }
 *
 * The promise: nothing but marks changes. For any bytes x, valid UTF-8 or not, removing the marks of restore(x) gives x
 * with its marks removed (bon_strip_marks). Marks that the user did type are kept and constrain the rest.
 */
#ifndef BON_RESTORE_H
#define BON_RESTORE_H

#include "bon/ngram.h"
#include "bon/syllable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A model for restoration: an n-gram model over folded tokens plus an index from plain forms to marked words. Immutable, to
 * be shared between threads. */
typedef struct bon_restorer bon_restorer;
/* Per-thread working memory and options. */
typedef struct bon_restore_session bon_restore_session;

typedef struct bon_restore_options {
    unsigned beam;             /* hypotheses kept a position; 0 = default */
    int fix_marked;            /* non-zero: marks already there may be changed (default: they are constraints) */
    double min_confidence;     /* leave a syllable as typed when its probability is below this; 0 = restore all */
    bon_tone_style tone_style; /* of the marks added; default old */
    uint32_t reserved[8];
} bon_restore_options;

BON_API bon_status bon_restorer_open(bon_restorer **out, const char *path);
BON_API void bon_restorer_close(bon_restorer *restorer);

BON_API bon_status bon_restore_session_open(bon_restore_session **out, const bon_restorer *restorer,
                                            const bon_restore_options *options);
BON_API void bon_restore_session_close(bon_restore_session *session);

/* Appends the restored text to out. Each line of the text is decoded on its own. */
BON_API bon_status bon_restore(bon_restore_session *session, const char *text, size_t n, bon_buf *out);

/* The form of a token that the models know: lower case, old tone placement; digits are <num>, addresses <url>, <email>.
 * Appends it to out. The training recipe (`bon segment --fold`) and the restorer share this function. */
BON_API bon_status bon_fold_token(const char *text, const bon_token *token, bon_buf *out);

#ifdef __cplusplus
}
#endif
#endif
