/* src/lm/cpu/pool.h: threads that wait for work: numbered tasks, taken in any order, by whichever thread is free. What a task
 * computes must depend on its number alone; then results do not depend on the number of threads. */
#ifndef BON_SRC_LM_CPU_POOL_H
#define BON_SRC_LM_CPU_POOL_H

#include "base/status.h"

struct bon_pool;

/* Tasks get the number of the thread that runs them (0 ... threads - 1), for scratch memory. */
typedef void (*bon_task)(void *context, size_t task, unsigned thread);

bon_status bon_pool_open(struct bon_pool **out, unsigned threads);
void bon_pool_close(struct bon_pool *pool);
/* Runs tasks 0 ... tasks - 1 and returns when all are done; the caller works too. */
void bon_pool_run(struct bon_pool *pool, bon_task task, void *context, size_t tasks);

#endif
