/* Softmax regression: which of three languages is a word of? One matrix, plain gradient descent.
 *
 *     make examples && build/examples/softmax_regression
 *
 * A word is a row of 26 letter counts; logits are its product with a 3 x 26 matrix. */
#include <stdio.h>
#include <string.h>

#include "bon/lm.h"

static const char *const words[3][12] = {
    {"the", "with", "which", "there", "would", "people", "should", "another", "through", "while", "white", "them"},
    {"nghe", "khong", "nguoi", "trong", "nhung", "duong", "nang", "phong", "thang", "nuoc", "tieng", "ngay"},
    {"und", "nicht", "sich", "werden", "durch", "einen", "zwischen", "wieder", "jetzt", "schon", "zwei", "zeit"},
};

enum { ROWS = 36, LETTERS = 26, CLASSES = 3 };

int main(void) {
    float counts[ROWS][LETTERS] = {0}, loss = 0, logits[ROWS][CLASSES];
    int32_t classes[ROWS];
    for (int i = 0; i < ROWS; i++) {
        const char *word = words[i / 12][i % 12];
        classes[i] = i / 12;
        for (size_t k = 0; k < strlen(word); k++) counts[i][word[k] - 'a']++;
    }

    bon_device *device = NULL;
    bon_params *params = NULL;
    bon_graph *graph = NULL;
    bon_optimizer *optimizer = NULL;
    if (bon_device_open(&device, NULL) || bon_params_open(&params, device, 1) || bon_graph_open(&graph, params))
        goto fail;
    bon_tensor *x = bon_input(graph, ROWS, LETTERS);
    bon_tensor *y = bon_input_ints(graph, ROWS, 1, 0, CLASSES);
    bon_tensor *weight = bon_param(graph, "weight", CLASSES, LETTERS, 0, 0, BON_DECAY);
    bon_tensor *guess = bon_tensor_keep(bon_linear(x, weight, NULL, NULL, BON_IDENTITY));
    bon_tensor *cost = bon_cross_entropy(guess, y, NULL);
    if (bon_graph_plan(graph, cost)) goto fail;
    if (bon_optimizer_open(&optimizer, params, &(bon_optimizer_options){.kind = BON_SGD})) goto fail;
    if (bon_tensor_set(x, counts[0]) || bon_tensor_set_ints(y, classes)) goto fail;
    for (int step = 0; step <= 300; step++) {
        if (bon_graph_forward(graph) || bon_tensor_get(cost, &loss)) goto fail;
        if (step % 100 == 0) printf("step %3d: loss %.4f\n", step, (double)loss);
        if (bon_graph_backward(graph, false) || bon_optimizer_step(optimizer, 0.1, 1)) goto fail;
    }
    if (bon_tensor_get(guess, logits[0])) goto fail;
    int right = 0;
    for (int i = 0; i < ROWS; i++) {
        int best = 0;
        for (int c = 1; c < CLASSES; c++) best = logits[i][c] > logits[i][best] ? c : best;
        right += best == classes[i];
    }
    printf("%d of %d words right\n", right, ROWS);
    bon_optimizer_close(optimizer);
    bon_graph_close(graph);
    bon_params_close(params);
    bon_device_close(device);
    return right >= 34 ? 0 : 1;
fail:
    fprintf(stderr, "%s\n", bon_error_message());
    return 1;
}
