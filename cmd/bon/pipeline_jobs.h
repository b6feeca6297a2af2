/* cmd/bon/pipeline_jobs.h: which jobs of a plan can begin: those whose inputs are there, in the order of the plan. */
#ifndef BON_CMD_PIPELINE_JOBS_H
#define BON_CMD_PIPELINE_JOBS_H

#include "recipe/plan.h"

struct jobs {
    size_t *waits_for;  /* of every job: makers of inputs that are not done; JOBS_TAKEN once given out */
    size_t *dependents; /* of all jobs, those of job i in [begins[i], begins[i + 1]) */
    size_t *begins;
    size_t next;  /* no job before it can begin */
    size_t ready; /* that can begin */
};

/* Of the jobs of a plan those of wanted steps. */
bon_status jobs_open(struct jobs *jobs, const struct bon_plan *plan, const bool *wanted);
void jobs_close(struct jobs *jobs);

/* The first job that can begin, which then is no longer one; false: there is none. */
bool jobs_take(struct jobs *jobs, size_t *job);
/* A job's outputs are there. */
void jobs_done(struct jobs *jobs, size_t job);

#endif
