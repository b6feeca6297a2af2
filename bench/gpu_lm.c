/* bench/gpu_lm.c: how fast transformers are trained on a GPU in bf16, on random tokens: `bench-lm STEPS [PRESET]` prints rows for all
 * presets, or the one: tokens a second (the median step), and their part of what the GPU's maker says of products. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hash.h"
#include "base/status.h"
#include "bon/lm.h"
#include "lm/graph.h"

/* FNV-1a in place of base/hash.c, whose library a GPU's machine need not have. */
uint64_t bon_hash64(const void *bytes, size_t n) {
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t i = 0; i < n; i++) hash = (hash ^ ((const unsigned char *)bytes)[i]) * 0x100000001b3;
    return hash;
}

struct job {
    bon_params *params;
    bon_graph *graph;
    bon_optimizer *optimizer;
    int32_t *ids, *starts;
    double *seconds;
};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int by_size(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bon_status measure(struct job *job, bon_device *device, const char *preset, unsigned windows, int steps) {
    enum { WARM = 3 };
    bon_transformer_config config;
    bon_transformer model;
    uint64_t random = 1;
    BON_TRY(bon_transformer_preset(&config, preset, 0));
    const size_t rows = (size_t)windows * config.context;
    BON_TRY(bon_params_open(&job->params, device, 1));
    BON_TRY(bon_graph_open(&job->graph, job->params));
    bon_transformer_build(&model, job->graph, &config, rows);
    bon_tensor *targets = bon_input_ints(job->graph, rows, 1, -1, (int32_t)config.vocabulary);
    BON_TRY(bon_graph_plan(job->graph, bon_cross_entropy(model.logits, targets, NULL)));
    BON_TRY(bon_optimizer_open(&job->optimizer, job->params, &(bon_optimizer_options){.kind = BON_ADAMW}));
    job->ids = malloc(rows * sizeof *job->ids), job->starts = malloc(rows * sizeof *job->starts);
    job->seconds = malloc((size_t)steps * sizeof *job->seconds);
    if (!job->ids || !job->starts || !job->seconds) return bon_fail_memory(rows);
    for (size_t i = 0; i < rows; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        job->ids[i] = (int32_t)((random >> 33) % config.vocabulary);
        job->starts[i] = (int32_t)(i / config.context * config.context);
    }
    for (int step = -WARM; step < steps; step++) {
        const double began = now();
        BON_TRY(bon_transformer_set(&model, &config, job->ids, job->starts));
        BON_TRY(bon_tensor_set_ints(targets, job->ids));
        BON_TRY(bon_graph_step(job->graph, false)); /* as the training loop does */
        BON_TRY(bon_optimizer_step(job->optimizer, 1e-4, 1));
        if (step >= 0) job->seconds[step] = now() - began;
    }
    qsort(job->seconds, (size_t)steps, sizeof *job->seconds, by_size);
    const double speed = (double)rows / job->seconds[steps / 2], peak = bon_device_peak(device);
    printf("%s_tokens_per_s\t%.0f\n", preset, speed);
    if (peak > 0) printf("%s_mfu\t%.3f\n", preset, speed * bon_transformer_flops(&config, job->params) / peak);
    printf("%s_memory_mib\t%.0f\n", preset, (double)bon_device_memory(device) / 1048576);
    return BON_OK;
}

int main(int argc, char **argv) {
    static const struct {
        const char *preset;
        unsigned windows;
    } runs[] = {{"bon-34m", 128}, {"bon-110m", 32}, {"gpt2-124m", 32}};
    const int steps = argc > 1 && atoi(argv[1]) > 0 ? atoi(argv[1]) : 20;
    bon_device *device = NULL;
    bon_status status = bon_device_open(&device, &(bon_device_options){.kind = "cuda", .real = BON_BF16});
    for (size_t i = 0; status == BON_OK && i < sizeof runs / sizeof runs[0]; i++) {
        if (argc > 2 && strcmp(argv[2], runs[i].preset) != 0) continue;
        struct job job = {0};
        status = measure(&job, device, runs[i].preset, runs[i].windows, steps);
        bon_optimizer_close(job.optimizer);
        bon_graph_close(job.graph);
        if (job.params) bon_params_close(job.params);
        free(job.ids);
        free(job.starts);
        free(job.seconds);
    }
    bon_device_close(device);
    if (status != BON_OK) fprintf(stderr, "bench-lm: %s\n", bon_error_message());
    return status != BON_OK;
}
