/* Training as a whole: a small transformer learns one batch by heart under every optimizer, the same run gives the same bytes
 * for any number of threads, and its gradient is that of finite differences. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "bon/lm.h"

enum { ROWS = 48, VOCABULARY = 61 };

static const bon_transformer_config configs[] = {
    {BON_QWEN3, 2, 32, {4, 2, 8}, 48, VOCABULARY, 24, 10000, 1e-6f},
    {BON_GPT2, 2, 32, {4, 4, 8}, 64, VOCABULARY, 24, 0, 1e-5f},
};

/* A graph with its batch: three texts of 20, 24 and 4 tokens whose next tokens follow no rule. */
struct model {
    bon_device *device;
    bon_params *params;
    bon_graph *graph;
    bon_transformer transformer;
    bon_tensor *targets, *loss;
};

static void open_model_with(struct model *m, const bon_transformer_config *config, bon_real real, unsigned threads,
                            unsigned recompute) {
    const bon_device_options options = {.real = real, .threads = threads};
    int32_t ids[ROWS], next[ROWS], starts[ROWS];
    for (int i = 0; i < ROWS; i++) {
        ids[i] = (i * 37 + i / 7) % VOCABULARY; /* all different within a text: what comes next can be known */
        next[i] = (i * 29 + i * i * 7 + 3) % VOCABULARY;
        starts[i] = i < 20 ? 0 : i < 44 ? 20 : 44;
    }
    next[19] = next[43] = -1;
    cr_assert_eq(bon_device_open(&m->device, &options), BON_OK);
    cr_assert_eq(bon_params_open(&m->params, m->device, 3), BON_OK);
    cr_assert_eq(bon_graph_open(&m->graph, m->params), BON_OK);
    bon_transformer_build(&m->transformer, m->graph, config, ROWS);
    m->targets = bon_input_ints(m->graph, ROWS, 1, -1, VOCABULARY);
    m->loss = bon_cross_entropy(m->transformer.logits, m->targets, NULL);
    bon_graph_recompute(m->graph, recompute);
    cr_assert_eq(bon_graph_plan(m->graph, m->loss), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_transformer_set(&m->transformer, config, ids, starts), BON_OK, "%s", bon_error_message());
    cr_assert_eq(bon_tensor_set_ints(m->targets, next), BON_OK);
}

static void open_model(struct model *m, const bon_transformer_config *config, bon_real real, unsigned threads) {
    open_model_with(m, config, real, threads, 0);
}

static void close_model(struct model *m) {
    bon_graph_close(m->graph);
    bon_params_close(m->params);
    bon_device_close(m->device);
}

static double loss_of(struct model *m) {
    double loss;
    cr_assert_eq(bon_graph_forward(m->graph), BON_OK);
    cr_assert_eq(bon_tensor_get_double(m->loss, &loss), BON_OK);
    return loss;
}

/* Trains and returns the last loss. */
static double train(struct model *m, const bon_optimizer_options *options, double rate, int steps) {
    bon_optimizer *optimizer;
    double norm, loss = 0;
    cr_assert_eq(bon_optimizer_open(&optimizer, m->params, options), BON_OK);
    for (int step = 0; step < steps; step++) {
        loss = loss_of(m);
        cr_assert_eq(bon_graph_backward(m->graph, false), BON_OK);
        cr_assert_eq(bon_gradient_norm(m->params, &norm), BON_OK);
        cr_assert_eq(bon_optimizer_step(optimizer, rate, norm > 1 ? 1 / norm : 1), BON_OK, "%s", bon_error_message());
    }
    bon_optimizer_close(optimizer);
    return loss;
}

Test(training, one_batch_by_heart) {
    static const struct {
        bon_optimizer_options options;
        double rate;
        int steps;
    } rules[] = {
        {{.kind = BON_SGD, .beta1 = 0.9}, 0.1, 800},
        {{.kind = BON_ADAMW, .weight_decay = 0.01}, 0.01, 200},
        {{.kind = BON_MUON, .weight_decay = 0.01}, 0.01, 200},
    };
    for (size_t c = 0; c < sizeof configs / sizeof configs[0]; c++)
        for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
            struct model m;
            open_model(&m, &configs[c], BON_F32, 1);
            const double first = loss_of(&m), last = train(&m, &rules[i].options, rules[i].rate, rules[i].steps);
            cr_expect_float_eq(first, log(VOCABULARY), 0.2, "a new model guesses: %g", first);
            cr_expect_lt(last, 0.02, "config %zu, rule %zu: %g", c, i, last);
            close_model(&m);
        }
}

Test(training, same_bytes_for_any_threads) {
    static const unsigned threads[] = {1, 1, 2, 5};
    static double reference[1 << 16], values[1 << 16];
    for (size_t run = 0; run < sizeof threads / sizeof threads[0]; run++) {
        struct model m;
        bon_param_info info;
        size_t n = 0;
        open_model(&m, &configs[0], BON_F32, threads[run]);
        train(&m, &(bon_optimizer_options){.kind = BON_MUON, .weight_decay = 0.1}, 0.02, 12);
        for (size_t i = 0; bon_params_at(m.params, i, &info); n += info.rows * info.cols, i++) {
            cr_assert_lt(n + info.rows * info.cols, sizeof values / sizeof values[0]);
            cr_assert_eq(bon_params_get(m.params, i, values + n), BON_OK);
        }
        if (run == 0) memcpy(reference, values, sizeof values);
        cr_expect_arr_eq(values, reference, n * sizeof *values, "%u threads", threads[run]);
        close_model(&m);
    }
}

/* The loss with value k of parameter i moved by `by`. */
static double loss_moved(struct model *m, size_t i, double *values, size_t k, double by) {
    const double at = values[k];
    values[k] = at + by;
    cr_assert_eq(bon_params_set(m->params, i, values), BON_OK);
    values[k] = at;
    return loss_of(m);
}

/* A few values of every parameter, chosen by a stride that shares no factor with the shapes, against differences of fourth
 * order; the error is relative to the parameter's largest gradient. (That of keys' biases is 0: softmax does not see them.) */
static void check_parameter(struct model *m, size_t i, const bon_param_info *info) {
    const size_t n = info->rows * info->cols;
    const double h = 1e-3;
    double *values = calloc(n, sizeof *values), *grads = calloc(n, sizeof *grads), worst = 0, largest = 0;
    cr_assert_eq(bon_params_get(m->params, i, values), BON_OK);
    cr_assert_eq(bon_params_get_gradient(m->params, i, grads), BON_OK);
    for (size_t k = 0; k < n; k++) largest = fmax(largest, fabs(grads[k]));
    for (size_t k = 0; k<n; k += n> 200 ? 61 : 7) {
        const double near = loss_moved(m, i, values, k, h) - loss_moved(m, i, values, k, -h);
        const double far = loss_moved(m, i, values, k, 2 * h) - loss_moved(m, i, values, k, -2 * h);
        worst = fmax(worst, fabs((8 * near - far) / (12 * h) - grads[k]));
    }
    cr_assert_eq(bon_params_set(m->params, i, values), BON_OK);
    cr_expect(worst < 1e-6 * largest, "%s: relative error %g", info->name, worst / largest);
    free(values);
    free(grads);
}

Test(training, gradient_of_the_transformer) {
    for (size_t c = 0; c < sizeof configs / sizeof configs[0]; c++) {
        struct model m;
        bon_param_info info;
        open_model(&m, &configs[c], BON_F64, 1);
        train(&m, &(bon_optimizer_options){.kind = BON_ADAMW}, 0.01, 5); /* away from the symmetric start */
        loss_of(&m);
        cr_assert_eq(bon_graph_backward(m.graph, false), BON_OK);
        for (size_t i = 0; bon_params_at(m.params, i, &info); i++) check_parameter(&m, i, &info);
        close_model(&m);
    }
}

/* Copies all parameters behind each other. */
static size_t all_values(struct model *m, double *values, size_t cap) {
    bon_param_info info;
    size_t n = 0;
    for (size_t i = 0; bon_params_at(m->params, i, &info); n += info.rows * info.cols, i++) {
        cr_assert_lt(n + info.rows * info.cols, cap);
        cr_assert_eq(bon_params_get(m->params, i, values + n), BON_OK);
    }
    return n;
}

Test(training, recomputing_changes_memory_alone) {
    static double reference[1 << 16], values[1 << 16];
    for (size_t c = 0; c < sizeof configs / sizeof configs[0]; c++) {
        size_t bytes[3];
        for (unsigned level = 0; level < 3; level++) {
            struct model m;
            open_model_with(&m, &configs[c], BON_F32, 1, level);
            bytes[level] = bon_graph_bytes(m.graph, NULL);
            train(&m, &(bon_optimizer_options){.kind = BON_ADAMW, .weight_decay = 0.1}, 0.02, 6);
            const size_t n = all_values(&m, level ? values : reference, sizeof values / sizeof values[0]);
            if (level) cr_expect_arr_eq(values, reference, n * sizeof *values, "config %zu, level %u", c, level);
            close_model(&m);
        }
        cr_expect(bytes[2] < bytes[1] && bytes[1] < bytes[0], "%zu, %zu, %zu bytes", bytes[0], bytes[1], bytes[2]);
    }
}

Test(training, memory_is_used_again) {
    struct model m;
    size_t apart;
    open_model(&m, &configs[0], BON_F32, 1);
    const size_t together = bon_graph_bytes(m.graph, &apart);
    cr_expect_lt(together, apart * 3 / 4, "%zu of %zu bytes", together, apart);
    close_model(&m);
}
