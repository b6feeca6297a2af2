/* tests/gpu/standin/lm/kernels.c: what kernels.cu and products.cu are to machine.cu, on the stand-in for CUDA: the kernels of the
 * emulation, in the turn of their stream. There is no cuBLASLt, so products are our own. */
#include "lm/cuda/machine.h"
#include "lm_emulate.h"

void standin_later(void *stream, void (*run)(void *data), const void *data, size_t bytes);

static struct emulation threads; /* what runs the threads of a block */

static bon_status run_call(void *data) {
    const struct emulate_call *call = data;
    const struct bon_gpu_args *args = &call->args;
    if (call->is_sort)
        return emulate_sort(&threads, args->ids, args->mask, args->x.at, args->y.at, call->n, args->r.at);
    if (call->is_flat) return emulate_run_flat(&threads, call->kernel, call->n, args);
    return emulate_run_blocks(&threads, call->kernel, call->n, call->shared, args);
}

static void run(void *data) {
    if (run_call(data) != BON_OK) abort();
}

bon_status bon_cuda_flat(void *stream, enum bon_gpu_kernel kernel, size_t n, const struct bon_gpu_args *args) {
    const struct emulate_call call = {.is_flat = true, .kernel = kernel, .n = n, .args = *args};
    standin_later(stream, run, &call, sizeof call);
    return BON_OK;
}

bon_status bon_cuda_blocks(void *stream, enum bon_gpu_kernel kernel, size_t count, size_t shared,
                           const struct bon_gpu_args *args) {
    static char stacks[BON_GPU_THREADS * EMULATE_STACK];
    const struct emulate_call call = {.kernel = kernel, .n = count, .shared = shared, .args = *args};
    threads.stacks = stacks;
    standin_later(stream, run, &call, sizeof call);
    return BON_OK;
}

bon_status bon_cuda_sort(void *stream, const int32_t *keys, const int32_t *values, int32_t *keys_out,
                         int32_t *values_out, size_t n, void *work) {
    const struct bon_gpu_args args = {
        .ids = keys, .mask = values, .x = {keys_out, 0}, .y = {values_out, 0}, .r = {work, 0}};
    const struct emulate_call call = {.is_sort = true, .n = n, .args = args};
    standin_later(stream, run, &call, sizeof call);
    return BON_OK;
}

size_t bon_cuda_sort_bytes(size_t n) { return n; }

bon_status bon_cuda_products_open(struct bon_cuda_products **out) {
    *out = NULL;
    return BON_OK;
}

void bon_cuda_products_close(struct bon_cuda_products *products) { (void)products; }

bool bon_cuda_fuses(struct bon_cuda_products *products, const struct bon_gpu_product *product) {
    (void)products, (void)product;
    return false;
}

bon_status bon_cuda_multiply(struct bon_cuda_products *products, void *stream, const struct bon_gpu_product *product,
                             void *work) {
    (void)products, (void)stream, (void)product, (void)work;
    return bon_fail(BON_ERR_ARGUMENT, "the stand-in has no cuBLASLt");
}
