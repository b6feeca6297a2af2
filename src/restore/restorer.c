/* src/restore/restorer.c: the model: an n-gram model whose file also holds the index of candidates, and may hold a tagger and a
 * network. Opening reads no more than the headers: whatever the rest holds, it is bounded where it is used, and bon_restorer_verify
 * reads all of it. */
#include <stdlib.h>

#include "base/buf.h"
#include "ngram/lm.h"
#include "ngram/table.h"
#include "restore/session.h"

static const bon_lm_open_options lazy = {.lazy = 1};

/* Takes over what opening the model in it gave. */
static bon_status finish_opening(bon_restorer **out, bon_restorer *restorer, bon_status status) {
    if (status == BON_OK) status = bon_index_open(&restorer->index, bon_lm_artefact(restorer->lm));
    if (status == BON_OK) status = bon_tagger_open(&restorer->tagger, bon_lm_artefact(restorer->lm));
    if (status == BON_OK) status = bon_neural_open(&restorer->neural, bon_lm_artefact(restorer->lm));
    if (status != BON_OK) {
        bon_restorer_close(restorer);
        return status;
    }
    *out = restorer;
    return BON_OK;
}

bon_status bon_restorer_open(bon_restorer **out, const char *path) {
    bon_restorer *restorer = bon_alloc_zeroed(1, sizeof *restorer);
    return restorer ? finish_opening(out, restorer, bon_lm_open(&restorer->lm, path, &lazy)) : BON_ERR_NOMEM;
}

bon_status bon_restorer_open_memory(bon_restorer **out, const void *bytes, size_t n, const char *name) {
    bon_restorer *restorer = bon_alloc_zeroed(1, sizeof *restorer);
    return restorer ? finish_opening(out, restorer, bon_lm_open_memory(&restorer->lm, bytes, n, name, &lazy))
                    : BON_ERR_NOMEM;
}

void bon_restorer_close(bon_restorer *restorer) {
    if (!restorer) return;
    bon_neural_close(&restorer->neural);
    bon_lm_close(restorer->lm);
    free(restorer);
}

bon_status bon_restorer_verify(const bon_restorer *restorer) {
    BON_TRY(bon_lm_verify(restorer->lm));
    return restorer->neural.artefact ? bon_artefact_verify(restorer->neural.artefact) : BON_OK;
}

/* In place of the network that there is. sound: the file is as it was written. */
static bon_status take_network(bon_restorer *restorer, const char *path, bool sound) {
    struct bon_neural neural;
    BON_TRY(bon_neural_open_file(&neural, path));
    bon_status status = sound ? bon_artefact_verify(neural.artefact) : BON_OK;
    if (status == BON_OK) {
        bon_neural_close(&restorer->neural);
        restorer->neural = neural;
    } else {
        bon_neural_close(&neural);
    }
    return status;
}

bon_status bon_restorer_join(bon_restorer *restorer, const char *path) { return take_network(restorer, path, false); }

bon_status bon_restorer_join_sound(bon_restorer *restorer, const char *path) {
    return take_network(restorer, path, true);
}

void bon_restorer_join_weights(bon_restorer *restorer, const struct bon_neural_join *join) {
    restorer->neural.join = *join;
}

const bon_lm *bon_restorer_lm(const bon_restorer *restorer) { return restorer->lm; }

bon_status bon_restorer_write(const bon_lm_table *table, const char *path, const bon_lm_write_options *options,
                              uint32_t min_count) {
    struct bon_artefact_writer *writer;
    BON_TRY(bon_artefact_create(&writer, path, "bonlm", bon_lm_file_version(options)));
    bon_status status = bon_lm_table_write_sections(table, writer, options);
    if (status == BON_OK) status = bon_index_write(table, min_count, writer);
    if (status == BON_OK) return bon_artefact_publish(writer);
    bon_artefact_abandon(writer);
    return status;
}
