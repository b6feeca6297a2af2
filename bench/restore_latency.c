/* bench/restore_latency.c: what a key costs: a line's last 12 syllables restored again after each letter, in microseconds, and what
 * opening the model costs. Each call is timed by the processor's clock of the thread.
 *   restore_latency MODEL FILE   (FILE: plain text without marks)
 * Prints: name TAB value TAB unit. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/io.h"
#include "bon/restore.h"

enum { WORDS = 12, CALLS = 200000, OPENS = 200 };

static void check(bon_status status) {
    if (status == BON_OK) return;
    fprintf(stderr, "restore_latency: %s\n", bon_error_message());
    exit(1);
}

static double seconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static bon_buf read_file(const char *path) {
    bon_buf text = {0};
    check(bon_file_read(path, SIZE_MAX, &text));
    return text;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print(const char *name, double *values, size_t n, double scale, const char *unit) {
    qsort(values, n, sizeof *values, ascending);
    printf("%s, median\t%.1f\t%s\n", name, scale * values[n / 2], unit);
    printf("%s, p99\t%.1f\t%s\n", name, scale * values[n * 99 / 100], unit);
}

/* Where the last WORDS words of a line before `end` begin. */
static size_t begin_of(const char *line, size_t end) {
    unsigned blanks = 0;
    for (size_t i = end; i-- > 0;)
        if (line[i] == ' ' && ++blanks == WORDS) return i + 1;
    return 0;
}

/* Types the text; every letter behind the first twelve words of its line is a call. */
static size_t type(bon_restore_session *session, const bon_buf *text, unsigned best, double *values) {
    size_t n = 0;
    bon_buf out = {0};
    for (size_t at = 0, line_at = 0; at < text->len && n < CALLS; at++) {
        if (text->data[at] == '\n') line_at = at + 1;
        if (text->data[at] == '\n' || text->data[at] == ' ') continue;
        const char *line = text->data + line_at;
        size_t end = at + 1 - line_at, begin = begin_of(line, end), count;
        const bon_restore_result *results;
        if (begin == 0) continue;
        out.len = 0;
        double before = seconds(CLOCK_THREAD_CPUTIME_ID);
        if (best)
            check(bon_restore_line(session, line + begin, end - begin, best, &results, &count));
        else
            check(bon_restore(session, line + begin, end - begin, &out));
        values[n++] = seconds(CLOCK_THREAD_CPUTIME_ID) - before;
    }
    bon_buf_free(&out);
    return n;
}

int main(int count, char **arguments) {
    static double values[CALLS];
    bon_restorer *restorer;
    bon_restore_session *session;
    if (count != 3) return 2;
    bon_buf text = read_file(arguments[2]);
    for (unsigned i = 0; i < OPENS; i++) {
        double before = seconds(CLOCK_MONOTONIC);
        check(bon_restorer_open(&restorer, arguments[1]));
        values[i] = seconds(CLOCK_MONOTONIC) - before;
        bon_restorer_close(restorer);
    }
    print("open, wall", values, OPENS, 1e3, "ms");
    double before = seconds(CLOCK_PROCESS_CPUTIME_ID);
    check(bon_restorer_open(&restorer, arguments[1]));
    check(bon_restore_session_open(&session, restorer, NULL));
    printf("open with a session\t%.1f\tms\n", 1e3 * (seconds(CLOCK_PROCESS_CPUTIME_ID) - before));
    before = seconds(CLOCK_PROCESS_CPUTIME_ID);
    check(bon_restorer_verify(restorer));
    printf("verify\t%.1f\tms\n", 1e3 * (seconds(CLOCK_PROCESS_CPUTIME_ID) - before));
    size_t n = type(session, &text, 0, values);
    printf("calls\t%zu\t\n", n);
    if (n == 0) return 1;
    print("key, bon_restore", values, n, 1e6, "us");
    n = type(session, &text, 1, values);
    print("key, bon_restore_line", values, n, 1e6, "us");
    n = type(session, &text, 5, values);
    print("key, five readings", values, n, 1e6, "us");
    bon_restore_session_close(session);
    bon_restorer_close(restorer);
    bon_buf_free(&text);
    return 0;
}
