/* Every operation's gradient against central finite differences in 64-bit floats, over buffers that were filled with NaN, and
 * with gradients added up over two runs. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "lm/graph.h"

enum { ROWS = 7, COLS = 6 };

static const bon_heads heads = {.queries = 4, .keys = 2, .dim = 4};
enum { QKV = (4 + 2 + 2) * 4 };

/* Two texts: rows 0-4 and 5-6. */
static const int32_t starts_of_rows[ROWS] = {0, 0, 0, 0, 0, 5, 5};
static const int32_t ids_of_rows[ROWS] = {2, 0, 4, 2, 2, 1, 0};
static const int32_t targets_of_rows[ROWS] = {2, -1, 5, 0, 3, 1, 4};

/* Integer inputs of a case, filled in after the plan. */
struct ints {
    bon_tensor *starts, *ids, *bag, *targets, *mask;
};

static bon_tensor *weight(bon_graph *graph, const char *name, size_t rows, size_t cols) {
    return bon_param(graph, name, rows, cols, 0.1f, 0.8f, 0);
}

static bon_tensor *starts(bon_graph *graph, struct ints *ints) { return ints->starts = bon_input_starts(graph, ROWS); }

static bon_tensor *mask(bon_graph *graph, struct ints *ints) {
    return ints->mask = bon_input_ints(graph, ROWS, COLS, 0, 2);
}

#define CASE(name) static bon_tensor *name(bon_graph *g, struct ints *ints)
#define X weight(g, "x", ROWS, COLS)

CASE(embedding) {
    ints->ids = bon_input_ints(g, ROWS, 1, 0, 5);
    return bon_embedding(weight(g, "table", 5, COLS), ints->ids);
}
CASE(embedding_bag) { /* three ids a row */
    ints->bag = bon_input_ints(g, ROWS, 3, 0, 5);
    return bon_embedding(weight(g, "table", 5, COLS), ints->bag);
}
CASE(linear) { return (void)ints, bon_linear(X, weight(g, "w", 5, COLS), NULL, NULL, BON_IDENTITY); }
CASE(linear_bias_residual) {
    (void)ints;
    return bon_linear(X, weight(g, "w", 5, COLS), weight(g, "b", 1, 5), weight(g, "r", ROWS, 5), BON_IDENTITY);
}
CASE(linear_gelu_residual) {
    (void)ints;
    return bon_linear(X, weight(g, "w", 5, COLS), weight(g, "b", 1, 5), weight(g, "r", ROWS, 5), BON_GELU);
}
CASE(linear_of_itself) {
    bon_tensor *x = bon_map(X, BON_TANH);
    return (void)ints, bon_linear(x, weight(g, "w", COLS, COLS), NULL, x, BON_IDENTITY);
}
CASE(residual_chain) { /* gradients that go on in one buffer */
    (void)ints;
    bon_tensor *x = bon_map(X, BON_TANH), *w = weight(g, "w", COLS, COLS);
    for (int i = 0; i < 3; i++) x = bon_linear(bon_map(x, BON_SILU), w, NULL, x, BON_IDENTITY);
    return bon_add(x, bon_add(x, x));
}
CASE(rms_norm) { return (void)ints, bon_rms_norm(X, weight(g, "w", 1, COLS), 1e-3f); }
CASE(layer_norm) { return (void)ints, bon_layer_norm(X, weight(g, "w", 1, COLS), weight(g, "b", 1, COLS), 1e-3f); }
CASE(rope) { return bon_rope(weight(g, "qkv", ROWS, QKV), starts(g, ints), NULL, NULL, heads, 100, 1e-3f); }
CASE(rope_norm) {
    return bon_rope(weight(g, "qkv", ROWS, QKV), starts(g, ints), weight(g, "q", 1, 4), weight(g, "k", 1, 4), heads,
                    100, 1e-3f);
}
CASE(attention_causal) { return bon_attention(weight(g, "qkv", ROWS, QKV), starts(g, ints), heads, true); }
CASE(attention_both_ways) { return bon_attention(weight(g, "qkv", ROWS, QKV), starts(g, ints), heads, false); }
CASE(attention_mixed) { return bon_attention_mixed(weight(g, "qkv", ROWS, QKV), starts(g, ints), heads, 4); }
CASE(attention_used_twice) {
    bon_tensor *qkv = bon_map(weight(g, "qkv", ROWS, QKV), BON_TANH), *from = starts(g, ints);
    return bon_add(bon_attention(qkv, from, heads, true), bon_attention(qkv, from, heads, false));
}
CASE(swiglu) { return (void)ints, bon_swiglu(X); }
CASE(gelu) { return (void)ints, bon_map(X, BON_GELU); }
CASE(silu) { return (void)ints, bon_map(X, BON_SILU); }
CASE(relu) { return (void)ints, bon_map(X, BON_RELU); }
CASE(tanh_) { return (void)ints, bon_map(X, BON_TANH); }
CASE(sigmoid) { return (void)ints, bon_map(X, BON_SIGMOID); }
CASE(add) { return (void)ints, bon_add(X, weight(g, "y", ROWS, COLS)); }
CASE(add_row) { return (void)ints, bon_add(X, weight(g, "y", 1, COLS)); }
CASE(add_itself) {
    bon_tensor *x = bon_map(X, BON_TANH);
    return (void)ints, bon_add(x, x);
}
CASE(mul) { return (void)ints, bon_mul(X, weight(g, "y", ROWS, COLS)); }
CASE(mul_row) { return (void)ints, bon_mul(X, weight(g, "y", 1, COLS)); }
CASE(mul_itself) {
    bon_tensor *x = X;
    return (void)ints, bon_mul(x, x);
}
CASE(affine) { return (void)ints, bon_affine(X, -2.5f, 1); }
CASE(softmax) { return (void)ints, bon_softmax(X, NULL); }
CASE(softmax_masked) { return bon_softmax(X, mask(g, ints)); }
CASE(cross_entropy) {
    ints->targets = bon_input_ints(g, ROWS, 1, -1, COLS);
    return bon_cross_entropy(X, ints->targets, NULL);
}
CASE(cross_entropy_masked) {
    ints->targets = bon_input_ints(g, ROWS, 1, -1, COLS);
    return bon_cross_entropy(bon_affine(X, 2, 0), ints->targets, mask(g, ints));
}
CASE(cross_entropy_of_kept) {
    ints->targets = bon_input_ints(g, ROWS, 1, -1, COLS);
    bon_tensor *logits = bon_tensor_keep(bon_affine(X, 2, 0));
    return bon_affine(bon_cross_entropy(logits, ints->targets, NULL), 3, 0);
}
CASE(cross_entropy_twice) {
    ints->targets = bon_input_ints(g, ROWS, 1, -1, COLS);
    bon_tensor *logits = bon_affine(X, 2, 0);
    return bon_add(bon_cross_entropy(logits, ints->targets, NULL), bon_cross_entropy(logits, ints->targets, NULL));
}
CASE(dropout) { return (void)ints, bon_dropout(X, 0.4f); }
CASE(sum_cols) { return (void)ints, bon_sum_cols(X); }
CASE(sum) { return (void)ints, bon_sum(bon_mul(X, X)); }
CASE(cols) { return (void)ints, bon_cols(X, 2, 3); }
CASE(rows) { return (void)ints, bon_rows(X, 1, 4); }
CASE(parts_that_overlap) {
    bon_tensor *x = bon_map(X, BON_TANH);
    return (void)ints, bon_mul(bon_cols(x, 0, 4), bon_cols(x, 2, 4));
}

static const struct {
    const char *name;
    bon_tensor *(*build)(bon_graph *, struct ints *);
} cases[] = {
#define ROW(name)                                                                                                      \
    { #name, name }
    ROW(embedding),
    ROW(embedding_bag),
    ROW(linear),
    ROW(linear_bias_residual),
    ROW(linear_gelu_residual),
    ROW(linear_of_itself),
    ROW(residual_chain),
    ROW(rms_norm),
    ROW(layer_norm),
    ROW(rope),
    ROW(rope_norm),
    ROW(attention_causal),
    ROW(attention_mixed),
    ROW(attention_both_ways),
    ROW(attention_used_twice),
    ROW(swiglu),
    ROW(gelu),
    ROW(silu),
    ROW(relu),
    ROW(tanh_),
    ROW(sigmoid),
    ROW(add),
    ROW(add_row),
    ROW(add_itself),
    ROW(mul),
    ROW(mul_row),
    ROW(mul_itself),
    ROW(affine),
    ROW(softmax),
    ROW(softmax_masked),
    ROW(cross_entropy),
    ROW(cross_entropy_masked),
    ROW(cross_entropy_of_kept),
    ROW(cross_entropy_twice),
    ROW(dropout),
    ROW(sum_cols),
    ROW(sum),
    ROW(cols),
    ROW(rows),
    ROW(parts_that_overlap),
};

static void set_ints(const struct ints *ints) {
    int32_t allowed[ROWS * COLS], bag[ROWS * 3];
    for (int i = 0; i < ROWS * COLS; i++) allowed[i] = i % COLS == targets_of_rows[i / COLS] || i % 3 == 0;
    for (int c = 0; c < COLS; c++) allowed[1 * COLS + c] = 0; /* a row without any */
    if (ints->starts) cr_assert_eq(bon_tensor_set_ints(ints->starts, starts_of_rows), BON_OK);
    if (ints->ids) cr_assert_eq(bon_tensor_set_ints(ints->ids, ids_of_rows), BON_OK);
    for (int i = 0; i < ROWS * 3; i++) bag[i] = ids_of_rows[(i + i / 3) % ROWS];
    if (ints->bag) cr_assert_eq(bon_tensor_set_ints(ints->bag, bag), BON_OK);
    if (ints->targets) cr_assert_eq(bon_tensor_set_ints(ints->targets, targets_of_rows), BON_OK);
    if (ints->mask) cr_assert_eq(bon_tensor_set_ints(ints->mask, allowed), BON_OK);
}

static double loss_of(bon_graph *graph, bon_tensor *loss) {
    double value;
    cr_assert_eq(bon_graph_poison(graph), BON_OK);
    cr_assert_eq(bon_graph_forward(graph), BON_OK);
    cr_assert_eq(bon_tensor_get_double(loss, &value), BON_OK);
    return value;
}

/* The largest difference between gradient and differences of one parameter, relative to the largest gradient. */
static double worst_difference(bon_graph *graph, bon_tensor *loss, bon_params *params, size_t i, const double *grad) {
    const double h = 1e-5;
    bon_param_info info;
    cr_assert(bon_params_at(params, i, &info));
    const size_t n = info.rows * info.cols;
    double *values = calloc(n, sizeof *values), worst = 0, largest = 0;
    cr_assert_eq(bon_params_get(params, i, values), BON_OK);
    for (size_t k = 0; k < n; k++) {
        const double at = values[k];
        values[k] = at + h;
        cr_assert_eq(bon_params_set(params, i, values), BON_OK);
        const double up = loss_of(graph, loss);
        values[k] = at - h;
        cr_assert_eq(bon_params_set(params, i, values), BON_OK);
        const double down = loss_of(graph, loss), difference = fabs((up - down) / (2 * h) - grad[k]);
        if (!(difference <= worst)) worst = difference; /* NaN too */
        if (!(fabs(grad[k]) <= largest)) largest = fabs(grad[k]);
        values[k] = at;
    }
    cr_assert_eq(bon_params_set(params, i, values), BON_OK);
    cr_assert_gt(largest, 0, "%s has no gradient", info.name);
    free(values);
    return worst / largest;
}

static void check_case(bon_device *device, size_t at) {
    bon_params *params;
    bon_graph *graph;
    struct ints ints = {0};
    cr_assert_eq(bon_params_open(&params, device, 11), BON_OK);
    cr_assert_eq(bon_graph_open(&graph, params), BON_OK);
    bon_tensor *y = cases[at].build(graph, &ints), *coefficients = NULL;
    cr_assert_not_null(y, "%s: %s", cases[at].name, bon_error_message());
    if (bon_items(y) > 1) coefficients = bon_input(graph, y->rows, y->cols);
    bon_tensor *loss = coefficients ? bon_sum(bon_mul(y, coefficients)) : y;
    cr_assert_eq(bon_graph_plan(graph, loss), BON_OK, "%s: %s", cases[at].name, bon_error_message());
    set_ints(&ints);
    bon_graph_dropout(graph, true, 5, 6);
    if (coefficients) {
        float values[ROWS * QKV];
        for (size_t i = 0; i < bon_items(y); i++) values[i] = (float)sin(1.7 * (double)i + 0.3);
        cr_assert_eq(bon_tensor_set(coefficients, values), BON_OK);
    }
    loss_of(graph, loss);
    cr_assert_eq(bon_graph_backward(graph, false), BON_OK);
    for (size_t i = 0; i < bon_params_count(params); i++) {
        double grad[ROWS * QKV], twice[ROWS * QKV];
        cr_assert_eq(bon_params_get_gradient(params, i, grad), BON_OK);
        const double worst = worst_difference(graph, loss, params, i, grad);
        cr_expect(worst < 1e-6, "%s: parameter %zu: relative error %g", cases[at].name, i, worst);
        loss_of(graph, loss);
        cr_assert_eq(bon_graph_backward(graph, true), BON_OK);
        cr_assert_eq(bon_params_get_gradient(params, i, twice), BON_OK);
        bon_param_info info;
        cr_assert(bon_params_at(params, i, &info));
        for (size_t k = 0; k < info.rows * info.cols; k++)
            cr_expect_float_eq(twice[k], 2 * grad[k], 1e-12 * (1 + fabs(grad[k])), "%s is not added up",
                               cases[at].name);
        loss_of(graph, loss);
        cr_assert_eq(bon_graph_backward(graph, false), BON_OK);
    }
    bon_graph_close(graph);
    bon_params_close(params);
}

Test(gradient, finite_differences) {
    const bon_device_options options = {.real = BON_F64, .threads = 2};
    bon_device *device;
    cr_assert_eq(bon_device_open(&device, &options), BON_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) check_case(device, i);
    bon_device_close(device);
}
