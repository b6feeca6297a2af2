/* src/lm/cuda/kernels.h: the language that kernels are written in: values of either width, and what threads of a block do together.
 * Read by nvcc as functions of the GPU, by the C compiler as functions of the emulation, where `wait` lets the other threads go on.
 */
#ifndef BON_SRC_LM_CUDA_KERNELS_H
#define BON_SRC_LM_CUDA_KERNELS_H

#include <math.h>
#include <string.h>

#include "lm/cuda/gpu.h"

#ifdef __CUDACC__
#define GPU_FN static __device__ __forceinline__
#else
#define GPU_FN static inline
#endif

struct gpu_at {
    uint64_t block, blocks;
    unsigned thread;
    float *shared; /* of the block; as many bytes as asked for, aligned for doubles */
    void (*wait)(void *emulation);
    void *emulation;
    double *lanes;        /* of the emulation: a value of each thread */
    uint32_t (*pairs)[6]; /* of the emulation: what each thread holds of two matrices */
};

GPU_FN float gpu_of_bits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* bf16 is the upper half of a float, rounded to the nearest, ties to even. */
GPU_FN uint16_t gpu_to_bf16(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if ((bits & 0x7fffffffu) > 0x7f800000u) return (uint16_t)(bits >> 16 | 0x40u);
    return (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

GPU_FN float get(struct bon_gpu_vec v, uint64_t i) {
    return v.narrow ? gpu_of_bits((uint32_t)((const uint16_t *)v.at)[i] << 16) : ((const float *)v.at)[i];
}

GPU_FN void set(struct bon_gpu_vec v, uint64_t i, float value) {
    if (v.narrow)
        ((uint16_t *)v.at)[i] = gpu_to_bf16(value);
    else
        ((float *)v.at)[i] = value;
}

GPU_FN void put(struct bon_gpu_vec v, uint64_t i, float value, uint32_t add) {
    set(v, i, add ? get(v, i) + value : value);
}

/* ---- what threads of a block do together: all of them come here ---- */

GPU_FN void wait_all(const struct gpu_at *at) {
#ifdef __CUDA_ARCH__
    (void)at;
    __syncthreads();
#else
    at->wait(at->emulation);
#endif
}

/* Sum (or the largest) over neighbouring threads, `width` of them: a power of 2 up to 32. */
GPU_FN double among(const struct gpu_at *at, double value, unsigned width, int largest) {
#ifdef __CUDA_ARCH__
    (void)at;
    for (unsigned step = width / 2; step > 0; step /= 2) {
        const double other = __shfl_xor_sync(0xffffffffu, value, (int)step, (int)width);
        value = largest ? (other > value ? other : value) : value + other;
    }
    return value;
#else
    at->lanes[at->thread] = value;
    wait_all(at);
    const unsigned from = at->thread / width * width;
    double all = at->lanes[from];
    for (unsigned i = from + 1; i < from + width; i++)
        all = largest ? (at->lanes[i] > all ? at->lanes[i] : all) : all + at->lanes[i];
    wait_all(at);
    return all;
#endif
}

GPU_FN float group_sum(const struct gpu_at *at, float value, unsigned width) {
#ifdef __CUDA_ARCH__
    (void)at;
    for (unsigned step = width / 2; step > 0; step /= 2)
        value += __shfl_xor_sync(0xffffffffu, value, (int)step, (int)width);
    return value;
#else
    return (float)among(at, (double)value, width, 0);
#endif
}

GPU_FN float group_max(const struct gpu_at *at, float value, unsigned width) {
#ifdef __CUDA_ARCH__
    (void)at;
    for (unsigned step = width / 2; step > 0; step /= 2)
        value = fmaxf(value, __shfl_xor_sync(0xffffffffu, value, (int)step, (int)width));
    return value;
#else
    return (float)among(at, (double)value, width, 1);
#endif
}

/* Over the whole block, in `shared`, whose first 8 doubles it uses. */
GPU_FN double block_fold(const struct gpu_at *at, double value, int largest) {
    double *warps = (double *)at->shared;
    value = among(at, value, 32, largest);
    if (at->thread % 32 == 0) warps[at->thread / 32] = value;
    wait_all(at);
    double all = warps[0];
    for (unsigned i = 1; i < BON_GPU_THREADS / 32; i++)
        all = largest ? (warps[i] > all ? warps[i] : all) : all + warps[i];
    wait_all(at);
    return all;
}

GPU_FN double block_sum(const struct gpu_at *at, double value) { return block_fold(at, value, 0); }
GPU_FN float block_max(const struct gpu_at *at, float value) { return (float)block_fold(at, (double)value, 1); }

enum { GPU_FOLD_BYTES = BON_GPU_THREADS / 32 * (int)sizeof(double) };

#endif
