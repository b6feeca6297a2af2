/* bench/ime_cost.c: what a key costs with prediction, learning and hints on:
 *     ime_cost MODEL [NETWORK] < TEXT
 * Types the text without its marks over and over, and prints a row; with a network, a second one of typing with it, the passes of both
 * in turns:
 *
 *     network TAB keys TAB breaks TAB break_us_p50 TAB break_us_p99 TAB break_us_max TAB choose_us_p99 TAB choose_us_max TAB
 *     other_us_p50 TAB other_us_p99 TAB cpu_us_break TAB allocations TAB rss_mib
 *
 * A break is a blank or sign; at every tenth word Tab asks for candidates ("choose") and Enter takes the first. Costs of single keys
 * are CPU time (by the clock where they are below what asking for that takes: other), each the least of PASSES passes; cpu_us_break:
 * user CPU time of the median pass, for each break in it. Allocations:
 * how many in the last pass (linked with --wrap), in all keys. rss_mib: what became resident by opening and a first pass, less the
 * mapped files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "allocations.h"
#include "base/buf.h"
#include "bon/ime.h"

enum { PASSES = 7, WORDS_A_CHOICE = 10 };
enum kind { OTHER, BREAK, CHOOSE, KINDS };

struct stroke {
    uint32_t key; /* 0 ends a line */
    enum kind kind;
    uint32_t cost; /* ns */
};

struct script {
    struct stroke *strokes;
    size_t count, cap;
};

static void stop_on(bool failed) {
    if (!failed) return;
    fprintf(stderr, "%s\n", bon_error_message());
    exit(1);
}

static uint64_t now(enum kind kind) {
    struct timespec t;
    clock_gettime(kind == OTHER ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void add(struct script *script, uint32_t key, enum kind kind) {
    stop_on(bon_grow_array(&script->strokes, &script->cap, script->count + 1, sizeof *script->strokes) != BON_OK);
    script->strokes[script->count++] = (struct stroke){key, kind, UINT32_MAX};
}

static void read_script(struct script *script) {
    const bon_ime_options typing = {.flags = BON_IME_RESTORE};
    bon_buf plain = {0}, keys = {0};
    char *line = NULL;
    size_t room = 0, words = 0;
    ssize_t n;
    while ((n = getline(&line, &room, stdin)) > 0) {
        plain.len = keys.len = 0;
        stop_on(bon_strip_marks(line, (size_t)n - (line[n - 1] == '\n'), &plain) != BON_OK ||
                bon_ime_encode(&typing, plain.data, plain.len, &keys) != BON_OK);
        for (size_t at = 0; at < keys.len;) {
            uint32_t key;
            unsigned modifiers;
            at += bon_ime_key_read(keys.data + at, keys.len - at, &key, &modifiers);
            bool letter = (key | 32) - 'a' < 26;
            add(script, key, letter ? OTHER : BREAK);
            if (key != ' ' || ++words % WORDS_A_CHOICE) continue;
            add(script, BON_IME_KEY_TAB, CHOOSE);
            add(script, BON_IME_KEY_ENTER, OTHER);
        }
        add(script, 0, BREAK);
    }
    free(line);
    bon_buf_free(&plain);
    bon_buf_free(&keys);
}

static void type(bon_ime *ime, struct script *script) {
    bon_ime_result result;
    for (size_t i = 0; i < script->count; i++) {
        struct stroke *stroke = &script->strokes[i];
        uint64_t start = now(stroke->kind);
        if (stroke->key)
            bon_ime_key(ime, stroke->key, 0, &result);
        else
            bon_ime_finish(ime, &result);
        uint64_t cost = now(stroke->kind) - start;
        if (cost < stroke->cost) stroke->cost = (uint32_t)cost;
    }
}

static int compare_costs(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The costs of a kind at a share of them, in microseconds. */
static double cost_at(const struct script *script, enum kind kind, double share) {
    uint32_t *costs = malloc((script->count + 1) * sizeof *costs);
    size_t count = 0;
    if (!costs) exit(1);
    for (size_t i = 0; i < script->count; i++)
        if (script->strokes[i].kind == kind) costs[count++] = script->strokes[i].cost;
    qsort(costs, count, sizeof *costs, compare_costs);
    double result = count ? costs[(size_t)((double)(count - 1) * share)] / 1000.0 : 0;
    free(costs);
    return result;
}

static size_t count_kind(const struct script *script, enum kind kind) {
    size_t count = 0;
    for (size_t i = 0; i < script->count; i++) count += script->strokes[i].kind == kind;
    return count;
}

/* ---- typing ---- */

/* With a network or without. */
struct desk {
    const char *network; /* NULL: none */
    struct script script;
    bon_restorer *restorer;
    bon_restore_session *session;
    bon_ime_memory *memory;
    bon_ime *ime;
    double cpu[PASSES]; /* user seconds */
    double resident;
    unsigned long allocations; /* of the last pass */
};

static const char *base_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash : path;
}

/* Resident MiB of all mappings but those of two files. */
static double resident_beside(const char *file, const char *other) {
    char line[4096];
    bool counts = true;
    unsigned long kib = 0, n;
    FILE *maps = fopen("/proc/self/smaps", "r");
    if (!maps) return 0;
    while (fgets(line, sizeof line, maps)) {
        if (strchr(line, '-') && strchr(line, ':') && line[0] <= 'f' && !strstr(line, "kB"))
            counts = !strstr(line, base_of(file)) && !(other && strstr(line, base_of(other)));
        else if (counts && sscanf(line, "Rss: %lu", &n) == 1)
            kib += n;
    }
    fclose(maps);
    return (double)kib / 1024;
}

static void open_desk(struct desk *desk, const char *model) {
    stop_on(bon_restorer_open(&desk->restorer, model) != BON_OK ||
            (desk->network && bon_restorer_join(desk->restorer, desk->network) != BON_OK) ||
            bon_restore_session_open(&desk->session, desk->restorer, NULL) != BON_OK ||
            bon_ime_memory_open(&desk->memory) != BON_OK);
    bon_ime_options options = {.prediction = BON_IME_PREDICT_FULL,
                               .restore = desk->session,
                               .memory = desk->memory,
                               .flags = BON_IME_REOPEN | BON_IME_HINTS};
    stop_on(bon_ime_open(&desk->ime, &options) != BON_OK);
}

static void close_desk(struct desk *desk) {
    bon_ime_close(desk->ime);
    bon_ime_memory_close(desk->memory);
    bon_restore_session_close(desk->session);
    bon_restorer_close(desk->restorer);
    free(desk->script.strokes);
}

static double user_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec * 1e-6;
}

static void run_pass(struct desk *desk, int pass) {
    const unsigned long before = allocations;
    const double start = user_seconds();
    type(desk->ime, &desk->script);
    desk->cpu[pass] = user_seconds() - start;
    desk->allocations = allocations - before;
}

static int compare_seconds(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print_row(struct desk *desk) {
    const struct script *script = &desk->script;
    const size_t breaks = count_kind(script, BREAK);
    qsort(desk->cpu, PASSES, sizeof *desk->cpu, compare_seconds);
    printf("%s\t%zu\t%zu\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%.2f\t%.2f\t%.1f\t%lu\t%.1f\n",
           desk->network ? base_of(desk->network) + (strchr(desk->network, '/') != NULL) : "-", script->count, breaks,
           cost_at(script, BREAK, 0.5), cost_at(script, BREAK, 0.99), cost_at(script, BREAK, 1),
           cost_at(script, CHOOSE, 0.99), cost_at(script, CHOOSE, 1), cost_at(script, OTHER, 0.5),
           cost_at(script, OTHER, 0.99), desk->cpu[PASSES / 2] * 1e6 / (double)breaks, desk->allocations,
           desk->resident);
}

int main(int argc, char **argv) {
    struct desk desks[2] = {{.network = NULL}, {.network = argc > 2 ? argv[2] : NULL}};
    const int count = argc > 2 ? 2 : 1;
    if (argc < 2 || argc > 3) return 2;
    read_script(&desks[0].script);
    desks[1].script = (struct script){.count = desks[0].script.count};
    desks[1].script.strokes = malloc((desks[0].script.count + 1) * sizeof *desks[0].script.strokes);
    if (!desks[1].script.strokes) return 1;
    memcpy(desks[1].script.strokes, desks[0].script.strokes, desks[0].script.count * sizeof *desks[0].script.strokes);
    for (int i = 0; i < count; i++) {
        const double before = resident_beside(argv[1], desks[i].network);
        open_desk(&desks[i], argv[1]);
        run_pass(&desks[i], 0);
        desks[i].resident = resident_beside(argv[1], desks[i].network) - before;
    }
    for (int pass = 1; pass < PASSES; pass++)
        for (int i = 0; i < count; i++) run_pass(&desks[i], pass);
    for (int i = 0; i < count; i++) print_row(&desks[i]);
    for (int i = 0; i < 2; i++) close_desk(&desks[i]);
    return 0;
}
