/* bench/ime_cost.c: what a key costs with prediction, learning and hints on: types a text without its marks over and over, prints
 *
 *     keys TAB breaks TAB break_us_p50 TAB break_us_p99 TAB choose_us_p99 TAB other_us_p50 TAB other_us_p99 TAB allocations TAB
 *     rss_mib
 *
 * A break is a blank or sign; at every tenth word Tab asks for candidates ("choose") and Enter takes the first. Costs of single keys
 * are by the clock, each the least of PASSES passes. Allocations: how many in the last pass (linked with --wrap), in all keys.
 * rss_mib: what is resident at the end, less the mapped model. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
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
        uint64_t start = now();
        if (stroke->key)
            bon_ime_key(ime, stroke->key, 0, &result);
        else
            bon_ime_finish(ime, &result);
        uint64_t cost = now() - start;
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

/* Resident MiB of all mappings but those of a file. */
static double resident_beside(const char *file) {
    char line[4096];
    bool counts = true;
    unsigned long kib = 0, n;
    FILE *maps = fopen("/proc/self/smaps", "r");
    if (!maps) return 0;
    while (fgets(line, sizeof line, maps)) {
        const char *name = strrchr(file, '/');
        if (strchr(line, '-') && strchr(line, ':') && line[0] <= 'f' && !strstr(line, "kB"))
            counts = !strstr(line, name ? name : file);
        else if (counts && sscanf(line, "Rss: %lu", &n) == 1)
            kib += n;
    }
    fclose(maps);
    return (double)kib / 1024;
}

int main(int argc, char **argv) {
    struct script script = {0};
    bon_restorer *restorer = NULL;
    bon_restore_session *session = NULL;
    bon_ime_memory *memory = NULL;
    bon_ime *ime;
    if (argc != 2) return 2;
    read_script(&script);
    double before = resident_beside(argv[1]);
    stop_on(bon_restorer_open(&restorer, argv[1]) != BON_OK ||
            bon_restore_session_open(&session, restorer, NULL) != BON_OK || bon_ime_memory_open(&memory) != BON_OK);
    bon_ime_options options = {.prediction = BON_IME_PREDICT_FULL,
                               .restore = session,
                               .memory = memory,
                               .flags = BON_IME_REOPEN | BON_IME_HINTS};
    stop_on(bon_ime_open(&ime, &options) != BON_OK);
    unsigned long made = 0;
    for (int pass = 0; pass < PASSES; pass++) {
        made = allocations;
        type(ime, &script);
        made = allocations - made;
    }
    double after = resident_beside(argv[1]);
    printf("%zu\t%zu\t%.1f\t%.1f\t%.1f\t%.2f\t%.2f\t%lu\t%.1f\n", script.count, count_kind(&script, BREAK),
           cost_at(&script, BREAK, 0.5), cost_at(&script, BREAK, 0.99), cost_at(&script, CHOOSE, 0.99),
           cost_at(&script, OTHER, 0.5), cost_at(&script, OTHER, 0.99), made, after - before);
    bon_ime_close(ime);
    bon_ime_memory_close(memory);
    bon_restore_session_close(session);
    bon_restorer_close(restorer);
    free(script.strokes);
    return 0;
}
