/* Operations against their formulas, written here the plain way in double; both widths of the CPU backend; buffers filled with
 * NaN before. And what builders refuse. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "failmalloc.h"
#include "lm/backend.h"
#include "lm/cpu/blas.h"

enum { N = 9, C = 6, V = 5, Q = 4, K = 2, D = 4, BAG = 3, QKV = (Q + 2 * K) * D };

static const bon_heads heads = {.queries = Q, .keys = K, .dim = D};
static const int32_t begins[N] = {0, 0, 0, 0, 4, 5, 5, 5, 5};
static const int32_t id_of[N] = {1, 4, 0, 2, 2, 3, 1, 0, 4};

/* The values of inputs, the same for both widths. */
static double x_at(size_t row, size_t col) { return sin(1.3 * (double)row + 0.7 * (double)(col * col) + 0.2); }
static double w_at(size_t row, size_t col) { return cos(0.9 * (double)row - 1.1 * (double)col); }
static int32_t bag_of(size_t row, size_t k) { return id_of[(row + k * k) % N]; }
static int mask_at(size_t row, size_t col) { return row == 3 ? 0 : (row + col) % 3 != 0; }

struct inputs {
    bon_tensor *x, *wide, *w, *square, *bias, *vector, *head_q, *head_k, *ids, *bag, *starts, *mask;
};

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }
static double gelu(double x) { return x / 2 * (1 + tanh(sqrt(2 / acos(-1.0)) * (x + 0.044715 * x * x * x))); }

/* ---- formulas: the value of row i, column j ---- */

static double embedding(size_t i, size_t j) { return w_at((size_t)id_of[i], j); }

static double embedding_bag(size_t i, size_t j) {
    double sum = 0;
    for (size_t k = 0; k < BAG; k++) sum += w_at((size_t)bag_of(i, k), j);
    return sum;
}

static double product(size_t i, size_t j) {
    double sum = 0;
    for (size_t c = 0; c < C; c++) sum += x_at(i, c) * w_at(j, c);
    return sum;
}
static double linear_all(size_t i, size_t j) { return product(i, j) + w_at(0, j) + x_at(i, j); }
static double linear_gelu(size_t i, size_t j) { return gelu(product(i, j) + w_at(0, j)) + x_at(i, j); }

static double rms_norm(size_t i, size_t j) {
    double sum = 0;
    for (size_t c = 0; c < C; c++) sum += x_at(i, c) * x_at(i, c);
    return x_at(i, j) / sqrt(sum / C + 0.01) * w_at(0, j);
}

static double layer_norm(size_t i, size_t j) {
    double mean = 0, variance = 0;
    for (size_t c = 0; c < C; c++) mean += x_at(i, c) / C;
    for (size_t c = 0; c < C; c++) variance += (x_at(i, c) - mean) * (x_at(i, c) - mean) / C;
    return (x_at(i, j) - mean) / sqrt(variance + 0.01) * w_at(0, j) + w_at(0, j);
}

static double rope_of(size_t i, size_t j, bool norm) {
    const size_t head = j / D, c = j % D, half = D / 2;
    if (head >= Q + K) return x_at(i, j);
    double r = 1, sum = 0, angle = (double)(i - (size_t)begins[i]) * pow(100, -2.0 * (double)(c % half) / D);
    for (size_t k = 0; k < D; k++) sum += x_at(i, head * D + k) * x_at(i, head * D + k);
    if (norm) r = 1 / sqrt(sum / D + 0.01);
    const size_t other = c < half ? c + half : c - half;
    const double w = norm ? w_at(head < Q ? 1 : 2, c) : 1, w_other = norm ? w_at(head < Q ? 1 : 2, other) : 1;
    const double a = x_at(i, j) * r * w, b = x_at(i, head * D + other) * r * w_other;
    return a * cos(angle) + (c < half ? -b : b) * sin(angle);
}
static double rope(size_t i, size_t j) { return rope_of(i, j, false); }
static double rope_norm(size_t i, size_t j) { return rope_of(i, j, true); }

/* Rows before `both` see their whole text. */
static double attention_of(size_t i, size_t j, size_t both) {
    const size_t head = j / D, key = Q + head / (Q / K);
    double sum = 0, value = 0;
    for (size_t k = 0; k < N; k++) {
        if (begins[k] != begins[i] || (i >= both && k > i)) continue;
        double score = 0;
        for (size_t c = 0; c < D; c++) score += x_at(i, head * D + c) * x_at(k, key * D + c);
        sum += exp(score / sqrt(D));
        value += exp(score / sqrt(D)) * x_at(k, (key + K) * D + j % D);
    }
    return value / sum;
}
static double attention_causal(size_t i, size_t j) { return attention_of(i, j, 0); }
static double attention_all(size_t i, size_t j) { return attention_of(i, j, N); }
static double attention_mixed(size_t i, size_t j) { return attention_of(i, j, 3); }

static double swiglu(size_t i, size_t j) { return x_at(i, j) * sigmoid(x_at(i, j)) * x_at(i, j + C / 2); }
static double gelu_of(size_t i, size_t j) { return gelu(x_at(i, j)); }
static double silu_of(size_t i, size_t j) { return x_at(i, j) * sigmoid(x_at(i, j)); }
static double relu_of(size_t i, size_t j) { return fmax(x_at(i, j), 0); }
static double tanh_of(size_t i, size_t j) { return tanh(x_at(i, j)); }
static double sigmoid_of(size_t i, size_t j) { return sigmoid(x_at(i, j)); }
static double add(size_t i, size_t j) { return x_at(i, j) + x_at(i, j); }
static double add_row(size_t i, size_t j) { return x_at(i, j) + w_at(0, j); }
static double mul_row(size_t i, size_t j) { return x_at(i, j) * w_at(0, j); }
static double affine(size_t i, size_t j) { return 3 * x_at(i, j) - 2; }

static double softmax_of(size_t i, size_t j, bool masked) {
    double sum = 0;
    for (size_t c = 0; c < C; c++) sum += !masked || mask_at(i, c) ? exp(x_at(i, c)) : 0;
    return !masked ? exp(x_at(i, j)) / sum : mask_at(i, j) ? exp(x_at(i, j)) / sum : 0;
}
static double softmax(size_t i, size_t j) { return softmax_of(i, j, false); }
static double softmax_masked(size_t i, size_t j) { return softmax_of(i, j, true); }

static double cross_entropy_of(bool masked) {
    double sum = 0, count = 0;
    for (size_t i = 0; i < N; i++) {
        const size_t target = (size_t)id_of[i];
        if (masked && !mask_at(i, target)) continue;
        sum -= log(softmax_of(i, target, masked)), count++;
    }
    return sum / count;
}
static double cross_entropy(size_t i, size_t j) { return (void)i, (void)j, cross_entropy_of(false); }
static double cross_entropy_masked(size_t i, size_t j) { return (void)i, (void)j, cross_entropy_of(true); }

static double sum_cols(size_t i, size_t j) {
    double sum = (double)j * 0;
    for (size_t c = 0; c < C; c++) sum += x_at(i, c);
    return sum;
}
static double sum_all(size_t i, size_t j) {
    double sum = 0;
    for (size_t row = 0; row < N; row++) sum += sum_cols(row, j);
    return sum + (double)i * 0;
}
static double cols(size_t i, size_t j) { return x_at(i, j + 2); }
static double rows(size_t i, size_t j) { return x_at(i + 4, j); }

/* ---- the table ---- */

#define BUILD(name, expression)                                                                                        \
    static bon_tensor *build_##name(const struct inputs *in) { return expression; }
BUILD(embedding, bon_embedding(in->w, in->ids))
BUILD(embedding_bag, bon_embedding(in->w, in->bag))
BUILD(product, bon_linear(in->x, in->w, NULL, NULL, BON_IDENTITY))
BUILD(linear_all, bon_linear(in->x, in->square, in->bias, in->x, BON_IDENTITY))
BUILD(linear_gelu, bon_linear(in->x, in->square, in->bias, in->x, BON_GELU))
BUILD(rms_norm, bon_rms_norm(in->x, in->bias, 0.01f))
BUILD(layer_norm, bon_layer_norm(in->x, in->bias, in->bias, 0.01f))
BUILD(rope, bon_rope(in->wide, in->starts, NULL, NULL, heads, 100, 0.01f))
BUILD(rope_norm, bon_rope(in->wide, in->starts, in->head_q, in->head_k, heads, 100, 0.01f))
BUILD(attention_causal, bon_attention(in->wide, in->starts, heads, true))
BUILD(attention_all, bon_attention(in->wide, in->starts, heads, false))
BUILD(attention_mixed, bon_attention_mixed(in->wide, in->starts, heads, 3))
BUILD(swiglu, bon_swiglu(in->x))
BUILD(gelu_of, bon_map(in->x, BON_GELU))
BUILD(silu_of, bon_map(in->x, BON_SILU))
BUILD(relu_of, bon_map(in->x, BON_RELU))
BUILD(tanh_of, bon_map(in->x, BON_TANH))
BUILD(sigmoid_of, bon_map(in->x, BON_SIGMOID))
BUILD(add, bon_add(in->x, in->x))
BUILD(add_row, bon_add(in->x, in->bias))
BUILD(mul_row, bon_mul(in->x, in->bias))
BUILD(affine, bon_affine(in->x, 3, -2))
BUILD(softmax, bon_softmax(in->x, NULL))
BUILD(softmax_masked, bon_softmax(in->x, in->mask))
BUILD(cross_entropy, bon_cross_entropy(in->x, in->ids, NULL))
BUILD(cross_entropy_masked, bon_cross_entropy(in->x, in->ids, in->mask))
BUILD(sum_cols, bon_sum_cols(in->x))
BUILD(sum_all, bon_sum(in->x))
BUILD(cols, bon_cols(in->x, 2, 3))
BUILD(rows, bon_rows(in->x, 4, 5))

static const struct {
    const char *name;
    bon_tensor *(*build)(const struct inputs *);
    double (*formula)(size_t row, size_t col);
} table[] = {
#define ROW(name)                                                                                                      \
    { #name, build_##name, name }
    ROW(embedding),
    ROW(embedding_bag),
    ROW(product),
    ROW(linear_all),
    ROW(linear_gelu),
    ROW(rms_norm),
    ROW(layer_norm),
    ROW(rope),
    ROW(rope_norm),
    ROW(swiglu),
    ROW(attention_causal),
    ROW(attention_all),
    ROW(attention_mixed),
    ROW(gelu_of),
    ROW(silu_of),
    ROW(relu_of),
    ROW(tanh_of),
    ROW(sigmoid_of),
    ROW(add),
    ROW(add_row),
    ROW(mul_row),
    ROW(affine),
    ROW(softmax),
    ROW(softmax_masked),
    ROW(cross_entropy),
    ROW(sum_cols),
    ROW(cross_entropy_masked),
    ROW(sum_all),
    ROW(cols),
    ROW(rows),
};

static void fill(bon_tensor *tensor, double (*value)(size_t, size_t), size_t first_row) {
    float values[N * QKV];
    for (size_t i = 0; i < tensor->rows; i++)
        for (size_t j = 0; j < tensor->cols; j++) values[i * tensor->cols + j] = (float)value(first_row + i, j);
    cr_assert_eq(bon_tensor_set(tensor, values), BON_OK, "%s", bon_error_message());
}

static struct inputs declare(bon_graph *g) {
    return (struct inputs){
        .x = bon_input(g, N, C),
        .wide = bon_input(g, N, QKV),
        .w = bon_input(g, V, C),
        .square = bon_input(g, C, C),
        .bias = bon_input(g, 1, C),
        .head_q = bon_input(g, 1, D),
        .head_k = bon_input(g, 1, D),
        .ids = bon_input_ints(g, N, 1, 0, V),
        .bag = bon_input_ints(g, N, BAG, 0, V),
        .starts = bon_input_starts(g, N),
        .mask = bon_input_ints(g, N, C, 0, 2),
    };
}

static void set(const struct inputs *in) {
    int32_t mask[N * C], bag[N * BAG];
    for (size_t i = 0; i < N * C; i++) mask[i] = mask_at(i / C, i % C);
    for (size_t i = 0; i < N * BAG; i++) bag[i] = bag_of(i / BAG, i % BAG);
    fill(in->x, x_at, 0), fill(in->wide, x_at, 0), fill(in->w, w_at, 0), fill(in->square, w_at, 0);
    fill(in->bias, w_at, 0), fill(in->head_q, w_at, 1), fill(in->head_k, w_at, 2);
    cr_assert_eq(bon_tensor_set_ints(in->ids, id_of), BON_OK);
    cr_assert_eq(bon_tensor_set_ints(in->bag, bag), BON_OK);
    cr_assert_eq(bon_tensor_set_ints(in->starts, begins), BON_OK);
    cr_assert_eq(bon_tensor_set_ints(in->mask, mask), BON_OK);
}

/* All operations at once, as one graph, then each value. */
static void check_all(bon_real real, bool blas, double tolerance) {
    enum { COUNT = sizeof table / sizeof table[0] };
    const struct bon_blas none = {.name = "none"};
    bon_device *device;
    bon_params *params;
    bon_graph *graph;
    bon_tensor *results[COUNT];
    cr_assert_eq(bon_device_open(&device, &(bon_device_options){.real = real, .threads = 3}), BON_OK);
    if (!blas) device->blas = &none;
    cr_assert_eq(bon_params_open(&params, device, 1), BON_OK);
    cr_assert_eq(bon_graph_open(&graph, params), BON_OK);
    struct inputs in = declare(graph);
    for (size_t k = 0; k < COUNT; k++) results[k] = bon_tensor_keep(table[k].build(&in));
    cr_assert_eq(bon_graph_plan(graph, NULL), BON_OK, "%s", bon_error_message());
    set(&in);
    cr_assert_eq(bon_graph_poison(graph), BON_OK);
    cr_assert_eq(bon_graph_forward(graph), BON_OK);
    for (size_t k = 0; k < COUNT; k++) {
        double values[N * QKV];
        cr_assert_eq(bon_tensor_get_double(results[k], values), BON_OK);
        for (size_t i = 0; i < results[k]->rows; i++)
            for (size_t j = 0; j < results[k]->cols; j++) {
                const double value = values[i * results[k]->cols + j], expected = table[k].formula(i, j);
                cr_expect(fabs(value - expected) <= tolerance * (1 + fabs(expected)), "%s: %zu, %zu: %g instead of %g",
                          table[k].name, i, j, value, expected);
            }
    }
    bon_graph_close(graph);
    bon_params_close(params);
    bon_device_close(device);
}

/* Inputs are floats, so the double backend too is right to their rounding. */
Test(ops, formulas) {
    check_all(BON_F32, true, 2e-6);
    check_all(BON_F64, true, 1e-6);
    check_all(BON_F32, false, 2e-6);
    check_all(BON_F64, false, 1e-6);
}

Test(ops, dropout) {
    enum { ROWS = 100, COLS = 50 };
    static float ones[ROWS * COLS], values[ROWS * COLS], again[ROWS * COLS];
    bon_device *device;
    bon_params *params;
    bon_graph *graph;
    cr_assert_eq(bon_device_open(&device, NULL), BON_OK);
    cr_assert_eq(bon_params_open(&params, device, 1), BON_OK);
    cr_assert_eq(bon_graph_open(&graph, params), BON_OK);
    bon_tensor *x = bon_input(graph, ROWS, COLS), *y = bon_tensor_keep(bon_dropout(x, 0.25f));
    cr_assert_eq(bon_graph_plan(graph, NULL), BON_OK);
    for (size_t i = 0; i < ROWS * COLS; i++) ones[i] = 1;
    cr_assert_eq(bon_tensor_set(x, ones), BON_OK);
    cr_assert_eq(bon_graph_forward(graph), BON_OK);
    cr_assert_eq(bon_tensor_get(y, values), BON_OK);
    cr_expect_arr_eq(values, ones, sizeof ones, "off, it passes everything");
    for (uint64_t step = 0; step < 3; step++) {
        size_t dropped = 0, same = 0;
        bon_graph_dropout(graph, true, 9, step);
        cr_assert_eq(bon_graph_forward(graph), BON_OK);
        cr_assert_eq(bon_tensor_get(y, values), BON_OK);
        for (size_t i = 0; i < ROWS * COLS; i++) {
            dropped += values[i] == 0, same += values[i] == again[i];
            cr_assert(values[i] == 0 || fabsf(values[i] - 4.0f / 3) < 1e-6f);
        }
        cr_expect_float_eq((double)dropped / (ROWS * COLS), 0.25, 0.03);
        cr_expect_lt(same, ROWS * COLS * 3 / 4, "another step drops others");
        cr_assert_eq(bon_graph_forward(graph), BON_OK);
        cr_assert_eq(bon_tensor_get(y, again), BON_OK);
        cr_expect_arr_eq(values, again, sizeof values, "the same step drops the same");
    }
    bon_graph_close(graph);
    bon_params_close(params);
    bon_device_close(device);
}

/* ---- what is refused ---- */

#define REFUSE(name, expression)                                                                                       \
    static bon_tensor *refuse_##name(bon_graph *g, const struct inputs *in) { return (void)g, (void)in, expression; }
REFUSE(shapes, bon_linear(in->x, in->wide, NULL, NULL, BON_IDENTITY))
REFUSE(bias, bon_linear(in->x, in->w, in->bias, NULL, BON_IDENTITY))
REFUSE(fused, bon_linear(in->x, in->w, NULL, NULL, BON_TANH))
REFUSE(ids, bon_embedding(in->w, in->x))
REFUSE(ids_too_large, bon_embedding(in->w, bon_input_ints(g, N, 1, 0, V + 1)))
REFUSE(empty, bon_input(g, 0, 3))
REFUSE(huge, bon_input(g, (size_t)1 << 40, 1))
REFUSE(no_integers, bon_input_ints(g, 1, 1, 3, 3))
REFUSE(not_starts, bon_attention(in->wide, in->ids, heads, true))
REFUSE(not_heads, bon_attention(in->x, in->starts, heads, true))
REFUSE(odd_dim, bon_attention(in->x, in->starts, ((bon_heads){1, 1, 3}), true))
REFUSE(one_weight, bon_rope(in->wide, in->starts, in->head_q, NULL, heads, 100, 0))
REFUSE(cols, bon_cols(in->x, 4, 3))
REFUSE(rows, bon_rows(in->x, SIZE_MAX, 2))
REFUSE(targets, bon_cross_entropy(in->x, bon_input_ints(g, N, 1, -1, C + 1), NULL))
REFUSE(mask, bon_softmax(in->wide, in->mask))
REFUSE(dropout, bon_dropout(in->x, 1))
REFUSE(map, bon_map(in->x, BON_MAPS))
REFUSE(integers, bon_map(in->ids, BON_TANH))
REFUSE(parts, bon_param_parts(bon_param(g, "p", 4, 4, 0, 0, 0), 1, 2, 2))

Test(ops, refusals) {
    static bon_tensor *(*const refused[])(bon_graph *, const struct inputs *) = {
        refuse_shapes, refuse_bias,        refuse_fused,      refuse_ids,        refuse_ids_too_large,
        refuse_empty,  refuse_huge,        refuse_not_heads,  refuse_odd_dim,    refuse_cols,
        refuse_rows,   refuse_no_integers, refuse_targets,    refuse_mask,       refuse_dropout,
        refuse_map,    refuse_parts,       refuse_not_starts, refuse_one_weight, refuse_integers,
    };
    bon_device *device;
    cr_assert_eq(bon_device_open(&device, NULL), BON_OK);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        bon_params *params;
        bon_graph *graph;
        cr_assert_eq(bon_params_open(&params, device, 1), BON_OK);
        cr_assert_eq(bon_graph_open(&graph, params), BON_OK);
        struct inputs in = declare(graph);
        bon_tensor *nothing = refused[i](graph, &in);
        cr_expect_null(nothing, "refusal %zu", i);
        cr_expect_null(bon_map(nothing, BON_TANH));
        cr_expect_null(bon_input(graph, 1, 1), "a graph that failed stays failed");
        cr_expect_eq(bon_graph_plan(graph, NULL), BON_ERR_ARGUMENT);
        cr_expect_gt(strlen(bon_error_message()), 10);
        bon_graph_close(graph);
        bon_params_close(params);
    }
    bon_device_close(device);
}

static bon_status build_and_run(void *arg) {
    (void)arg;
    bon_device *device = NULL;
    bon_params *params = NULL;
    bon_graph *graph = NULL;
    bon_optimizer *optimizer = NULL;
    static const float values[N * C];
    bon_status status = bon_device_open(&device, &(bon_device_options){.threads = 1});
    if (status == BON_OK) status = bon_params_open(&params, device, 1);
    if (status == BON_OK) status = bon_graph_open(&graph, params);
    if (status == BON_OK) {
        bon_tensor *x = bon_input(graph, N, C), *w = bon_param(graph, "w", 3, C, 0, 1, BON_HIDDEN);
        bon_tensor *loss = bon_sum(bon_linear(x, w, NULL, NULL, BON_GELU));
        status = bon_graph_plan(graph, loss);
        if (status == BON_OK) status = bon_tensor_set(x, values);
        if (status == BON_OK) status = bon_graph_forward(graph);
        if (status == BON_OK) status = bon_graph_backward(graph, false);
        if (status == BON_OK)
            status = bon_optimizer_open(&optimizer, params, &(bon_optimizer_options){.kind = BON_MUON});
        if (status == BON_OK) status = bon_optimizer_step(optimizer, 0.1, 1);
    }
    bon_optimizer_close(optimizer);
    bon_graph_close(graph);
    if (params) bon_params_close(params);
    bon_device_close(device);
    return status;
}

Test(ops, allocation_failures) { failmalloc_check(build_and_run, NULL); }
