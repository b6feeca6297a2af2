/* tests/unit/lm/encoder_test.c: the network that reads both ways: sizes, gradients, what a position sees. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "lm/encoder.h"

enum { ROWS = 7, LABELS = 5, SPLITS = 2, BAG = 2, FEATURES = 9, GATES = 3 };

static const struct bon_encoder_config small = {2,     8,      {2, 2, 4}, 12, FEATURES, BAG,
                                                GATES, LABELS, SPLITS,    8,  100,      1e-4f};
static const int32_t starts[ROWS] = {0, 0, 0, 0, 4, 4, 4}; /* two texts */
static const int32_t gates[ROWS] = {1, 0, 2, 1, 1, 2, 0};
static const int32_t labels[ROWS] = {2, -1, 4, 0, 1, 1, -1};
static const int32_t splits[ROWS] = {0, 1, -1, 1, 0, 0, 1};

struct net {
    bon_device *device;
    bon_params *params;
    bon_graph *graph;
    struct bon_encoder model;
    bon_tensor *loss;
};

static void set_ids(struct net *net, int32_t last) {
    int32_t ids[ROWS * BAG];
    for (int i = 0; i < ROWS * BAG; i++) ids[i] = i * 5 % FEATURES;
    ids[3 * BAG] = last; /* a feature of the first text's last position */
    cr_assert_eq(bon_tensor_set_ints(net->model.ids, ids), BON_OK);
}

static void open(struct net *net) {
    cr_assert_eq(bon_device_open(&net->device, &(bon_device_options){.real = BON_F64, .threads = 1}), BON_OK);
    cr_assert_eq(bon_params_open(&net->params, net->device, 5), BON_OK);
    cr_assert_eq(bon_graph_open(&net->graph, net->params), BON_OK);
    bon_encoder_build(&net->model, net->graph, &small, ROWS, ROWS);
    bon_tensor *marks = bon_input_ints(net->graph, ROWS, 1, -1, LABELS);
    bon_tensor *words = bon_input_ints(net->graph, ROWS, 1, -1, SPLITS);
    bon_tensor_keep(net->model.labels);
    net->loss =
        bon_add(bon_cross_entropy(net->model.labels, marks, NULL), bon_cross_entropy(net->model.splits, words, NULL));
    cr_assert_eq(bon_graph_plan(net->graph, net->loss), BON_OK, "%s", bon_error_message());
    set_ids(net, 0);
    cr_assert_eq(bon_tensor_set_ints(net->model.gates, gates), BON_OK);
    cr_assert_eq(bon_tensor_set_ints(net->model.starts, starts), BON_OK);
    cr_assert_eq(bon_tensor_set_ints(marks, labels), BON_OK);
    cr_assert_eq(bon_tensor_set_ints(words, splits), BON_OK);
}

static void close(struct net *net) {
    bon_graph_close(net->graph);
    bon_params_close(net->params);
    bon_device_close(net->device);
}

static double loss_of(struct net *net) {
    double loss;
    cr_assert_eq(bon_graph_forward(net->graph), BON_OK);
    cr_assert_eq(bon_tensor_get_double(net->loss, &loss), BON_OK);
    return loss;
}

Test(encoder, gradients_are_those_of_finite_differences) {
    struct net net;
    bon_param_info info;
    double values[128], gradient[128];
    open(&net);
    loss_of(&net);
    cr_assert_eq(bon_graph_backward(net.graph, false), BON_OK);
    for (size_t i = 0; bon_params_at(net.params, i, &info); i++) {
        const size_t n = info.rows * info.cols, at = n * 2 / 3;
        if (n > sizeof values / sizeof *values) continue; /* larger ones are the transformer's, tested there */
        cr_assert_eq(bon_params_get(net.params, i, values), BON_OK);
        cr_assert_eq(bon_params_get_gradient(net.params, i, gradient), BON_OK);
        const double step = 1e-5, value = values[at];
        values[at] = value + step;
        cr_assert_eq(bon_params_set(net.params, i, values), BON_OK);
        const double above = loss_of(&net);
        values[at] = value - step;
        cr_assert_eq(bon_params_set(net.params, i, values), BON_OK);
        const double below = loss_of(&net);
        values[at] = value;
        cr_assert_eq(bon_params_set(net.params, i, values), BON_OK);
        cr_expect_float_eq((above - below) / (2 * step), gradient[at], 1e-7 + 1e-5 * fabs(gradient[at]), "%s",
                           info.name);
    }
    close(&net);
}

Test(encoder, a_position_sees_its_whole_text_and_no_other) {
    struct net net;
    double before[ROWS * LABELS], after[ROWS * LABELS];
    open(&net);
    loss_of(&net);
    cr_assert_eq(bon_tensor_get_double(net.model.labels, before), BON_OK);
    set_ids(&net, 7);
    loss_of(&net);
    cr_assert_eq(bon_tensor_get_double(net.model.labels, after), BON_OK);
    for (int row = 0; row < ROWS; row++)
        cr_expect_eq(memcmp(before + row * LABELS, after + row * LABELS, LABELS * sizeof(double)) == 0, row >= 4,
                     "row %d", row);
    close(&net);
}

Test(encoder, presets_fit_and_nonsense_does_not) {
    static const char *const names[] = {"tiny", "small", "base", "large"};
    struct bon_encoder_config config;
    for (size_t i = 0; i < 4; i++) {
        cr_assert_eq(bon_encoder_preset(&config, names[i]), BON_OK);
        cr_expect(!bon_encoder_fits(&config)); /* its tables have no size yet */
        config.features = config.gates = 10, config.bag = config.labels = config.splits = 2;
        cr_expect(bon_encoder_fits(&config), "%s", names[i]);
    }
    cr_expect_eq(bon_encoder_preset(&config, "huge"), BON_ERR_ARGUMENT);
    struct bon_encoder_config wrong[7];
    for (int i = 0; i < 7; i++) wrong[i] = small;
    wrong[0].layers = 1000, wrong[1].width = 9, wrong[2].heads.dim = 3, wrong[3].theta = NAN, wrong[4].gates = 0;
    wrong[5].features = 1u << 31, wrong[6].epsilon = 0;
    for (int i = 0; i < 7; i++) cr_expect(!bon_encoder_fits(&wrong[i]), "%d", i);
    cr_expect(bon_encoder_fits(&small));
}
