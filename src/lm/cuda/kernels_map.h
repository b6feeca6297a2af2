/* src/lm/cuda/kernels_map.h: flat kernels: element i of functions of single values, of parts, of update rules. The formulas are those
 * of cpu/map_template.h and cpu/optimizer_template.h. */
#ifndef BON_SRC_LM_CUDA_KERNELS_MAP_H
#define BON_SRC_LM_CUDA_KERNELS_MAP_H

#include "lm/cuda/kernels.h"

typedef const struct bon_gpu_args *gpu_args;

GPU_FN float gpu_sigmoid(float x) { return 1 / (1 + expf(-x)); }

#define GPU_GELU_SLOPE 0.7978845608028654f
#define GPU_GELU_CUBE 0.044715f

GPU_FN float gpu_map_value(uint32_t map, float x) {
    switch (map) {
    case BON_GELU: return x * gpu_sigmoid(2 * GPU_GELU_SLOPE * (x + GPU_GELU_CUBE * x * x * x));
    case BON_SILU: return x * gpu_sigmoid(x);
    case BON_RELU: return x > 0 ? x : 0;
    case BON_TANH: return tanhf(x);
    case BON_SIGMOID: return gpu_sigmoid(x);
    default: return x;
    }
}

GPU_FN float gpu_map_slope(uint32_t map, float x) {
    float s;
    switch (map) {
    case BON_GELU:
        s = gpu_sigmoid(2 * GPU_GELU_SLOPE * (x + GPU_GELU_CUBE * x * x * x));
        return s + x * s * (1 - s) * 2 * GPU_GELU_SLOPE * (1 + 3 * GPU_GELU_CUBE * x * x);
    case BON_SILU: s = gpu_sigmoid(x); return s + x * s * (1 - s);
    case BON_RELU: return x > 0 ? 1.0f : 0.0f;
    case BON_TANH: s = tanhf(x); return 1 - s * s;
    case BON_SIGMOID: s = gpu_sigmoid(x); return s * (1 - s);
    default: return 1;
    }
}

GPU_FN void gpu_cast(gpu_args a, uint64_t i) { set(a->y, i, get(a->x, i)); }

/* The sum of the rows that `stride` ids name. */
GPU_FN void gpu_embed(gpu_args a, uint64_t i) {
    const int32_t *ids = a->ids + i / a->cols * a->stride;
    float sum = 0;
    for (uint64_t k = 0; k < a->stride; k++) sum += get(a->w, (uint64_t)ids[k] * a->cols + i % a->cols);
    set(a->y, i, sum);
}

/* y = map(x + b) + r, where x is the product; what the map reads is saved. b and r may be missing, x may stand where y stands. */
GPU_FN void gpu_linear_after(gpu_args a, uint64_t i) {
    const float x = get(a->x, i) + (a->b.at ? get(a->b, i % a->cols) : 0);
    if (a->saved.at) set(a->saved, i, x);
    set(a->y, i, gpu_map_value(a->kind, x) + (a->r.at ? get(a->r, i) : 0));
}

GPU_FN void gpu_linear_slope(gpu_args a, uint64_t i) {
    set(a->saved, i, get(a->dy, i) * gpu_map_slope(a->kind, get(a->saved, i)));
}

GPU_FN void gpu_pass(gpu_args a, uint64_t i) { put(a->dx, i, get(a->dy, i), a->add); }

/* dx = dy times the other argument, which may be one row. */
GPU_FN void gpu_times(gpu_args a, uint64_t i) {
    put(a->dx, i, get(a->dy, i) * get(a->x, a->row ? i % a->cols : i), a->add);
}

GPU_FN void gpu_map(gpu_args a, uint64_t i) { set(a->y, i, gpu_map_value(a->kind, get(a->x, i))); }

GPU_FN void gpu_map_back(gpu_args a, uint64_t i) {
    put(a->dx, i, get(a->dy, i) * gpu_map_slope(a->kind, get(a->x, i)), a->add);
}

GPU_FN void gpu_swiglu(gpu_args a, uint64_t i) {
    const uint64_t gate = i / a->cols * 2 * a->cols + i % a->cols;
    const float g = get(a->x, gate);
    set(a->y, i, g * gpu_sigmoid(g) * get(a->x, gate + a->cols));
}

GPU_FN void gpu_swiglu_back(gpu_args a, uint64_t i) {
    const uint64_t gate = i / a->cols * 2 * a->cols + i % a->cols;
    const float g = get(a->x, gate), up = get(a->x, gate + a->cols), s = gpu_sigmoid(g), dy = get(a->dy, i);
    put(a->dx, gate, dy * up * (s + g * s * (1 - s)), a->add);
    put(a->dx, gate + a->cols, dy * g * s, a->add);
}

/* kind 0: sum, 1: product */
GPU_FN void gpu_binary(gpu_args a, uint64_t i) {
    const float x = get(a->x, i), w = get(a->w, a->row ? i % a->cols : i);
    set(a->y, i, a->kind ? x * w : x + w);
}

/* Philox 4x32-10, as in random.h: number i % 4 of draw i / 4. */
GPU_FN uint32_t gpu_random(uint64_t key, uint64_t stream, uint64_t i) {
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    uint32_t v0 = (uint32_t)(i / 4), v1 = (uint32_t)(i / 4 >> 32), v2 = (uint32_t)stream, v3 = (uint32_t)(stream >> 32);
    for (int round = 0; round < 10; round++) {
        const uint64_t p = (uint64_t)0xD2511F53u * v0, q = (uint64_t)0xCD9E8D57u * v2;
        v0 = (uint32_t)(q >> 32) ^ v1 ^ k0, v1 = (uint32_t)q;
        v2 = (uint32_t)(p >> 32) ^ v3 ^ k1, v3 = (uint32_t)p;
        k0 += 0x9E3779B9u, k1 += 0xBB67AE85u;
    }
    return i % 4 == 0 ? v0 : i % 4 == 1 ? v1 : i % 4 == 2 ? v2 : v3;
}

/* kind 0: scale for every value; 1: dropout of the part `scale`. */
GPU_FN float gpu_factor(gpu_args a, uint64_t i) {
    if (!a->kind) return a->scale;
    const double uniform =
        ((double)gpu_random(a->draw[0], a->draw[1] << 20 ^ a->stream, i) + 0.5) * (1.0 / 4294967296.0);
    return uniform < (double)a->scale ? 0 : 1 / (1 - a->scale);
}

GPU_FN void gpu_scale(gpu_args a, uint64_t i) { set(a->y, i, get(a->x, i) * gpu_factor(a, i) + a->shift); }
GPU_FN void gpu_scale_back(gpu_args a, uint64_t i) { put(a->dx, i, get(a->dy, i) * gpu_factor(a, i), a->add); }

/* n = 1: of the sum of all; else of the sums of rows. */
GPU_FN void gpu_sum_back(gpu_args a, uint64_t i) { put(a->dx, i, get(a->dy, a->n == 1 ? 0 : i / a->cols), a->add); }

/* The part of x (rows of `stride`) that begins at value `first`. */
GPU_FN void gpu_part(gpu_args a, uint64_t i) {
    set(a->y, i, get(a->x, a->first + i / a->cols * a->stride + i % a->cols));
}

/* Over the values of x: what is not of the part, rows x cols from row `first` and column `n` on, has no gradient from here. */
GPU_FN void gpu_part_back(gpu_args a, uint64_t i) {
    const uint64_t row = i / a->stride, col = i % a->stride;
    const int within = row >= a->first && row - a->first < a->rows && col >= a->n && col - a->n < a->cols;
    if (!within && a->add) return;
    put(a->dx, i, within ? get(a->dy, (row - a->first) * a->cols + col - a->n) : 0, a->add);
}

GPU_FN void gpu_loss_back(gpu_args a, uint64_t i) { put(a->dx, i, get(a->saved, i) * get(a->dy, 0), a->add); }

/* dy y of head i % queries of row i / queries. */
GPU_FN void gpu_attention_dots(gpu_args a, uint64_t i) {
    float dot = 0;
    for (uint64_t c = 0; c < a->dim; c++) dot += get(a->dy, i * a->dim + c) * get(a->y, i * a->dim + c);
    a->stat[i] = dot;
}

/* Adds up the sums of `rows` chunks of column i. */
GPU_FN void gpu_col_sums_end(gpu_args a, uint64_t i) {
    double sum = 0;
    for (uint64_t chunk = 0; chunk < a->rows; chunk++) sum += a->sums[chunk * a->cols + i];
    put(a->dx, i, (float)sum, a->add);
}

GPU_FN void gpu_number(gpu_args a, uint64_t i) { ((int32_t *)a->y.at)[i] = (int32_t)i; }

GPU_FN void gpu_one(gpu_args a, uint64_t i) { set(a->y, i, 1); }

/* ---- update rules: x values, dy gradients, w and b state ---- */

GPU_FN void gpu_sgd(gpu_args a, uint64_t i) {
    const float momentum = (float)a->beta1 * get(a->w, i) + (float)a->factor * get(a->dy, i);
    set(a->w, i, momentum);
    set(a->x, i, (float)a->keep * get(a->x, i) - (float)a->rate * momentum);
}

GPU_FN void gpu_adamw(gpu_args a, uint64_t i) {
    const float g = (float)a->factor * get(a->dy, i), beta1 = (float)a->beta1, beta2 = (float)a->beta2;
    const float mean = beta1 * get(a->w, i) + (1 - beta1) * g, square = beta2 * get(a->b, i) + (1 - beta2) * g * g;
    set(a->w, i, mean);
    set(a->b, i, square);
    set(a->x, i,
        (float)a->keep * get(a->x, i) - (float)a->rate * mean / (sqrtf(square * (float)a->unbias) + (float)a->epsilon));
}

/* y = the step before it is made orthogonal (Nesterov). */
GPU_FN void gpu_muon_begin(gpu_args a, uint64_t i) {
    const float g = (float)a->factor * get(a->dy, i), momentum = (float)a->beta1 * get(a->w, i) + g;
    set(a->w, i, momentum);
    set(a->y, i, g + (float)a->beta1 * momentum);
}

/* Divides by the root of the sum of squares. */
GPU_FN void gpu_muon_norm(gpu_args a, uint64_t i) { set(a->y, i, get(a->y, i) / ((float)sqrt(a->sums[0]) + 1e-7f)); }

GPU_FN void gpu_muon_end(gpu_args a, uint64_t i) {
    set(a->x, i, (float)a->keep * get(a->x, i) - (float)a->rate * get(a->y, i));
}

#endif
