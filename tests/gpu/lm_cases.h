/* tests/gpu/lm_cases.h: every operation on a device against the CPU in 32-bit floats: a graph built on both from the same weights and
 * inputs, results filled with NaN before. The result is multiplied with random numbers and summed up to be the loss, so that the
 * gradient that comes back is different for every value.
 */
#ifndef BON_TESTS_GPU_LM_CASES_H
#define BON_TESTS_GPU_LM_CASES_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lm/random.h"
#include "lm_emulate.h"

/* ---- shapes and inputs ---- */

struct size {
    size_t rows, cols, out;
    bon_heads heads;
    size_t text; /* length of texts, about */
};

static const struct size SIZES[] = {
    {9, 6, 5, {4, 2, 4}, 4},
    {70, 40, 33, {2, 2, 18}, 31},
    {150, 40, 33, {2, 1, 64}, 70},
    {70, 24, 16, {1, 1, 128}, 50},
    {130, 257, 72, {3, 1, 32}, 100},
    {1030, 768, 2304, {12, 4, 64}, 300},
    {600, 1024, 1000, {4, 2, 128}, 600},
};
enum { SMALL_SIZES = 2, ALL_SIZES = sizeof SIZES / sizeof SIZES[0] };

struct inputs {
    bon_tensor *x, *table, *square, *row, *row2, *qkv, *head_q, *head_k;
    bon_tensor *ids, *bag, *targets, *mask, *starts;
    const struct size *size;
};

#define BUILD(name, expression)                                                                                        \
    static bon_tensor *build_##name(const struct inputs *in) { return expression; }
BUILD(embedding, bon_embedding(in->table, in->ids))
BUILD(embedding_bag, bon_embedding(in->table, in->bag))
BUILD(linear, bon_linear(in->x, in->table, NULL, NULL, BON_IDENTITY))
BUILD(linear_residual, bon_linear(in->x, in->square, NULL, in->x, BON_IDENTITY))
BUILD(linear_all, bon_linear(in->x, in->square, in->row, in->x, BON_IDENTITY))
BUILD(linear_gelu, bon_linear(in->x, in->square, in->row, in->x, BON_GELU))
BUILD(linear_bias_gelu, bon_linear(in->x, in->square, in->row, NULL, BON_GELU))
BUILD(rms_norm, bon_rms_norm(in->x, in->row, 0.01f))
BUILD(layer_norm, bon_layer_norm(in->x, in->row, in->row2, 0.01f))
BUILD(rope, bon_rope(in->qkv, in->starts, NULL, NULL, in->size->heads, 10000, 0.01f))
BUILD(rope_norm, bon_rope(in->qkv, in->starts, in->head_q, in->head_k, in->size->heads, 10000, 0.01f))
BUILD(attention, bon_attention(in->qkv, in->starts, in->size->heads, true))
BUILD(attention_both_ways, bon_attention(in->qkv, in->starts, in->size->heads, false))
BUILD(attention_mixed, bon_attention_mixed(in->qkv, in->starts, in->size->heads, in->size->rows / 2))
BUILD(swiglu, bon_swiglu(in->qkv))
BUILD(gelu, bon_map(in->x, BON_GELU))
BUILD(silu, bon_map(in->x, BON_SILU))
BUILD(relu, bon_map(in->x, BON_RELU))
BUILD(tanh, bon_map(in->x, BON_TANH))
BUILD(sigmoid, bon_map(in->x, BON_SIGMOID))
BUILD(add, bon_add(in->x, bon_map(in->x, BON_TANH)))
BUILD(add_itself, bon_add(in->x, in->x))
BUILD(add_row, bon_add(in->x, in->row))
BUILD(mul, bon_mul(in->x, bon_map(in->x, BON_TANH)))
BUILD(mul_itself, bon_mul(in->x, in->x))
BUILD(mul_row, bon_mul(in->x, in->row))
BUILD(affine, bon_affine(in->x, 3, -2))
BUILD(softmax, bon_softmax(in->x, NULL))
BUILD(softmax_masked, bon_softmax(in->x, in->mask))
BUILD(cross_entropy, bon_cross_entropy(in->x, in->targets, NULL))
BUILD(cross_entropy_masked, bon_cross_entropy(in->x, in->targets, in->mask))
BUILD(cross_entropy_of_product,
      bon_cross_entropy(bon_linear(in->x, in->square, NULL, NULL, BON_IDENTITY), in->targets, NULL))
BUILD(dropout, bon_dropout(in->x, 0.3f))
BUILD(sum_cols, bon_sum_cols(in->x))
BUILD(sum, bon_sum(in->x))
BUILD(cols, bon_cols(in->x, 2, in->size->cols / 2))
BUILD(rows, bon_rows(in->x, 3, in->size->rows / 2))

/* clang-format off */
#define CASES(X) \
    X(embedding) X(embedding_bag) X(linear) X(linear_residual) X(linear_all) X(linear_gelu) X(linear_bias_gelu) X(rms_norm) \
    X(layer_norm) X(rope) X(rope_norm) X(attention) X(attention_both_ways) X(attention_mixed) X(swiglu) X(gelu) X(silu) X(relu) X(tanh) X(sigmoid) \
    X(add) X(add_itself) X(add_row) X(mul) X(mul_itself) X(mul_row) X(affine) X(softmax) X(softmax_masked) X(cross_entropy) \
    X(cross_entropy_masked) X(cross_entropy_of_product) X(dropout) X(sum_cols) X(sum) X(cols) X(rows)
/* clang-format on */
static const struct trial {
    const char *name;
    bon_tensor *(*build)(const struct inputs *in);
} TRIALS[] = {
#define ROW(name) {#name, build_##name},
    CASES(ROW)
#undef ROW
};
enum { TRIAL_COUNT = sizeof TRIALS / sizeof TRIALS[0] };

/* ---- one graph on one device ---- */

struct side {
    bon_params *params;
    bon_graph *graph;
    bon_tensor *result;
    size_t result_items, grad_items;
    double *values, *grads; /* of the result; of all parameters */
};

static void close_side(struct side *s) {
    bon_graph_close(s->graph);
    bon_params_close(s->params);
    free(s->values);
    free(s->grads);
    *s = (struct side){0};
}

static bon_status set_ints(bon_tensor *tensor, int32_t (*value)(const struct size *size, size_t i),
                           const struct size *size) {
    const size_t n = bon_tensor_rows(tensor) * bon_tensor_cols(tensor);
    int32_t *values = malloc(n * sizeof *values);
    if (!values) return bon_fail_memory(n);
    for (size_t i = 0; i < n; i++) values[i] = value(size, i);
    bon_status status = bon_tensor_set_ints(tensor, values);
    free(values);
    return status;
}

static uint32_t drawn(uint64_t stream, size_t i) { return bon_philox(11, stream, i).v[0]; }
static int32_t id_at(const struct size *size, size_t i) { /* some often, most never */
    return (int32_t)(drawn(1, i) % 3 ? drawn(2, i) % 3 : drawn(3, i) % (uint32_t)size->out);
}
static int32_t target_at(const struct size *size, size_t i) {
    return drawn(4, i) % 5 ? (int32_t)(drawn(5, i) % (uint32_t)size->cols) : -1;
}
static int32_t mask_at(const struct size *size, size_t i) {
    return i / size->cols == 3 ? 0 : (int32_t)(drawn(6, i) % 3);
}
static int32_t start_at(const struct size *size, size_t i) {
    return (int32_t)(i < size->text ? 0 : i < size->text + 1 ? i : size->text + 1);
}

static bon_tensor *param(bon_graph *graph, const char *name, size_t rows, size_t cols, float mean, float std) {
    return bon_param(graph, name, rows, cols, mean, std, BON_DECAY);
}

/* A matrix of the width of the device's results: a parameter times 1. */
static bon_tensor *values(bon_graph *graph, const char *name, size_t rows, size_t cols, float std) {
    return bon_affine(param(graph, name, rows, cols, 0, std), 1, 0);
}

static void make_inputs(struct inputs *in, bon_graph *graph, const struct size *size) {
    const size_t qkv = ((size_t)size->heads.queries + 2 * (size_t)size->heads.keys) * size->heads.dim;
    *in = (struct inputs){.size = size};
    in->x = values(graph, "x", size->rows, size->cols, 1);
    in->qkv = values(graph, "qkv", size->rows, qkv, 1);
    in->table = param(graph, "table", size->out, size->cols, 0, 0.3f);
    in->square = param(graph, "square", size->cols, size->cols, 0, 0.1f);
    in->row = param(graph, "row", 1, size->cols, 1, 0.3f);
    in->row2 = param(graph, "row2", 1, size->cols, 0, 0.3f);
    in->head_q = param(graph, "head_q", 1, size->heads.dim, 1, 0.3f);
    in->head_k = param(graph, "head_k", 1, size->heads.dim, 1, 0.3f);
    in->ids = bon_input_ints(graph, size->rows, 1, 0, (int32_t)size->out);
    in->bag = bon_input_ints(graph, size->rows, 3, 0, (int32_t)size->out);
    in->targets = bon_input_ints(graph, size->rows, 1, -1, (int32_t)size->cols);
    in->mask = bon_input_ints(graph, size->rows, size->cols, 0, 3);
    in->starts = bon_input_starts(graph, size->rows);
}

/* Builds and runs it twice, the second time adding to the gradients. */
static bon_status run_side(struct side *s, bon_device *device, const struct size *size, const struct trial *trial) {
    struct inputs in;
    BON_TRY(bon_params_open(&s->params, device, 7));
    BON_TRY(bon_graph_open(&s->graph, s->params));
    make_inputs(&in, s->graph, size);
    s->result = bon_tensor_keep(trial->build(&in));
    if (!s->result) return bon_fail(BON_ERR_ARGUMENT, "%s", s->graph->message);
    s->result_items = bon_items(s->result);
    bon_tensor *loss = s->result;
    if (s->result_items > 1) {
        bon_tensor *weights = param(s->graph, "weights", s->result->rows, s->result->cols, 0, 1);
        loss = bon_sum(bon_mul(s->result, weights));
    }
    BON_TRY(bon_graph_plan(s->graph, loss));
    bon_graph_dropout(s->graph, true, 5, 3);
    for (int round = 0; round < 2; round++) {
        if (round == 0) BON_TRY(bon_graph_poison(s->graph));
        BON_TRY(set_ints(in.ids, id_at, size));
        BON_TRY(set_ints(in.bag, id_at, size));
        BON_TRY(set_ints(in.targets, target_at, size));
        BON_TRY(set_ints(in.mask, mask_at, size));
        BON_TRY(set_ints(in.starts, start_at, size));
        BON_TRY(bon_graph_forward(s->graph));
        BON_TRY(bon_graph_backward(s->graph, round > 0));
    }
    s->values = malloc(s->result_items * sizeof *s->values);
    s->grads = calloc(s->params->size, sizeof *s->grads);
    if (!s->values || !s->grads) return bon_fail_memory(s->params->size);
    BON_TRY(bon_tensor_get_double(s->result, s->values));
    for (size_t i = 0; i < s->params->count; i++)
        BON_TRY(bon_params_get_gradient(s->params, i, s->grads + s->params->list[i].offset));
    s->grad_items = s->params->size;
    return BON_OK;
}

/* ---- comparing ---- */

/* The length of the difference over the length of the second; infinite when a value is NaN. */
static double apart(const double *a, const double *b, size_t n) {
    double difference = 0, length = 0;
    for (size_t i = 0; i < n; i++) {
        difference += (a[i] - b[i]) * (a[i] - b[i]);
        length += b[i] * b[i];
    }
    const double relative = length > 0 ? sqrt(difference / length) : sqrt(difference);
    return isfinite(relative) ? relative : INFINITY;
}

struct tally {
    int passed, failed;
};

static void report(struct tally *tally, bool ok, const char *what, const char *precision, size_t size, double value,
                   double grad) {
    printf("%-5s %s, %s, shape %zu: value %.1e, gradient %.1e\n", ok ? "ok" : "FAIL", what, precision, size, value,
           grad);
    *(ok ? &tally->passed : &tally->failed) += 1;
}

/* The gradient of each parameter apart: the worst. */
static double worst_gradient(const struct side *a, const struct side *b) {
    double worst = 0;
    for (size_t i = 0; i < a->params->count; i++) {
        const struct bon_param *p = &a->params->list[i];
        worst = fmax(worst, apart(a->grads + p->offset, b->grads + p->offset, bon_param_items(p)));
    }
    return worst;
}

static void check_case(struct tally *tally, bon_device *gpu, bon_device *cpu, size_t size, const struct trial *trial,
                       bool narrow) {
    struct side a = {0}, b = {0};
    const char *precision = narrow ? "bf16" : "f32";
    bon_status status = run_side(&a, gpu, &SIZES[size], trial);
    if (status == BON_OK) status = run_side(&b, cpu, &SIZES[size], trial);
    if (status != BON_OK) {
        printf("FAIL  %s, %s, shape %zu: %s\n", trial->name, precision, size, bon_error_message());
        tally->failed++;
    } else {
        const double limit = narrow ? 1e-2 : 1e-5;
        const double value = apart(a.values, b.values, a.result_items), grad = worst_gradient(&a, &b);
        report(tally, value < limit && grad < limit, trial->name, precision, size, value, grad);
    }
    if (a.params) close_side(&a);
    if (b.params) close_side(&b);
}

#endif
