/* src/restore/neural_teacher.c: see neural_teacher.h. */
#include "restore/neural_teacher.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "lm/checkpoint.h"
#include "lm/random.h"

struct bon_neural_teacher {
    bon_params *params;
    bon_graph *graph;
    struct bon_encoder model;
    float *scores; /* rows x BON_MARK_LABELS */
    size_t rows;
};

/* ---- opening ---- */

static bool same_words(const struct bon_neural_words *a, const struct bon_neural_words *b) {
    return a->count == b->count && a->gates == b->gates && a->hashes == b->hashes &&
           memcmp(a->begins, b->begins, (a->count + 1) * sizeof *a->begins) == 0 &&
           memcmp(a->text, b->text, a->begins[a->count]) == 0;
}

static bon_status read_config(const char *folder, const struct bon_neural_words *words,
                              struct bon_encoder_config *config) {
    struct bon_neural_words_file file;
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/words.bonnn", folder) >= PATH_MAX)
        return bon_fail(BON_ERR_ARGUMENT, "%s: the path is too long", folder);
    BON_TRY(bon_neural_words_open(&file, path));
    *config = file.config;
    const bool same = same_words(&file.words, words);
    bon_neural_words_close(&file);
    if (same) return BON_OK;
    return bon_fail(BON_ERR_ARGUMENT,
                    "%s: a teacher with another vocabulary: train both on the same text, with the same "
                    "numbers of words and hashes",
                    path);
}

bon_status bon_neural_weights_read(const char *folder, bon_params *params) {
    char path[PATH_MAX];
    uint64_t step;
    BON_TRY(bon_checkpoint_newest(folder, &step));
    if (step == 0) return bon_fail(BON_ERR_ARGUMENT, "%s: there is no checkpoint of a network", folder);
    if (snprintf(path, sizeof path, "%s/step-%08" PRIu64 "/model.safetensors", folder, step) >= PATH_MAX)
        return bon_fail(BON_ERR_ARGUMENT, "%s: the path is too long", folder);
    return bon_params_read(params, path);
}

bon_status bon_neural_teacher_open(struct bon_neural_teacher **out, const char *folder, bon_device *device,
                                   const struct bon_neural_words *words, size_t rows, size_t both) {
    struct bon_encoder_config config;
    BON_TRY(read_config(folder, words, &config));
    struct bon_neural_teacher *t = bon_alloc_zeroed(1, sizeof *t);
    if (!t) return BON_ERR_NOMEM;
    t->rows = rows;
    bon_status status = bon_params_open(&t->params, device, 1);
    if (status == BON_OK) status = bon_graph_open(&t->graph, t->params);
    if (status == BON_OK) {
        bon_encoder_build(&t->model, t->graph, &config, rows, both);
        bon_tensor_keep(t->model.labels);
        status = bon_graph_plan(t->graph, NULL);
    }
    if (status == BON_OK) status = bon_neural_weights_read(folder, t->params);
    if (status == BON_OK && !(t->scores = bon_alloc_array(rows, BON_MARK_LABELS * sizeof(float))))
        status = BON_ERR_NOMEM;
    if (status != BON_OK) {
        bon_neural_teacher_close(t);
        return status;
    }
    *out = t;
    return BON_OK;
}

void bon_neural_teacher_close(struct bon_neural_teacher *t) {
    if (!t) return;
    bon_graph_close(t->graph);
    if (t->params) bon_params_close(t->params);
    free(t->scores);
    free(t);
}

/* ---- drawing ---- */

static int32_t draw(const float scores[BON_MARK_LABELS], double uniform) {
    double weights[BON_MARK_LABELS], sum = 0;
    float best = scores[0];
    int32_t last = 0;
    for (unsigned i = 1; i < BON_MARK_LABELS; i++) best = fmaxf(best, scores[i]);
    for (unsigned i = 0; i < BON_MARK_LABELS; i++) sum += weights[i] = exp((double)(scores[i] - best));
    double left = uniform * sum;
    for (int32_t i = 0; i < BON_MARK_LABELS; i++) {
        if (weights[i] > 0) last = i;
        left -= weights[i];
        if (left < 0) return i;
    }
    return last;
}

bon_status bon_neural_teacher_draw(struct bon_neural_teacher *t, const int32_t *ids, const int32_t *gates,
                                   const int32_t *starts, double share, uint64_t seed, uint64_t batch,
                                   int32_t *labels) {
    const uint64_t stream = (batch << 1 | 1) ^ (uint64_t)1 << 63; /* apart from those of windows */
    BON_TRY(bon_tensor_set_ints(t->model.ids, ids));
    BON_TRY(bon_tensor_set_ints(t->model.gates, gates));
    BON_TRY(bon_tensor_set_ints(t->model.starts, starts));
    BON_TRY(bon_graph_forward(t->graph));
    BON_TRY(bon_tensor_get(t->model.labels, t->scores));
    for (size_t row = 0; row < t->rows; row++) {
        const struct bon_random4 r = bon_philox(seed, stream, row);
        if (labels[row] >= 0 && bon_uniform(r.v[0]) < share)
            labels[row] = draw(t->scores + row * BON_MARK_LABELS, bon_uniform(r.v[1]));
    }
    return BON_OK;
}
