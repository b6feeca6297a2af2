/* src/lm/ranks.h: what the training loop asks of the other processes ("ranks") of its run. Every call is one that all of them make, in
 * the same order; NULL stands for a run of one process. */
#ifndef BON_SRC_LM_RANKS_H
#define BON_SRC_LM_RANKS_H

#include "bon/lm.h"

unsigned bon_ranks_number(const bon_ranks *ranks); /* of this one, from 0 */
unsigned bon_ranks_count(const bon_ranks *ranks);
/* Whether another one has ended, which is what the last failure told. */
bool bon_ranks_broken(const bon_ranks *ranks);

/* all: what each gave, in the order of their numbers, `bytes` each. The same everywhere when it returns. */
bon_status bon_ranks_gather(bon_ranks *ranks, const void *mine, size_t bytes, void *all);
/* Before the first sum: between GPUs NCCL adds, where bon was built with it. */
bon_status bon_ranks_join(bon_ranks *ranks, bon_device *device);
/* Every gradient becomes the sum of all ranks', the same bytes everywhere. */
bon_status bon_ranks_sum(bon_ranks *ranks, bon_params *params);

#endif
