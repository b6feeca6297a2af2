/* cmd/bon/train_ranks.h: `bon train --ranks N`: this process becomes rank 0 and starts the others, which do as it does. */
#ifndef BON_CMD_TRAIN_RANKS_H
#define BON_CMD_TRAIN_RANKS_H

#include <sys/types.h>

#include "bon/lm.h"

struct train_ranks {
    bon_ranks *ranks; /* NULL: one process */
    unsigned number, count;
    pid_t children[BON_RANKS_MAX]; /* of rank 0 */
};

/* Returns in `count` processes, this one and new ones, each with its number. Before there are threads. */
bon_status train_ranks_start(struct train_ranks *ranks, unsigned count);
/* Returns when all have called it. */
bon_status train_ranks_meet(const struct train_ranks *ranks);
/* Leaves the others: those that still wait for this one fail. */
void train_ranks_leave(struct train_ranks *ranks);
/* What a rank that failed says: which one it is; nothing when it only stops because another one did. */
void train_ranks_tell(const struct train_ranks *ranks, bon_status status);
/* Rank 0 waits for the others. The status to exit with: `result`, or that something failed. */
int train_ranks_end(struct train_ranks *ranks, int result);

#endif
