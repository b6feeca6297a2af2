/* src/lm/cuda/kernels_softmax.h: softmax and cross-entropy, a block a row; sums of everything. The formulas are those of
 * cpu/softmax_template.h. */
#ifndef BON_SRC_LM_CUDA_KERNELS_SOFTMAX_H
#define BON_SRC_LM_CUDA_KERNELS_SOFTMAX_H

#include "lm/cuda/kernels_map.h"

GPU_FN int gpu_allowed(gpu_args a, uint64_t i) { return !a->mask || a->mask[i] != 0; }

/* Largest allowed value of a row, and the sum of exponentials of the distance to it; 0 when none is allowed. */
GPU_FN float gpu_exponentials(gpu_args a, const struct gpu_at *at, uint64_t from, float *largest) {
    float most = -INFINITY, sum = 0;
    for (uint64_t c = at->thread; c < a->cols; c += BON_GPU_THREADS)
        if (gpu_allowed(a, from + c)) {
            const float x = get(a->x, from + c);
            most = x > most || x != x ? x : most; /* NaN stays, so that a loss of NaN is seen */
        }
    most = block_max(at, most);
    for (uint64_t c = at->thread; c < a->cols; c += BON_GPU_THREADS)
        if (gpu_allowed(a, from + c)) sum += expf(get(a->x, from + c) - most);
    *largest = most;
    return (float)block_sum(at, (double)sum);
}

GPU_FN void gpu_softmax(gpu_args a, const struct gpu_at *at) {
    const uint64_t from = at->block * a->cols;
    float largest;
    const float sum = gpu_exponentials(a, at, from, &largest), scale = sum == 0 ? 0 : 1 / sum;
    for (uint64_t c = at->thread; c < a->cols; c += BON_GPU_THREADS)
        set(a->y, from + c, gpu_allowed(a, from + c) ? expf(get(a->x, from + c) - largest) * scale : 0);
}

GPU_FN void gpu_softmax_back(gpu_args a, const struct gpu_at *at) {
    const uint64_t from = at->block * a->cols;
    float dot = 0;
    for (uint64_t c = at->thread; c < a->cols; c += BON_GPU_THREADS) dot += get(a->y, from + c) * get(a->dy, from + c);
    dot = (float)block_sum(at, (double)dot);
    for (uint64_t c = at->thread; c < a->cols; c += BON_GPU_THREADS)
        put(a->dx, from + c, get(a->y, from + c) * (get(a->dy, from + c) - dot), a->add);
}

/* ---- cross-entropy: sums[0] is 1 / (rows that count), sums[1 + i] the loss of row i ---- */

GPU_FN int gpu_counts_row(gpu_args a, uint64_t i) {
    const int32_t target = a->ids[i];
    return target >= 0 && gpu_allowed(a, i * a->cols + (uint64_t)target);
}

GPU_FN void gpu_count_rows(gpu_args a, const struct gpu_at *at) {
    double count = 0;
    for (uint64_t i = at->thread; i < a->rows; i += BON_GPU_THREADS) count += gpu_counts_row(a, i);
    count = block_sum(at, count);
    if (at->thread == 0) a->sums[0] = count > 0 ? 1 / count : 0;
}

/* The gradient (softmax - one-hot) / count goes into saved, which may stand where the logits stand: a value is written by the
 * thread that read it, and the target's is read before any is written. */
GPU_FN void gpu_loss_rows(gpu_args a, const struct gpu_at *at) {
    const uint64_t from = at->block * a->cols;
    const int counts = gpu_counts_row(a, at->block);
    const uint64_t target = counts ? (uint64_t)a->ids[at->block] : 0;
    const float share = (float)a->sums[0], at_target = counts ? get(a->x, from + target) : 0;
    float largest;
    const float sum = gpu_exponentials(a, at, from, &largest); /* every thread: it waits for all */
    if (at->thread == 0) a->sums[1 + at->block] = counts ? (double)(largest - at_target + logf(sum)) * a->sums[0] : 0;
    for (uint64_t c = at->thread; a->saved.at && c < a->cols; c += BON_GPU_THREADS) {
        float p = counts && gpu_allowed(a, from + c) ? expf(get(a->x, from + c) - largest) * (share / sum) : 0;
        if (counts && c == target) p -= share;
        set(a->saved, from + c, p);
    }
}

/* ---- sums ---- */

GPU_FN void gpu_sum_cols(gpu_args a, const struct gpu_at *at) {
    double sum = 0;
    for (uint64_t c = at->thread; c < a->cols; c += BON_GPU_THREADS) sum += (double)get(a->x, at->block * a->cols + c);
    sum = block_sum(at, sum);
    if (at->thread == 0) set(a->y, at->block, (float)sum);
}

/* kind 0: values, 1: their squares; each block its own part of the n. */
GPU_FN void gpu_sum_part(gpu_args a, const struct gpu_at *at) {
    const uint64_t size = (a->n + at->blocks - 1) / at->blocks, begin = at->block * size;
    double sum = 0;
    for (uint64_t i = begin + at->thread; i < begin + size && i < a->n; i += BON_GPU_THREADS) {
        const double x = (double)get(a->x, i);
        sum += a->kind ? x * x : x;
    }
    sum = block_sum(at, sum);
    if (at->thread == 0) a->sums[at->block] = sum;
}

/* One block: adds up sums[first ... first + n - 1], into y (when there is one) and sums[0]. */
GPU_FN void gpu_sum_end(gpu_args a, const struct gpu_at *at) {
    double sum = 0;
    for (uint64_t i = at->thread; i < a->n; i += BON_GPU_THREADS) sum += a->sums[a->first + i];
    sum = block_sum(at, sum);
    if (at->thread != 0) return;
    if (a->y.at) set(a->y, 0, (float)sum);
    a->sums[0] = sum;
}

#endif
