/* src/lm/cuda/gpu.h: what the GPU's backend (backend.c) asks of a machine: memory, kernels, products of matrices, a sort.
 *
 * There are two: a GPU (machine.cu), and loops on the CPU that run the same kernels thread by thread (tests/gpu/lm_emulate.h), so
 * that indices can be tested where there is no GPU. A kernel is written once, in kernels_*.h.
 */
#ifndef BON_SRC_LM_CUDA_GPU_H
#define BON_SRC_LM_CUDA_GPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "bon/lm.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Values on the GPU: 32-bit floats, or bf16 where narrow. */
struct bon_gpu_vec {
    void *at;
    uint32_t narrow;
};

/* What a kernel is told; each reads what it names. */
struct bon_gpu_args {
    struct bon_gpu_vec x, w, b, r, y, dx, dy, saved;
    float *stat;
    double *sums;
    const int32_t *ids, *mask, *starts;
    uint64_t rows, cols, n, first, stride, stat_stride, stat_first, both;
    uint32_t queries, keys, dim, kind, add, turned, row;
    float scale, shift;
    double rate, keep, beta1, beta2, epsilon, unbias, factor;
    const uint64_t *draw; /* what dropout draws from, in the GPU's memory: seed, step */
    uint64_t stream;
};

/* FLAT kernels: one call for each of n elements. BLOCK kernels: blocks of threads that wait for each other. */
#define BON_GPU_FLAT(X)                                                                                                \
    X(cast, CAST)                                                                                                      \
    X(embed, EMBED)                                                                                                    \
    X(linear_after, LINEAR_AFTER)                                                                                      \
    X(linear_slope, LINEAR_SLOPE)                                                                                      \
    X(pass, PASS)                                                                                                      \
    X(times, TIMES)                                                                                                    \
    X(map, MAP)                                                                                                        \
    X(map_back, MAP_BACK)                                                                                              \
    X(swiglu, SWIGLU)                                                                                                  \
    X(swiglu_back, SWIGLU_BACK)                                                                                        \
    X(binary, BINARY)                                                                                                  \
    X(scale, SCALE)                                                                                                    \
    X(scale_back, SCALE_BACK)                                                                                          \
    X(sum_back, SUM_BACK)                                                                                              \
    X(part, PART)                                                                                                      \
    X(part_back, PART_BACK)                                                                                            \
    X(loss_back, LOSS_BACK)                                                                                            \
    X(attention_dots, ATTENTION_DOTS)                                                                                  \
    X(col_sums_end, COL_SUMS_END)                                                                                      \
    X(number, NUMBER)                                                                                                  \
    X(one, ONE)                                                                                                        \
    X(sgd, SGD)                                                                                                        \
    X(adamw, ADAMW)                                                                                                    \
    X(muon_begin, MUON_BEGIN)                                                                                          \
    X(muon_norm, MUON_NORM)                                                                                            \
    X(muon_end, MUON_END)
#define BON_GPU_BLOCK(X)                                                                                               \
    X(col_sums, COL_SUMS)                                                                                              \
    X(embed_back, EMBED_BACK)                                                                                          \
    X(rms, RMS)                                                                                                        \
    X(rms_back, RMS_BACK)                                                                                              \
    X(layer, LAYER)                                                                                                    \
    X(layer_back, LAYER_BACK)                                                                                          \
    X(rope, ROPE)                                                                                                      \
    X(rope_back, ROPE_BACK)                                                                                            \
    X(softmax, SOFTMAX)                                                                                                \
    X(softmax_back, SOFTMAX_BACK)                                                                                      \
    X(count_rows, COUNT_ROWS)                                                                                          \
    X(loss_rows, LOSS_ROWS)                                                                                            \
    X(sum_cols, SUM_COLS)                                                                                              \
    X(sum_part, SUM_PART)                                                                                              \
    X(sum_end, SUM_END)                                                                                                \
    X(attention, ATTENTION)                                                                                            \
    X(attention_back_q, ATTENTION_BACK_Q)                                                                              \
    X(attention_back_kv, ATTENTION_BACK_KV)                                                                            \
    X(flash64, FLASH64)                                                                                                \
    X(flash64_q, FLASH64_Q)                                                                                            \
    X(flash64_kv, FLASH64_KV)                                                                                          \
    X(flash128, FLASH128)                                                                                              \
    X(flash128_q, FLASH128_Q)                                                                                          \
    X(flash128_kv, FLASH128_KV)                                                                                        \
    X(product, PRODUCT)

enum bon_gpu_kernel {
#define BON_GPU_ENUM(name, upper) BON_GPU_##upper,
    BON_GPU_FLAT(BON_GPU_ENUM) BON_GPU_BLOCK(BON_GPU_ENUM)
#undef BON_GPU_ENUM
        BON_GPU_KERNELS
};

/* d = map(alpha op(a) op(b) + beta c + bias), row by row in memory; op(a) is m x k, op(b) k x n. a and b are of one width. */
struct bon_gpu_product {
    struct bon_gpu_vec a, b, c, d; /* c of the width of d, and read when beta is not 0 */
    struct bon_gpu_vec bias;       /* n values, of the width of d; at NULL = none */
    struct bon_gpu_vec saved;      /* where what the map reads is kept, as d; at NULL = nowhere */
    uint32_t map;                  /* bon_map_kind */
    bool a_transposed, b_transposed;
    size_t m, n, k, lda, ldb, ldd; /* ldd of c, too */
    float alpha, beta;
};

/* Everything takes effect in the order of the calls, and may do so after they return; of upload, `from` may change when it returns;
 * download returns when it is done. */
struct bon_gpu_ops {
    void *(*alloc)(void *self, size_t bytes); /* NULL after bon_fail */
    void (*release)(void *self, void *memory);
    bon_status (*upload)(void *self, void *to, const void *from, size_t bytes);
    bon_status (*download)(void *self, void *to, const void *from, size_t bytes);
    /* Up to 8 bytes that come back while it goes on, in BON_GPU_ANSWERS slots; answer waits for them. */
    bon_status (*ask)(void *self, unsigned slot, const void *from, size_t bytes);
    bon_status (*answer)(void *self, unsigned slot, void *to, size_t bytes);
    bon_status (*fill)(void *self, void *memory, int byte, size_t bytes);
    bon_status (*flat)(void *self, enum bon_gpu_kernel kernel, size_t n, const struct bon_gpu_args *args);
    bon_status (*blocks)(void *self, enum bon_gpu_kernel kernel, size_t blocks, size_t shared,
                         const struct bon_gpu_args *args);
    bon_status (*product)(void *self, const struct bon_gpu_product *product);
    /* Whether product does bias, map and saved of this one; if not, they are not given to it. */
    bool (*fuses)(void *self, const struct bon_gpu_product *product);
    /* Sorts n keys that are not negative with what goes along, equal ones in the order they have; work: sort_bytes(n) of them. */
    bon_status (*sort)(void *self, const int32_t *keys, const int32_t *values, int32_t *keys_out, int32_t *values_out,
                       size_t n, void *work);
    size_t (*sort_bytes)(void *self, size_t n);
    /* From record to recorded fills, kernels, products and sorts are not run but kept, and copies and allocations are refused.
     * replay runs them as one, from what then is in their memory. A recording is forgotten before the machine is closed. */
    bon_status (*record)(void *self);
    bon_status (*recorded)(void *self, void **recording);
    bon_status (*replay)(void *self, void *recording);
    void (*forget)(void *self, void *recording);
    bon_status (*finish)(void *self);
    size_t (*memory)(void *self);
    double (*peak)(void *self, bool narrow);
    void (*close)(void *self);
};

enum { BON_GPU_THREADS = 256 /* of a block */, BON_GPU_DIM_MAX = 128 /* of a head */, BON_GPU_ANSWERS = 16 };

struct bon_gpu {
    const struct bon_gpu_ops *ops;
    void *self;
    void *sums;        /* SUM_PARTS partial sums */
    uint64_t *draw;    /* on the GPU: what dropout draws from; recorded kernels find the step there */
    uint64_t drawn[2]; /* what was written there last */
    uint32_t doubles;  /* slots that are asked for a double; the others for a float. Bits */
    bon_status status; /* the first failure since somebody asked */
    char message[BON_MESSAGE_MAX];
};

/* GPU `number` of those that CUDA shows; weak in device.c, replaced by machine.cu where a program is linked with it. `name` is for
 * logs. */
bon_status bon_gpu_open_cuda(struct bon_gpu *gpu, unsigned number, char *name, size_t name_size);

/* Opens a device on a machine (taken over, closed with it). */
bon_status bon_gpu_device(bon_device *device, struct bon_gpu *gpu, const bon_device_options *options);
bon_status bon_gpu_open(bon_device *device, const bon_device_options *options);
void bon_gpu_close(bon_device *device);

#ifdef __cplusplus
}
#endif
#endif
