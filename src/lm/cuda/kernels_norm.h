/* src/lm/cuda/kernels_norm.h: norms and rotary positions, a block a row; sums over rows; the gradient of an embedding. The formulas
 * are those of cpu/norm_template.h. */
#ifndef BON_SRC_LM_CUDA_KERNELS_NORM_H
#define BON_SRC_LM_CUDA_KERNELS_NORM_H

#include "lm/cuda/kernels_map.h"

/* ---- RMSNorm ---- */

GPU_FN void gpu_rms(gpu_args a, const struct gpu_at *at) {
    const uint64_t from = at->block * a->cols;
    float sum = 0;
    for (uint64_t c = at->thread; c < a->cols; c += BON_GPU_THREADS) sum += get(a->x, from + c) * get(a->x, from + c);
    const float r = 1 / sqrtf((float)block_sum(at, (double)sum) / (float)a->cols + a->shift);
    for (uint64_t c = at->thread; c < a->cols; c += BON_GPU_THREADS)
        set(a->y, from + c, get(a->x, from + c) * r * get(a->w, c));
    if (a->stat && at->thread == 0) a->stat[at->block] = r;
}

GPU_FN void gpu_rms_back(gpu_args a, const struct gpu_at *at) {
    const uint64_t from = at->block * a->cols;
    const float r = a->stat[at->block];
    float dot = 0;
    for (uint64_t c = at->thread; c < a->cols; c += BON_GPU_THREADS)
        dot += get(a->w, c) * get(a->dy, from + c) * get(a->x, from + c);
    const float pull = (float)block_sum(at, (double)dot) * r * r / (float)a->cols;
    for (uint64_t c = at->thread; c < a->cols; c += BON_GPU_THREADS)
        put(a->dx, from + c, r * (get(a->w, c) * get(a->dy, from + c) - get(a->x, from + c) * pull), a->add);
}

/* ---- LayerNorm ---- */

GPU_FN void gpu_layer(gpu_args a, const struct gpu_at *at) {
    const uint64_t from = at->block * a->cols;
    float sum = 0, squares = 0;
    for (uint64_t c = at->thread; c < a->cols; c += BON_GPU_THREADS) sum += get(a->x, from + c);
    const float mean = (float)block_sum(at, (double)sum) / (float)a->cols;
    for (uint64_t c = at->thread; c < a->cols; c += BON_GPU_THREADS) {
        const float apart = get(a->x, from + c) - mean;
        squares += apart * apart;
    }
    const float r = 1 / sqrtf((float)block_sum(at, (double)squares) / (float)a->cols + a->shift);
    for (uint64_t c = at->thread; c < a->cols; c += BON_GPU_THREADS)
        set(a->y, from + c, (get(a->x, from + c) - mean) * r * get(a->w, c) + get(a->b, c));
    if (a->stat && at->thread == 0) a->stat[2 * at->block] = mean, a->stat[2 * at->block + 1] = r;
}

GPU_FN void gpu_layer_back(gpu_args a, const struct gpu_at *at) {
    const uint64_t from = at->block * a->cols;
    const float mean = a->stat[2 * at->block], r = a->stat[2 * at->block + 1];
    float sum = 0, dot = 0;
    for (uint64_t c = at->thread; c < a->cols; c += BON_GPU_THREADS) {
        const float pulled = get(a->w, c) * get(a->dy, from + c);
        sum += pulled;
        dot += pulled * (get(a->x, from + c) - mean) * r;
    }
    sum = (float)block_sum(at, (double)sum) / (float)a->cols;
    dot = (float)block_sum(at, (double)dot) / (float)a->cols;
    for (uint64_t c = at->thread; c < a->cols; c += BON_GPU_THREADS)
        put(a->dx, from + c, r * (get(a->w, c) * get(a->dy, from + c) - sum - (get(a->x, from + c) - mean) * r * dot),
            a->add);
}

/* ---- rotary positions: a block a row, 32 threads a head; `shared` has what blocks fold with, then cosine and sine of each pair ---- */

GPU_FN float *gpu_angles(gpu_args a, const struct gpu_at *at) {
    float *pairs = at->shared;
    const double position = (double)(at->block - (uint64_t)a->starts[at->block]), half = (double)(a->dim / 2);
    for (unsigned c = at->thread; c < a->dim / 2; c += BON_GPU_THREADS) {
        const double angle = position * pow((double)a->scale, -(double)c / half);
        pairs[2 * c] = (float)cos(angle), pairs[2 * c + 1] = (float)sin(angle);
    }
    wait_all(at);
    return pairs;
}

GPU_FN void gpu_rope(gpu_args a, const struct gpu_at *at) {
    const float *pairs = gpu_angles(a, at);
    const unsigned lane = at->thread % 32, half = a->dim / 2, turned = a->queries + a->keys, heads = turned + a->keys;
    for (unsigned begin = 0; begin < heads; begin += BON_GPU_THREADS / 32) {
        const unsigned head = begin + at->thread / 32;
        const uint64_t from = at->block * a->cols + (uint64_t)head * a->dim;
        const struct bon_gpu_vec w = head < a->queries ? a->w : a->b;
        const int norm = w.at && head < turned;
        float sum = 0, r = 1;
        for (unsigned c = lane; norm && c < a->dim; c += 32) sum += get(a->x, from + c) * get(a->x, from + c);
        sum = group_sum(at, sum, 32);
        if (norm) r = 1 / sqrtf(sum / (float)a->dim + a->shift);
        if (norm && a->stat && lane == 0) a->stat[at->block * turned + head] = r;
        for (unsigned c = lane; head < heads && c < half; c += 32) {
            float p = get(a->x, from + c), q = get(a->x, from + c + half);
            const float cosine = head < turned ? pairs[2 * c] : 1, sine = head < turned ? pairs[2 * c + 1] : 0;
            if (norm) p *= r * get(w, c), q *= r * get(w, c + half);
            set(a->y, from + c, p * cosine - q * sine);
            set(a->y, from + c + half, q * cosine + p * sine);
        }
    }
}

/* Gradients are turned back in place, where the sums for the weights read them, then go through the norm. dx may be missing. */
GPU_FN void gpu_rope_back(gpu_args a, const struct gpu_at *at) {
    const float *pairs = gpu_angles(a, at);
    const unsigned lane = at->thread % 32, half = a->dim / 2, turned = a->queries + a->keys, heads = turned + a->keys;
    for (unsigned begin = 0; begin < heads; begin += BON_GPU_THREADS / 32) {
        const unsigned head = begin + at->thread / 32;
        const uint64_t from = at->block * a->cols + (uint64_t)head * a->dim;
        const struct bon_gpu_vec w = head < a->queries ? a->w : a->b;
        const int norm = w.at && head < turned;
        float dot = 0, r = 1;
        for (unsigned c = lane; head < turned && c < half; c += 32) {
            const float p = get(a->dy, from + c), q = get(a->dy, from + c + half);
            set(a->dy, from + c, p * pairs[2 * c] + q * pairs[2 * c + 1]);
            set(a->dy, from + c + half, q * pairs[2 * c] - p * pairs[2 * c + 1]);
            if (!norm) continue;
            dot += get(w, c) * get(a->dy, from + c) * get(a->x, from + c);
            dot += get(w, c + half) * get(a->dy, from + c + half) * get(a->x, from + c + half);
        }
        dot = group_sum(at, dot, 32);
        if (norm) r = a->stat[at->block * turned + head];
        const float pull = dot * r * r / (float)a->dim;
        for (unsigned c = lane; a->dx.at && head < heads && c < half; c += 32)
            for (unsigned side = 0; side < 2; side++) { /* this thread's own two values */
                const unsigned here = c + side * half;
                const float dy = get(a->dy, from + here);
                put(a->dx, from + here, norm ? r * (get(w, here) * dy - get(a->x, from + here) * pull) : dy, a->add);
            }
    }
}

/* ---- sums over rows ---- */

enum gpu_sum { GPU_SUM_DY, GPU_SUM_TIMES, GPU_SUM_RMS, GPU_SUM_LAYER };
enum { GPU_SUM_COLS = 32, GPU_SUM_LANES = BON_GPU_THREADS / GPU_SUM_COLS };

/* What row i of head h adds to column c. */
GPU_FN float gpu_summand(gpu_args a, uint64_t i, uint64_t h, uint64_t c) {
    const uint64_t at = i * a->stride + a->first + h * a->cols + c;
    const float dy = get(a->dy, at);
    switch (a->kind) {
    case GPU_SUM_TIMES: return dy * get(a->x, at);
    case GPU_SUM_RMS: return dy * get(a->x, at) * a->stat[i * a->stat_stride + a->stat_first + h];
    case GPU_SUM_LAYER: return dy * (get(a->x, at) - a->stat[2 * i]) * a->stat[2 * i + 1];
    default: return dy;
    }
}

/* Block (chunk, tile): sums of 32 columns over one of `n` chunks of rows x queries (heads), in an order that shapes alone decide. */
GPU_FN void gpu_col_sums(gpu_args a, const struct gpu_at *at) {
    double *sums = (double *)at->shared; /* LANES x COLS */
    const uint64_t tiles = (a->cols + GPU_SUM_COLS - 1) / GPU_SUM_COLS, chunk = at->block / tiles;
    const uint64_t all = a->rows * a->queries, size = (all + a->n - 1) / a->n, end = (chunk + 1) * size;
    const uint64_t c = at->block % tiles * GPU_SUM_COLS + at->thread % GPU_SUM_COLS, lane = at->thread / GPU_SUM_COLS;
    double sum = 0;
    if (c < a->cols)
        for (uint64_t row = chunk * size + lane; row < end && row < all; row += GPU_SUM_LANES)
            sum += (double)gpu_summand(a, row / a->queries, row % a->queries, c);
    sums[at->thread] = sum;
    wait_all(at);
    if (lane != 0 || c >= a->cols) return;
    for (unsigned other = 1; other < GPU_SUM_LANES; other++) sum += sums[other * GPU_SUM_COLS + at->thread];
    a->sums[chunk * a->cols + c] = sum;
}

/* ---- embedding: `ids` sorted, `mask` the places they come from, `stride` of them a row; the block of an id's first place adds up
 * all its rows ---- */

GPU_FN void gpu_embed_back(gpu_args a, const struct gpu_at *at) {
    const uint64_t begin = at->block;
    const int32_t id = a->ids[begin];
    if (begin > 0 && a->ids[begin - 1] == id) return;
    uint64_t end = begin + 1;
    while (end < a->rows && a->ids[end] == id) end++;
    for (uint64_t c = at->thread; c < a->cols; c += BON_GPU_THREADS) {
        double sum = 0;
        for (uint64_t i = begin; i < end; i++)
            sum += (double)get(a->dy, (uint64_t)a->mask[i] / a->stride * a->cols + c);
        put(a->dx, (uint64_t)id * a->cols + c, (float)sum, 1);
    }
}

#endif
