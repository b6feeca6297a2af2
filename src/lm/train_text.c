/* src/lm/train_text.c: what a language model is trained on: windows of tokens, and for each token the one behind it. */
#include <limits.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/hash.h"
#include "lm/config.h"
#include "lm/tokens.h"
#include "lm/trainer.h"

struct text_task {
    bon_transformer_config config;
    bon_transformer model;
    bon_tensor *targets;
    bon_batches train, val;
    unsigned windows; /* a batch */
    int32_t *ids, *next, *starts;
};

static void close_task(void *self) {
    struct text_task *t = self;
    free(t->ids);
    free(t->next);
    free(t->starts);
    free(t);
}

static bon_tensor *build(void *self, bon_graph *graph) {
    struct text_task *t = self;
    const size_t rows = (size_t)t->windows * t->config.context;
    bon_transformer_build(&t->model, graph, &t->config, rows);
    t->targets = bon_input_ints(graph, rows, 1, -1, (int32_t)t->config.vocabulary);
    return bon_cross_entropy(t->model.logits, t->targets, NULL);
}

/* Sets the inputs to the next windows, of which the first `count` are measured. */
static bon_status set(struct text_task *t, bon_batches *batches, uint64_t count) {
    const size_t context = t->config.context, rows = t->windows * context;
    bon_batches_next(batches, t->windows, t->ids, t->next, t->starts);
    for (size_t row = count * context; row < rows; row++) t->next[row] = -1;
    BON_TRY(bon_transformer_set(&t->model, &t->config, t->ids, t->starts));
    return bon_tensor_set_ints(t->targets, t->next);
}

static bon_status train(void *self, uint64_t batch) {
    struct text_task *t = self;
    bon_batches batches = t->train;
    batches.cursor += batch * t->windows;
    return set(t, &batches, t->windows);
}

static bon_status validate(void *self, uint64_t batch, double *weight) {
    struct text_task *t = self;
    bon_batches batches = t->val;
    const uint64_t windows = batches.count / batches.context, before = batch * t->windows;
    /* the last batch may be filled up: each window counts once */
    const uint64_t here = windows - before < t->windows ? windows - before : t->windows;
    batches.cursor += before;
    *weight = (double)here;
    return set(t, &batches, here);
}

static bon_status write_config(const void *self, const char *path) {
    const struct text_task *t = self;
    return bon_config_write(path, &t->config, "float32");
}

static double flops(const void *self, const bon_params *params) {
    const struct text_task *t = self;
    return bon_transformer_flops(&t->config, params);
}

static bon_status check(const bon_train_options *o, const bon_batches *train) {
    if (o->windows == 0 || o->windows > INT32_MAX / o->model.context)
        return bon_fail(BON_ERR_ARGUMENT, "%u windows of %u tokens at once", o->windows, o->model.context);
    if (train->context != o->model.context)
        return bon_fail(BON_ERR_ARGUMENT, "batches have windows of %u tokens, the model of %u", train->context,
                        o->model.context);
    return BON_OK;
}

static uint64_t source_of(const bon_batches *train, const bon_train_options *o) {
    const uint64_t numbers[] = {bon_batches_hash(train), o->windows, o->accumulate ? o->accumulate : 1};
    return bon_hash64(numbers, sizeof numbers);
}

bon_status bon_trainer_open(bon_trainer **out, bon_params *params, const bon_batches *train_data,
                            const bon_batches *val, const bon_train_options *options) {
    BON_TRY(check(options, train_data));
    struct text_task *t = bon_alloc_zeroed(1, sizeof *t);
    if (!t) return BON_ERR_NOMEM;
    const size_t rows = (size_t)options->windows * options->model.context;
    *t = (struct text_task){.config = options->model, .windows = options->windows, .train = *train_data};
    if (val) t->val = *val;
    t->ids = bon_alloc_array(rows, sizeof *t->ids);
    t->next = t->ids ? bon_alloc_array(rows, sizeof *t->next) : NULL;
    t->starts = t->next ? bon_alloc_array(rows, sizeof *t->starts) : NULL;
    if (!t->starts) {
        close_task(t);
        return BON_ERR_NOMEM;
    }
    const uint64_t windows = val ? val->count / val->context : 0;
    const struct bon_task task = {
        .self = t,
        .close = close_task,
        .build = build,
        .train = train,
        .validate = validate,
        .write_config = write_config,
        .flops = flops,
        .val_batches = (windows + options->windows - 1) / options->windows,
        .source = source_of(train_data, options),
        .tokens = rows,
    };
    return bon_trainer_begin(out, params, &task, options);
}
