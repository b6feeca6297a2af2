/* src/lm/cuda/backend.c: the GPU's backend: which kernels an operation launches, and on what; products are in linear.c, what is not
 * an operation in device.c. The kernels are in kernels_*.h, the machine they run on is behind gpu.h; formulas and order are those of
 * the CPU (lm/cpu).
 *
 * There is one table for 32-bit floats and one for bf16, where results and their gradients are bf16, but parameters, their
 * gradients, the optimizer's state, single numbers and statistics are 32-bit floats, and so is all arithmetic within a kernel.
 */
#include "lm/cuda/kernels_flash.h"
#include "lm/cuda/launch.h"

/* ---- embedding ---- */

static void embedding_forward(run_ref run, tensor_ref t) {
    flat(run, BON_GPU_EMBED, bon_items(t),
         &(struct bon_gpu_args){.w = value_of(run, t->in[0]),
                                .ids = ints_of(t->in[1]),
                                .y = value_of(run, t),
                                .cols = t->cols,
                                .stride = t->in[1]->cols});
}

/* Numbers of ids; ids and numbers, sorted; what the sort needs. */
static size_t embedding_work(const bon_device *device, tensor_ref t) {
    const size_t ids = bon_items(t->in[1]);
    return 3 * aligned(ids * sizeof(int32_t)) + device->gpu->ops->sort_bytes(device->gpu->self, ids);
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
    keep(gpu, gpu->ops->sort(gpu->self, ints_of(t->in[1]), number, ids, places, all, work + 3 * one));
    blocks(run, BON_GPU_EMBED_BACK, all, 0,
           &(struct bon_gpu_args){.ids = ids,
                                  .mask = places,
                                  .dy = grad_of(run, t),
                                  .dx = grad_of(run, table),
                                  .rows = all,
                                  .cols = t->cols,
                                  .stride = t->in[1]->cols});
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
    args->draw = run->device->gpu->draw, args->stream = t->index;
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

/* ---- the tables ---- */

#define GPU_BACKEND(bytes)                                                                                             \
    {                                                                                                                  \
        .name = "cuda", .behind = true, .real_bytes = (bytes), .stat_bytes = sizeof(float),                            \
        .param_bytes = sizeof(float), .allocate = bon_gpu_allocate, .release = bon_gpu_release,                        \
        .store = bon_gpu_store, .load = bon_gpu_load, .store_reals = bon_gpu_store_reals,                              \
        .load_reals = bon_gpu_load_reals, .ask = bon_gpu_ask, .ask_squares = bon_gpu_ask_squares,                      \
        .answer = bon_gpu_answer, .fill = bon_gpu_fill, .zero = bon_gpu_zero, .set_one = bon_gpu_set_one,              \
        .finish = bon_gpu_finish, .check = bon_gpu_check, .peak = bon_gpu_peak, .memory = bon_gpu_memory,              \
        .sgd = bon_gpu_sgd, .adamw = bon_gpu_adamw, .muon = bon_gpu_muon, .begin = bon_gpu_begin,                      \
        .record = bon_gpu_record, .recorded = bon_gpu_recorded, .replay = bon_gpu_replay, .forget = bon_gpu_forget,    \
        .kernel = {                                                                                                    \
            [BON_OP_EMBEDDING] = {embedding_forward, embedding_backward, embedding_work},                              \
            [BON_OP_LINEAR] = {bon_gpu_linear_forward, bon_gpu_linear_backward, bon_gpu_linear_work},                  \
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

const struct bon_backend bon_gpu_f32 = GPU_BACKEND(sizeof(float)), bon_gpu_bf16 = GPU_BACKEND(sizeof(uint16_t));
