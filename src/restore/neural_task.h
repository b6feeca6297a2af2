/* src/restore/neural_task.h: what a neural restorer is trained on: good text whose marks are taken away. */
#ifndef BON_SRC_RESTORE_NEURAL_TASK_H
#define BON_SRC_RESTORE_NEURAL_TASK_H

#include "lm/trainer.h"
#include "restore/neural_teacher.h"
#include "restore/neural_text.h"

struct bon_neural_options {
    struct bon_encoder_config model; /* the sizes of its tables are filled in */
    unsigned windows;                /* a batch */
    unsigned split_windows;          /* of them from text whose words are known */
    unsigned typed_windows; /* of them, of the others, read as they are typed: a position sees what is before it */
    unsigned context;       /* positions a window */
    double split_weight;    /* of the loss of word boundaries beside that of marks */
    double val_part;        /* of the text, its end, is kept to measure on */
    uint64_t seed;
    struct bon_neural_teacher
        *teacher;         /* NULL: learn from the text alone; else of all rows of a batch, outlives the trainer */
    double teacher_share; /* of the labels are the teacher's */
};

/* Rows of a batch that are read both ways: those before the typed ones. */
static inline size_t bon_neural_both(const struct bon_neural_options *o) {
    return (size_t)(o->windows - o->typed_windows) * o->context;
}

/* Texts are in use, see bon_neural_text_use; they and the vocabulary outlive the trainer. `split` may be empty. Of train's options
 * model and windows are not asked. */
bon_status bon_neural_trainer_open(bon_trainer **out, bon_params *params, const struct bon_neural_text *text,
                                   const struct bon_neural_text *split, const struct bon_neural_learned *learned,
                                   const struct bon_neural_options *options, const bon_train_options *train);

#endif
