/* tests/gpu/lm_replay.h: what is recorded and replayed is what would have been launched: the same training twice, once with every
 * kernel launched for itself, gives the same bytes. Each batch has other inputs and draws other dropout, which is off at first.
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

static bon_status replay_batch(bon_graph *graph, bon_tensor *ids, bon_tensor *targets, bon_tensor *loss, int batch,
                               double *value) {
    int32_t values[REPLAY_ROWS], next[REPLAY_ROWS];
    for (size_t i = 0; i < REPLAY_ROWS; i++) {
        values[i] = (int32_t)(drawn(20, (size_t)batch * REPLAY_ROWS + i) % REPLAY_IDS);
        next[i] = (values[i] * 3 + 1) % REPLAY_IDS;
    }
    BON_TRY(bon_tensor_set_ints(ids, values));
    BON_TRY(bon_tensor_set_ints(targets, next));
    bon_graph_dropout(graph, batch >= REPLAY_STEPS, 4, (uint64_t)batch);
    BON_TRY(bon_graph_step(graph, batch % REPLAY_BATCHES > 0));
    return bon_tensor_get_double(loss, value);
}

static bon_status replay_train(bon_params *params, bon_graph *graph, bon_optimizer **optimizer, struct replay *out) {
    bon_tensor *ids = bon_input_ints(graph, REPLAY_ROWS, 1, 0, REPLAY_IDS);
    bon_tensor *targets = bon_input_ints(graph, REPLAY_ROWS, 1, 0, REPLAY_IDS);
    bon_tensor *table = param(graph, "table", REPLAY_IDS, REPLAY_WIDTH, 0, 0.5f);
    bon_tensor *wide = param(graph, "wide", REPLAY_WIDTH, REPLAY_WIDTH, 0, 0.5f);
    bon_tensor *bias = param(graph, "bias", 1, REPLAY_WIDTH, 0, 0.1f);
    bon_tensor *hidden = bon_linear(bon_embedding(table, ids), wide, bias, NULL, BON_GELU);
    bon_tensor *out_table = param(graph, "out", REPLAY_IDS, REPLAY_WIDTH, 0, 0.5f);
    bon_tensor *logits = bon_linear(bon_dropout(hidden, 0.3f), out_table, NULL, NULL, BON_IDENTITY);
    bon_tensor *loss = bon_cross_entropy(logits, targets, NULL);
    BON_TRY(bon_graph_plan(graph, loss));
    BON_TRY(bon_optimizer_open(optimizer, params, &(bon_optimizer_options){.kind = BON_ADAMW}));
    for (int step = 0; step < REPLAY_STEPS; step++) {
        for (int i = step * REPLAY_BATCHES; i < (step + 1) * REPLAY_BATCHES; i++)
            BON_TRY(replay_batch(graph, ids, targets, loss, i, &out->losses[i]));
        BON_TRY(bon_optimizer_step(*optimizer, 0.05, 1.0 / REPLAY_BATCHES));
    }
    for (size_t i = 0; i < BON_RUNS; i++) out->recorded += graph->recordings[i].tape != NULL;
    BON_TRY(bon_params_get(params, table->param, out->weights));
    return bon_params_get(params, out_table->param, out->weights + REPLAY_IDS * REPLAY_WIDTH);
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
           same ? "the same bytes as" : "not what is", status == BON_OK ? "" : ": ",
           status == BON_OK ? "" : bon_error_message());
    *(ok ? &tally->passed : &tally->failed) += 1;
}

#endif
