/* src/base/progress.h: progress that a command shows on stderr: rate, share done and time left, at most once a second and
 * only after the first. The library only counts; drawing is a callback, so that nothing here prints. */
#ifndef BON_SRC_BASE_PROGRESS_H
#define BON_SRC_BASE_PROGRESS_H

#include <stdatomic.h>

#include "bon/base.h"

struct bon_progress {
    _Atomic uint64_t done;  /* bytes of raw input read */
    _Atomic uint64_t total; /* 0 = unknown */
    /* Called from the pipeline's writing thread after each chunk; NULL = nothing. The command decides whether to draw. */
    void (*tick)(struct bon_progress *progress);
    void *user;
};

#endif
