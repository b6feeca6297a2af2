/* src/lm/params.c: parameters: declared while graphs are built, allocated as two flat vectors when graphs are planned: values
 * by the first, gradients by the first that has a loss. */
#include <stdlib.h>

#include "base/hash.h"
#include "lm/backend.h"
#include "lm/random.h"

enum { CHUNK = 4096 }; /* values converted at once */

bon_status bon_params_open(bon_params **out, bon_device *device, uint64_t seed) {
    bon_params *params = bon_alloc_zeroed(1, sizeof *params);
    if (!params) return BON_ERR_NOMEM;
    params->device = device;
    params->seed = seed;
    *out = params;
    return BON_OK;
}

void bon_params_close(bon_params *params) {
    if (!params) return;
    const struct bon_backend *backend = params->device->backend;
    backend->release(params->device, params->values);
    backend->release(params->device, params->grads);
    bon_arena_free(&params->memory);
    free(params->list);
    free(params);
}

size_t bon_params_count(const bon_params *params) { return params->count; }

size_t bon_params_size(const bon_params *params) {
    size_t size = 0;
    for (size_t i = 0; i < params->count; i++) size += bon_param_items(&params->list[i]);
    return size;
}

bool bon_params_at(const bon_params *params, size_t i, bon_param_info *info) {
    if (i >= params->count) return false;
    *info = params->list[i].info;
    return true;
}

static bon_status found(const struct bon_param *param, size_t rows, size_t cols) {
    if (param->info.rows == rows && param->info.cols == cols) return BON_OK;
    return bon_fail(BON_ERR_ARGUMENT, "parameter %s is %zu x %zu and is asked for as %zu x %zu", param->info.name,
                    param->info.rows, param->info.cols, rows, cols);
}

bon_status bon_params_declare(bon_params *params, const char *name, size_t rows, size_t cols, float mean, float std,
                              unsigned flags, size_t *index) {
    for (*index = 0; *index < params->count; ++*index)
        if (strcmp(params->list[*index].info.name, name) == 0) return found(&params->list[*index], rows, cols);
    if (params->values)
        return bon_fail(BON_ERR_ARGUMENT, "parameter %s is new, but the parameters were allocated by an earlier plan",
                        name);
    for (const char *at = name; *at; at++) /* names go into files */
        if (*at < ' ' || *at > '~' || *at == '"' || *at == '\\')
            return bon_fail(BON_ERR_ARGUMENT, "parameter names are printable ASCII without quotes and backslashes");
    if (rows == 0 || cols == 0 || rows > INT32_MAX || cols > INT32_MAX || rows * cols > SIZE_MAX / 64 - params->size)
        return bon_fail(BON_ERR_ARGUMENT, "parameter %s: %zu x %zu is empty or too large", name, rows, cols);
    BON_TRY(bon_grow_array(&params->list, &params->cap, params->count + 1, sizeof *params->list));
    char *copy = bon_arena_copy(&params->memory, name, strlen(name) + 1);
    if (!copy) return BON_ERR_NOMEM;
    params->list[params->count++] = (struct bon_param){
        .info = {.name = copy, .rows = rows, .cols = cols, .flags = flags, .parts = {rows}},
        .offset = params->size,
        .mean = mean,
        .std = std,
    };
    params->size += (rows * cols + BON_PARAM_ALIGN - 1) / BON_PARAM_ALIGN * BON_PARAM_ALIGN;
    return BON_OK;
}

static void initialize(bon_params *params, const struct bon_param *param) {
    double values[CHUNK];
    const size_t n = bon_param_items(param);
    const uint64_t stream = bon_hash64(param->info.name, strlen(param->info.name));
    for (size_t first = 0, count; first < n; first += count) {
        count = n - first < CHUNK ? n - first : CHUNK;
        for (size_t i = 0; i < count; i++) {
            double noise = param->std != 0 ? param->std * bon_normal(params->seed, stream, first + i) : 0;
            values[i] = param->mean + noise;
        }
        params->device->backend->store_reals(params->device, params->values, param->offset + first, values, count,
                                             true);
    }
}

/* A flat vector of zeros. */
static bon_status vector(const bon_params *params, void **out) {
    const struct bon_backend *backend = params->device->backend;
    if (params->size > SIZE_MAX / backend->param_bytes) return bon_fail_memory(SIZE_MAX);
    *out = backend->allocate(params->device, params->size * backend->param_bytes);
    if (!*out) return BON_ERR_NOMEM;
    backend->zero(params->device, *out, params->size);
    return BON_OK;
}

bon_status bon_params_allocate(bon_params *params, bool gradients) {
    if (params->size == 0) return BON_OK;
    if (gradients && !params->grads) BON_TRY(vector(params, &params->grads));
    if (params->values) return BON_OK;
    BON_TRY(vector(params, &params->values));
    for (size_t i = 0; i < params->count; i++) initialize(params, &params->list[i]);
    return params->device->backend->finish(params->device);
}

static bon_status check(const bon_params *params, const void *vector, size_t i) {
    if (i >= params->count)
        return bon_fail(BON_ERR_ARGUMENT, "there are %zu parameters, not %zu", params->count, i + 1);
    if (!vector)
        return bon_fail(BON_ERR_ARGUMENT, "parameter %s has no %s before the first plan%s", params->list[i].info.name,
                        params->values ? "gradient" : "value", params->values ? " with a loss" : "");
    return BON_OK;
}

static bon_status load(const bon_params *params, const void *vector, size_t i, double *values) {
    const struct bon_param *param = &params->list[i];
    params->device->backend->load_reals(params->device, values, vector, param->offset, bon_param_items(param), true);
    return params->device->backend->finish(params->device);
}

bon_status bon_params_get(const bon_params *params, size_t i, double *values) {
    BON_TRY(check(params, params->values, i));
    return load(params, params->values, i, values);
}

bon_status bon_params_get_gradient(const bon_params *params, size_t i, double *values) {
    BON_TRY(check(params, params->grads, i));
    return load(params, params->grads, i, values);
}

bon_status bon_params_set(bon_params *params, size_t i, const double *values) {
    BON_TRY(check(params, params->values, i));
    const struct bon_param *param = &params->list[i];
    params->device->backend->store_reals(params->device, params->values, param->offset, values, bon_param_items(param),
                                         true);
    return params->device->backend->finish(params->device);
}
