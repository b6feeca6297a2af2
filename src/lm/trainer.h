/* src/lm/trainer.h: what the training loop (train.c) knows of what it trains: a graph with a loss, and batches to set as its
 * inputs. train_text.c is the task of language models; restore/neural_task.c that of the restorer. */
#ifndef BON_SRC_LM_TRAINER_H
#define BON_SRC_LM_TRAINER_H

#include "bon/lm.h"

struct bon_task {
    void *self; /* taken over by the trainer */
    void (*close)(void *self);
    /* Builds the model; returns its loss, NULL when a builder failed. */
    bon_tensor *(*build)(void *self, bon_graph *graph);
    /* After the plan: values that parameters begin with where that is not noise. NULL: there are none. */
    bon_status (*begin)(void *self, bon_params *params);
    /* Sets the inputs to batch number `batch` of the run, which depends on nothing else. */
    bon_status (*train)(void *self, uint64_t batch);
    /* The same for batch number `batch` of the validation data; what its mean loss counts beside the others' in *weight. */
    bon_status (*validate)(void *self, uint64_t batch, double *weight);
    /* Writes config.json of a checkpoint, atomically. */
    bon_status (*write_config)(const void *self, const char *path);
    double (*flops)(const void *self, const bon_params *params); /* of training on one token */
    uint64_t val_batches;                                        /* 0: there is no validation data */
    uint64_t source; /* hash of what the order of the data depends on, data included: a run goes on with the same */
    size_t tokens;   /* of a batch */
};

/* Takes the task over, also when it fails. Of options `model` and `windows` are not asked. */
bon_status bon_trainer_begin(bon_trainer **out, bon_params *params, const struct bon_task *task,
                             const bon_train_options *options);

#endif
