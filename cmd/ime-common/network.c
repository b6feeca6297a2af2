/* cmd/ime-common/network.c: finds and joins the network. */
#include "network.h"

#include <string.h>

#include "restore/session.h"

/* Those that are used without being asked for, the best first: small enough for every key, and worth it (bench/ime_predict.sh). */
static const char *const names[] = {"vi-small.bonnn", "vi-tiny.bonnn"};

bon_status ime_network_join(bon_restorer *restorer, const char *model, const char *choice) {
    char path[PATH_MAX];
    if (choice && strcmp(choice, "off") == 0) return BON_OK;
    if (choice && *choice) return bon_restorer_join_sound(restorer, choice);
    if (restorer->neural.there || !bon_neural_beside(model, names, sizeof names / sizeof *names, path)) return BON_OK;
    return bon_restorer_join_sound(restorer, path);
}
