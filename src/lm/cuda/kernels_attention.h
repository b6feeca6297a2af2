/* src/lm/cuda/kernels_attention.h: attention in tiles with an online softmax (Dao et al. 2022), and a product of matrices.
 *
 * A block has 64 queries (or keys) of one head, 256 threads: thread (ty, tx) has rows 4 ty ... 4 ty + 3 and columns tx, tx + 16, ...
 * of a tile. Rows of a tile in shared memory are one value longer than a head, so that a column of them lies in many banks.
 * Which keys a query may see is told by the starts alone: those of its own text, so tiles may have several texts.
 */
#ifndef BON_SRC_LM_CUDA_KERNELS_ATTENTION_H
#define BON_SRC_LM_CUDA_KERNELS_ATTENTION_H

#include "lm/cuda/kernels_map.h"

enum { GPU_TILE = 64, GPU_SIDE = 16, GPU_MICRO = GPU_TILE / GPU_SIDE, GPU_COLS = BON_GPU_DIM_MAX / GPU_SIDE };

/* Bytes of `tiles` tiles of heads and one of scores. */
static inline size_t gpu_attention_shared(size_t tiles, size_t dim) {
    return (tiles * GPU_TILE * (dim + 1) + GPU_TILE * (GPU_TILE + 1)) * sizeof(float);
}

/* Reads rows first ... of columns col ... col + dim into a tile; behind the last row are zeros. */
GPU_FN void gpu_load_tile(gpu_args a, const struct gpu_at *at, float *tile, struct bon_gpu_vec from, uint64_t stride,
                          uint64_t first, uint64_t col) {
    for (unsigned i = at->thread; i < GPU_TILE * a->dim; i += BON_GPU_THREADS) {
        const unsigned row = i / a->dim, c = i % a->dim;
        tile[row * (a->dim + 1) + c] = first + row < a->rows ? get(from, (first + row) * stride + col + c) : 0;
    }
}

/* s[i][j] = row i of p times row j of q, of this thread's rows and columns. */
GPU_FN void gpu_dots(gpu_args a, const struct gpu_at *at, const float *p, const float *q,
                     float s[GPU_MICRO][GPU_MICRO]) {
    const unsigned tx = at->thread % GPU_SIDE, ty = at->thread / GPU_SIDE, row = a->dim + 1;
    for (unsigned i = 0; i < GPU_MICRO; i++)
        for (unsigned j = 0; j < GPU_MICRO; j++) s[i][j] = 0;
    for (unsigned c = 0; c < a->dim; c++) {
        float left[GPU_MICRO], right[GPU_MICRO];
        for (unsigned i = 0; i < GPU_MICRO; i++) left[i] = p[(ty * GPU_MICRO + i) * row + c];
        for (unsigned j = 0; j < GPU_MICRO; j++) right[j] = q[(tx + GPU_SIDE * j) * row + c];
        for (unsigned i = 0; i < GPU_MICRO; i++)
            for (unsigned j = 0; j < GPU_MICRO; j++) s[i][j] += left[i] * right[j];
    }
}

/* acc[i][j] += row i of scores (column i when `turned`) times column tx + 16 j of a tile. */
GPU_FN void gpu_gather(gpu_args a, const struct gpu_at *at, const float *scores, int turned, const float *tile,
                       float acc[GPU_MICRO][GPU_COLS]) {
    const unsigned tx = at->thread % GPU_SIDE, ty = at->thread / GPU_SIDE, row = a->dim + 1, wide = GPU_TILE + 1;
    for (unsigned k = 0; k < GPU_TILE; k++)
        for (unsigned j = 0; j < GPU_COLS; j++) {
            const unsigned c = tx + GPU_SIDE * j;
            const float value = c < a->dim ? tile[k * row + c] : 0;
            for (unsigned i = 0; i < GPU_MICRO; i++) {
                const unsigned r = ty * GPU_MICRO + i;
                acc[i][j] += scores[turned ? k * wide + r : r * wide + k] * value;
            }
        }
}

GPU_FN void gpu_keep(const struct gpu_at *at, float *scores, float s[GPU_MICRO][GPU_MICRO]) {
    const unsigned tx = at->thread % GPU_SIDE, ty = at->thread / GPU_SIDE;
    for (unsigned i = 0; i < GPU_MICRO; i++)
        for (unsigned j = 0; j < GPU_MICRO; j++)
            scores[(ty * GPU_MICRO + i) * (GPU_TILE + 1) + tx + GPU_SIDE * j] = s[i][j];
}

GPU_FN int gpu_sees(gpu_args a, uint64_t query, uint64_t key) {
    return query < a->rows && key < a->rows && a->starts[query] == a->starts[key] && (query < a->both || key <= query);
}

/* The last row of the tile that begins at `first`. */
GPU_FN uint64_t gpu_last(gpu_args a, uint64_t first) {
    return first + GPU_TILE <= a->rows ? first + GPU_TILE - 1 : a->rows - 1;
}

/* Whether keys from `key` on can be seen by queries from `first` to `last`. */
GPU_FN int gpu_more_keys(gpu_args a, uint64_t key, uint64_t first, uint64_t last) {
    if (key >= a->rows || (first >= a->both && key > last)) return 0;
    return a->starts[key] <= a->starts[last];
}

/* Queries before this do not see keys from `key` on. */
GPU_FN uint64_t gpu_first_query(gpu_args a, uint64_t key) {
    const uint64_t start = (uint64_t)a->starts[key];
    return start < a->both ? start : key;
}

struct gpu_head {
    uint64_t q, k, v; /* columns of qkv */
};

GPU_FN struct gpu_head gpu_head_of(gpu_args a, uint64_t head) {
    const uint64_t key = head / (a->queries / a->keys);
    struct gpu_head h;
    h.q = head * a->dim, h.k = (a->queries + key) * a->dim, h.v = (a->queries + a->keys + key) * a->dim;
    return h;
}

/* One tile of scores joins the softmax: s becomes exp(s - most), what was gathered before shrinks. */
GPU_FN void gpu_join(gpu_args a, const struct gpu_at *at, uint64_t query, uint64_t key, float s[GPU_MICRO][GPU_MICRO],
                     float most[GPU_MICRO], float sum[GPU_MICRO], float acc[GPU_MICRO][GPU_COLS]) {
    const unsigned tx = at->thread % GPU_SIDE, ty = at->thread / GPU_SIDE;
    for (unsigned i = 0; i < GPU_MICRO; i++) {
        float largest = most[i], here = 0;
        for (unsigned j = 0; j < GPU_MICRO; j++) {
            s[i][j] = gpu_sees(a, query + ty * GPU_MICRO + i, key + tx + GPU_SIDE * j) ? s[i][j] * a->scale : -INFINITY;
            largest = fmaxf(largest, s[i][j]);
        }
        largest = group_max(at, largest, GPU_SIDE);
        const float base = largest == -INFINITY ? 0 : largest, shrink = expf(most[i] - base);
        for (unsigned j = 0; j < GPU_MICRO; j++) here += s[i][j] = expf(s[i][j] - base);
        sum[i] = sum[i] * shrink + group_sum(at, here, GPU_SIDE);
        most[i] = largest;
        for (unsigned j = 0; j < GPU_COLS; j++) acc[i][j] *= shrink;
    }
}

/* Block (tile of queries, head). */
GPU_FN void gpu_attention(gpu_args a, const struct gpu_at *at) {
    const uint64_t head = at->block % a->queries, query = at->block / a->queries * GPU_TILE, last = gpu_last(a, query);
    const struct gpu_head h = gpu_head_of(a, head);
    const unsigned tx = at->thread % GPU_SIDE, ty = at->thread / GPU_SIDE;
    float *q = at->shared, *kv = q + GPU_TILE * (a->dim + 1), *scores = kv + GPU_TILE * (a->dim + 1);
    float most[GPU_MICRO], sum[GPU_MICRO], acc[GPU_MICRO][GPU_COLS], s[GPU_MICRO][GPU_MICRO];
    for (unsigned i = 0; i < GPU_MICRO; i++) {
        most[i] = -INFINITY, sum[i] = 0;
        for (unsigned j = 0; j < GPU_COLS; j++) acc[i][j] = 0;
    }
    gpu_load_tile(a, at, q, a->x, a->stride, query, h.q);
    for (uint64_t key = (uint64_t)a->starts[query]; gpu_more_keys(a, key, query, last); key += GPU_TILE) {
        gpu_load_tile(a, at, kv, a->x, a->stride, key, h.k);
        wait_all(at);
        gpu_dots(a, at, q, kv, s);
        gpu_join(a, at, query, key, s, most, sum, acc);
        gpu_keep(at, scores, s);
        wait_all(at);
        gpu_load_tile(a, at, kv, a->x, a->stride, key, h.v);
        wait_all(at);
        gpu_gather(a, at, scores, 0, kv, acc);
        wait_all(at);
    }
    for (unsigned i = 0; i < GPU_MICRO; i++) {
        const uint64_t row = query + ty * GPU_MICRO + i;
        if (row >= a->rows) continue;
        for (unsigned j = 0; j < GPU_COLS; j++)
            if (tx + GPU_SIDE * j < a->dim) set(a->y, row * a->cols + h.q + tx + GPU_SIDE * j, acc[i][j] / sum[i]);
        if (a->stat && tx == 0) a->stat[row * a->queries + head] = most[i] + logf(sum[i]);
    }
}

/* P into s, dS = P (dP - dots) scale into ds, from q k and dy v. */
GPU_FN void gpu_score_back(gpu_args a, const struct gpu_at *at, uint64_t query, uint64_t key, uint64_t head,
                           float s[GPU_MICRO][GPU_MICRO], float ds[GPU_MICRO][GPU_MICRO]) {
    const unsigned tx = at->thread % GPU_SIDE, ty = at->thread / GPU_SIDE;
    for (unsigned i = 0; i < GPU_MICRO; i++)
        for (unsigned j = 0; j < GPU_MICRO; j++) {
            const uint64_t row = query + ty * GPU_MICRO + i, stat = row * a->queries + head;
            const int sees = gpu_sees(a, row, key + tx + GPU_SIDE * j);
            s[i][j] = sees ? expf(s[i][j] * a->scale - a->stat[stat]) : 0;
            ds[i][j] = sees ? s[i][j] * (ds[i][j] - ((const float *)a->saved.at)[stat]) * a->scale : 0;
        }
}

/* Writes rows `first` ... of gathered gradients to columns `col` ... of dx. */
GPU_FN void gpu_put_rows(gpu_args a, const struct gpu_at *at, uint64_t first, uint64_t col,
                         float acc[GPU_MICRO][GPU_COLS]) {
    const unsigned tx = at->thread % GPU_SIDE, ty = at->thread / GPU_SIDE;
    for (unsigned i = 0; i < GPU_MICRO; i++)
        for (unsigned j = 0; j < GPU_COLS; j++) {
            const uint64_t row = first + ty * GPU_MICRO + i;
            if (row < a->rows && tx + GPU_SIDE * j < a->dim)
                put(a->dx, row * a->stride + col + tx + GPU_SIDE * j, acc[i][j], a->add);
        }
}

/* Block (tile of queries, head): dq = dS k. Shared: q, dy, k, v, scores; stat is the log of sums, saved the dots dy y. */
GPU_FN void gpu_attention_back_q(gpu_args a, const struct gpu_at *at) {
    const uint64_t head = at->block % a->queries, query = at->block / a->queries * GPU_TILE, last = gpu_last(a, query);
    const struct gpu_head h = gpu_head_of(a, head);
    const size_t tile = (size_t)GPU_TILE * (a->dim + 1);
    float *q = at->shared, *dy = q + tile, *k = dy + tile, *v = k + tile, *scores = v + tile;
    float acc[GPU_MICRO][GPU_COLS], s[GPU_MICRO][GPU_MICRO], ds[GPU_MICRO][GPU_MICRO];
    for (unsigned i = 0; i < GPU_MICRO; i++)
        for (unsigned j = 0; j < GPU_COLS; j++) acc[i][j] = 0;
    gpu_load_tile(a, at, q, a->x, a->stride, query, h.q);
    gpu_load_tile(a, at, dy, a->dy, a->cols, query, h.q);
    for (uint64_t key = (uint64_t)a->starts[query]; gpu_more_keys(a, key, query, last); key += GPU_TILE) {
        gpu_load_tile(a, at, k, a->x, a->stride, key, h.k);
        gpu_load_tile(a, at, v, a->x, a->stride, key, h.v);
        wait_all(at);
        gpu_dots(a, at, q, k, s);
        gpu_dots(a, at, dy, v, ds);
        gpu_score_back(a, at, query, key, head, s, ds);
        gpu_keep(at, scores, ds);
        wait_all(at);
        gpu_gather(a, at, scores, 0, k, acc);
        wait_all(at);
    }
    gpu_put_rows(a, at, query, h.q, acc);
}

/* Block (tile of keys, head of keys): dk = dS^T q and dv = P^T dy over all queries that see them, head by head. */
GPU_FN void gpu_attention_back_kv(gpu_args a, const struct gpu_at *at) {
    const uint64_t key_head = at->block % a->keys, key = at->block / a->keys * GPU_TILE, last = gpu_last(a, key);
    const uint64_t group = a->queries / a->keys;
    const struct gpu_head h = gpu_head_of(a, key_head * group);
    const size_t tile = (size_t)GPU_TILE * (a->dim + 1);
    float *q = at->shared, *dy = q + tile, *k = dy + tile, *v = k + tile, *scores = v + tile;
    float dk[GPU_MICRO][GPU_COLS], dv[GPU_MICRO][GPU_COLS], s[GPU_MICRO][GPU_MICRO], ds[GPU_MICRO][GPU_MICRO];
    for (unsigned i = 0; i < GPU_MICRO; i++)
        for (unsigned j = 0; j < GPU_COLS; j++) dk[i][j] = dv[i][j] = 0;
    gpu_load_tile(a, at, k, a->x, a->stride, key, h.k);
    gpu_load_tile(a, at, v, a->x, a->stride, key, h.v);
    for (uint64_t head = key_head * group; head < (key_head + 1) * group; head++)
        for (uint64_t query = gpu_first_query(a, key); query < a->rows && a->starts[query] <= a->starts[last];
             query += GPU_TILE) {
            gpu_load_tile(a, at, q, a->x, a->stride, query, head * a->dim);
            gpu_load_tile(a, at, dy, a->dy, a->cols, query, head * a->dim);
            wait_all(at);
            gpu_dots(a, at, q, k, s);
            gpu_dots(a, at, dy, v, ds);
            gpu_score_back(a, at, query, key, head, s, ds);
            gpu_keep(at, scores, s);
            wait_all(at);
            gpu_gather(a, at, scores, 1, dy, dv);
            wait_all(at);
            gpu_keep(at, scores, ds);
            wait_all(at);
            gpu_gather(a, at, scores, 1, q, dk);
            wait_all(at);
        }
    gpu_put_rows(a, at, key, h.k, dk);
    gpu_put_rows(a, at, key, h.v, dv);
}

/* ---- products, for machines without a library for them: d = map(scale op(x) op(w) + shift b + r), a block a tile of d ---- */

enum { GPU_DEPTH = 16 };

/* rows = m, cols = n, n = k; stride, stat_stride, first = row lengths of x, w, d; turned, row = whether x, w are transposed. */
GPU_FN void gpu_product(gpu_args a, const struct gpu_at *at) {
    const uint64_t tiles = (a->cols + GPU_TILE - 1) / GPU_TILE;
    const uint64_t m = at->block / tiles * GPU_TILE, n = at->block % tiles * GPU_TILE;
    const unsigned tx = at->thread % GPU_SIDE, ty = at->thread / GPU_SIDE;
    float *left = at->shared, *right = left + GPU_TILE * (GPU_DEPTH + 1); /* TILE x DEPTH each */
    float acc[GPU_MICRO][GPU_MICRO];
    for (unsigned i = 0; i < GPU_MICRO; i++)
        for (unsigned j = 0; j < GPU_MICRO; j++) acc[i][j] = 0;
    for (uint64_t k = 0; k < a->n; k += GPU_DEPTH) {
        for (unsigned i = at->thread; i < GPU_TILE * GPU_DEPTH; i += BON_GPU_THREADS) {
            const unsigned row = i / GPU_DEPTH, depth = i % GPU_DEPTH, to = row * (GPU_DEPTH + 1) + depth;
            const uint64_t r = m + row, c = n + row, d = k + depth;
            left[to] = r < a->rows && d < a->n ? get(a->x, a->turned ? d * a->stride + r : r * a->stride + d) : 0;
            right[to] =
                c < a->cols && d < a->n ? get(a->w, a->row ? c * a->stat_stride + d : d * a->stat_stride + c) : 0;
        }
        wait_all(at);
        for (unsigned d = 0; d < GPU_DEPTH; d++)
            for (unsigned i = 0; i < GPU_MICRO; i++)
                for (unsigned j = 0; j < GPU_MICRO; j++)
                    acc[i][j] += left[(ty * GPU_MICRO + i) * (GPU_DEPTH + 1) + d] *
                                 right[(tx + GPU_SIDE * j) * (GPU_DEPTH + 1) + d];
        wait_all(at);
    }
    for (unsigned i = 0; i < GPU_MICRO; i++)
        for (unsigned j = 0; j < GPU_MICRO; j++) {
            const uint64_t r = m + ty * GPU_MICRO + i, c = n + tx + GPU_SIDE * j, to = r * a->first + c;
            if (r >= a->rows || c >= a->cols) continue;
            const float sum =
                a->scale * acc[i][j] + (a->shift != 0 ? a->shift * get(a->b, to) : 0) + (a->r.at ? get(a->r, c) : 0);
            if (a->saved.at) set(a->saved, to, sum);
            set(a->y, to, gpu_map_value(a->kind, sum));
        }
}

static inline struct bon_gpu_args gpu_product_args(const struct bon_gpu_product *p) {
    struct bon_gpu_args a;
    memset(&a, 0, sizeof a);
    a.x = p->a, a.w = p->b, a.b = p->c, a.y = p->d;
    a.rows = p->m, a.cols = p->n, a.n = p->k, a.stride = p->lda, a.stat_stride = p->ldb, a.first = p->ldd;
    a.turned = p->a_transposed, a.row = p->b_transposed;
    a.scale = p->alpha, a.shift = p->beta;
    a.r = p->bias, a.saved = p->saved, a.kind = p->map;
    return a;
}

static inline size_t gpu_product_blocks(const struct bon_gpu_product *p) {
    return ((p->m + GPU_TILE - 1) / GPU_TILE) * ((p->n + GPU_TILE - 1) / GPU_TILE);
}

enum { GPU_PRODUCT_SHARED = 2 * GPU_TILE * (GPU_DEPTH + 1) * (int)sizeof(float) };

#endif
