/* tests/fuzz/fuzz_restorer.c: restoration models with arbitrary content, opened without checksums so that mutations reach the
 * readers of n-grams, candidates, pairs, tagger and network, then used. Nothing may crash, read outside the file or run away. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ngram/lm.h"
#include "restore/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char text[] =
    "toi dang hoc tieng Viet. Duong den truong rat xa, Ba oi!\nĐi tien la tién, gui 5 thu den Dak Lak\n";

static void use(const bon_restorer *restorer) {
    bon_restore_session *session;
    const bon_restore_result *results;
    size_t count;
    bon_buf out = {0};
    if (bon_restore_session_open(&session, restorer, NULL) != BON_OK) abort();
    (void)bon_restore(session, text, sizeof text - 1, &out); /* words that do not exist are a failure */
    (void)bon_restore_line(session, text, strcspn(text, "\n"), 3, &results, &count);
    bon_buf_free(&out);
    bon_restore_session_close(session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const bon_lm_open_options lazy = {.lazy = 1};
    bon_restorer restorer = {.lm = NULL};
    if (bon_lm_open_memory(&restorer.lm, data, size, "fuzzed model", &lazy) != BON_OK) return 0;
    const struct bon_artefact *artefact = bon_lm_artefact(restorer.lm);
    if (bon_index_open(&restorer.index, artefact) == BON_OK && bon_tagger_open(&restorer.tagger, artefact) == BON_OK &&
        bon_neural_open(&restorer.neural, artefact) == BON_OK)
        use(&restorer);
    bon_neural_close(&restorer.neural);
    bon_lm_close(restorer.lm);
    return 0;
}
