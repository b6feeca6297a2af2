/* src/lm/cuda/update.c: update rules on the GPU, and the sum of squares that clipping asks for. Everything of parameters is in 32-bit
 * floats; the formulas are those of cpu/optimizer_template.h. */
#include "lm/cuda/launch.h"

static struct bon_gpu_vec floats(const void *at, size_t first) {
    return vec((void *)((uintptr_t)at + first * sizeof(float)), false);
}

static struct bon_gpu_args update_args(const struct bon_update *u) {
    return (struct bon_gpu_args){.rate = u->rate,
                                 .keep = 1 - u->decay,
                                 .beta1 = u->beta1,
                                 .beta2 = u->beta2,
                                 .epsilon = u->epsilon,
                                 .factor = u->scale};
}

void bon_gpu_sgd(bon_device *device, void *values, const void *grads, void *momentum, size_t at, size_t n,
                 const struct bon_update *update) {
    struct bon_gpu_args args = update_args(update);
    args.x = floats(values, at), args.dy = floats(grads, at), args.w = floats(momentum, at);
    flat(&(struct bon_run){.device = device}, BON_GPU_SGD, n, &args);
}

void bon_gpu_adamw(bon_device *device, void *values, const void *grads, void *mean, void *square, size_t at, size_t n,
                   const struct bon_update *update) {
    struct bon_gpu_args args = update_args(update);
    args.x = floats(values, at), args.dy = floats(grads, at);
    args.w = floats(mean, at), args.b = floats(square, at);
    args.rate = update->rate / update->correction1, args.unbias = 1 / update->correction2;
    flat(&(struct bon_run){.device = device}, BON_GPU_ADAMW, n, &args);
}

/* Five steps of the iteration of cpu/optimizer_template.h; x and the place of the next one change roles. Returns where x is. */
static float *orthogonal(bon_device *device, float *x, float *gram, float *poly, float *next, size_t rows,
                         size_t cols) {
    const float a = 3.4445f, b = -4.7750f, c = 2.0315f;
    const bool tall = rows > cols; /* the product with itself is of the shorter side */
    const size_t m = tall ? cols : rows;
    for (int step = 0; step < 5; step++) {
        struct bon_gpu_product p = {
            .m = m, .n = m, .k = tall ? rows : cols, .lda = cols, .ldb = cols, .ldd = m, .alpha = 1};
        p.a = p.b = floats(x, 0), p.d = floats(gram, 0), p.a_transposed = tall, p.b_transposed = !tall;
        multiply(device, &p);
        p = (struct bon_gpu_product){.m = m, .n = m, .k = m, .lda = m, .ldb = m, .ldd = m, .alpha = c, .beta = b};
        p.a = p.b = p.c = floats(gram, 0), p.d = floats(poly, 0);
        multiply(device, &p);
        p = (struct bon_gpu_product){.m = rows, .n = cols, .k = m, .ldd = cols, .alpha = 1, .beta = a};
        p.a = floats(tall ? x : poly, 0), p.lda = tall ? cols : m;
        p.b = floats(tall ? poly : x, 0), p.ldb = tall ? m : cols;
        p.c = floats(x, 0), p.d = floats(next, 0);
        multiply(device, &p);
        float *old = x;
        x = next, next = old;
    }
    return x;
}

void bon_gpu_muon(bon_device *device, void *values, const void *grads, void *momentum, void *work, size_t at,
                  size_t rows, size_t cols, const struct bon_update *update) {
    const size_t n = rows * cols, m = rows < cols ? rows : cols, longer = rows < cols ? cols : rows;
    const struct bon_run run = {.device = device};
    struct bon_gpu_args args = update_args(update);
    float *x = work, *gram = x + n, *poly = gram + m * m, *next = poly + m * m;
    args.x = floats(values, at), args.dy = floats(grads, at), args.w = floats(momentum, at), args.y = floats(x, 0);
    flat(&run, BON_GPU_MUON_BEGIN, n, &args);
    sum_all(&run, args.y, n, true, vec(NULL, false));
    flat(&run, BON_GPU_MUON_NORM, n, &(struct bon_gpu_args){.y = args.y, .sums = device->gpu->sums});
    args.y = floats(orthogonal(device, x, gram, poly, next, rows, cols), 0);
    args.rate = update->rate * 0.2 * sqrt((double)longer);
    flat(&run, BON_GPU_MUON_END, n, &args);
}

void bon_gpu_ask_squares(bon_device *device, unsigned slot, const void *vector, size_t n) {
    struct bon_gpu *gpu = device->gpu;
    sum_all(&(struct bon_run){.device = device}, floats(vector, 0), n, true, vec(NULL, false));
    gpu->doubles |= 1u << slot;
    keep(gpu, gpu->ops->ask(gpu->self, slot, gpu->sums, sizeof(double)));
}
