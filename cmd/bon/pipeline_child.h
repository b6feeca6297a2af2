/* cmd/bon/pipeline_child.h: a job as a process: bon again, with outputs in a staging folder, which are put in their places when it has
 * gone well. */
#ifndef BON_CMD_PIPELINE_CHILD_H
#define BON_CMD_PIPELINE_CHILD_H

#include <sys/types.h>
#include <time.h>

#include "pipeline_open.h"

struct child {
    pid_t pid; /* 0 = none */
    size_t job;
    unsigned threads;
    struct timespec start;
    time_t started;
};

/* Makes the staging folder of the job and starts it with so many threads, on the processor's own terms: it dies with this process. */
bon_status child_start(const struct pipeline *pipeline, size_t job, unsigned threads, struct child *child);

/* After the process ended with a wait status of 0: puts its outputs in place, which makes them known, and appends its record to *line.
 * *seconds is how long it took. */
bon_status child_publish(const struct pipeline *pipeline, const struct child *child, bon_buf *line, double *seconds);

/* What the process wrote to standard error (the last of it), to standard error, behind `prefix` on every line. */
void child_show_log(const struct pipeline *pipeline, const struct child *child, const char *prefix);

/* Removes the staging folder of a job that ended. */
void child_clean(const struct pipeline *pipeline, const struct child *child);

/* Removes a folder with all in it; one that is not there is fine. */
bon_status remove_tree(const char *path);
/* mkdir -p of the folder that `path` is in. The path's characters are changed for a moment. */
bon_status make_folders_of(char *path);

#endif
