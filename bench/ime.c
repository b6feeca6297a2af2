/* bench/ime.c: what a key costs: reads lines of keys, types them over and over, prints
 *
 *     keys TAB ns_mean TAB ns_p50 TAB ns_p99 TAB allocations
 *
 * The mean is processor time over whole passes, the median of them. p50 and p99 are of single keys, timed by the clock (its
 * reading, printed by `ime clock`, is in them), each the least of PASSES passes: the key, not the neighbours on the machine.
 * Allocations are counted while typing (linked with --wrap). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "allocations.h"
#include "bon/ime.h"

enum { PASSES = 15 };

struct script {
    uint32_t *keys; /* 0 ends a line */
    size_t count;
};

static double seconds(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}
static int compare_costs(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void read_script(struct script *script) {
    char *line = NULL;
    size_t room = 0, cap = 0;
    ssize_t n;
    while ((n = getline(&line, &room, stdin)) > 0) {
        size_t at = 0, length = (size_t)n - (line[n - 1] == '\n');
        if (script->count + length + 1 > cap) {
            cap = 2 * cap + length + 1;
            script->keys = realloc(script->keys, cap * sizeof *script->keys);
            if (!script->keys) exit(1);
        }
        while (at < length) {
            unsigned modifiers;
            at += bon_ime_key_read(line + at, length - at, &script->keys[script->count++], &modifiers);
        }
        script->keys[script->count++] = 0;
    }
    free(line);
}

static inline void press(bon_ime *ime, uint32_t key, bon_ime_result *result) {
    if (key)
        bon_ime_key(ime, key, 0, result);
    else
        bon_ime_finish(ime, result);
}

static double mean_cost(bon_ime *ime, const struct script *script) {
    double times[PASSES];
    bon_ime_result result;
    for (int pass = 0; pass < PASSES; pass++) {
        double start = seconds(CLOCK_PROCESS_CPUTIME_ID);
        for (size_t i = 0; i < script->count; i++) press(ime, script->keys[i], &result);
        times[pass] = seconds(CLOCK_PROCESS_CPUTIME_ID) - start;
    }
    qsort(times, PASSES, sizeof *times, compare_doubles);
    return times[PASSES / 2] * 1e9 / (double)script->count;
}

/* The least cost of every key. */
static void key_costs(bon_ime *ime, const struct script *script, uint32_t *costs) {
    bon_ime_result result;
    memset(costs, 0xff, script->count * sizeof *costs);
    for (int pass = 0; pass < PASSES; pass++) {
        for (size_t i = 0; i < script->count; i++) {
            uint64_t start = now();
            press(ime, script->keys[i], &result);
            uint64_t cost = now() - start;
            if (cost < costs[i]) costs[i] = (uint32_t)cost;
        }
    }
    qsort(costs, script->count, sizeof *costs, compare_costs);
}

int main(int argc, char **argv) {
    struct script script = {0};
    bon_ime_options options = {.flags = BON_IME_REOPEN |
                                        (argc > 1 && strcmp(argv[1], "restore") == 0 ? BON_IME_RESTORE : 0)};
    bon_ime *ime;
    read_script(&script);
    uint32_t *costs = malloc((script.count + 1) * sizeof *costs);
    if (!costs || script.count == 0 || bon_ime_open(&ime, &options) != BON_OK) return 1;
    unsigned long before = allocations;
    double mean = mean_cost(ime, &script);
    unsigned long made = allocations - before;
    key_costs(ime, &script, costs);
    printf("%zu\t%.1f\t%u\t%u\t%lu\n", script.count, mean, costs[script.count / 2], costs[script.count * 99 / 100],
           made);
    bon_ime_close(ime);
    free(costs);
    free(script.keys);
    return 0;
}
