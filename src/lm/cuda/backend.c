/* src/lm/cuda/backend.c: the GPU's backend: which kernels an operation launches, and on what. The kernels are in kernels_*.h, the
 * machine they run on is behind gpu.h; formulas and order are those of the CPU (lm/cpu).
 *
 * There is one table for 32-bit floats and one for bf16, where results and their gradients are bf16, but parameters, their
 * gradients, the optimizer's state, single numbers and statistics are 32-bit floats, and so is all arithmetic within a kernel.
 * Failures of the machine are kept until finish() is asked.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lm/cuda/kernels_flash.h"
#include "lm/cuda/kernels_norm.h"
#include "lm/cuda/kernels_softmax.h"
#include "lm/cuda/launch.h"
#include "lm/narrow.h"

/* ---- sums over rows: the gradients of what is one row ---- */

static size_t sums_bytes(size_t cols) { return aligned(CHUNKS * cols * sizeof(double)); }

/* The gradient of input k (1 x cols): the sum over the rows of what `args` says of each. */
static void put_sums(run_ref run, tensor_ref t, size_t k, double *sums, struct bon_gpu_args args) {
    if (!wants(t, k)) return;
    const size_t tiles = (args.cols + GPU_SUM_COLS - 1) / GPU_SUM_COLS;
    args.sums = sums, args.n = CHUNKS;
    blocks(run, BON_GPU_COL_SUMS, tiles * CHUNKS, BON_GPU_THREADS * sizeof(double), &args);
    flat(run, BON_GPU_COL_SUMS_END, args.cols,
         &(struct bon_gpu_args){
             .sums = sums, .rows = CHUNKS, .cols = args.cols, .dx = grad_of(run, t->in[k]), .add = adds(run, t, k)});
}

/* All columns of dy, one head a row. */
static struct bon_gpu_args sum_of(tensor_ref t, enum gpu_sum kind, struct bon_gpu_vec dy) {
    return (struct bon_gpu_args){
        .kind = kind, .dy = dy, .rows = t->rows, .cols = t->cols, .stride = t->cols, .queries = 1};
}

/* ---- embedding ---- */

static void embedding_forward(run_ref run, tensor_ref t) {
    flat(run, BON_GPU_EMBED, bon_items(t),
         &(struct bon_gpu_args){.w = value_of(run, t->in[0]),
                                .ids = ints_of(t->in[1]),
                                .y = value_of(run, t),
                                .cols = t->cols,
                                .stride = t->in[1]->cols});
}

static size_t embedding_work(const bon_device *device, tensor_ref t) {
    (void)device;
    return 3 * aligned(bon_items(t->in[1]) * sizeof(int32_t));
}

/* Ids are sorted, stably: the sum of an id's rows has one order. */
static void embedding_backward(run_ref run, tensor_ref t) {
    if (!wants(t, 0)) return;
    const struct bon_tensor *table = t->in[0];
    struct bon_gpu *gpu = run->device->gpu;
    char *work = run->work;
    const size_t all = bon_items(t->in[1]), one = aligned(all * sizeof(int32_t));
    int32_t *number = (int32_t *)work, *ids = (int32_t *)(work + one), *places = (int32_t *)(work + 2 * one);
    if (!adds(run, t, 0))
        keep(gpu, gpu->ops->fill(gpu->self, table->grad, 0,
                                 bon_items(table) * (grad_of(run, table).narrow ? sizeof(uint16_t) : sizeof(float))));
    flat(run, BON_GPU_NUMBER, all, &(struct bon_gpu_args){.y = vec(number, false)});
    keep(gpu, gpu->ops->sort(gpu->self, ints_of(t->in[1]), number, ids, places, all));
    blocks(run, BON_GPU_EMBED_BACK, all, 0,
           &(struct bon_gpu_args){.ids = ids,
                                  .mask = places,
                                  .dy = grad_of(run, t),
                                  .dx = grad_of(run, table),
                                  .rows = all,
                                  .cols = t->cols,
                                  .stride = t->in[1]->cols});
}

/* ---- linear ---- */

/* Bytes of an operand that is kept wide and multiplied narrow. */
static size_t operand_bytes(const bon_device *device, tensor_ref t) {
    return is_narrow(device) && bon_is_wide(t) ? aligned(bon_items(t) * sizeof(uint16_t)) : 0;
}

static size_t linear_work(const bon_device *device, tensor_ref t) {
    return operand_bytes(device, t->in[0]) + operand_bytes(device, t->in[1]) + operand_bytes(device, t) +
           (t->in[2] ? sums_bytes(t->cols) : 0);
}

/* The values as products take them: those that are wide are made narrow at *work, which moves on. */
static struct bon_gpu_vec operand(run_ref run, struct bon_gpu_vec x, size_t n, char **work) {
    if (!is_narrow(run->device) || x.narrow) return x;
    const struct bon_gpu_vec y = vec(*work, true);
    *work += aligned(n * sizeof(uint16_t));
    flat(run, BON_GPU_CAST, n, &(struct bon_gpu_args){.x = x, .y = y});
    return y;
}

/* y = map(x w^T + bias) + residual: a residual alone is what the product begins with; the rest comes after it. */
static void linear_forward(run_ref run, tensor_ref t) {
    const struct bon_tensor *x = t->in[0], *w = t->in[1], *residual = t->in[3];
    char *work = run->work;
    const struct bon_gpu_vec y = value_of(run, t), before = residual ? value_of(run, residual) : vec(NULL, false);
    const bool first = residual && !t->in[2] && t->map == BON_IDENTITY && before.narrow == y.narrow;
    struct bon_gpu_product p = {.b_transposed = true, .m = t->rows, .n = t->cols, .k = x->cols};
    p.a = operand(run, value_of(run, x), bon_items(x), &work);
    p.b = operand(run, value_of(run, w), bon_items(w), &work);
    p.c = before, p.d = t->saved ? saved_of(run, t) : y;
    p.lda = x->cols, p.ldb = w->cols, p.ldd = t->cols, p.alpha = 1, p.beta = first ? 1 : 0;
    multiply(run->device, &p);
    if (first || (!t->in[2] && !residual && t->map == BON_IDENTITY)) return;
    flat(run, BON_GPU_LINEAR_AFTER, bon_items(t),
         &(struct bon_gpu_args){.x = p.d,
                                .b = t->in[2] ? value_of(run, t->in[2]) : vec(NULL, false),
                                .r = before,
                                .saved = saved_of(run, t),
                                .y = y,
                                .cols = t->cols,
                                .kind = (uint32_t)t->map});
}

static void linear_backward(run_ref run, tensor_ref t) {
    const struct bon_tensor *x = t->in[0], *w = t->in[1];
    char *work = run->work;
    struct bon_gpu_vec dy = grad_of(run, t);
    if (t->map != BON_IDENTITY) {
        flat(run, BON_GPU_LINEAR_SLOPE, bon_items(t),
             &(struct bon_gpu_args){.dy = dy, .saved = saved_of(run, t), .kind = (uint32_t)t->map});
        dy = saved_of(run, t);
    }
    const struct bon_gpu_vec d = operand(run, dy, bon_items(t), &work);
    struct bon_gpu_product p = {.a = d, .m = t->rows, .n = x->cols, .k = t->cols, .alpha = 1};
    p.lda = t->cols, p.ldb = w->cols, p.ldd = x->cols;
    if (wants(t, 0)) { /* dx = dy w */
        p.b = operand(run, value_of(run, w), bon_items(w), &work);
        p.c = p.d = grad_of(run, x), p.beta = adds(run, t, 0);
        multiply(run->device, &p);
    }
    if (wants(t, 1)) { /* dw = dy^T x */
        p.a_transposed = true, p.m = t->cols, p.k = t->rows, p.ldb = x->cols;
        p.b = operand(run, value_of(run, x), bon_items(x), &work);
        p.c = p.d = grad_of(run, w), p.beta = adds(run, t, 1);
        multiply(run->device, &p);
    }
    if (t->in[2]) put_sums(run, t, 2, (double *)(void *)work, sum_of(t, GPU_SUM_DY, dy));
    if (wants(t, 3) && t->in[3]->grad != t->grad)
        flat(run, BON_GPU_PASS, bon_items(t),
             &(struct bon_gpu_args){.dy = grad_of(run, t), .dx = grad_of(run, t->in[3]), .add = adds(run, t, 3)});
}

/* ---- norms ---- */

static void rms_norm_forward(run_ref run, tensor_ref t) {
    blocks(run, BON_GPU_RMS, t->rows, 0,
           &(struct bon_gpu_args){.x = value_of(run, t->in[0]),
                                  .w = value_of(run, t->in[1]),
                                  .y = value_of(run, t),
                                  .stat = t->saved,
                                  .cols = t->cols,
                                  .shift = t->shift});
}

static size_t norm_work(const bon_device *device, tensor_ref t) {
    (void)device;
    return sums_bytes(t->cols);
}

static void rms_norm_backward(run_ref run, tensor_ref t) {
    struct bon_gpu_args sums = sum_of(t, GPU_SUM_RMS, grad_of(run, t));
    sums.x = value_of(run, t->in[0]), sums.stat = t->saved, sums.stat_stride = 1;
    if (wants(t, 0))
        blocks(run, BON_GPU_RMS_BACK, t->rows, 0,
               &(struct bon_gpu_args){.x = sums.x,
                                      .w = value_of(run, t->in[1]),
                                      .dy = sums.dy,
                                      .dx = grad_of(run, t->in[0]),
                                      .stat = t->saved,
                                      .cols = t->cols,
                                      .add = adds(run, t, 0)});
    put_sums(run, t, 1, run->work, sums);
}

static void layer_norm_forward(run_ref run, tensor_ref t) {
    blocks(run, BON_GPU_LAYER, t->rows, 0,
           &(struct bon_gpu_args){.x = value_of(run, t->in[0]),
                                  .w = value_of(run, t->in[1]),
                                  .b = value_of(run, t->in[2]),
                                  .y = value_of(run, t),
                                  .stat = t->saved,
                                  .cols = t->cols,
                                  .shift = t->shift});
}

static void layer_norm_backward(run_ref run, tensor_ref t) {
    struct bon_gpu_args sums = sum_of(t, GPU_SUM_LAYER, grad_of(run, t));
    sums.x = value_of(run, t->in[0]), sums.stat = t->saved;
    if (wants(t, 0))
        blocks(run, BON_GPU_LAYER_BACK, t->rows, 0,
               &(struct bon_gpu_args){.x = sums.x,
                                      .w = value_of(run, t->in[1]),
                                      .dy = sums.dy,
                                      .dx = grad_of(run, t->in[0]),
                                      .stat = t->saved,
                                      .cols = t->cols,
                                      .add = adds(run, t, 0)});
    put_sums(run, t, 1, run->work, sums);
    put_sums(run, t, 2, run->work, sum_of(t, GPU_SUM_DY, sums.dy));
}

/* ---- rotary positions ---- */

static struct bon_gpu_args rope_args(run_ref run, tensor_ref t) {
    const struct bon_gpu_vec none = {0};
    return (struct bon_gpu_args){.x = value_of(run, t->in[0]),
                                 .starts = ints_of(t->in[1]),
                                 .w = t->in[2] ? value_of(run, t->in[2]) : none,
                                 .b = t->in[3] ? value_of(run, t->in[3]) : none,
                                 .stat = t->saved,
                                 .cols = t->cols,
                                 .queries = t->heads.queries,
                                 .keys = t->heads.keys,
                                 .dim = t->heads.dim,
                                 .scale = t->scale,
                                 .shift = t->shift};
}

static void rope_forward(run_ref run, tensor_ref t) {
    struct bon_gpu_args args = rope_args(run, t);
    args.y = value_of(run, t);
    blocks(run, BON_GPU_ROPE, t->rows, t->heads.dim * sizeof(float), &args);
}

static size_t rope_work(const bon_device *device, tensor_ref t) {
    (void)device;
    return sums_bytes(t->heads.dim);
}

static void rope_backward(run_ref run, tensor_ref t) {
    struct bon_gpu_args args = rope_args(run, t);
    args.dy = grad_of(run, t), args.add = adds(run, t, 0);
    if (wants(t, 0)) args.dx = grad_of(run, t->in[0]);
    blocks(run, BON_GPU_ROPE_BACK, t->rows, t->heads.dim * sizeof(float), &args);
    for (size_t k = 2; t->in[2] && k < 4; k++) { /* queries, then keys */
        struct bon_gpu_args sums = sum_of(t, GPU_SUM_RMS, args.dy);
        sums.x = args.x, sums.stat = args.stat, sums.cols = args.dim;
        sums.stat_stride = args.queries + args.keys, sums.stat_first = k == 2 ? 0 : args.queries;
        sums.first = sums.stat_first * args.dim, sums.queries = k == 2 ? args.queries : args.keys;
        put_sums(run, t, k, run->work, sums);
    }
}

/* ---- attention ---- */

static size_t attention_work(const bon_device *device, tensor_ref t) {
    (void)device;
    return t->rows * t->heads.queries * sizeof(float);
}

static struct bon_gpu_args attention_args(run_ref run, tensor_ref t) {
    return (struct bon_gpu_args){.x = value_of(run, t->in[0]),
                                 .starts = ints_of(t->in[1]),
                                 .y = value_of(run, t),
                                 .stat = t->saved,
                                 .rows = t->rows,
                                 .cols = t->cols,
                                 .stride = t->in[0]->cols,
                                 .queries = t->heads.queries,
                                 .keys = t->heads.keys,
                                 .dim = t->heads.dim,
                                 .both = t->both,
                                 .scale = 1 / sqrtf((float)t->heads.dim)};
}

static size_t tiles_of(tensor_ref t, size_t rows) { return (t->rows + rows - 1) / rows; }

/* The kernels of tensor cores, where they fit. */
static const struct flash {
    unsigned dim;
    enum bon_gpu_kernel forward, back_q, back_kv;
} flashes[] = {
    {64, BON_GPU_FLASH64, BON_GPU_FLASH64_Q, BON_GPU_FLASH64_KV},
    {128, BON_GPU_FLASH128, BON_GPU_FLASH128_Q, BON_GPU_FLASH128_KV},
};

static const struct flash *flash_of(const struct bon_gpu_args *args) {
    for (size_t i = 0; args->x.narrow && i < sizeof flashes / sizeof flashes[0]; i++)
        if (flashes[i].dim == args->dim) return &flashes[i];
    return NULL;
}

static void attention_forward(run_ref run, tensor_ref t) {
    struct bon_gpu_args args = attention_args(run, t);
    if (t->heads.dim > BON_GPU_DIM_MAX) {
        keep(run->device->gpu, bon_fail(BON_ERR_LIMIT, "attention: heads of dimension %u; a GPU computes up to %d",
                                        t->heads.dim, BON_GPU_DIM_MAX));
        return;
    }
    const struct flash *flash = flash_of(&args);
    if (flash)
        blocks(run, flash->forward, tiles_of(t, GPU_FLASH_ROWS) * args.queries, gpu_flash_shared(1, 2, args.dim),
               &args);
    else
        blocks(run, BON_GPU_ATTENTION, tiles_of(t, GPU_TILE) * args.queries, gpu_attention_shared(2, args.dim), &args);
}

static void attention_backward(run_ref run, tensor_ref t) {
    struct bon_gpu_args args = attention_args(run, t), dots = args;
    if (!wants(t, 0) || t->heads.dim > BON_GPU_DIM_MAX) return;
    args.dy = dots.dy = grad_of(run, t);
    dots.stat = run->work;
    flat(run, BON_GPU_ATTENTION_DOTS, t->rows * args.queries, &dots);
    args.saved = vec(run->work, false), args.dx = grad_of(run, t->in[0]), args.add = adds(run, t, 0);
    const struct flash *flash = flash_of(&args);
    const size_t tiles = tiles_of(t, flash ? GPU_FLASH_ROWS : GPU_TILE);
    const size_t shared = flash ? gpu_flash_shared(2, 2, args.dim) : gpu_attention_shared(4, args.dim);
    blocks(run, flash ? flash->back_q : BON_GPU_ATTENTION_BACK_Q, tiles * args.queries, shared, &args);
    blocks(run, flash ? flash->back_kv : BON_GPU_ATTENTION_BACK_KV, tiles * args.keys, shared, &args);
}

/* ---- functions of single values ---- */

static struct bon_gpu_args forward_args(run_ref run, tensor_ref t) {
    return (struct bon_gpu_args){
        .x = value_of(run, t->in[0]), .y = value_of(run, t), .cols = t->cols, .kind = (uint32_t)t->map};
}

static struct bon_gpu_args backward_args(run_ref run, tensor_ref t, size_t k) {
    return (struct bon_gpu_args){.x = value_of(run, t->in[0]),
                                 .dy = grad_of(run, t),
                                 .dx = grad_of(run, t->in[k]),
                                 .cols = t->cols,
                                 .kind = (uint32_t)t->map,
                                 .add = adds(run, t, k)};
}

static void map_forward(run_ref run, tensor_ref t) {
    const struct bon_gpu_args args = forward_args(run, t);
    flat(run, t->op == BON_OP_SWIGLU ? BON_GPU_SWIGLU : BON_GPU_MAP, bon_items(t), &args);
}

static void map_backward(run_ref run, tensor_ref t) {
    const struct bon_gpu_args args = backward_args(run, t, 0);
    if (wants(t, 0)) flat(run, t->op == BON_OP_SWIGLU ? BON_GPU_SWIGLU_BACK : BON_GPU_MAP_BACK, bon_items(t), &args);
}

static bool is_row(tensor_ref t) { return t->in[1]->rows == 1 && t->rows > 1; }

static void binary_forward(run_ref run, tensor_ref t) {
    struct bon_gpu_args args = forward_args(run, t);
    args.w = value_of(run, t->in[1]), args.row = is_row(t), args.kind = t->op == BON_OP_MUL;
    flat(run, BON_GPU_BINARY, bon_items(t), &args);
}

static void binary_backward(run_ref run, tensor_ref t) {
    if (is_row(t)) {
        struct bon_gpu_args sums = sum_of(t, t->op == BON_OP_MUL ? GPU_SUM_TIMES : GPU_SUM_DY, grad_of(run, t));
        sums.x = value_of(run, t->in[0]);
        put_sums(run, t, 1, run->work, sums);
    }
    for (size_t k = 0; k < 2; k++) {
        if (!wants(t, k) || (k == 1 && is_row(t)) || t->in[k]->grad == t->grad) continue;
        struct bon_gpu_args args = backward_args(run, t, k);
        args.x = value_of(run, t->in[1 - k]), args.row = k == 0 && is_row(t);
        flat(run, t->op == BON_OP_MUL ? BON_GPU_TIMES : BON_GPU_PASS, bon_items(t), &args);
    }
}

static size_t binary_work(const bon_device *device, tensor_ref t) {
    (void)device;
    return is_row(t) ? sums_bytes(t->cols) : 0;
}

/* Affine and dropout, which outside of training is the factor 1. */
static void set_factor(run_ref run, tensor_ref t, struct bon_gpu_args *args) {
    args->kind = t->op == BON_OP_DROPOUT && run->dropout;
    args->scale = t->op == BON_OP_DROPOUT && !run->dropout ? 1 : t->scale;
    args->shift = t->shift;
    args->seed = run->seed, args->stream = run->step << 20 ^ t->index;
}

static void scale_forward(run_ref run, tensor_ref t) {
    struct bon_gpu_args args = forward_args(run, t);
    set_factor(run, t, &args);
    flat(run, BON_GPU_SCALE, bon_items(t), &args);
}

static void scale_backward(run_ref run, tensor_ref t) {
    struct bon_gpu_args args = backward_args(run, t, 0);
    set_factor(run, t, &args);
    if (wants(t, 0)) flat(run, BON_GPU_SCALE_BACK, bon_items(t), &args);
}

/* ---- sums and parts ---- */

static void sum_cols_forward(run_ref run, tensor_ref t) {
    struct bon_gpu_args args = forward_args(run, t);
    args.cols = t->in[0]->cols;
    blocks(run, BON_GPU_SUM_COLS, t->rows, 0, &args);
}

static void sum_backward(run_ref run, tensor_ref t) {
    struct bon_gpu_args args = backward_args(run, t, 0);
    args.cols = t->in[0]->cols, args.n = t->rows;
    if (wants(t, 0)) flat(run, BON_GPU_SUM_BACK, bon_items(t->in[0]), &args);
}

static void sum_forward(run_ref run, tensor_ref t) {
    sum_all(run, value_of(run, t->in[0]), bon_items(t->in[0]), false, value_of(run, t));
}

static void part_forward(run_ref run, tensor_ref t) {
    struct bon_gpu_args args = forward_args(run, t);
    args.stride = t->in[0]->cols;
    args.first = t->op == BON_OP_ROWS ? t->first * args.stride : t->first;
    flat(run, BON_GPU_PART, bon_items(t), &args);
}

static void part_backward(run_ref run, tensor_ref t) {
    struct bon_gpu_args args = backward_args(run, t, 0);
    args.rows = t->rows, args.stride = t->in[0]->cols;
    args.first = t->op == BON_OP_ROWS ? t->first : 0, args.n = t->op == BON_OP_COLS ? t->first : 0;
    if (wants(t, 0)) flat(run, BON_GPU_PART_BACK, bon_items(t->in[0]), &args);
}

/* ---- softmax and cross-entropy ---- */

static void softmax_forward(run_ref run, tensor_ref t) {
    struct bon_gpu_args args = forward_args(run, t);
    args.mask = ints_of(t->in[1]);
    blocks(run, BON_GPU_SOFTMAX, t->rows, 0, &args);
}

static void softmax_backward(run_ref run, tensor_ref t) {
    struct bon_gpu_args args = backward_args(run, t, 0);
    args.y = value_of(run, t);
    if (wants(t, 0)) blocks(run, BON_GPU_SOFTMAX_BACK, t->rows, 0, &args);
}

static size_t cross_entropy_work(const bon_device *device, tensor_ref t) {
    (void)device;
    return (1 + t->in[0]->rows) * sizeof(double);
}

static void cross_entropy_forward(run_ref run, tensor_ref t) {
    const struct bon_tensor *logits = t->in[0];
    const struct bon_gpu_args args = {.x = value_of(run, logits),
                                      .ids = ints_of(t->in[1]),
                                      .mask = ints_of(t->in[2]),
                                      .saved = saved_of(run, t),
                                      .sums = run->work,
                                      .rows = logits->rows,
                                      .cols = logits->cols};
    blocks(run, BON_GPU_COUNT_ROWS, 1, 0, &args);
    blocks(run, BON_GPU_LOSS_ROWS, logits->rows, 0, &args);
    blocks(run, BON_GPU_SUM_END, 1, 0,
           &(struct bon_gpu_args){.first = 1, .n = logits->rows, .sums = run->work, .y = value_of(run, t)});
}

/* The gradient stands there already when the loss is what is trained, whose own gradient is 1. */
static void cross_entropy_backward(run_ref run, tensor_ref t) {
    struct bon_gpu_args args = backward_args(run, t, 0);
    args.saved = saved_of(run, t);
    if (!wants(t, 0) || (t->in[0]->grad == t->saved && t == t->graph->loss)) return;
    flat(run, BON_GPU_LOSS_BACK, bon_items(t->in[0]), &args);
}

/* ---- failures ---- */

static bon_status gpu_finish(bon_device *device) {
    struct bon_gpu *gpu = device->gpu;
    keep(gpu, gpu->ops->finish(gpu->self));
    const bon_status status = gpu->status;
    gpu->status = BON_OK;
    return status == BON_OK ? BON_OK : bon_fail(status, "%s", gpu->message);
}

/* ---- memory ---- */

static void *gpu_allocate(bon_device *device, size_t bytes) {
    return device->gpu->ops->alloc(device->gpu->self, bytes ? bytes : 1);
}

static void gpu_release(bon_device *device, void *memory) {
    if (memory) device->gpu->ops->release(device->gpu->self, memory);
}

static void gpu_store(bon_device *device, void *to, const void *from, size_t bytes) {
    keep(device->gpu, device->gpu->ops->upload(device->gpu->self, to, from, bytes));
}

static void gpu_load(bon_device *device, void *to, const void *from, size_t bytes) {
    keep(device->gpu, device->gpu->ops->download(device->gpu->self, to, from, bytes));
}

enum { CONVERT = 4096 }; /* values converted at once */

static void gpu_store_reals(bon_device *device, void *to, size_t at, const double *from, size_t n, bool wide) {
    const bool narrow = is_narrow(device) && !wide;
    const size_t size = narrow ? sizeof(uint16_t) : sizeof(float);
    float reals[CONVERT];
    uint16_t halves[CONVERT];
    for (size_t first = 0, count; first < n; first += count) {
        count = n - first < CONVERT ? n - first : CONVERT;
        for (size_t i = 0; i < count; i++) reals[i] = (float)from[first + i], halves[i] = bon_to_bf16(reals[i]);
        gpu_store(device, (char *)to + (at + first) * size, narrow ? (const void *)halves : reals, count * size);
    }
}

static void gpu_load_reals(bon_device *device, double *to, const void *from, size_t at, size_t n, bool wide) {
    const bool narrow = is_narrow(device) && !wide;
    const size_t size = narrow ? sizeof(uint16_t) : sizeof(float);
    float reals[CONVERT] = {0};
    uint16_t halves[CONVERT] = {0};
    for (size_t first = 0, count; first < n; first += count) {
        count = n - first < CONVERT ? n - first : CONVERT;
        gpu_load(device, narrow ? (void *)halves : reals, (const char *)from + (at + first) * size, count * size);
        for (size_t i = 0; i < count; i++) to[first + i] = (double)(narrow ? bon_from_bf16(halves[i]) : reals[i]);
    }
}

static void gpu_fill(bon_device *device, void *memory, int byte, size_t bytes) {
    keep(device->gpu, device->gpu->ops->fill(device->gpu->self, memory, byte, bytes));
}

static void gpu_zero(bon_device *device, void *vector, size_t n) { gpu_fill(device, vector, 0, n * sizeof(float)); }

static double gpu_peak(bon_device *device) { return device->gpu->ops->peak(device->gpu->self, is_narrow(device)); }

static size_t gpu_memory(bon_device *device) { return device->gpu->ops->memory(device->gpu->self); }

/* ---- the tables ---- */

#define GPU_BACKEND(bytes)                                                                                             \
    {                                                                                                                  \
        .name = "cuda", .real_bytes = (bytes), .stat_bytes = sizeof(float), .param_bytes = sizeof(float),              \
        .allocate = gpu_allocate, .release = gpu_release, .store = gpu_store, .load = gpu_load,                        \
        .store_reals = gpu_store_reals, .load_reals = gpu_load_reals, .fill = gpu_fill, .zero = gpu_zero,              \
        .finish = gpu_finish, .peak = gpu_peak, .memory = gpu_memory, .sgd = bon_gpu_sgd, .adamw = bon_gpu_adamw,      \
        .muon = bon_gpu_muon, .sum_of_squares = bon_gpu_sum_of_squares, .kernel = {                                    \
            [BON_OP_EMBEDDING] = {embedding_forward, embedding_backward, embedding_work},                              \
            [BON_OP_LINEAR] = {linear_forward, linear_backward, linear_work},                                          \
            [BON_OP_RMS_NORM] = {rms_norm_forward, rms_norm_backward, norm_work},                                      \
            [BON_OP_LAYER_NORM] = {layer_norm_forward, layer_norm_backward, norm_work},                                \
            [BON_OP_ROPE] = {rope_forward, rope_backward, rope_work},                                                  \
            [BON_OP_ATTENTION] = {attention_forward, attention_backward, attention_work},                              \
            [BON_OP_SWIGLU] = {map_forward, map_backward, NULL},                                                       \
            [BON_OP_MAP] = {map_forward, map_backward, NULL},                                                          \
            [BON_OP_ADD] = {binary_forward, binary_backward, binary_work},                                             \
            [BON_OP_MUL] = {binary_forward, binary_backward, binary_work},                                             \
            [BON_OP_AFFINE] = {scale_forward, scale_backward, NULL},                                                   \
            [BON_OP_SOFTMAX] = {softmax_forward, softmax_backward, NULL},                                              \
            [BON_OP_CROSS_ENTROPY] = {cross_entropy_forward, cross_entropy_backward, cross_entropy_work},              \
            [BON_OP_DROPOUT] = {scale_forward, scale_backward, NULL},                                                  \
            [BON_OP_SUM_COLS] = {sum_cols_forward, sum_backward, NULL},                                                \
            [BON_OP_SUM] = {sum_forward, sum_backward, NULL},                                                          \
            [BON_OP_COLS] = {part_forward, part_backward, NULL},                                                       \
            [BON_OP_ROWS] = {part_forward, part_backward, NULL},                                                       \
        }                                                                                                              \
    }

static const struct bon_backend gpu_f32 = GPU_BACKEND(sizeof(float)), gpu_bf16 = GPU_BACKEND(sizeof(uint16_t));

/* ---- opening ---- */

__attribute__((weak)) bon_status bon_gpu_open_cuda(struct bon_gpu *gpu, unsigned number, char *name, size_t name_size) {
    (void)gpu, (void)number, (void)name, (void)name_size;
    return bon_fail(BON_ERR_ARGUMENT, "device \"cuda\": this bon was built without CUDA; \"cpu\" computes the same");
}

bon_status bon_gpu_device(bon_device *device, struct bon_gpu *gpu, const bon_device_options *options) {
    bon_status status = BON_OK;
    if (options->real == BON_F64) status = bon_fail(BON_ERR_ARGUMENT, "a GPU computes in 32-bit floats and bf16 only");
    if (status == BON_OK) {
        device->backend = options->real == BON_BF16 ? &gpu_bf16 : &gpu_f32;
        device->threads = 1;
        if (!(device->gpu = bon_alloc_zeroed(1, sizeof *gpu))) status = BON_ERR_NOMEM;
    }
    if (status == BON_OK) {
        *device->gpu = *gpu;
        device->gpu->sums = gpu->ops->alloc(gpu->self, SUM_PARTS * sizeof(double));
        if (device->gpu->sums) return BON_OK;
        free(device->gpu);
        status = BON_ERR_NOMEM;
    }
    gpu->ops->close(gpu->self);
    return status;
}

bon_status bon_gpu_open(bon_device *device, const bon_device_options *options) {
    struct bon_gpu gpu = {0};
    char name[96];
    BON_TRY(bon_gpu_open_cuda(&gpu, options->number, name, sizeof name));
    BON_TRY(bon_gpu_device(device, &gpu, options));
    snprintf(device->name, sizeof device->name, "cuda, %s, %s", is_narrow(device) ? "bf16" : "32-bit floats", name);
    return BON_OK;
}

void bon_gpu_close(bon_device *device) {
    struct bon_gpu *gpu = device->gpu;
    gpu->ops->release(gpu->self, gpu->sums);
    gpu->ops->close(gpu->self);
    free(gpu);
}
