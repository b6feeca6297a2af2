/* src/lm/optimizer.c: which parameters are updated by which rule; learning-rate schedules. The rules themselves are the
 * backend's. */
#include <stdlib.h>

#include "lm/backend.h"

struct bon_optimizer {
    bon_params *params;
    bon_optimizer_options options;
    void *first, *second; /* flat vectors as the parameters; second only where AdamW is used */
    void *work;           /* of Muon */
    uint64_t steps;
};

static bool by_muon(const bon_optimizer *optimizer, const struct bon_param *param) {
    return optimizer->options.kind == BON_MUON && param->info.flags & BON_HIDDEN;
}

/* Values of `work` (backend.h) that the largest matrix needs. */
static size_t muon_work(const bon_params *params) {
    size_t most = 0;
    for (size_t i = 0; i < params->count; i++) {
        const bon_param_info *info = &params->list[i].info;
        for (size_t part = 0; part < 3 && info->flags & BON_HIDDEN; part++) {
            const size_t rows = info->parts[part], shorter = rows < info->cols ? rows : info->cols;
            const size_t need = 2 * rows * info->cols + 2 * shorter * shorter;
            if (need > most) most = need;
        }
    }
    return most;
}

static bon_status vector(const bon_params *params, void **out) {
    const struct bon_backend *backend = params->device->backend;
    *out = backend->allocate(params->device, params->size * backend->param_bytes);
    if (!*out) return BON_ERR_NOMEM;
    backend->zero(params->device, *out, params->size);
    return BON_OK;
}

bon_status bon_optimizer_open(bon_optimizer **out, bon_params *params, const bon_optimizer_options *options) {
    if (!params->values) return bon_fail(BON_ERR_ARGUMENT, "optimizer: plan a graph of these parameters first");
    if ((unsigned)options->kind > BON_MUON) return bon_fail(BON_ERR_ARGUMENT, "optimizer: no kind %d", options->kind);
    bon_optimizer *optimizer = bon_alloc_zeroed(1, sizeof *optimizer);
    if (!optimizer) return BON_ERR_NOMEM;
    optimizer->params = params;
    optimizer->options = *options;
    bon_optimizer_options *o = &optimizer->options;
    if (o->beta1 == 0) o->beta1 = 0.9;
    if (o->beta2 == 0) o->beta2 = 0.95;
    if (o->epsilon == 0) o->epsilon = 1e-8;
    if (o->muon_momentum == 0) o->muon_momentum = 0.95;
    const struct bon_backend *backend = params->device->backend;
    bon_status status = vector(params, &optimizer->first);
    if (status == BON_OK && o->kind != BON_SGD) status = vector(params, &optimizer->second);
    if (status == BON_OK && o->kind == BON_MUON) {
        optimizer->work = backend->allocate(params->device, muon_work(params) * backend->param_bytes);
        if (!optimizer->work) status = BON_ERR_NOMEM;
    }
    if (status != BON_OK) {
        bon_optimizer_close(optimizer);
        return status;
    }
    *out = optimizer;
    return BON_OK;
}

void bon_optimizer_close(bon_optimizer *optimizer) {
    if (!optimizer) return;
    bon_device *device = optimizer->params->device;
    device->backend->release(device, optimizer->first);
    device->backend->release(device, optimizer->second);
    device->backend->release(device, optimizer->work);
    free(optimizer);
}

/* ---- the gradient ---- */

static double sum_of_squares(bon_device *device, const void *vector, size_t n) {
    device->backend->ask_squares(device, BON_ANSWERS - 1, vector, n);
    return device->backend->answer(device, BON_ANSWERS - 1);
}

bon_status bon_gradient_norm(bon_params *params, double *norm) {
    *norm = 0;
    if (!params->grads) return bon_fail(BON_ERR_ARGUMENT, "gradient: plan a graph of these parameters first");
    *norm = sqrt(sum_of_squares(params->device, params->grads, params->size));
    return params->device->backend->finish(params->device);
}

bon_status bon_gradient_blame(bon_params *params) {
    const struct bon_backend *backend = params->device->backend;
    for (size_t i = 0; i < params->count; i++) {
        const struct bon_param *param = &params->list[i];
        const void *grads = (const char *)params->grads + param->offset * backend->param_bytes;
        if (!isfinite(sum_of_squares(params->device, grads, bon_param_items(param))))
            return bon_fail(BON_ERR_DATA, "the gradient of %s is not finite; try a lower learning rate",
                            param->info.name);
    }
    return bon_fail(BON_ERR_DATA, "the norm of the gradient is not finite; try a lower learning rate");
}

/* ---- steps ---- */

static void update_matrix(bon_optimizer *optimizer, const struct bon_param *param, struct bon_update update) {
    bon_params *params = optimizer->params;
    update.beta1 = optimizer->options.muon_momentum;
    size_t at = param->offset;
    for (size_t part = 0; part < 3 && param->info.parts[part]; part++) {
        const size_t rows = param->info.parts[part];
        params->device->backend->muon(params->device, params->values, params->grads, optimizer->first, optimizer->work,
                                      at, rows, param->info.cols, &update);
        at += rows * param->info.cols;
    }
}

static void update_param(bon_optimizer *optimizer, const struct bon_param *param, struct bon_update update) {
    bon_params *params = optimizer->params;
    const struct bon_backend *backend = params->device->backend;
    const size_t n = bon_param_items(param);
    if (!(param->info.flags & BON_DECAY)) update.decay = 0;
    if (by_muon(optimizer, param))
        update_matrix(optimizer, param, update);
    else if (optimizer->options.kind == BON_SGD)
        backend->sgd(params->device, params->values, params->grads, optimizer->first, param->offset, n, &update);
    else
        backend->adamw(params->device, params->values, params->grads, optimizer->first, optimizer->second,
                       param->offset, n, &update);
}

bon_status bon_optimizer_step(bon_optimizer *optimizer, double rate, double scale) {
    double norm;
    BON_TRY(bon_gradient_norm(optimizer->params, &norm));
    if (!isfinite(norm * scale)) return bon_gradient_blame(optimizer->params);
    return bon_optimizer_apply(optimizer, rate, scale);
}

bon_status bon_optimizer_apply(bon_optimizer *optimizer, double rate, double scale) {
    const bon_optimizer_options *o = &optimizer->options;
    const double t = (double)++optimizer->steps;
    const struct bon_update update = {
        .rate = rate,
        .decay = rate * o->weight_decay,
        .beta1 = o->beta1,
        .beta2 = o->beta2,
        .epsilon = o->epsilon,
        .correction1 = 1 - pow(o->beta1, t),
        .correction2 = 1 - pow(o->beta2, t),
        .scale = scale,
    };
    for (size_t i = 0; i < optimizer->params->count; i++) update_param(optimizer, &optimizer->params->list[i], update);
    return optimizer->params->device->backend->check(optimizer->params->device);
}

/* ---- state ---- */

uint64_t bon_optimizer_steps(const bon_optimizer *optimizer) { return optimizer->steps; }
void bon_optimizer_set_steps(bon_optimizer *optimizer, uint64_t steps) { optimizer->steps = steps; }

static bon_status find(const bon_optimizer *optimizer, size_t i, const struct bon_param **out) {
    const bon_params *params = optimizer->params;
    if (i >= params->count)
        return bon_fail(BON_ERR_ARGUMENT, "there are %zu parameters, not %zu", params->count, i + 1);
    *out = &params->list[i];
    return BON_OK;
}

bon_status bon_optimizer_get(const bon_optimizer *optimizer, size_t i, double *first, double *second) {
    const struct bon_param *param = NULL;
    BON_TRY(find(optimizer, i, &param));
    bon_device *device = optimizer->params->device;
    const size_t n = bon_param_items(param);
    device->backend->load_reals(device, first, optimizer->first, param->offset, n, true);
    if (optimizer->second)
        device->backend->load_reals(device, second, optimizer->second, param->offset, n, true);
    else
        memset(second, 0, n * sizeof *second);
    return device->backend->finish(device);
}

bon_status bon_optimizer_set(bon_optimizer *optimizer, size_t i, const double *first, const double *second) {
    const struct bon_param *param = NULL;
    BON_TRY(find(optimizer, i, &param));
    bon_device *device = optimizer->params->device;
    const size_t n = bon_param_items(param);
    device->backend->store_reals(device, optimizer->first, param->offset, first, n, true);
    if (optimizer->second) device->backend->store_reals(device, optimizer->second, param->offset, second, n, true);
    return device->backend->finish(device);
}

/* ---- schedules ---- */

double bon_schedule_rate(const bon_schedule *schedule, double done) {
    const double warmup = schedule->warmup, last = schedule->last;
    if (done < warmup) return schedule->peak * done / warmup;
    if (done > 1) done = 1;
    double left = warmup < 1 ? (1 - done) / (1 - warmup) : 1; /* 1 after the warm-up, 0 at the end */
    switch (schedule->kind) {
    case BON_COSINE: left = (1 - cos(3.141592653589793 * left)) / 2; break;
    case BON_WSD: left = done > 1 - schedule->cooldown ? (1 - done) / schedule->cooldown : 1; break;
    case BON_LINEAR: break;
    }
    return schedule->peak * (last + (1 - last) * left);
}
