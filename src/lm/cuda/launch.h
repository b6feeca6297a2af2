/* src/lm/cuda/launch.h: what the files of the backend share: launching kernels, keeping failures until somebody asks. */
#ifndef BON_SRC_LM_CUDA_LAUNCH_H
#define BON_SRC_LM_CUDA_LAUNCH_H

#include <stdio.h>

#include "lm/backend.h"
#include "lm/cuda/kernels_norm.h"
#include "lm/cuda/kernels_softmax.h"

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

/* ---- sums over rows: the gradients of what is one row ---- */

static inline size_t sums_bytes(size_t cols) { return aligned(CHUNKS * cols * sizeof(double)); }

/* The gradient of input k (1 x cols): the sum over the rows of what `args` says of each. */
static inline void put_sums(run_ref run, tensor_ref t, size_t k, double *sums, struct bon_gpu_args args) {
    if (!wants(t, k)) return;
    const size_t tiles = (args.cols + GPU_SUM_COLS - 1) / GPU_SUM_COLS;
    args.sums = sums, args.n = CHUNKS;
    blocks(run, BON_GPU_COL_SUMS, tiles * CHUNKS, BON_GPU_THREADS * sizeof(double), &args);
    flat(run, BON_GPU_COL_SUMS_END, args.cols,
         &(struct bon_gpu_args){
             .sums = sums, .rows = CHUNKS, .cols = args.cols, .dx = grad_of(run, t->in[k]), .add = adds(run, t, k)});
}

/* All columns of dy, one head a row. */
static inline struct bon_gpu_args sum_of(tensor_ref t, enum gpu_sum kind, struct bon_gpu_vec dy) {
    return (struct bon_gpu_args){
        .kind = kind, .dy = dy, .rows = t->rows, .cols = t->cols, .stride = t->cols, .queries = 1};
}

/* ---- what the table in backend.c takes from elsewhere, as lm/backend.h has it ---- */

extern const struct bon_backend bon_gpu_f32, bon_gpu_bf16;

/* device.c */
void *bon_gpu_allocate(bon_device *device, size_t bytes);
void bon_gpu_release(bon_device *device, void *memory);
void bon_gpu_store(bon_device *device, void *to, const void *from, size_t bytes);
void bon_gpu_load(bon_device *device, void *to, const void *from, size_t bytes);
void bon_gpu_store_reals(bon_device *device, void *to, size_t at, const double *from, size_t n, bool wide);
void bon_gpu_load_reals(bon_device *device, double *to, const void *from, size_t at, size_t n, bool wide);
void bon_gpu_ask(bon_device *device, unsigned slot, const void *number);
double bon_gpu_answer(bon_device *device, unsigned slot);
void bon_gpu_fill(bon_device *device, void *memory, int byte, size_t bytes);
void bon_gpu_zero(bon_device *device, void *vector, size_t n);
void bon_gpu_set_one(bon_device *device, void *number);
bon_status bon_gpu_finish(bon_device *device);
bon_status bon_gpu_check(bon_device *device);
double bon_gpu_peak(bon_device *device);
size_t bon_gpu_memory(bon_device *device);
void bon_gpu_begin(run_ref run);
bool bon_gpu_record(bon_device *device);
void *bon_gpu_recorded(bon_device *device);
void bon_gpu_replay(bon_device *device, void *recording);
void bon_gpu_forget(bon_device *device, void *recording);

/* linear.c */
size_t bon_gpu_linear_work(const bon_device *device, tensor_ref t);
void bon_gpu_linear_forward(run_ref run, tensor_ref t);
void bon_gpu_linear_backward(run_ref run, tensor_ref t);

/* update.c */
void bon_gpu_sgd(bon_device *device, void *values, const void *grads, void *momentum, size_t at, size_t n,
                 const struct bon_update *update);
void bon_gpu_adamw(bon_device *device, void *values, const void *grads, void *mean, void *square, size_t at, size_t n,
                   const struct bon_update *update);
void bon_gpu_muon(bon_device *device, void *values, const void *grads, void *momentum, void *work, size_t at,
                  size_t rows, size_t cols, const struct bon_update *update);
void bon_gpu_ask_squares(bon_device *device, unsigned slot, const void *vector, size_t n);

#endif
