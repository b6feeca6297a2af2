/* cmd/ime-common/predictor.h: a model that puts marks on words typed without, with its network.
 *
 * Opened when the settings first name it and kept until the end: fields that have not seen newer settings go on using it, and
 * settings that come back find it.
 */
#ifndef BON_IME_PREDICTOR_H
#define BON_IME_PREDICTOR_H

#include <stdbool.h>

#include "bon/restore.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ime_predictor {
    struct ime_predictor *next;
    char *model, *network; /* as they were named: a path, and a choice (network.h) */
    bon_restorer *restorer;
    bon_restore_session *sessions[2]; /* old and new tone placement */
};

/* The predictor of a model (NULL: BON_MODEL of the environment, else an installed one) with the network of a choice, in *out; it
 * belongs to the list. *network_status and its message tell when the network was left out, the first time that it is asked for. */
bon_status ime_predictor_find(struct ime_predictor **list, const char *model, const char *network,
                              struct ime_predictor **out, bon_status *network_status);
/* Its session for a tone placement, opened when it is first asked for. */
bon_status ime_predictor_session(struct ime_predictor *predictor, bon_tone_style style, bon_restore_session **out);
void ime_predictors_close(struct ime_predictor *list);

#ifdef __cplusplus
}
#endif
#endif
