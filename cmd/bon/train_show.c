/* cmd/bon/train_show.c: "train: 41 %, step 820, loss 3.912, 11.2 k tokens/s, MFU 34 %, 2 min 05 s left". */
#include "train_show.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

void train_show_start(struct train_show *show, const struct shared_args *shared, uint64_t steps, double seconds) {
    *show = (struct train_show){.terminal = isatty(STDERR_FILENO), .steps = steps, .seconds = seconds};
    show->on =
        shared->progress == PROGRESS_ALWAYS || (show->terminal && !shared->quiet && shared->progress == PROGRESS_AUTO);
    clock_gettime(CLOCK_MONOTONIC, &show->last);
}

/* Of the run, 0 to 1; as the schedule sees it. */
static double share_done(const struct train_show *show, const bon_train_row *row) {
    const double steps = show->steps ? (double)row->step / (double)show->steps : 0;
    const double time = show->seconds > 0 ? row->seconds / show->seconds : 0;
    return fmin(fmax(steps, time), 1);
}

static void print_left(double seconds) {
    const unsigned long s = seconds < 1e9 ? (unsigned long)(seconds + 0.5) : 0;
    if (s < 60)
        fprintf(stderr, ", %lu s left", s);
    else if (s < 3600)
        fprintf(stderr, ", %lu min %02lu s left", s / 60, s % 60);
    else
        fprintf(stderr, ", %lu h %02lu min left", s / 3600, s / 60 % 60);
}

void train_show_step(struct train_show *show, const bon_train_row *row) {
    struct timespec now;
    const double done = share_done(show, row);
    if (!show->on) return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const double passed = (double)(now.tv_sec - show->last.tv_sec) + 1e-9 * (double)(now.tv_nsec - show->last.tv_nsec);
    if (passed < 1 && done < 1) return;
    show->last = now;
    if (show->terminal && tcgetpgrp(STDERR_FILENO) != getpgrp()) return;
    if (show->terminal) fputs("\r\033[K", stderr);
    fprintf(stderr, "train: %.0f %%, step %" PRIu64 ", loss %.3f, %.1f k tokens/s", 100 * done, row->step, row->loss,
            row->tokens_per_s / 1000);
    if (!isnan(row->mfu)) fprintf(stderr, ", MFU %.0f %%", 100 * row->mfu);
    if (done > 0) print_left(row->seconds * (1 - done) / done);
    fputs(show->terminal ? "" : "\n", stderr);
    fflush(stderr);
    show->drawn = true;
}

void train_show_stop(struct train_show *show) {
    if (show->drawn && show->terminal) fputs("\r\033[K", stderr);
    show->drawn = false;
}
