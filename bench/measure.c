/* bench/measure.c: runs a command and reports what it cost: `measure FILE CMD ARG...` appends one line to FILE,
 * `wall_s TAB cpu_s TAB peak_rss_mib`, and exits as the command did. CPU seconds (user + system, children included) are
 * what ratios are made of: they suffer less from a busy machine than wall time does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec / 1e6; }

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: measure FILE CMD [ARG...]\n");
        return 2;
    }
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    pid_t child = fork();
    if (child < 0) return perror("measure: fork"), 1;
    if (child == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    int status;
    struct rusage usage;
    if (wait4(child, &status, 0, &usage) < 0) return perror("measure: wait4"), 1;
    clock_gettime(CLOCK_MONOTONIC, &end);
    double wall = (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
    FILE *report = fopen(argv[1], "a");
    if (!report) return perror(argv[1]), 1;
    fprintf(report, "%.4f\t%.4f\t%.1f\n", wall, seconds(usage.ru_utime) + seconds(usage.ru_stime),
            (double)usage.ru_maxrss / 1024);
    if (fclose(report) != 0) return perror(argv[1]), 1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
