/* cmd/bon/pipeline_jobs.c: see pipeline_jobs.h: Kahn's algorithm over the files of a plan. */
#include "pipeline_jobs.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"

#define JOBS_TAKEN SIZE_MAX

/* Calls for every input of every job that another job makes. */
static void each_edge(const struct bon_plan *plan, void (*edge)(struct jobs *, size_t maker, size_t job),
                      struct jobs *jobs) {
    for (size_t j = 0; j < plan->job_count; j++)
        for (size_t i = 0; i < plan->jobs[j].input_count; i++) {
            const ptrdiff_t maker = plan->files[plan->jobs[j].inputs[i]].job;
            if (maker >= 0) edge(jobs, (size_t)maker, j);
        }
}

static void count_edge(struct jobs *jobs, size_t maker, size_t job) {
    jobs->begins[maker + 1]++;
    jobs->waits_for[job]++;
}

/* begins[maker] moves along and ends where the next one's began. */
static void place_edge(struct jobs *jobs, size_t maker, size_t job) { jobs->dependents[jobs->begins[maker]++] = job; }

bon_status jobs_open(struct jobs *jobs, const struct bon_plan *plan, const bool *wanted) {
    const size_t count = plan->job_count;
    *jobs = (struct jobs){0};
    jobs->waits_for = bon_alloc_zeroed(count, sizeof *jobs->waits_for);
    jobs->begins = bon_alloc_zeroed(count + 1, sizeof *jobs->begins);
    if (!jobs->waits_for || !jobs->begins) return BON_ERR_NOMEM;
    each_edge(plan, count_edge, jobs);
    for (size_t i = 0; i < count; i++) jobs->begins[i + 1] += jobs->begins[i];
    jobs->dependents = bon_alloc_array(jobs->begins[count], sizeof *jobs->dependents);
    if (!jobs->dependents) return BON_ERR_NOMEM;
    each_edge(plan, place_edge, jobs);
    for (size_t i = count; i > 0; i--) jobs->begins[i] = jobs->begins[i - 1];
    jobs->begins[0] = 0;
    for (size_t i = 0; i < count; i++) { /* what is not wanted has nothing wanted behind it */
        if (!wanted[plan->jobs[i].step]) jobs->waits_for[i] = JOBS_TAKEN;
        jobs->ready += jobs->waits_for[i] == 0;
    }
    return BON_OK;
}

void jobs_close(struct jobs *jobs) {
    free(jobs->waits_for);
    free(jobs->dependents);
    free(jobs->begins);
    *jobs = (struct jobs){0};
}

bool jobs_take(struct jobs *jobs, size_t *job) {
    if (!jobs->ready) return false;
    while (jobs->waits_for[jobs->next]) jobs->next++;
    *job = jobs->next++;
    jobs->waits_for[*job] = JOBS_TAKEN;
    jobs->ready--;
    return true;
}

void jobs_done(struct jobs *jobs, size_t job) {
    for (size_t i = jobs->begins[job]; i < jobs->begins[job + 1]; i++) {
        const size_t dependent = jobs->dependents[i];
        if (--jobs->waits_for[dependent]) continue;
        jobs->ready++;
        if (dependent < jobs->next) jobs->next = dependent;
    }
}
