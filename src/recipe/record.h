/* src/recipe/record.h: what was done for a job, as a line of JSON:
 *
 *     {"job":"clean/a.txt","step":"clean","bon":"0.1.0","command":["normalize","--output=clean/a.txt","--","a.txt"],
 *      "inputs":[{"path":"a.txt","bytes":12,"xxh3":"..."}],"outputs":[...],"counters":{...},"started":"...","seconds":0.1}
 *
 * (in one line). The members up to "outputs" are made from a plan alone and always spelled the same, so whether a record holds is a
 * comparison of bytes.
 */
#ifndef BON_SRC_RECIPE_RECORD_H
#define BON_SRC_RECIPE_RECORD_H

#include "recipe/plan.h"

/* What a run adds to a record. */
struct bon_record_run {
    const char *counters; /* a JSON object in one line; NULL = none */
    size_t counters_length;
    int64_t started; /* seconds since 1970 */
    double seconds;
};

/* Appends the line with its newline. All files of the job are known. */
bon_status bon_record_write(const struct bon_plan *plan, const struct bon_plan_job *job,
                            const struct bon_record_run *run, bon_buf *line);

enum bon_record_verdict {
    BON_RECORD_HOLDS,
    BON_RECORD_COMMAND, /* another command line */
    BON_RECORD_VERSION, /* another bon */
    BON_RECORD_INPUT,   /* *which: the input that is another */
    BON_RECORD_OUTPUT   /* *which: the output that is not as it was made */
};

/* Compares a record with the job as it is now; the inputs are known. With `outputs` they are known, too, and are compared. */
bon_status bon_record_check(const struct bon_plan *plan, const struct bon_plan_job *job, const char *line, size_t n,
                            bool outputs, enum bon_record_verdict *verdict, size_t *which);

/* "job" of a line, appended; nothing when it is no record. */
bon_status bon_record_name(const char *line, size_t n, bon_buf *name);
/* "bon" and "seconds" of a line; 0 where there are none. */
double bon_record_seconds(const char *line, size_t n);
bon_status bon_record_version(const char *line, size_t n, bon_buf *version);

/* The command of a job as it is typed behind "bon": words for a shell. */
bon_status bon_plan_shell(const struct bon_plan *plan, const struct bon_plan_job *job, bon_buf *out);

#endif
