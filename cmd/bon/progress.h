/* cmd/bon/progress.h: the line on standard error that shows how far a long job is. */
#ifndef BON_CMD_PROGRESS_H
#define BON_CMD_PROGRESS_H

#include <stdbool.h>
#include <time.h>

#include "base/progress.h"
#include "options.h"

struct progress {
    struct bon_progress counter; /* what the library counts */
    const char *label;
    bool forced;   /* --progress=always */
    bool terminal; /* redraw one line in place */
    bool drawn;    /* something was shown */
    struct timespec start, last;
};

/* Git's rules: only when standard error is a terminal of whose foreground group we are, first after a second, then at most
 * once a second. --progress=always shows it anywhere, a line at a time where it is no terminal, and always the last line. */
void progress_start(struct progress *progress, const char *label, const struct shared_args *shared);
/* Clears the line, or ends it with a summary where it was shown. */
void progress_stop(struct progress *progress);

#endif
