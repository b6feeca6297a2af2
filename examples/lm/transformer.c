/* A transformer in a page: two layers of the Qwen3 layout learn to reverse: after "abcdef|" comes "fedcba".
 *
 *     make examples && build/examples/transformer
 *
 * bon_transformer_build does the same for whole language models; here is what it is made of. */
#include <stdio.h>

#include "bon/lm.h"

enum { TEXTS = 32, HALF = 6, LENGTH = 2 * HALF + 1, ROWS = TEXTS * LENGTH, LETTERS = 8, VOCABULARY = LETTERS + 1 };
enum { WIDTH = 32, HIDDEN = 64, LAYERS = 2 };

static const bon_heads heads = {.queries = 4, .keys = 4, .dim = 8};

static bon_tensor *matrix(bon_graph *graph, const char *name, int layer, size_t rows, size_t cols) {
    char full[32];
    snprintf(full, sizeof full, "%d.%s", layer, name);
    return bon_param(graph, full, rows, cols, 0, 0.1f, BON_DECAY | BON_HIDDEN);
}

static bon_tensor *norm(bon_graph *graph, const char *name, int layer, bon_tensor *x) {
    char full[32];
    snprintf(full, sizeof full, "%d.%s", layer, name);
    return bon_rms_norm(x, bon_param(graph, full, 1, WIDTH, 1, 0, 0), 1e-6f);
}

/* x + attention(norm(x)), then x + feed-forward(norm(x)). */
static bon_tensor *block(bon_graph *graph, int layer, bon_tensor *x, bon_tensor *starts) {
    bon_tensor *qkv = matrix(graph, "qkv", layer, 3 * WIDTH, WIDTH),
               *up = matrix(graph, "up", layer, 2 * HIDDEN, WIDTH);
    bon_tensor *h = bon_linear(norm(graph, "norm1", layer, x), qkv, NULL, NULL, BON_IDENTITY);
    h = bon_attention(bon_rope(h, starts, NULL, NULL, heads, 10000, 0), starts, heads, true);
    x = bon_linear(h, matrix(graph, "o", layer, WIDTH, WIDTH), NULL, x, BON_IDENTITY);
    h = bon_swiglu(bon_linear(norm(graph, "norm2", layer, x), up, NULL, NULL, BON_IDENTITY));
    return bon_linear(h, matrix(graph, "down", layer, WIDTH, HIDDEN), NULL, x, BON_IDENTITY);
}

/* A batch of texts, one behind the other; only what comes after the bar is a target. */
static void draw(uint32_t *random, int32_t *ids, int32_t *next) {
    for (int text = 0; text < TEXTS; text++, ids += LENGTH, next += LENGTH) {
        for (int i = 0; i < HALF; i++) ids[i] = (int32_t)((*random = *random * 1664525u + 1013904223u) >> 29);
        ids[HALF] = LETTERS;
        for (int i = 0; i < HALF; i++) ids[HALF + 1 + i] = ids[HALF - 1 - i];
        for (int i = 0; i < LENGTH; i++) next[i] = i >= HALF && i + 1 < LENGTH ? ids[i + 1] : -1;
    }
}

int main(void) {
    bon_device *device = NULL;
    bon_params *params = NULL;
    bon_graph *graph = NULL;
    bon_optimizer *optimizer = NULL;
    int32_t ids[ROWS], next[ROWS], begins[ROWS];
    float loss = 0;
    if (bon_device_open(&device, NULL) || bon_params_open(&params, device, 1) || bon_graph_open(&graph, params))
        goto fail;
    bon_tensor *tokens = bon_input_ints(graph, ROWS, 1, 0, VOCABULARY), *starts = bon_input_starts(graph, ROWS);
    bon_tensor *targets = bon_input_ints(graph, ROWS, 1, -1, VOCABULARY);
    bon_tensor *letters = bon_param(graph, "letters", VOCABULARY, WIDTH, 0, 0.5f, 0),
               *x = bon_embedding(letters, tokens);
    for (int layer = 0; layer < LAYERS; layer++) x = block(graph, layer, x, starts);
    bon_tensor *logits = bon_linear(norm(graph, "norm", LAYERS, x), letters, NULL, NULL, BON_IDENTITY);
    bon_tensor *cost = bon_cross_entropy(logits, targets, NULL);
    if (bon_graph_plan(graph, cost)) goto fail;
    if (bon_optimizer_open(&optimizer, params, &(bon_optimizer_options){.kind = BON_MUON})) goto fail;
    for (int i = 0; i < ROWS; i++) begins[i] = i / LENGTH * LENGTH;
    if (bon_tensor_set_ints(starts, begins)) goto fail;
    uint32_t random = 1;
    for (int step = 0; step <= 300; step++) {
        draw(&random, ids, next);
        if (bon_tensor_set_ints(tokens, ids) || bon_tensor_set_ints(targets, next)) goto fail;
        if (bon_graph_forward(graph) || bon_tensor_get(cost, &loss)) goto fail;
        if (step % 50 == 0) printf("step %3d: loss %.4f\n", step, (double)loss);
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
