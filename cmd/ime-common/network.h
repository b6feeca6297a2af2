/* cmd/ime-common/network.h: which network helps while typing: the one that the typist names, else one beside the model.
 *
 * Typing never stops for it. Where none is there, the n-grams predict alone; one that is damaged is told by who asked.
 */
#ifndef BON_IME_NETWORK_H
#define BON_IME_NETWORK_H

#include "bon/restore.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Joins a network with a model that was opened from the file `model` and has no session yet. choice: a file; "off": none; NULL or
 * "": vi-small.bonnn, else vi-tiny.bonnn in the model's folder, and none when neither is there; a model that has a network inside keeps it then. The file
 * is read whole, so that what is damaged is found now and not in the middle of a word; fails as bon_restorer_join does, and leaves
 * the model as it was. */
bon_status ime_network_join(bon_restorer *restorer, const char *model, const char *choice);

#ifdef __cplusplus
}
#endif
#endif
