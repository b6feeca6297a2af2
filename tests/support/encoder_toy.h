/* tests/support/encoder_toy.h: the weights of an encoder that learned nothing, and what its graph says of a text. */
#ifndef BON_TESTS_SUPPORT_ENCODER_TOY_H
#define BON_TESTS_SUPPORT_ENCODER_TOY_H

#include <math.h>
#include <stdlib.h>

#include "lm/encoder_parts.h"
#include "lm/graph.h"

struct encoder_toy {
    bon_device *device;
    bon_params *params;
    bon_graph *graph;
    struct bon_encoder encoder;
    size_t rows;
    float *values; /* of all parameters, as they are laid out */
};

/* Weights larger than those that training begins with, so that scores differ. `rows`: of the graph; it has a plan when that is not
 * 0, and only declares parameters otherwise; the first `both` are read both ways. Ends the program when anything fails. */
static inline void encoder_toy_open_mixed(struct encoder_toy *toy, const struct bon_encoder_config *config, size_t rows,
                                          size_t both, uint64_t seed) {
    bon_param_info info;
    *toy = (struct encoder_toy){.rows = rows};
    if (bon_device_open(&toy->device, &(bon_device_options){.threads = 1}) != BON_OK ||
        bon_params_open(&toy->params, toy->device, seed) != BON_OK ||
        bon_graph_open(&toy->graph, toy->params) != BON_OK)
        abort();
    bon_encoder_build(&toy->encoder, toy->graph, config, rows ? rows : 1, both);
    bon_tensor_keep(toy->encoder.labels);
    bon_tensor_keep(toy->encoder.splits);
    if (bon_graph_plan(toy->graph, NULL) != BON_OK) abort();
    toy->values = calloc(toy->params->size, sizeof *toy->values);
    double *values = calloc(bon_params_size(toy->params), sizeof *values);
    if (!toy->values || !values) abort();
    for (size_t i = 0; bon_params_at(toy->params, i, &info); i++) {
        const size_t n = info.rows * info.cols;
        if (bon_params_get(toy->params, i, values) != BON_OK) abort();
        for (size_t k = 0; k < n; k++) values[k] = values[k] * (info.rows > 1 ? 4 : 1) + 0.02 * sin((double)(k + i));
        if (bon_params_set(toy->params, i, values) != BON_OK) abort();
        for (size_t k = 0; k < n; k++) toy->values[toy->params->list[i].offset + k] = (float)values[k];
    }
    free(values);
}

static inline void encoder_toy_open(struct encoder_toy *toy, const struct bon_encoder_config *config, size_t rows,
                                    uint64_t seed) {
    encoder_toy_open_mixed(toy, config, rows, SIZE_MAX, seed);
}

/* The graph's scores of a text of toy->rows positions. */
static inline void encoder_toy_read(const struct encoder_toy *toy, const int32_t *ids, const int32_t *gates,
                                    float *labels, float *splits) {
    int32_t *starts = calloc(toy->rows, sizeof *starts);
    if (!starts || bon_tensor_set_ints(toy->encoder.ids, ids) != BON_OK ||
        bon_tensor_set_ints(toy->encoder.gates, gates) != BON_OK ||
        bon_tensor_set_ints(toy->encoder.starts, starts) != BON_OK || bon_graph_forward(toy->graph) != BON_OK ||
        bon_tensor_get(toy->encoder.labels, labels) != BON_OK || bon_tensor_get(toy->encoder.splits, splits) != BON_OK)
        abort();
    free(starts);
}

static inline void encoder_toy_close(struct encoder_toy *toy) {
    bon_graph_close(toy->graph);
    bon_params_close(toy->params);
    bon_device_close(toy->device);
    free(toy->values);
}

#endif
