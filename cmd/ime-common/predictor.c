/* cmd/ime-common/predictor.c: finds models, opens them once. */
#include "predictor.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/status.h"
#include "network.h"

/* The model of the machine: share/bon/vi.bonlm below the folders of XDG_DATA_DIRS, the first that is there. */
static bool installed_model(char *path, size_t size) {
    const char *folders = getenv("XDG_DATA_DIRS");
    for (const char *at = folders && *folders ? folders : "/usr/local/share:/usr/share"; *at;) {
        size_t n = strcspn(at, ":");
        if (snprintf(path, size, "%.*s/bon/vi.bonlm", (int)n, at) < (int)size && access(path, F_OK) == 0) return true;
        at += n + (at[n] == ':');
    }
    return false;
}

static void close_one(struct ime_predictor *predictor) {
    for (size_t i = 0; i < sizeof predictor->sessions / sizeof *predictor->sessions; i++)
        bon_restore_session_close(predictor->sessions[i]);
    bon_restorer_close(predictor->restorer);
    free(predictor->model);
    free(predictor->network);
    free(predictor);
}

static bon_status open_one(const char *model, const char *network, struct ime_predictor **out,
                           bon_status *network_status) {
    struct ime_predictor *predictor = calloc(1, sizeof *predictor);
    if (!predictor) return bon_fail_memory(sizeof *predictor);
    predictor->model = strdup(model);
    predictor->network = strdup(network);
    bon_status status = predictor->model && predictor->network ? BON_OK : bon_fail_memory(strlen(model) + 1);
    if (status == BON_OK) status = bon_restorer_open(&predictor->restorer, model);
    if (status != BON_OK) {
        close_one(predictor);
        return status;
    }
    *network_status = ime_network_join(predictor->restorer, model, network);
    *out = predictor;
    return BON_OK;
}

bon_status ime_predictor_find(struct ime_predictor **list, const char *model, const char *network,
                              struct ime_predictor **out, bon_status *network_status) {
    char installed[PATH_MAX];
    *network_status = BON_OK;
    if (!network) network = "";
    if (!model) model = getenv("BON_MODEL");
    if (!model && installed_model(installed, sizeof installed)) model = installed;
    if (!model)
        return bon_fail(BON_ERR_ARGUMENT, "no model is installed (bon/vi.bonlm in a folder of XDG_DATA_DIRS); name one "
                                          "with model = PATH");
    for (struct ime_predictor *at = *list; at; at = at->next)
        if (strcmp(at->model, model) == 0 && strcmp(at->network, network) == 0) return *out = at, BON_OK;
    BON_TRY(open_one(model, network, out, network_status));
    (*out)->next = *list;
    *list = *out;
    return BON_OK;
}

bon_status ime_predictor_session(struct ime_predictor *predictor, bon_tone_style style, bon_restore_session **out) {
    const bon_restore_options options = {.tone_style = style};
    bon_restore_session **session = &predictor->sessions[style == BON_TONE_NEW];
    bon_status status = *session ? BON_OK : bon_restore_session_open(session, predictor->restorer, &options);
    *out = *session;
    return status;
}

void ime_predictors_close(struct ime_predictor *list) {
    for (struct ime_predictor *at = list, *next; at; at = next) {
        next = at->next;
        close_one(at);
    }
}
