/* src/base/parallel.h: numbered parts of a job over threads, with results in order. The text pipeline (pipeline.h) is for
 * streams; this is for arrays that are there already.
 */
#ifndef BON_SRC_BASE_PARALLEL_H
#define BON_SRC_BASE_PARALLEL_H

#include <stddef.h>

#include "base/status.h"

struct bon_parallel {
    unsigned threads; /* 0 and 1: the calling thread does it all */
    size_t parts;     /* numbered from 0, begun in order */
    void *context;
    /* Does one part. `worker` is below max(threads, 1) and no two parts run under the same number at once, so it may choose
     * a scratch space. */
    bon_status (*work)(void *context, size_t part, unsigned worker);
    /* After a part's work, in order of the parts, one at a time, by the worker that did it; may be NULL. */
    bon_status (*commit)(void *context, size_t part, unsigned worker);
};

/* Runs all parts, or ends with the failure of the first part, by number, that failed; later ones may have run as well. A
 * thread that cannot be started is not missed: fewer do the work. */
bon_status bon_parallel_run(const struct bon_parallel *job);

/* Splits n items over parts: the first item of `part`; n for part == parts. */
static inline size_t bon_part_begin(size_t n, size_t part, size_t parts) {
    return n / parts * part + (n % parts * part) / parts;
}

#endif
