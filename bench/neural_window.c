/* bench/neural_window.c: how long a network of random weights takes for a window, by CPU time of one thread; the kernel does not
 * change what it says, nor do weights how fast they multiply.
 *
 *     neural_window POSITIONS RUNS
 *
 * Prints, interleaved and RUNS times, a row for every size and kernel: size, kernel, ms a window. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lm/encoder_run.h"

enum { FEATURES = 12000, BAG = 5, GATES = 3000, LABELS = 36, SPLITS = 2, WARM = 3, WINDOWS = 10 };

static double cpu_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void *room(size_t items, size_t size) {
    void *got = calloc(items ? items : 1, size);
    if (!got) exit(1);
    return got;
}

static void clock_net(const struct bon_encoder_net *net, size_t positions, const char *size, const char *kernel) {
    struct bon_encoder_reader reader;
    int32_t *ids = room(positions * BAG, sizeof *ids);
    if (bon_encoder_reader_open(&reader, net) != BON_OK) exit(1);
    for (size_t i = 0; i < positions * BAG; i++) ids[i] = rand() % FEATURES;
    for (int i = 0; i < WARM; i++) bon_encoder_read(&reader, ids, positions, false);
    const double start = cpu_seconds();
    for (int i = 0; i < WINDOWS; i++) bon_encoder_read(&reader, ids, positions, false);
    printf("%s\t%s\t%.4f\n", size, kernel, 1000 * (cpu_seconds() - start) / WINDOWS);
    bon_encoder_reader_close(&reader);
    free(ids);
}

/* All kernels of a size, and floats by BLAS. */
static void clock_size(const char *size, size_t positions) {
    struct bon_encoder_config config;
    if (bon_encoder_preset(&config, size) != BON_OK) exit(1);
    config.features = FEATURES, config.bag = BAG, config.gates = GATES, config.labels = LABELS, config.splits = SPLITS;
    struct bon_encoder_part *parts = room(bon_encoder_part_count(&config), sizeof *parts);
    for (size_t kernel = 1; kernel <= BON_GEMM8_KERNELS; kernel++) {
        const bool floats = kernel == BON_GEMM8_KERNELS;
        if (!floats && !bon_gemm8_kernels[kernel].usable()) continue;
        const struct bon_encoder_sizes sizes = bon_encoder_parts(&config, floats, parts);
        int8_t *codes = room(sizes.codes, 1);
        float *scales = room(sizes.scales, sizeof *scales), *reals = room(sizes.reals, sizeof *reals);
        for (size_t i = 0; i < sizes.codes; i++) codes[i] = (int8_t)(rand() % 127 - 63);
        for (size_t i = 0; i < sizes.scales; i++) scales[i] = 0.001f;
        for (size_t i = 0; i < sizes.reals; i++) reals[i] = 0.001f * (float)(rand() % 127 - 63);
        struct bon_encoder_net net;
        if (bon_encoder_net_open(&net, &config, floats, codes, scales, reals,
                                 floats ? NULL : &bon_gemm8_kernels[kernel], NULL) != BON_OK)
            exit(1);
        clock_net(&net, positions, size, floats ? "fp32" : bon_gemm8_kernels[kernel].name);
        bon_encoder_net_close(&net);
        free(codes);
        free(scales);
        free(reals);
    }
    free(parts);
}

int main(int argc, char **argv) {
    static const char *const sizes[] = {"tiny", "small", "base"};
    const size_t positions = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    const int runs = argc > 2 ? atoi(argv[2]) : 1;
    if (positions == 0 || positions > BON_ENCODER_POSITIONS) return 2;
    for (int i = 0; i < runs; i++)
        for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) clock_size(sizes[k], positions);
    return 0;
}
