/* src/lm/cuda/kernels_flash.h: attention on tensor cores, for bf16 and heads of 64 or 128 values (Dao 2023: FlashAttention-2).
 *
 * A block has 128 queries (or keys) of one head, 16 a warp, so that a softmax is a warp's own business; tiles of 64 keys (or queries)
 * go by. Products are mma.sync m16n8k16: of the left operand (16 x 16) and the right one (16 x 8) a lane holds four and two pairs, of
 * the result (16 x 8) four values, where PTX says ("Matrix Fragments for mma.m16n8k16"). Scores come out of one product as the next
 * one takes its left operand, so probabilities never leave the registers. Rows in shared memory are 8 values longer than a head: then
 * a warp's loads meet no bank twice. Gradients come by two passes, one of queries and one of keys, so no sum depends on who is first.
 *
 * In the emulation lanes exchange their pairs by at->pairs.
 */
#ifndef BON_SRC_LM_CUDA_KERNELS_FLASH_H
#define BON_SRC_LM_CUDA_KERNELS_FLASH_H

#include "lm/cuda/kernels_attention.h"

enum { GPU_FLASH_ROWS = 128, GPU_FLASH_TILE = 64, GPU_FLASH_PAD = 8, GPU_FLASH_PARTS = GPU_FLASH_TILE / 8 };

/* Bytes of `blocks` tiles of GPU_FLASH_ROWS and `tiles` of GPU_FLASH_TILE rows. */
static inline size_t gpu_flash_shared(size_t blocks, size_t tiles, size_t dim) {
    return (blocks * GPU_FLASH_ROWS + tiles * GPU_FLASH_TILE) * (dim + GPU_FLASH_PAD) * sizeof(uint16_t);
}

#ifdef __CUDA_ARCH__
#define GPU_UNROLL _Pragma("unroll")
#else
#define GPU_UNROLL
#endif

/* ---- a warp's work ---- */

GPU_FN uint32_t gpu_pair(const uint16_t *two) {
    uint32_t pair;
#ifdef __CUDA_ARCH__
    pair = *(const uint32_t *)two;
#else
    memcpy(&pair, two, sizeof pair);
#endif
    return pair;
}

GPU_FN uint32_t gpu_pack(float low, float high) {
    return (uint32_t)gpu_to_bf16(low) | (uint32_t)gpu_to_bf16(high) << 16;
}

#ifndef __CUDA_ARCH__
/* Element (row, col) of the left operand, of the right one: from the lanes that hold them. */
GPU_FN float gpu_left(const struct gpu_at *at, unsigned warp, unsigned row, unsigned col) {
    const uint32_t pair = at->pairs[warp + row % 8 * 4 + col % 8 / 2][row / 8 + col / 8 * 2];
    return gpu_of_bits(col % 2 ? pair & 0xffff0000u : pair << 16);
}
GPU_FN float gpu_right(const struct gpu_at *at, unsigned warp, unsigned row, unsigned col) {
    const uint32_t pair = at->pairs[warp + col * 4 + row % 8 / 2][4 + row / 8];
    return gpu_of_bits(row % 2 ? pair & 0xffff0000u : pair << 16);
}
#endif

/* d += a b */
GPU_FN void gpu_mma(const struct gpu_at *at, float d[4], const uint32_t a[4], const uint32_t b[2]) {
#ifdef __CUDA_ARCH__
    (void)at;
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
                 "{%0, %1, %2, %3};\n"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
    const unsigned warp = at->thread / 32 * 32, lane = at->thread % 32;
    memcpy(at->pairs[at->thread], a, 4 * sizeof *a);
    memcpy(at->pairs[at->thread] + 4, b, 2 * sizeof *b);
    wait_all(at);
    for (unsigned i = 0; i < 4; i++)
        for (unsigned k = 0; k < 16; k++)
            d[i] += gpu_left(at, warp, lane / 4 + i / 2 * 8, k) * gpu_right(at, warp, k, lane % 4 * 2 + i % 2);
    wait_all(at);
#endif
}

/* The right operand from a tile whose rows are its rows: rows row ..., columns col ... */
GPU_FN void gpu_load_turned(const struct gpu_at *at, uint32_t b[2], const uint16_t *tile, unsigned stride, unsigned row,
                            unsigned col) {
    const unsigned lane = at->thread % 32;
#ifdef __CUDA_ARCH__
    const uint32_t address = (uint32_t)__cvta_generic_to_shared(tile + (row + lane % 16) * stride + col);
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0, %1}, [%2];\n"
                 : "=r"(b[0]), "=r"(b[1])
                 : "r"(address)
                 : "memory");
#else
    for (unsigned i = 0; i < 2; i++) {
        const uint16_t *first = tile + (row + 8 * i + lane % 4 * 2) * stride + col + lane / 4;
        b[i] = (uint32_t)first[0] | (uint32_t)first[stride] << 16;
    }
#endif
}

/* s = 16 rows of p times the rows of a tile: part n has columns 8 n ... 8 n + 7. */
GPU_FN void gpu_flash_dots(const struct gpu_at *at, float s[GPU_FLASH_PARTS][4], const uint16_t *p,
                           const uint16_t *tile, const unsigned dim) {
    const unsigned lane = at->thread % 32, stride = dim + GPU_FLASH_PAD, here = lane / 4 * stride + lane % 4 * 2;
    GPU_UNROLL
    for (unsigned n = 0; n < GPU_FLASH_PARTS; n++) s[n][0] = s[n][1] = s[n][2] = s[n][3] = 0;
    GPU_UNROLL
    for (unsigned c = 0; c < dim; c += 16) {
        const uint16_t *left = p + here + c;
        const uint32_t a[4] = {gpu_pair(left), gpu_pair(left + 8 * stride), gpu_pair(left + 8),
                               gpu_pair(left + 8 * stride + 8)};
        GPU_UNROLL
        for (unsigned n = 0; n < GPU_FLASH_PARTS; n++) {
            const uint16_t *right = tile + 8 * n * stride + here + c;
            const uint32_t b[2] = {gpu_pair(right), gpu_pair(right + 8)};
            gpu_mma(at, s[n], a, b);
        }
    }
}

/* acc += s times a tile: acc has a part for every 8 columns. */
GPU_FN void gpu_flash_gather(const struct gpu_at *at, float (*acc)[4], float s[GPU_FLASH_PARTS][4],
                             const uint16_t *tile, const unsigned dim) {
    GPU_UNROLL
    for (unsigned k = 0; k < GPU_FLASH_PARTS; k += 2) {
        const uint32_t a[4] = {gpu_pack(s[k][0], s[k][1]), gpu_pack(s[k][2], s[k][3]),
                               gpu_pack(s[k + 1][0], s[k + 1][1]), gpu_pack(s[k + 1][2], s[k + 1][3])};
        GPU_UNROLL
        for (unsigned n = 0; n < dim / 8; n++) {
            uint32_t b[2];
            gpu_load_turned(at, b, tile, dim + GPU_FLASH_PAD, 8 * k, 8 * n);
            gpu_mma(at, acc[n], a, b);
        }
    }
}

/* ---- a block's work ---- */

/* Reads `count` rows from `first` on, columns col ... col + dim - 1; behind the last row are zeros. */
GPU_FN void gpu_flash_load(gpu_args a, const struct gpu_at *at, uint16_t *tile, struct bon_gpu_vec from,
                           uint64_t stride, uint64_t first, uint64_t col, unsigned count, const unsigned dim) {
    for (unsigned i = at->thread; i < count * (dim / 8); i += BON_GPU_THREADS) {
        const unsigned row = i / (dim / 8), c = i % (dim / 8) * 8;
        uint16_t *to = tile + row * (dim + GPU_FLASH_PAD) + c;
        const uint16_t *at_row = (const uint16_t *)from.at + (first + row) * stride + col + c;
#ifdef __CUDA_ARCH__
        *(uint4 *)to = first + row < a->rows ? *(const uint4 *)at_row : make_uint4(0, 0, 0, 0);
#else
        if (first + row < a->rows)
            memcpy(to, at_row, 8 * sizeof *to);
        else
            memset(to, 0, 8 * sizeof *to);
#endif
    }
}

/* Whether every query of the rows from `query` on sees every key of those from `key` on: most tiles need no mask. */
GPU_FN int gpu_flash_whole(gpu_args a, uint64_t query, uint64_t queries, uint64_t key, uint64_t keys) {
    if (query + queries > a->rows || key + keys > a->rows) return 0;
    const int32_t start = a->starts[query];
    return a->starts[query + queries - 1] == start && a->starts[key] == start && a->starts[key + keys - 1] == start &&
           (query + queries <= a->both || key + keys - 1 <= query);
}

/* One tile of scores joins the softmax: s becomes exp(s - most), what was gathered before shrinks. query and key: of the lane's
 * first value. */
GPU_FN void gpu_flash_join(gpu_args a, const struct gpu_at *at, uint64_t query, uint64_t key, int whole,
                           float s[GPU_FLASH_PARTS][4], float most[2], float sum[2], float (*acc)[4],
                           const unsigned dim) {
    GPU_UNROLL
    for (unsigned half = 0; half < 2; half++) {
        float largest = most[half], here = 0;
        GPU_UNROLL
        for (unsigned n = 0; n < GPU_FLASH_PARTS; n++) GPU_UNROLL
        for (unsigned e = 0; e < 2; e++) {
            float *value = &s[n][2 * half + e];
            *value = whole || gpu_sees(a, query + 8 * half, key + 8 * n + e) ? *value * a->scale : -INFINITY;
            largest = fmaxf(largest, *value);
        }
        largest = group_max(at, largest, 4);
        const float base = largest == -INFINITY ? 0 : largest, shrink = expf(most[half] - base);
        GPU_UNROLL
        for (unsigned n = 0; n < GPU_FLASH_PARTS; n++) GPU_UNROLL
        for (unsigned e = 0; e < 2; e++) here += s[n][2 * half + e] = expf(s[n][2 * half + e] - base);
        sum[half] = sum[half] * shrink + group_sum(at, here, 4);
        most[half] = largest;
        GPU_UNROLL
        for (unsigned n = 0; n < dim / 8; n++) acc[n][2 * half] *= shrink, acc[n][2 * half + 1] *= shrink;
    }
}

/* Block (tile of queries, head). Shared: queries; keys, values. */
GPU_FN void gpu_flash(gpu_args a, const struct gpu_at *at, const unsigned dim) {
    const uint64_t head = at->block % a->queries, query = at->block / a->queries * GPU_FLASH_ROWS;
    const uint64_t last = query + GPU_FLASH_ROWS <= a->rows ? query + GPU_FLASH_ROWS - 1 : a->rows - 1;
    const struct gpu_head h = gpu_head_of(a, head);
    const unsigned warp = at->thread / 32, lane = at->thread % 32, stride = dim + GPU_FLASH_PAD;
    const uint64_t row = query + 16 * warp + lane / 4;
    uint16_t *q = (uint16_t *)at->shared, *k = q + GPU_FLASH_ROWS * stride, *v = k + GPU_FLASH_TILE * stride;
    float most[2] = {-INFINITY, -INFINITY}, sum[2] = {0, 0}, acc[BON_GPU_DIM_MAX / 8][4], s[GPU_FLASH_PARTS][4];
    GPU_UNROLL
    for (unsigned n = 0; n < dim / 8; n++) acc[n][0] = acc[n][1] = acc[n][2] = acc[n][3] = 0;
    gpu_flash_load(a, at, q, a->x, a->stride, query, h.q, GPU_FLASH_ROWS, dim);
    for (uint64_t key = (uint64_t)a->starts[query]; gpu_more_keys(a, key, query, last); key += GPU_FLASH_TILE) {
        wait_all(at);
        gpu_flash_load(a, at, k, a->x, a->stride, key, h.k, GPU_FLASH_TILE, dim);
        gpu_flash_load(a, at, v, a->x, a->stride, key, h.v, GPU_FLASH_TILE, dim);
        wait_all(at);
        gpu_flash_dots(at, s, q + 16 * warp * stride, k, dim);
        gpu_flash_join(a, at, row, key + lane % 4 * 2, gpu_flash_whole(a, query, GPU_FLASH_ROWS, key, GPU_FLASH_TILE),
                       s, most, sum, acc, dim);
        gpu_flash_gather(at, acc, s, v, dim);
    }
    GPU_UNROLL
    for (unsigned half = 0; half < 2; half++) {
        const uint64_t to = row + 8 * half;
        if (to >= a->rows) continue;
        GPU_UNROLL
        for (unsigned n = 0; n < dim / 8; n++) GPU_UNROLL
        for (unsigned e = 0; e < 2; e++)
            set(a->y, to * a->cols + h.q + 8 * n + lane % 4 * 2 + e, acc[n][2 * half + e] / sum[half]);
        if (a->stat && lane % 4 == 0) a->stat[to * a->queries + head] = most[half] + logf(sum[half]);
    }
}

/* Writes a warp's 16 rows of gathered gradients, from `first` on, to columns `col` ... of dx. */
GPU_FN void gpu_flash_put(gpu_args a, const struct gpu_at *at, uint64_t first, uint64_t col, float (*acc)[4],
                          const unsigned dim) {
    const unsigned lane = at->thread % 32;
    GPU_UNROLL
    for (unsigned n = 0; n < dim / 8; n++) GPU_UNROLL
    for (unsigned i = 0; i < 4; i++) {
        const uint64_t row = first + lane / 4 + i / 2 * 8;
        if (row < a->rows) put(a->dx, row * a->stride + col + 8 * n + lane % 4 * 2 + i % 2, acc[n][i], a->add);
    }
}

/* A score and its gradient: s becomes P, ds becomes dS = P (dP - dots) scale. */
GPU_FN void gpu_flash_slope(gpu_args a, uint64_t query, uint64_t key, uint64_t head, int whole, float *s, float *ds) {
    const uint64_t stat = query * a->queries + head;
    const int sees = whole || gpu_sees(a, query, key);
    *s = sees ? expf(*s * a->scale - a->stat[stat]) : 0;
    *ds = sees ? *s * (*ds - ((const float *)a->saved.at)[stat]) * a->scale : 0;
}

/* Block (tile of queries, head): dq = dS k. Shared: queries, dy; keys, values. */
GPU_FN void gpu_flash_back_q(gpu_args a, const struct gpu_at *at, const unsigned dim) {
    const uint64_t head = at->block % a->queries, query = at->block / a->queries * GPU_FLASH_ROWS;
    const uint64_t last = query + GPU_FLASH_ROWS <= a->rows ? query + GPU_FLASH_ROWS - 1 : a->rows - 1;
    const struct gpu_head h = gpu_head_of(a, head);
    const unsigned warp = at->thread / 32, lane = at->thread % 32, stride = dim + GPU_FLASH_PAD;
    uint16_t *q = (uint16_t *)at->shared, *dy = q + GPU_FLASH_ROWS * stride, *k = dy + GPU_FLASH_ROWS * stride;
    uint16_t *v = k + GPU_FLASH_TILE * stride;
    float dq[BON_GPU_DIM_MAX / 8][4], s[GPU_FLASH_PARTS][4], ds[GPU_FLASH_PARTS][4];
    GPU_UNROLL
    for (unsigned n = 0; n < dim / 8; n++) dq[n][0] = dq[n][1] = dq[n][2] = dq[n][3] = 0;
    gpu_flash_load(a, at, q, a->x, a->stride, query, h.q, GPU_FLASH_ROWS, dim);
    gpu_flash_load(a, at, dy, a->dy, a->cols, query, h.q, GPU_FLASH_ROWS, dim);
    for (uint64_t key = (uint64_t)a->starts[query]; gpu_more_keys(a, key, query, last); key += GPU_FLASH_TILE) {
        wait_all(at);
        gpu_flash_load(a, at, k, a->x, a->stride, key, h.k, GPU_FLASH_TILE, dim);
        gpu_flash_load(a, at, v, a->x, a->stride, key, h.v, GPU_FLASH_TILE, dim);
        wait_all(at);
        gpu_flash_dots(at, s, q + 16 * warp * stride, k, dim);
        gpu_flash_dots(at, ds, dy + 16 * warp * stride, v, dim);
        const int whole = gpu_flash_whole(a, query, GPU_FLASH_ROWS, key, GPU_FLASH_TILE);
        GPU_UNROLL
        for (unsigned n = 0; n < GPU_FLASH_PARTS; n++) GPU_UNROLL
        for (unsigned i = 0; i < 4; i++)
            gpu_flash_slope(a, query + 16 * warp + lane / 4 + i / 2 * 8, key + 8 * n + lane % 4 * 2 + i % 2, head,
                            whole, &s[n][i], &ds[n][i]);
        gpu_flash_gather(at, dq, ds, k, dim);
    }
    gpu_flash_put(a, at, query + 16 * warp, h.q, dq, dim);
}

/* Block (tile of keys, head of keys): dk = dS^T q and dv = P^T dy over all queries that see them, head by head. Shared: keys, values;
 * queries, dy. */
GPU_FN void gpu_flash_back_kv(gpu_args a, const struct gpu_at *at, const unsigned dim) {
    const uint64_t key_head = at->block % a->keys, key = at->block / a->keys * GPU_FLASH_ROWS;
    const uint64_t last = key + GPU_FLASH_ROWS <= a->rows ? key + GPU_FLASH_ROWS - 1 : a->rows - 1;
    const uint64_t group = a->queries / a->keys;
    const struct gpu_head h = gpu_head_of(a, key_head * group);
    const unsigned warp = at->thread / 32, lane = at->thread % 32, stride = dim + GPU_FLASH_PAD;
    uint16_t *k = (uint16_t *)at->shared, *v = k + GPU_FLASH_ROWS * stride, *q = v + GPU_FLASH_ROWS * stride;
    uint16_t *dy = q + GPU_FLASH_TILE * stride;
    float dk[BON_GPU_DIM_MAX / 8][4], dv[BON_GPU_DIM_MAX / 8][4], s[GPU_FLASH_PARTS][4], ds[GPU_FLASH_PARTS][4];
    GPU_UNROLL
    for (unsigned n = 0; n < dim / 8; n++) GPU_UNROLL
    for (unsigned i = 0; i < 4; i++) dk[n][i] = dv[n][i] = 0;
    gpu_flash_load(a, at, k, a->x, a->stride, key, h.k, GPU_FLASH_ROWS, dim);
    gpu_flash_load(a, at, v, a->x, a->stride, key, h.v, GPU_FLASH_ROWS, dim);
    for (uint64_t head = key_head * group; head < (key_head + 1) * group; head++)
        for (uint64_t query = gpu_first_query(a, key); query < a->rows && a->starts[query] <= a->starts[last];
             query += GPU_FLASH_TILE) {
            wait_all(at);
            gpu_flash_load(a, at, q, a->x, a->stride, query, head * dim, GPU_FLASH_TILE, dim);
            gpu_flash_load(a, at, dy, a->dy, a->cols, query, head * dim, GPU_FLASH_TILE, dim);
            wait_all(at);
            gpu_flash_dots(at, s, k + 16 * warp * stride, q, dim);
            gpu_flash_dots(at, ds, v + 16 * warp * stride, dy, dim);
            const int whole = gpu_flash_whole(a, query, GPU_FLASH_TILE, key, GPU_FLASH_ROWS);
            GPU_UNROLL
            for (unsigned n = 0; n < GPU_FLASH_PARTS; n++) GPU_UNROLL
            for (unsigned i = 0; i < 4; i++)
                gpu_flash_slope(a, query + 8 * n + lane % 4 * 2 + i % 2, key + 16 * warp + lane / 4 + i / 2 * 8, head,
                                whole, &s[n][i], &ds[n][i]);
            gpu_flash_gather(at, dv, s, dy, dim);
            gpu_flash_gather(at, dk, ds, q, dim);
        }
    gpu_flash_put(a, at, key + 16 * warp, h.k, dk, dim);
    gpu_flash_put(a, at, key + 16 * warp, h.v, dv, dim);
}

/* The kernels: one a length of heads, so that loops over it are unrolled and what they go over stays in registers. */
GPU_FN void gpu_flash64(gpu_args a, const struct gpu_at *at) { gpu_flash(a, at, 64); }
GPU_FN void gpu_flash64_q(gpu_args a, const struct gpu_at *at) { gpu_flash_back_q(a, at, 64); }
GPU_FN void gpu_flash64_kv(gpu_args a, const struct gpu_at *at) { gpu_flash_back_kv(a, at, 64); }
GPU_FN void gpu_flash128(gpu_args a, const struct gpu_at *at) { gpu_flash(a, at, 128); }
GPU_FN void gpu_flash128_q(gpu_args a, const struct gpu_at *at) { gpu_flash_back_q(a, at, 128); }
GPU_FN void gpu_flash128_kv(gpu_args a, const struct gpu_at *at) { gpu_flash_back_kv(a, at, 128); }

#endif
