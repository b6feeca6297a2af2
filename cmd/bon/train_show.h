/* cmd/bon/train_show.h: the line on standard error that shows how far training is. */
#ifndef BON_CMD_TRAIN_SHOW_H
#define BON_CMD_TRAIN_SHOW_H

#include <time.h>

#include "bon/lm.h"
#include "options.h"

struct train_show {
    bool on, terminal, drawn;
    uint64_t steps; /* of the run; 0 = as many as fit in the seconds */
    double seconds; /* 0 = as many as the steps take */
    struct timespec last;
};

/* Shown by progress.h's rules; always, a line a second where it is no terminal. */
void train_show_start(struct train_show *show, const struct shared_args *shared, uint64_t steps, double seconds);
void train_show_step(struct train_show *show, const bon_train_row *row);
void train_show_stop(struct train_show *show);

#endif
