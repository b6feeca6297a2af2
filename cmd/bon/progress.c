/* cmd/bon/progress.c: "normalize: 45 % of 1.2 GB, 230 MB/s, 3 s left". */
#include "progress.h"

#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

static double seconds_between(struct timespec from, struct timespec to) {
    return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) * 1e-9;
}

static const char *bytes_text(double bytes, char text[32]) {
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    size_t unit = 0;
    while (bytes >= 999.5 && unit + 1 < sizeof units / sizeof *units) bytes /= 1000, unit++;
    snprintf(text, 32, unit == 0 || bytes >= 99.95 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
    return text;
}

static const char *duration_text(double seconds, char text[32]) {
    unsigned long s = seconds < 1e9 ? (unsigned long)(seconds + 0.5) : 0;
    if (s < 60)
        snprintf(text, 32, "%lu s", s);
    else if (s < 3600)
        snprintf(text, 32, "%lu min %02lu s", s / 60, s % 60);
    else
        snprintf(text, 32, "%lu h %02lu min", s / 3600, s / 60 % 60);
    return text;
}

static void draw(struct progress *progress, double elapsed) {
    char a[32], b[32], c[32];
    double done = (double)progress->counter.done, total = (double)progress->counter.total;
    double rate = elapsed > 0 ? done / elapsed : 0;
    if (progress->terminal) fputs("\r\033[K", stderr);
    if (total > 0 && rate > 0) {
        double left = done < total ? (total - done) / rate : 0;
        double share = done < total ? 100 * done / total : 100;
        fprintf(stderr, "%s: %.0f %% of %s, %s/s, %s left", progress->label, share, bytes_text(total, a),
                bytes_text(rate, b), duration_text(left, c));
    } else {
        fprintf(stderr, "%s: %s, %s/s", progress->label, bytes_text(done, a), bytes_text(rate, b));
    }
    fputs(progress->terminal ? "" : "\n", stderr);
    fflush(stderr);
    progress->drawn = true;
}

static void tick(struct bon_progress *counter) {
    struct progress *progress = counter->user;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (seconds_between(progress->last, now) < 1) return;
    progress->last = now;
    /* A job may be sent to the background while it runs. */
    if (progress->terminal && tcgetpgrp(STDERR_FILENO) != getpgrp()) return;
    draw(progress, seconds_between(progress->start, now));
}

void progress_start(struct progress *progress, const char *label, const struct shared_args *shared) {
    bool terminal = isatty(STDERR_FILENO);
    *progress = (struct progress){.label = label, .terminal = terminal, .forced = shared->progress == PROGRESS_ALWAYS};
    clock_gettime(CLOCK_MONOTONIC, &progress->start);
    progress->last = progress->start; /* so the first line comes after a second */
    progress->counter.user = progress;
    if (progress->forced || (terminal && !shared->quiet && shared->progress == PROGRESS_AUTO))
        progress->counter.tick = tick;
}

void progress_stop(struct progress *progress) {
    char bytes[32], rate[32], time[32];
    struct timespec now;
    if (!progress->drawn && !progress->forced) return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double elapsed = seconds_between(progress->start, now), done = (double)progress->counter.done;
    fprintf(stderr, "%s%s: %s in %s, %s/s\n", progress->terminal ? "\r\033[K" : "", progress->label,
            bytes_text(done, bytes), duration_text(elapsed, time), bytes_text(elapsed > 0 ? done / elapsed : 0, rate));
    progress->counter.tick = NULL;
    progress->drawn = progress->forced = false;
}
