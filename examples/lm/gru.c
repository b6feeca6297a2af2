/* A gated recurrent unit (Cho et al. 2014) learns to remember: it reads eight random bits, then says the first one.
 *
 *     make examples && build/examples/gru
 *
 * Time is unrolled into the graph: the same parameters, asked for by name at each step, are the same tensors. */
#include <stdio.h>
#include <stdlib.h>

#include "bon/lm.h"

enum { ROWS = 64, STEPS = 8, WIDTH = 16 };

/* h' = (1 - z) n + z h with gates z, r = sigmoid(W x + U h) and n = tanh(W x + r U h). */
static bon_tensor *gru(bon_graph *graph, bon_tensor *x, bon_tensor *h) {
    const float std = 0.3f;
    bon_tensor *bias = bon_param(graph, "bias", 1, 3 * WIDTH, 0, 0, 0);
    bon_tensor *from_x = bon_linear(x, bon_param(graph, "W", 3 * WIDTH, WIDTH, 0, std, 0), bias, NULL, BON_IDENTITY);
    bon_tensor *from_h = bon_linear(h, bon_param(graph, "U", 3 * WIDTH, WIDTH, 0, std, 0), NULL, NULL, BON_IDENTITY);
    bon_tensor *gates = bon_map(bon_add(bon_cols(from_x, 0, 2 * WIDTH), bon_cols(from_h, 0, 2 * WIDTH)), BON_SIGMOID);
    bon_tensor *z = bon_cols(gates, 0, WIDTH), *r = bon_cols(gates, WIDTH, WIDTH);
    bon_tensor *n = bon_mul(r, bon_cols(from_h, 2 * WIDTH, WIDTH));
    n = bon_map(bon_add(bon_cols(from_x, 2 * WIDTH, WIDTH), n), BON_TANH);
    return bon_add(bon_mul(bon_affine(z, -1, 1), n), bon_mul(z, h));
}

int main(void) {
    bon_device *device = NULL;
    bon_params *params = NULL;
    bon_graph *graph = NULL;
    bon_optimizer *optimizer = NULL;
    bon_tensor *bits[STEPS];
    static const float zeros[ROWS * WIDTH];
    float loss = 0;
    if (bon_device_open(&device, NULL) || bon_params_open(&params, device, 1) || bon_graph_open(&graph, params))
        goto fail;
    bon_tensor *begin = bon_input(graph, ROWS, WIDTH), *h = begin;
    bon_tensor *letters = bon_param(graph, "letters", 2, WIDTH, 0, 1, 0);
    for (int t = 0; t < STEPS; t++) {
        bits[t] = bon_input_ints(graph, ROWS, 1, 0, 2);
        h = gru(graph, bon_embedding(letters, bits[t]), h);
    }
    bon_tensor *out = bon_linear(h, bon_param(graph, "out", 2, WIDTH, 0, 0.3f, 0), NULL, NULL, BON_IDENTITY);
    bon_tensor *cost = bon_cross_entropy(out, bits[0], NULL);
    if (bon_graph_plan(graph, cost) || bon_tensor_set(begin, zeros)) goto fail;
    if (bon_optimizer_open(&optimizer, params, &(bon_optimizer_options){.kind = BON_ADAMW})) goto fail;
    uint32_t random = 1;
    for (int step = 0; step <= 400; step++) {
        for (int t = 0; t < STEPS; t++) {
            int32_t drawn[ROWS];
            for (int i = 0; i < ROWS; i++) drawn[i] = (random = random * 1664525u + 1013904223u) >> 31;
            if (bon_tensor_set_ints(bits[t], drawn)) goto fail;
        }
        if (bon_graph_forward(graph) || bon_tensor_get(cost, &loss)) goto fail;
        if (step % 100 == 0) printf("step %3d: loss %.4f\n", step, (double)loss);
        if (bon_graph_backward(graph, false) || bon_optimizer_step(optimizer, 0.01, 1)) goto fail;
    }
    bon_optimizer_close(optimizer);
    bon_graph_close(graph);
    bon_params_close(params);
    bon_device_close(device);
    return loss < 0.05f ? 0 : 1;
fail:
    fprintf(stderr, "%s\n", bon_error_message());
    return 1;
}
