/* bench/lm_step.c: bench/lm.sh's clock: training steps of a preset on one thread beside the bare matrix product of the same BLAS.
 *
 *     lm_step PRESET TOKENS STEPS RECOMPUTE
 *
 * Prints a line a step: GFLOP per CPU second of the step, of a 1024 x 1024 x 1024 product, tokens per CPU second, MiB of the
 * graph and MiB that it would take without reuse. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bon/lm.h"

enum { SIDE = 1024 };
typedef void (*gemm)(int, int, int, int, int, int, float, const float *, int, const float *, int, float, float *, int);

static double cpu_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* GFLOP per CPU second of one product; the library is there already, held to one thread by bon. */
static double product(void) {
    static float a[SIDE * SIDE], b[SIDE * SIDE], c[SIDE * SIDE];
    void *library = dlopen("libopenblas.so.0", RTLD_NOW);
    gemm multiply = NULL;
    if (!library || !(*(void **)&multiply = dlsym(library, "cblas_sgemm"))) return 0;
    for (int i = 0; i < SIDE * SIDE; i++) a[i] = (float)(i % 7), b[i] = (float)(i % 5);
    multiply(101, 111, 112, SIDE, SIDE, SIDE, 1, a, SIDE, b, SIDE, 0, c, SIDE);
    const double began = cpu_seconds();
    for (int i = 0; i < 5; i++) multiply(101, 111, 112, SIDE, SIDE, SIDE, 1, a, SIDE, b, SIDE, 0, c, SIDE);
    return 5 * 2e-9 * SIDE * SIDE * SIDE / (cpu_seconds() - began);
}

int main(int argc, char **argv) {
    bon_transformer_config config;
    bon_device *device = NULL;
    bon_params *params = NULL;
    bon_graph *graph = NULL;
    bon_optimizer *optimizer = NULL;
    bon_transformer model;
    if (argc != 5 || bon_transformer_preset(&config, argv[1], 0)) return 2;
    const int tokens = (int)strtol(argv[2], NULL, 10), steps = (int)strtol(argv[3], NULL, 10);
    int32_t *ids = calloc((size_t)tokens, sizeof *ids), *starts = calloc((size_t)tokens, sizeof *starts);
    if (tokens < 1 || !ids || !starts) return 2;
    for (int i = 0; i < tokens; i++) {
        ids[i] = (int32_t)((uint32_t)i * 2654435761u % config.vocabulary);
        starts[i] = i - i % (int)config.context;
    }
    if (bon_device_open(&device, &(bon_device_options){.threads = 1}) || bon_params_open(&params, device, 1) ||
        bon_graph_open(&graph, params))
        goto fail;
    bon_transformer_build(&model, graph, &config, (size_t)tokens);
    bon_tensor *targets = bon_input_ints(graph, (size_t)tokens, 1, -1, (int32_t)config.vocabulary);
    bon_graph_recompute(graph, (unsigned)strtoul(argv[4], NULL, 10));
    if (bon_graph_plan(graph, bon_cross_entropy(model.logits, targets, NULL)) ||
        bon_optimizer_open(&optimizer, params, &(bon_optimizer_options){.kind = BON_ADAMW}) ||
        bon_transformer_set(&model, &config, ids, starts) || bon_tensor_set_ints(targets, ids))
        goto fail;
    size_t apart;
    const size_t together = bon_graph_bytes(graph, &apart);
    const double work = bon_transformer_flops(&config, params) * tokens;
    for (int step = -1; step < steps; step++) { /* one to warm up */
        const double began = cpu_seconds();
        if (bon_graph_forward(graph) || bon_graph_backward(graph, false) || bon_optimizer_step(optimizer, 1e-3, 1))
            goto fail;
        const double took = cpu_seconds() - began;
        if (step >= 0)
            printf("%.2f\t%.2f\t%.1f\t%.1f\t%.1f\n", work / took * 1e-9, product(), tokens / took,
                   (double)together / 1048576, (double)apart / 1048576);
    }
    return 0;
fail:
    fprintf(stderr, "%s\n", bon_error_message());
    return 1;
}
