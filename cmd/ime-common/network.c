/* cmd/ime-common/network.c: finds and joins the network. */
#include "network.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "restore/session.h"

/* Those that are used without being asked for, the best first: small enough for every key, and worth it (bench/ime_predict.sh). */
static const char *const names[] = {"vi-small.bonnn", "vi-tiny.bonnn"};

static bool find_beside(const char *model, char path[PATH_MAX]) {
    const char *slash = strrchr(model, '/');
    const int folder = slash ? (int)(slash - model) + 1 : 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const int n = snprintf(path, PATH_MAX, "%.*s%s", folder, model, names[i]);
        if (n < PATH_MAX && access(path, F_OK) == 0) return true;
    }
    return false;
}

bon_status ime_network_join(bon_restorer *restorer, const char *model, const char *choice) {
    char path[PATH_MAX];
    if (choice && strcmp(choice, "off") == 0) return BON_OK;
    if (choice && *choice) return bon_restorer_join_sound(restorer, choice);
    if (restorer->neural.there || !find_beside(model, path)) return BON_OK;
    return bon_restorer_join_sound(restorer, path);
}
