/* src/lm/cuda/launch.h: what backend.c and update.c share: launching kernels, keeping failures until finish() is asked. */
#ifndef BON_SRC_LM_CUDA_LAUNCH_H
#define BON_SRC_LM_CUDA_LAUNCH_H

#include <stdio.h>

#include "lm/backend.h"
#include "lm/cuda/kernels.h"

enum { SUM_PARTS = 1024, ALIGN = 256, CHUNKS = 128 /* of rows, where columns are added up */ };

typedef const struct bon_run *run_ref;
typedef const struct bon_tensor *tensor_ref;

/* ---- failures ---- */

static inline void keep(struct bon_gpu *gpu, bon_status status) {
    if (status == BON_OK || gpu->status != BON_OK) return;
    gpu->status = status;
    snprintf(gpu->message, sizeof gpu->message, "%s", bon_error_message());
}

/* ---- what kernels are given ---- */

static inline bool is_narrow(const bon_device *device) { return device->backend->real_bytes == sizeof(uint16_t); }

static inline struct bon_gpu_vec vec(void *at, bool narrow) { return (struct bon_gpu_vec){at, narrow}; }

static inline struct bon_gpu_vec value_of(run_ref run, tensor_ref t) {
    return vec(t->value, is_narrow(run->device) && !bon_is_wide(t));
}

static inline struct bon_gpu_vec grad_of(run_ref run, tensor_ref t) {
    return vec(t->grad, is_narrow(run->device) && !bon_is_wide(t));
}

static inline struct bon_gpu_vec saved_of(run_ref run, tensor_ref t) { return vec(t->saved, is_narrow(run->device)); }

static inline bool wants(tensor_ref t, size_t k) { return t->write[k] != BON_WRITE_NONE; }

static inline bool adds(run_ref run, tensor_ref t, size_t k) {
    return t->write[k] == BON_WRITE_ADD || (t->write[k] == BON_WRITE_PARAM && run->accumulate);
}

static inline const int32_t *ints_of(tensor_ref t) { return t ? t->value : NULL; }

static inline void flat(run_ref run, enum bon_gpu_kernel kernel, size_t n, const struct bon_gpu_args *args) {
    struct bon_gpu *gpu = run->device->gpu;
    keep(gpu, gpu->ops->flat(gpu->self, kernel, n, args));
}

static inline void blocks(run_ref run, enum bon_gpu_kernel kernel, size_t count, size_t shared,
                          const struct bon_gpu_args *args) {
    struct bon_gpu *gpu = run->device->gpu;
    keep(gpu, gpu->ops->blocks(gpu->self, kernel, count, shared < GPU_FOLD_BYTES ? GPU_FOLD_BYTES : shared, args));
}

static inline size_t aligned(size_t bytes) { return (bytes + ALIGN - 1) / ALIGN * ALIGN; }

static inline void multiply(bon_device *device, const struct bon_gpu_product *product) {
    keep(device->gpu, device->gpu->ops->product(device->gpu->self, product));
}

/* Sums n values, or their squares, into y (which may be missing) and the first of the device's partial sums. */
static inline void sum_all(run_ref run, struct bon_gpu_vec x, size_t n, bool squares, struct bon_gpu_vec y) {
    struct bon_gpu_args args = {.x = x, .n = n, .kind = squares, .sums = run->device->gpu->sums};
    const size_t parts =
        n < (size_t)SUM_PARTS * BON_GPU_THREADS ? (n + BON_GPU_THREADS - 1) / BON_GPU_THREADS : SUM_PARTS;
    blocks(run, BON_GPU_SUM_PART, parts, 0, &args);
    blocks(run, BON_GPU_SUM_END, 1, 0, &(struct bon_gpu_args){.n = parts, .sums = args.sums, .y = y});
}

/* Update rules (update.c), as lm/backend.h has them. */
void bon_gpu_sgd(bon_device *device, void *values, const void *grads, void *momentum, size_t at, size_t n,
                 const struct bon_update *update);
void bon_gpu_adamw(bon_device *device, void *values, const void *grads, void *mean, void *square, size_t at, size_t n,
                   const struct bon_update *update);
void bon_gpu_muon(bon_device *device, void *values, const void *grads, void *momentum, void *work, size_t at,
                  size_t rows, size_t cols, const struct bon_update *update);
double bon_gpu_sum_of_squares(bon_device *device, const void *vector, size_t n);

#endif
