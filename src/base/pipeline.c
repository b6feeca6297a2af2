/* src/base/pipeline.c: the ordered parallel map.
 *
 * A ring of slots holds the chunks in flight. Workers take turns at reading (one at a time, so chunks are numbered in input
 * order), map their chunk side by side, and mark its slot done; the calling thread waits for the slot whose turn it is and
 * hands it to the sink. A slot is free again when its result was written: that bounds memory. A failure lies in its slot
 * like a result, so it surfaces in input order whatever thread met it first.
 */
#include "base/pipeline.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/chunks.h"
#include "base/progress.h"

enum { THREADS_MAX = 1024 };

struct slot {
    struct bon_chunk chunk;
    bon_buf input, output;
    bool done;
    bool idle; /* the input waits behind this chunk */
    bon_status status;
    char message[BON_MESSAGE_MAX]; /* of a failure: messages are per thread */
};

struct run {
    const struct bon_pipeline *pipeline;
    struct bon_chunk_reader reader;
    struct slot *slots;
    size_t slot_count;
    pthread_t *threads;
    unsigned threads_wanted, threads_started;
    bool has_locks;

    pthread_mutex_t reading;        /* held by the worker that reads; taken before `lock` */
    pthread_mutex_t lock;           /* of what follows, and of slot.done */
    pthread_cond_t slot_freed;      /* for the worker that wants to read */
    pthread_cond_t slot_done;       /* for the calling thread */
    uint64_t next_read, next_write; /* serials */
    bool ended;                     /* next_read is the number of all chunks */
    struct slot open_failure;       /* status and message of a worker that could not start */
    atomic_bool quit;               /* the calling thread has enough */
};

unsigned bon_processors(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return (unsigned)CPU_COUNT(&set);
    long online = sysconf(_SC_NPROCESSORS_ONLN); /* more processors than cpu_set_t has bits */
    return online > 0 ? (unsigned)online : 1;
}

static bool cancelled(void *context) {
    struct run *run = context;
    return atomic_load(&run->quit) || (run->pipeline->stop && *run->pipeline->stop);
}

static void note_failure(struct slot *slot, bon_status status) {
    slot->status = status;
    if (status != BON_OK) snprintf(slot->message, sizeof slot->message, "%s", bon_error_message());
}

static bon_status open_worker(const struct bon_pipeline *pipeline, void **worker) {
    *worker = NULL;
    return pipeline->worker_open ? pipeline->worker_open(pipeline->context, worker) : BON_OK;
}

static void close_worker(const struct bon_pipeline *pipeline, void *worker) {
    if (pipeline->worker_close) pipeline->worker_close(pipeline->context, worker);
}

static bon_status map_chunk(struct run *run, void *worker, struct slot *slot) {
    slot->output.len = 0;
    return run->pipeline->map(run->pipeline->context, worker, &slot->chunk, &slot->output);
}

static bon_status write_result(struct run *run, const struct slot *slot) {
    const struct bon_pipeline *pipeline = run->pipeline;
    if (pipeline->sink)
        BON_TRY(pipeline->sink(pipeline->context, &slot->chunk, &slot->output));
    else
        BON_TRY(bon_out_write(pipeline->out, slot->output.data, slot->output.len));
    if (slot->idle && pipeline->out) BON_TRY(bon_out_relay(pipeline->out));
    if (pipeline->progress && pipeline->progress->tick) pipeline->progress->tick(pipeline->progress);
    return BON_OK;
}

/* ---- one thread ---- */

static bon_status run_inline(struct run *run) {
    struct slot *slot = &run->slots[0];
    void *worker;
    bool end = false;
    bon_status status = open_worker(run->pipeline, &worker);
    if (status != BON_OK) return status;
    while (status == BON_OK) {
        status = bon_chunk_next(&run->reader, &slot->input, &slot->chunk, &end);
        if (status != BON_OK || end) break;
        slot->idle = run->reader.idle;
        status = map_chunk(run, worker, slot);
        if (status == BON_OK) status = write_result(run, slot);
    }
    close_worker(run->pipeline, worker);
    return status;
}

/* ---- many threads ---- */

static void *work(void *context);

/* Starts one more worker if there is still something to do for it. `lock` is held. */
static bool start_worker(struct run *run) {
    if (run->ended || atomic_load(&run->quit) || run->threads_started == run->threads_wanted) return true;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&run->threads[run->threads_started], NULL, work, run);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!failed) run->threads_started++;
    return !failed;
}

/* Waits for a free slot; NULL when the run is over. `reading` is held. */
static struct slot *claim_slot(struct run *run) {
    pthread_mutex_lock(&run->lock);
    while (!run->ended && !atomic_load(&run->quit) && run->next_read - run->next_write >= run->slot_count)
        pthread_cond_wait(&run->slot_freed, &run->lock);
    bool over = run->ended || atomic_load(&run->quit);
    pthread_mutex_unlock(&run->lock);
    return over ? NULL : &run->slots[run->next_read % run->slot_count];
}

/* Reads the next chunk into a slot; NULL at the end. A reading failure is the last slot of the run. */
static struct slot *read_slot(struct run *run) {
    pthread_mutex_lock(&run->reading);
    struct slot *slot = claim_slot(run);
    if (slot) {
        bool end;
        note_failure(slot, bon_chunk_next(&run->reader, &slot->input, &slot->chunk, &end));
        slot->idle = run->reader.idle;
        pthread_mutex_lock(&run->lock);
        slot->done = false;
        if (slot->status == BON_OK && end) slot = NULL;
        if (slot) run->next_read++;
        run->ended = !slot || slot->status != BON_OK;
        start_worker(run); /* fewer threads than wanted will do */
        pthread_cond_signal(&run->slot_done);
        pthread_mutex_unlock(&run->lock);
    }
    pthread_mutex_unlock(&run->reading);
    return slot;
}

static void finish_slot(struct run *run, struct slot *slot) {
    pthread_mutex_lock(&run->lock);
    slot->done = true;
    pthread_cond_signal(&run->slot_done);
    pthread_mutex_unlock(&run->lock);
}

static void *work(void *context) {
    struct run *run = context;
    void *worker;
    bon_status status = open_worker(run->pipeline, &worker);
    if (status != BON_OK) {
        pthread_mutex_lock(&run->lock);
        note_failure(&run->open_failure, status);
        pthread_cond_signal(&run->slot_done);
        pthread_mutex_unlock(&run->lock);
        return NULL;
    }
    for (struct slot *slot; (slot = read_slot(run)) != NULL; finish_slot(run, slot))
        if (slot->status == BON_OK) note_failure(slot, map_chunk(run, worker, slot));
    close_worker(run->pipeline, worker);
    return NULL;
}

/* Waits for the result whose turn it is; NULL when all are written. *failure is set when a worker could not start. */
static struct slot *wait_for_result(struct run *run, const struct slot **failure) {
    struct slot *slot = &run->slots[run->next_write % run->slot_count];
    pthread_mutex_lock(&run->lock);
    for (;;) {
        bool read = run->next_write < run->next_read;
        if (read && slot->done) break;
        if (!read && run->ended) slot = NULL;
        if (run->open_failure.status != BON_OK) *failure = &run->open_failure;
        if (!slot || *failure) break;
        pthread_cond_wait(&run->slot_done, &run->lock);
    }
    pthread_mutex_unlock(&run->lock);
    return slot;
}

static bon_status write_in_order(struct run *run) {
    const struct slot *failure = NULL;
    for (struct slot *slot; (slot = wait_for_result(run, &failure)) != NULL;) {
        if (!failure && slot->status != BON_OK) failure = slot;
        if (failure) return bon_fail(failure->status, "%s", failure->message);
        BON_TRY(write_result(run, slot));
        pthread_mutex_lock(&run->lock);
        run->next_write++;
        pthread_cond_signal(&run->slot_freed);
        pthread_mutex_unlock(&run->lock);
    }
    return BON_OK;
}

static bon_status run_threads(struct run *run) {
    pthread_mutex_lock(&run->lock);
    bool started = start_worker(run);
    pthread_mutex_unlock(&run->lock);
    if (!started) return run_inline(run);
    bon_status status = write_in_order(run);
    pthread_mutex_lock(&run->lock);
    atomic_store(&run->quit, true);
    pthread_cond_broadcast(&run->slot_freed);
    pthread_mutex_unlock(&run->lock);
    for (unsigned i = 0; i < run->threads_started; i++) pthread_join(run->threads[i], NULL);
    return status;
}

/* ---- setting up ---- */

static bon_status open_run(struct run *run, const struct bon_pipeline *pipeline) {
    unsigned threads = pipeline->threads ? pipeline->threads : bon_processors();
    size_t chunk = pipeline->chunk_size ? pipeline->chunk_size : BON_CHUNK;
    *run = (struct run){.pipeline = pipeline,
                        .threads_wanted = threads < THREADS_MAX ? threads : THREADS_MAX,
                        .reader = {.paths = pipeline->paths,
                                   .path_count = pipeline->path_count,
                                   .ranges = pipeline->ranges,
                                   .target = chunk < BON_WINDOW ? chunk : BON_WINDOW,
                                   .whole_lines = pipeline->whole_lines,
                                   .progress = pipeline->progress,
                                   .cancelled = cancelled}};
    run->reader.cancelled_context = run;
    run->slot_count = run->threads_wanted == 1 ? 1 : 2 * (size_t)run->threads_wanted + 2;
    run->slots = bon_alloc_zeroed(run->slot_count, sizeof *run->slots);
    run->threads = bon_alloc_zeroed(run->threads_wanted, sizeof *run->threads);
    if (!run->slots || !run->threads) return BON_ERR_NOMEM;
    pthread_mutex_init(&run->reading, NULL); /* these four cannot fail with default attributes on Linux */
    pthread_mutex_init(&run->lock, NULL);
    pthread_cond_init(&run->slot_freed, NULL);
    pthread_cond_init(&run->slot_done, NULL);
    run->has_locks = true;
    bon_chunk_total(&run->reader);
    return BON_OK;
}

static void close_run(struct run *run) {
    for (size_t i = 0; run->slots && i < run->slot_count; i++) {
        bon_buf_free(&run->slots[i].input);
        bon_buf_free(&run->slots[i].output);
    }
    free(run->slots);
    free(run->threads);
    bon_chunk_reader_close(&run->reader);
    if (!run->has_locks) return;
    pthread_cond_destroy(&run->slot_done);
    pthread_cond_destroy(&run->slot_freed);
    pthread_mutex_destroy(&run->lock);
    pthread_mutex_destroy(&run->reading);
}

bon_status bon_pipeline_run(const struct bon_pipeline *pipeline) {
    struct run run;
    bon_status status = open_run(&run, pipeline);
    if (status == BON_OK) status = run.threads_wanted == 1 ? run_inline(&run) : run_threads(&run);
    if (status == BON_OK && pipeline->finish) status = pipeline->finish(pipeline->context);
    close_run(&run);
    return status;
}
