/* src/lm/cpu/pool.c: the pool: a generation counter wakes the threads, an atomic counter hands out tasks. */
#include "lm/cpu/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

struct worker {
    struct bon_pool *pool;
    unsigned number;
    pthread_t thread;
};

struct bon_pool {
    pthread_mutex_t lock;
    pthread_cond_t wake, done;
    uint64_t generation; /* of jobs */
    unsigned busy;       /* workers that have not finished this generation's job */
    bool ending;
    bon_task task;
    void *context;
    size_t tasks;
    atomic_size_t next;
    unsigned count; /* workers, the caller apart */
    struct worker workers[];
};

static void take_tasks(struct bon_pool *pool, unsigned thread) {
    for (size_t task; (task = atomic_fetch_add(&pool->next, 1)) < pool->tasks;) pool->task(pool->context, task, thread);
}

static void *work(void *argument) {
    struct worker *worker = argument;
    struct bon_pool *pool = worker->pool;
    pthread_mutex_lock(&pool->lock);
    for (uint64_t seen = 0;; seen++) {
        while (pool->generation == seen && !pool->ending) pthread_cond_wait(&pool->wake, &pool->lock);
        if (pool->ending) break;
        pthread_mutex_unlock(&pool->lock);
        take_tasks(pool, worker->number);
        pthread_mutex_lock(&pool->lock);
        if (--pool->busy == 0) pthread_cond_signal(&pool->done);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

bon_status bon_pool_open(struct bon_pool **out, unsigned threads) {
    const unsigned workers = threads > 1 ? threads - 1 : 0;
    struct bon_pool *pool = bon_alloc_zeroed(1, sizeof *pool + workers * sizeof pool->workers[0]);
    if (!pool) return BON_ERR_NOMEM;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->wake, NULL);
    pthread_cond_init(&pool->done, NULL);
    for (; pool->count < workers; pool->count++) {
        struct worker *worker = &pool->workers[pool->count];
        *worker = (struct worker){.pool = pool, .number = pool->count + 1};
        int error = pthread_create(&worker->thread, NULL, work, worker);
        if (error) {
            bon_fail(BON_ERR_LIMIT, "thread %u of %u: %s; ask for fewer threads", pool->count + 2, threads,
                     strerror(error));
            bon_pool_close(pool);
            return BON_ERR_LIMIT;
        }
    }
    *out = pool;
    return BON_OK;
}

void bon_pool_close(struct bon_pool *pool) {
    if (!pool) return;
    pthread_mutex_lock(&pool->lock);
    pool->ending = true;
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->count; i++) pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_destroy(&pool->done);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

void bon_pool_run(struct bon_pool *pool, bon_task task, void *context, size_t tasks) {
    if (pool->count == 0 || tasks <= 1) {
        for (size_t i = 0; i < tasks; i++) task(context, i, 0);
        return;
    }
    pthread_mutex_lock(&pool->lock);
    pool->task = task, pool->context = context, pool->tasks = tasks;
    atomic_store(&pool->next, 0);
    pool->busy = pool->count;
    pool->generation++;
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
    take_tasks(pool, 0);
    pthread_mutex_lock(&pool->lock);
    while (pool->busy > 0) pthread_cond_wait(&pool->done, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}
