/* src/base/parallel.c: threads take the next part from a counter; whoever has done a part waits for its turn to commit it.
 * Parts are begun in order, so the one whose turn it is, is always being worked on: nobody waits for ever.
 */
#include "base/parallel.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"

struct crew {
    const struct bon_parallel *job;
    pthread_mutex_t lock;
    pthread_cond_t turn_came;
    size_t next;        /* part to begin */
    size_t turn;        /* part to commit */
    size_t failed_part; /* the lowest that failed; `parts` = none */
    bon_status status;
    char message[BON_MESSAGE_MAX];
};

struct member {
    struct crew *crew;
    unsigned number;
    pthread_t thread;
};

/* With the lock held. A failure's message belongs to the thread where it happened: kept for the caller. */
static void note_failure(struct crew *crew, size_t part, bon_status status) {
    if (part >= crew->failed_part) return;
    crew->failed_part = part;
    crew->status = status;
    snprintf(crew->message, sizeof crew->message, "%s", bon_error_message());
}

static bon_status commit_in_turn(struct crew *crew, size_t part, unsigned worker) {
    const struct bon_parallel *job = crew->job;
    pthread_mutex_lock(&crew->lock);
    while (crew->turn != part && crew->failed_part == job->parts) pthread_cond_wait(&crew->turn_came, &crew->lock);
    bool wanted = part < crew->failed_part && crew->turn == part;
    pthread_mutex_unlock(&crew->lock);
    bon_status status = wanted ? job->commit(job->context, part, worker) : BON_OK;
    pthread_mutex_lock(&crew->lock);
    if (status != BON_OK) note_failure(crew, part, status);
    if (wanted) crew->turn++;
    pthread_cond_broadcast(&crew->turn_came);
    pthread_mutex_unlock(&crew->lock);
    return status;
}

static void *work(void *argument) {
    struct member *member = argument;
    struct crew *crew = member->crew;
    const struct bon_parallel *job = crew->job;
    for (;;) {
        pthread_mutex_lock(&crew->lock);
        bool over = crew->next == job->parts || crew->failed_part != job->parts;
        size_t part = over ? 0 : crew->next++;
        pthread_mutex_unlock(&crew->lock);
        if (over) return NULL;
        bon_status status = job->work(job->context, part, member->number);
        if (status == BON_OK && job->commit) status = commit_in_turn(crew, part, member->number);
        if (status == BON_OK) continue;
        pthread_mutex_lock(&crew->lock);
        note_failure(crew, part, status);
        pthread_cond_broadcast(&crew->turn_came);
        pthread_mutex_unlock(&crew->lock);
        return NULL;
    }
}

static bon_status run_alone(const struct bon_parallel *job) {
    for (size_t part = 0; part < job->parts; part++) {
        BON_TRY(job->work(job->context, part, 0));
        if (job->commit) BON_TRY(job->commit(job->context, part, 0));
    }
    return BON_OK;
}

/* Signals go to threads of the program. */
static unsigned start_members(struct member *members, unsigned count) {
    sigset_t all, before;
    unsigned started = 1;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (started < count && pthread_create(&members[started].thread, NULL, work, &members[started]) == 0) started++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

bon_status bon_parallel_run(const struct bon_parallel *job) {
    unsigned count = job->threads < job->parts ? job->threads : (unsigned)job->parts;
    if (count <= 1) return run_alone(job);
    struct crew crew = {.job = job, .failed_part = job->parts};
    struct member *members = bon_alloc_array(count, sizeof *members);
    if (!members) return BON_ERR_NOMEM;
    pthread_mutex_init(&crew.lock, NULL);
    pthread_cond_init(&crew.turn_came, NULL);
    for (unsigned i = 0; i < count; i++) members[i] = (struct member){.crew = &crew, .number = i};
    unsigned started = start_members(members, count);
    work(&members[0]);
    for (unsigned i = 1; i < started; i++) pthread_join(members[i].thread, NULL);
    pthread_cond_destroy(&crew.turn_came);
    pthread_mutex_destroy(&crew.lock);
    free(members);
    return crew.status == BON_OK ? BON_OK : bon_fail(crew.status, "%s", crew.message);
}
