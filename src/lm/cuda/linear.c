/* src/lm/cuda/linear.c: products of matrices: what goes through the machine's product, and what has to come after it. */
#include "lm/cuda/launch.h"

/* Bytes of an operand that is kept wide and multiplied narrow. */
static size_t operand_bytes(const bon_device *device, tensor_ref t) {
    return is_narrow(device) && bon_is_wide(t) ? aligned(bon_items(t) * sizeof(uint16_t)) : 0;
}

size_t bon_gpu_linear_work(const bon_device *device, tensor_ref t) {
    return operand_bytes(device, t->in[0]) + operand_bytes(device, t->in[1]) + operand_bytes(device, t) +
           (t->in[2] ? sums_bytes(t->cols) + operand_bytes(device, t->in[2]) : 0);
}

/* The values as products take them: those that are wide are made narrow at *work, which moves on. */
static struct bon_gpu_vec operand(run_ref run, struct bon_gpu_vec x, size_t n, char **work) {
    if (!is_narrow(run->device) || x.narrow) return x;
    const struct bon_gpu_vec y = vec(*work, true);
    *work += aligned(n * sizeof(uint16_t));
    flat(run, BON_GPU_CAST, n, &(struct bon_gpu_args){.x = x, .y = y});
    return y;
}

/* Whether the product does all of y = map(x w^T + bias) + residual: the residual is what it begins with, as long as no map comes
 * between, bias and map are its end. */
static bool is_whole(run_ref run, tensor_ref t, struct bon_gpu_product *p, char *work) {
    const struct bon_gpu *gpu = run->device->gpu;
    const struct bon_tensor *bias = t->in[2], *residual = t->in[3];
    if (residual && (t->map != BON_IDENTITY || p->c.narrow != p->d.narrow)) return false;
    if (t->saved && saved_of(run, t).narrow != p->d.narrow) return false;
    p->beta = residual ? 1 : 0;
    if (!bias && t->map == BON_IDENTITY) return true;
    p->saved = saved_of(run, t), p->map = (uint32_t)t->map;
    if (bias) p->bias = p->d.narrow ? operand(run, value_of(run, bias), t->cols, &work) : value_of(run, bias);
    return gpu->ops->fuses(gpu->self, p);
}

void bon_gpu_linear_forward(run_ref run, tensor_ref t) {
    const struct bon_tensor *x = t->in[0], *w = t->in[1], *residual = t->in[3];
    const struct bon_gpu_vec none = vec(NULL, false), y = value_of(run, t);
    char *work = run->work;
    struct bon_gpu_product p = {.b_transposed = true, .m = t->rows, .n = t->cols, .k = x->cols, .alpha = 1};
    p.a = operand(run, value_of(run, x), bon_items(x), &work);
    p.b = operand(run, value_of(run, w), bon_items(w), &work);
    p.c = residual ? value_of(run, residual) : none, p.d = y;
    p.lda = x->cols, p.ldb = w->cols, p.ldd = t->cols;
    if (is_whole(run, t, &p, work)) {
        multiply(run->device, &p);
        return;
    }
    p.beta = 0, p.map = BON_IDENTITY, p.bias = p.saved = none;
    if (t->saved) p.d = saved_of(run, t);
    multiply(run->device, &p);
    flat(run, BON_GPU_LINEAR_AFTER, bon_items(t),
         &(struct bon_gpu_args){.x = p.d,
                                .b = t->in[2] ? value_of(run, t->in[2]) : none,
                                .r = p.c,
                                .saved = saved_of(run, t),
                                .y = y,
                                .cols = t->cols,
                                .kind = (uint32_t)t->map});
}

void bon_gpu_linear_backward(run_ref run, tensor_ref t) {
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
