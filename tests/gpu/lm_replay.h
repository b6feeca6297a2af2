/* tests/gpu/lm_replay.h: what is recorded and replayed is what would have been launched: the same training twice, once with every
 * kernel launched for itself and waited for, once replayed, with the next batch sent before the loss is there, gives the same bytes.
 * Each batch has other inputs and draws other dropout, which is off at first.
 */
#ifndef BON_TESTS_GPU_LM_REPLAY_H
#define BON_TESTS_GPU_LM_REPLAY_H

#include "lm_cases.h"

enum { REPLAY_STEPS = 8, REPLAY_BATCHES = 2 /* a step */, REPLAY_ROWS = 12, REPLAY_IDS = 11, REPLAY_WIDTH = 8 };

struct replay {
    double losses[REPLAY_STEPS * REPLAY_BATCHES];
    double weights[2 * REPLAY_IDS * REPLAY_WIDTH];
    size_t recorded; /* kinds of runs */
};

struct replay_model {
    bon_tensor *ids, *targets, *gain, *table, *out, *loss;
};

static void replay_build(struct replay_model *m, bon_graph *graph) {
    m->ids = bon_input_ints(graph, REPLAY_ROWS, 1, 0, REPLAY_IDS);
    m->targets = bon_input_ints(graph, REPLAY_ROWS, 1, 0, REPLAY_IDS);
    m->gain = bon_input(graph, REPLAY_ROWS, REPLAY_WIDTH);
    m->table = param(graph, "table", REPLAY_IDS, REPLAY_WIDTH, 0, 0.5f);
    bon_tensor *wide = param(graph, "wide", REPLAY_WIDTH, REPLAY_WIDTH, 0, 0.5f);
    bon_tensor *bias = param(graph, "bias", 1, REPLAY_WIDTH, 0, 0.1f);
    bon_tensor *hidden = bon_linear(bon_embedding(m->table, m->ids), wide, bias, NULL, BON_GELU);
    m->out = param(graph, "out", REPLAY_IDS, REPLAY_WIDTH, 0, 0.5f);
    bon_tensor *logits = bon_linear(bon_dropout(bon_mul(hidden, m->gain), 0.3f), m->out, NULL, NULL, BON_IDENTITY);
    m->loss = bon_cross_entropy(logits, m->targets, NULL);
}

static bon_status replay_set(const struct replay_model *m, uint64_t batch, float gain) {
    int32_t values[REPLAY_ROWS], next[REPLAY_ROWS];
    float gains[REPLAY_ROWS * REPLAY_WIDTH];
    for (size_t i = 0; i < REPLAY_ROWS; i++) {
        values[i] = (int32_t)(drawn(20, batch * REPLAY_ROWS + i) % REPLAY_IDS);
        next[i] = (values[i] * 3 + 1) % REPLAY_IDS;
    }
    for (size_t i = 0; i < REPLAY_ROWS * REPLAY_WIDTH; i++) gains[i] = gain;
    BON_TRY(bon_tensor_set_ints(m->ids, values));
    BON_TRY(bon_tensor_set_ints(m->targets, next));
    return bon_tensor_set(m->gain, gains);
}

/* plain: waits for every batch before the next is sent. */
static bon_status replay_batch(bon_graph *graph, const struct replay_model *m, unsigned i, bool plain, double *value) {
    bon_device *device = graph->params->device;
    const unsigned slot = i % BON_ANSWERS;
    bon_graph_dropout(graph, i >= REPLAY_STEPS, 4, i);
    BON_TRY(bon_graph_step(graph, i % REPLAY_BATCHES > 0));
    if (plain) BON_TRY(bon_tensor_get_double(m->loss, value));
    device->backend->ask(device, slot, m->loss->value);
    BON_TRY(replay_set(m, i + 1, 1));
    const double answer = device->backend->answer(device, slot);
    if (plain && answer != *value)
        return bon_fail(BON_ERR_DATA, "batch %u: a loss of %g came back as %g", i, *value, answer);
    *value = answer;
    return BON_OK;
}

static bon_status replay_train(bon_params *params, bon_graph *graph, bon_optimizer **optimizer, struct replay *out) {
    struct replay_model m;
    const bool plain = graph->plain;
    replay_build(&m, graph);
    BON_TRY(bon_graph_plan(graph, m.loss));
    BON_TRY(bon_optimizer_open(optimizer, params, &(bon_optimizer_options){.kind = BON_ADAMW}));
    BON_TRY(replay_set(&m, 0, 1));
    for (unsigned step = 0; step < REPLAY_STEPS; step++) {
        for (unsigned i = step * REPLAY_BATCHES; i < (step + 1) * REPLAY_BATCHES; i++)
            BON_TRY(replay_batch(graph, &m, i, plain, &out->losses[i]));
        BON_TRY(bon_optimizer_step(*optimizer, 0.05, 1.0 / REPLAY_BATCHES));
    }
    for (size_t i = 0; i < BON_RUNS; i++) out->recorded += graph->recordings[i].tape != NULL;
    BON_TRY(bon_params_get(params, m.table->param, out->weights));
    return bon_params_get(params, m.out->param, out->weights + REPLAY_IDS * REPLAY_WIDTH);
}

/* plain: nothing is recorded. */
static bon_status replay_run(bon_device *device, bool plain, struct replay *out) {
    bon_params *params = NULL;
    bon_graph *graph = NULL;
    bon_optimizer *optimizer = NULL;
    *out = (struct replay){0};
    bon_status status = bon_params_open(&params, device, 3);
    if (status == BON_OK) status = bon_graph_open(&graph, params);
    if (status == BON_OK) {
        graph->plain = plain;
        status = replay_train(params, graph, &optimizer, out);
    }
    bon_optimizer_close(optimizer);
    bon_graph_close(graph);
    bon_params_close(params);
    return status;
}

/* recorded: whether the device can record; where it cannot it says so, and trains all the same. */
static void check_replay(struct tally *tally, bon_device *device, bool recorded) {
    struct replay plain, replayed;
    bon_status status = replay_run(device, true, &plain);
    if (status == BON_OK) status = replay_run(device, false, &replayed);
    const bool same = status == BON_OK && memcmp(plain.losses, replayed.losses, sizeof plain.losses) == 0 &&
                      memcmp(plain.weights, replayed.weights, sizeof plain.weights) == 0;
    const bool as_said =
        same && plain.recorded == 0 && replayed.recorded == (recorded ? 2 : 0) && (device->notice[0] == 0) == recorded;
    const bool learned = same && plain.losses[REPLAY_STEPS - 1] < plain.losses[0];
    const bool ok = as_said && learned;
    printf("%-5s training, %s: loss %.4f to %.4f, %s launched one by one%s%s\n", ok ? "ok" : "FAIL",
           recorded ? "replayed" : "not recorded", plain.losses[0], plain.losses[REPLAY_STEPS - 1],
           same ? "the same bytes as" : "not what is", status != BON_OK || *device->notice ? ": " : "",
           status == BON_OK ? device->notice : bon_error_message());
    *(ok ? &tally->passed : &tally->failed) += 1;
}

#endif
