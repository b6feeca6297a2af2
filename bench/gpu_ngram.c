/* bench/gpu_ngram.c WORDS CPU_WORDS ORDER RUNS [emulate]: the estimator on a GPU: a synthetic text of WORDS ids in memory ->
 * a model in memory, phase by phase, and what the CPU's estimator takes on two threads for CPU_WORDS ids of the same kind (0: not
 * measured). Prints "name TAB value" lines; seconds are the median of RUNS.
 */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "ngram/passes.h"
#include "text.h"

enum { PHASES = 16, RUNS_MAX = 32, TYPES = 260000, PHRASES_MAX = 1 << 24 };

struct clock {
    const char *name[PHASES];
    double seconds[PHASES][RUNS_MAX]; /* by run */
    size_t phases, now;
    unsigned run;
    double since;
};

static double wall(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static double cpu(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void enter(void *user, const char *phase) {
    struct clock *clock = user;
    double time = wall();
    if (clock->now < PHASES) clock->seconds[clock->now][clock->run] += time - clock->since;
    clock->since = time;
    for (clock->now = 0; clock->now < clock->phases; clock->now++)
        if (strcmp(clock->name[clock->now], phase) == 0) return;
    if (clock->phases < PHASES) clock->name[clock->phases++] = phase;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(const double *values, unsigned n) {
    double sorted[RUNS_MAX];
    memcpy(sorted, values, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_value);
    return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

static const struct bon_kn_rule RULE = {.fallback = &bon_discount_fallback, .discounts = BON_DISCOUNT_DEFINITION};
static const uint32_t PRUNE_NOTHING[BON_LM_MAX_ORDER];

static void free_levels(struct bon_lm_table *table) {
    for (unsigned i = 0; i < BON_LM_MAX_ORDER; i++) {
        struct bon_lm_level *level = &table->level[i];
        free(level->word);
        free(level->first_child);
        free(level->context);
        free(level->logprob);
        free(level->backoff);
        free(level->extends);
    }
}

static bon_status make_text(struct gpu_text *text, size_t words) {
    uint32_t phrases = words / 12 < PHRASES_MAX ? (uint32_t)(words / 12) + 1 : PHRASES_MAX;
    BON_TRY(gpu_text_make(text, 1, words, TYPES, phrases, 16));
    return gpu_text_words(text, TYPES);
}

/* One model; device NULL: by the CPU. */
static bon_status build(struct gpu_text *text, unsigned order, struct bon_machine *device, struct clock *clock,
                        uint64_t *ngrams) {
    struct bon_grams grams = {0};
    struct bon_lm_table table = {0};
    struct bon_passes passes = {.device = device, .watch = enter, .user = clock};
    bon_status status = device ? bon_passes_find(&passes, &grams, order, &text->corpus, &text->words, PRUNE_NOTHING)
                               : bon_grams_find(&grams, order, 2, &text->corpus, &text->words, PRUNE_NOTHING);
    if (status == BON_OK)
        status = device ? bon_passes_estimate(&passes, &grams, &RULE, &table) : bon_kn_estimate(&grams, &RULE, &table);
    if (clock) enter(clock, "end");
    *ngrams = 0;
    for (unsigned k = 0; k < order; k++) *ngrams += table.level[k].count;
    bon_grams_free(&grams);
    free_levels(&table);
    return status;
}

static bon_status measure_device(size_t words, unsigned order, unsigned runs, bool emulate, double *seconds) {
    static struct clock clock;
    double all[RUNS_MAX];
    uint64_t ngrams = 0, peak = 0;
    for (unsigned run = 0; run < runs; run++) {
        struct gpu_text text = {0};
        struct bon_machine device = {0};
        bon_status status = make_text(&text, words);
        if (status == BON_OK)
            status = bon_machine_open(&device, emulate ? BON_LM_DEVICE_EMULATE : BON_LM_DEVICE_CUDA, 8);
        clock.now = PHASES;
        clock.run = run;
        clock.since = wall();
        double begin = clock.since;
        if (status == BON_OK) status = build(&text, order, &device, &clock, &ngrams);
        all[run] = wall() - begin;
        peak = device.peak;
        bon_machine_close(&device);
        gpu_text_free(&text);
        BON_TRY(status);
    }
    *seconds = median(all, runs);
    printf("words\t%zu\norder\t%u\nruns\t%u\nngrams\t%llu\ndevice GB\t%.2f\n", words, order, runs,
           (unsigned long long)ngrams, (double)peak * 1e-9);
    for (size_t i = 0; i < clock.phases; i++)
        if (strcmp(clock.name[i], "end") != 0) printf("%s s\t%.3f\n", clock.name[i], median(clock.seconds[i], runs));
    printf("all s\t%.3f\nwords/s\t%.3g\n", *seconds, (double)words / *seconds);
    return BON_OK;
}

static bon_status measure_cpu(size_t words, unsigned order, size_t device_words, double device_seconds) {
    struct gpu_text text = {0};
    uint64_t ngrams;
    bon_status status = make_text(&text, words);
    double begin = wall(), begin_cpu = cpu();
    if (status == BON_OK) status = build(&text, order, NULL, NULL, &ngrams);
    double seconds = wall() - begin, cpu_seconds = cpu() - begin_cpu;
    gpu_text_free(&text);
    BON_TRY(status);
    printf("CPU words\t%zu\nCPU ngrams\t%llu\nCPU s, 2 threads\t%.2f\nCPU CPU-s, 2 threads\t%.2f\n", words,
           (unsigned long long)ngrams, seconds, cpu_seconds);
    printf("CPU-s a word / device s a word\t%.1f\n",
           cpu_seconds / (double)words / (device_seconds / (double)device_words));
    return BON_OK;
}

int main(int argc, char **argv) {
    size_t words = argc > 1 ? strtoull(argv[1], NULL, 10) : 0, cpu_words = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
    unsigned order = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 5;
    unsigned runs = argc > 4 ? (unsigned)strtoul(argv[4], NULL, 10) : 3;
    bool emulate = argc > 5 && strcmp(argv[5], "emulate") == 0;
    if (words < 2 || words >= UINT32_MAX || order < 1 || order > BON_LM_MAX_ORDER || runs < 1 || runs > RUNS_MAX) {
        fprintf(stderr, "usage: gpu_ngram WORDS [CPU_WORDS [ORDER [RUNS [emulate]]]]\n");
        return 2;
    }
    double seconds;
    bon_status status = measure_device(words, order, runs, emulate, &seconds);
    fflush(stdout);
    if (status == BON_OK && cpu_words > 1) status = measure_cpu(cpu_words, order, words, seconds);
    if (status != BON_OK) fprintf(stderr, "gpu_ngram: %s\n", bon_error_message());
    return status != BON_OK;
}
