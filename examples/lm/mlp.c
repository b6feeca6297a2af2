/* A multi-layer perceptron learns two spirals, which no straight line parts: 2 -> 32 -> 32 -> 2 with GELU and AdamW.
 *
 *     make examples && build/examples/mlp
 */
#include <math.h>
#include <stdio.h>

#include "bon/lm.h"

enum { ROWS = 400, WIDTH = 32 };

/* A layer of its own: a function that makes tensors. */
static bon_tensor *layer(bon_tensor *x, const char *weight, const char *bias, size_t width, bon_map_kind map,
                         bon_graph *graph) {
    const size_t inputs = x ? bon_tensor_cols(x) : 1;
    bon_tensor *w = bon_param(graph, weight, width, inputs, 0, 1 / sqrtf((float)inputs), BON_DECAY);
    return bon_linear(x, w, bon_param(graph, bias, 1, width, 0, 0, 0), NULL, map);
}

int main(void) {
    float points[ROWS][2], logits[ROWS][2], loss = 0;
    int32_t spiral[ROWS];
    for (int i = 0; i < ROWS; i++) {
        const float t = (float)(i / 2) / (ROWS / 2.0f), angle = 7 * t + (i % 2 ? 3.14159265f : 0);
        spiral[i] = i % 2;
        points[i][0] = (0.2f + t) * cosf(angle), points[i][1] = (0.2f + t) * sinf(angle);
    }

    bon_device *device = NULL;
    bon_params *params = NULL;
    bon_graph *graph = NULL;
    bon_optimizer *optimizer = NULL;
    if (bon_device_open(&device, NULL) || bon_params_open(&params, device, 1) || bon_graph_open(&graph, params))
        goto fail;
    bon_tensor *x = bon_input(graph, ROWS, 2), *y = bon_input_ints(graph, ROWS, 1, 0, 2);
    bon_tensor *h = layer(x, "layer1.weight", "layer1.bias", WIDTH, BON_GELU, graph);
    h = layer(h, "layer2.weight", "layer2.bias", WIDTH, BON_GELU, graph);
    bon_tensor *guess = bon_tensor_keep(layer(h, "output.weight", "output.bias", 2, BON_IDENTITY, graph));
    bon_tensor *cost = bon_cross_entropy(guess, y, NULL);
    if (bon_graph_plan(graph, cost)) goto fail;
    if (bon_optimizer_open(&optimizer, params, &(bon_optimizer_options){.kind = BON_ADAMW})) goto fail;
    if (bon_tensor_set(x, points[0]) || bon_tensor_set_ints(y, spiral)) goto fail;
    const bon_schedule schedule = {.kind = BON_COSINE, .peak = 0.02, .last = 0.01, .warmup = 0.05};
    for (int step = 0; step <= 600; step++) {
        if (bon_graph_forward(graph) || bon_tensor_get(cost, &loss)) goto fail;
        if (step % 100 == 0) printf("step %3d: loss %.4f\n", step, (double)loss);
        if (bon_graph_backward(graph, false)) goto fail;
        if (bon_optimizer_step(optimizer, bon_schedule_rate(&schedule, step / 600.0), 1)) goto fail;
    }
    if (bon_tensor_get(guess, logits[0])) goto fail;
    int right = 0;
    for (int i = 0; i < ROWS; i++) right += (logits[i][1] > logits[i][0]) == spiral[i];
    printf("%d of %d points right\n", right, ROWS);
    bon_optimizer_close(optimizer);
    bon_graph_close(graph);
    bon_params_close(params);
    bon_device_close(device);
    return right >= ROWS * 98 / 100 ? 0 : 1;
fail:
    fprintf(stderr, "%s\n", bon_error_message());
    return 1;
}
