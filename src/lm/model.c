/* src/lm/model.c: reads a folder's weights for inference, and makes 8-bit ones. A row of a matrix (a channel of what it computes)
 * has its own scale, its largest value is 127; single rows (norms, biases) stay floats. The file is safetensors: codes under the
 * parameter's name, scales under that and ".scale". */
#include "lm/model.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "lm/weights.h"

static const char int8_format[] = "bon-int8";
enum { CODE_MAX = 127 };

/* ---- shapes ---- */

/* Names and shapes of the parameters, from the transformer itself. */
static bon_status declare(struct bon_model *m) {
    bon_transformer transformer;
    BON_TRY(bon_device_open(&m->device, &(bon_device_options){.threads = 1}));
    BON_TRY(bon_params_open(&m->params, m->device, 0));
    BON_TRY(bon_graph_open(&m->graph, m->params));
    bon_transformer_build(&transformer, m->graph, &m->config, 1);
    if (m->graph->status != BON_OK) return bon_fail(m->graph->status, "%s", m->graph->message);
    m->matrices = bon_alloc_zeroed(m->params->count, sizeof *m->matrices);
    return m->matrices ? BON_OK : BON_ERR_NOMEM;
}

static bool has_codes(const struct bon_param *param) { return param->info.rows > 1; }

/* Adds what a parameter of an 8-bit model has. */
static void count_values(const struct bon_param *param, size_t *reals, size_t *codes) {
    const size_t n = bon_param_items(param);
    *reals += has_codes(param) ? param->info.rows : n;
    *codes += has_codes(param) ? n : 0;
}

/* Items of an 8-bit file: parameter i as it is, or its codes and its scales. */
static bon_status items_of(const struct bon_param *param, struct bon_st_item items[2]) {
    const bon_param_info *info = &param->info;
    if (strlen(info->name) + 8 > BON_ST_NAME) return bon_fail(BON_ERR_LIMIT, "%s: the name is too long", info->name);
    items[0] = (struct bon_st_item){.rows = info->rows, .cols = info->cols, .is_vector = info->rows == 1};
    items[0].type = has_codes(param) ? BON_ST_I8 : BON_ST_F32;
    items[1] = (struct bon_st_item){.rows = 1, .cols = info->rows, .is_vector = true};
    snprintf(items[0].name, BON_ST_NAME, "%s", info->name);
    snprintf(items[1].name, BON_ST_NAME, "%s.scale", info->name);
    return BON_OK;
}

/* ---- reading ---- */

static bon_status read_reals(struct bon_model *m, const struct bon_st_file *file, const char *path) {
    m->bytes = m->params->size * sizeof *m->reals;
    if (!(m->reals = bon_alloc_array(m->params->size, sizeof *m->reals))) return BON_ERR_NOMEM;
    BON_TRY(bon_weights_read(m->params, file, path, m->reals));
    for (size_t i = 0; i < m->params->count; i++) {
        const struct bon_param *param = &m->params->list[i];
        m->matrices[i] =
            (struct bon_matrix){.reals = m->reals + param->offset, .rows = param->info.rows, .cols = param->info.cols};
    }
    return BON_OK;
}

/* One parameter; its floats (scales or values) go to *reals and its codes to *codes, which move on. */
static bon_status read_codes_of(struct bon_model *m, const struct bon_st_file *file, size_t i, double *values,
                                float **reals, int8_t **codes) {
    const struct bon_param *param = &m->params->list[i];
    const size_t n = bon_param_items(param), rows = param->info.rows;
    struct bon_st_item items[2];
    m->matrices[i] = (struct bon_matrix){.rows = rows, .cols = param->info.cols};
    BON_TRY(items_of(param, items));
    BON_TRY(bon_st_read(file, &items[0], values));
    if (!has_codes(param)) {
        m->matrices[i].reals = *reals;
        for (size_t k = 0; k < n; k++) *(*reals)++ = (float)values[k];
        return BON_OK;
    }
    m->matrices[i].codes = *codes, m->matrices[i].scales = *reals;
    for (size_t k = 0; k < n; k++) { /* -128 would not fit in what dot products can take */
        if (!(values[k] >= -CODE_MAX && values[k] <= CODE_MAX))
            return bon_fail(BON_ERR_FORMAT, "tensor %s has %g, which is no code from -%d to %d", items[0].name,
                            values[k], CODE_MAX, CODE_MAX);
        *(*codes)++ = (int8_t)values[k];
    }
    BON_TRY(bon_st_read(file, &items[1], values));
    for (size_t k = 0; k < rows; k++) *(*reals)++ = (float)values[k];
    return BON_OK;
}

static bon_status read_codes(struct bon_model *m, const struct bon_st_file *file, const char *path) {
    size_t reals = 0, codes = 0, largest = 1, tensors = 0;
    for (size_t i = 0; i < m->params->count; i++) {
        const struct bon_param *param = &m->params->list[i];
        const size_t n = bon_param_items(param);
        if (n > largest) largest = n;
        count_values(param, &reals, &codes);
        tensors += has_codes(param) ? 2 : 1;
    }
    if (bon_st_count(file) != tensors)
        return bon_fail(BON_ERR_FORMAT, "%s: %zu tensors where this model has %zu: another architecture", path,
                        bon_st_count(file), tensors);
    m->bytes = reals * sizeof(float) + codes;
    if (!(m->reals = bon_alloc_array(reals, sizeof *m->reals))) return BON_ERR_NOMEM;
    if (!(m->codes = bon_alloc_array(codes, sizeof *m->codes))) return BON_ERR_NOMEM;
    double *values = bon_alloc_array(largest, sizeof *values);
    float *next_real = m->reals;
    int8_t *next_code = m->codes;
    bon_status status = values ? BON_OK : BON_ERR_NOMEM;
    for (size_t i = 0; status == BON_OK && i < m->params->count; i++)
        status = read_codes_of(m, file, i, values, &next_real, &next_code);
    free(values);
    return status;
}

/* Weights, or scales, that are not finite would only show as NaN much later. */
static bon_status check_reals(const struct bon_model *m, const char *path) {
    for (size_t i = 0; i < m->params->count; i++) {
        const struct bon_matrix *matrix = &m->matrices[i];
        const float *values = matrix->reals ? matrix->reals : matrix->scales;
        const size_t n = matrix->rows * (matrix->reals ? matrix->cols : 1);
        for (size_t k = 0; k < n; k++)
            if (!isfinite(values[k]))
                return bon_fail(BON_ERR_FORMAT, "%s: %s has a value that is not finite", path,
                                m->params->list[i].info.name);
    }
    return BON_OK;
}

static bon_status path_in(char path[PATH_MAX], const char *folder, const char *name) {
    const int n = snprintf(path, PATH_MAX, "%s/%s", folder, name);
    return n < PATH_MAX ? BON_OK : bon_fail(BON_ERR_ARGUMENT, "%s: the path is too long", folder);
}

bon_status bon_model_open(struct bon_model *m, const char *folder) {
    char config[PATH_MAX], weights[PATH_MAX];
    struct bon_st_file *file = NULL;
    *m = (struct bon_model){0};
    BON_TRY(path_in(config, folder, "config.json"));
    BON_TRY(path_in(weights, folder, "model.safetensors"));
    BON_TRY(bon_transformer_config_read(&m->config, config));
    bon_status status = declare(m);
    if (status == BON_OK) status = bon_st_open(&file, weights);
    if (status == BON_OK && bon_st_bytes(file) < bon_params_size(m->params)) /* before memory is asked for */
        status = bon_fail(BON_ERR_FORMAT, "%s: too small for the model of %s", weights, config);
    if (status == BON_OK) {
        const char *format = bon_st_text(file, "format");
        const bool int8 = format && strcmp(format, int8_format) == 0;
        status = (int8 ? read_codes : read_reals)(m, file, weights);
        if (status == BON_OK) status = check_reals(m, weights);
    }
    bon_st_close(file);
    if (status != BON_OK) bon_model_close(m);
    return status;
}

void bon_model_close(struct bon_model *m) {
    bon_graph_close(m->graph);
    if (m->params) bon_params_close(m->params);
    bon_device_close(m->device);
    free(m->matrices);
    free(m->reals);
    free(m->codes);
    *m = (struct bon_model){0};
}

const struct bon_matrix *bon_model_find(const struct bon_model *m, const char *format, unsigned layer) {
    char name[BON_ST_NAME];
    snprintf(name, sizeof name, format, layer);
    for (size_t i = 0; i < m->params->count; i++)
        if (strcmp(m->params->list[i].info.name, name) == 0) return &m->matrices[i];
    return NULL;
}

/* ---- 8-bit integers ---- */

static float scale_of(const float *row, size_t n) {
    float most = 0;
    for (size_t i = 0; i < n; i++) most = fmaxf(most, fabsf(row[i]));
    return most / CODE_MAX;
}

static float code_of(float value, float scale) { return scale > 0 ? rintf(value / scale) : 0; }

static void round_matrix(struct bon_matrix *matrix, float *scales, int8_t *codes) {
    for (size_t row = 0; row < matrix->rows; row++) {
        const float *from = matrix->reals + row * matrix->cols;
        scales[row] = scale_of(from, matrix->cols);
        for (size_t k = 0; k < matrix->cols; k++) codes[row * matrix->cols + k] = (int8_t)code_of(from[k], scales[row]);
    }
    *matrix = (struct bon_matrix){.codes = codes, .scales = scales, .rows = matrix->rows, .cols = matrix->cols};
}

bon_status bon_model_round(struct bon_model *m) {
    size_t reals = 0, codes = 0;
    if (m->codes) return BON_OK;
    for (size_t i = 0; i < m->params->count; i++) count_values(&m->params->list[i], &reals, &codes);
    float *next_real = bon_alloc_array(reals, sizeof *next_real), *old = m->reals;
    int8_t *next_code = next_real ? bon_alloc_array(codes, sizeof *next_code) : NULL;
    if (!next_code) {
        free(next_real);
        return BON_ERR_NOMEM;
    }
    m->reals = next_real, m->codes = next_code, m->bytes = reals * sizeof *next_real + codes;
    for (size_t i = 0; i < m->params->count; i++) {
        struct bon_matrix *matrix = &m->matrices[i];
        const size_t n = matrix->rows * matrix->cols;
        if (has_codes(&m->params->list[i])) {
            round_matrix(matrix, next_real, next_code);
            next_real += matrix->rows, next_code += n;
        } else {
            matrix->reals = memcpy(next_real, matrix->reals, n * sizeof *next_real);
            next_real += n;
        }
    }
    free(old);
    return BON_OK;
}

/* ---- writing ---- */

struct writing {
    const struct bon_model *model;
    struct bon_st_item *items;
    size_t *params; /* of each item */
};

static bon_status give_codes(void *context, size_t i, float *values) {
    const struct writing *w = context;
    const struct bon_matrix *matrix = &w->model->matrices[w->params[i]];
    const bool scales = i > 0 && w->params[i - 1] == w->params[i], codes = w->items[i].type == BON_ST_I8;
    for (size_t row = 0; row < matrix->rows; row++) {
        const float *from = matrix->reals + row * matrix->cols, scale = scale_of(from, matrix->cols);
        if (scales) values[row] = scale;
        for (size_t k = 0; !scales && k < matrix->cols; k++)
            values[row * matrix->cols + k] = codes ? code_of(from[k], scale) : from[k];
    }
    return BON_OK;
}

bon_status bon_model_write_int8(const struct bon_model *m, const char *path) {
    const struct bon_st_text format = {"format", int8_format};
    struct writing w = {.model = m};
    size_t count = 0;
    bon_status status = m->codes ? bon_fail(BON_ERR_ARGUMENT, "%s: the weights are 8-bit already", path) : BON_OK;
    if (status == BON_OK && !(w.items = bon_alloc_array(2 * m->params->count, sizeof *w.items))) status = BON_ERR_NOMEM;
    if (status == BON_OK && !(w.params = bon_alloc_array(2 * m->params->count, sizeof *w.params)))
        status = BON_ERR_NOMEM;
    for (size_t i = 0; status == BON_OK && i < m->params->count; i++) {
        struct bon_st_item items[2];
        status = items_of(&m->params->list[i], items);
        for (size_t k = 0; k < (has_codes(&m->params->list[i]) ? 2 : 1); k++)
            w.items[count] = items[k], w.params[count++] = i;
    }
    if (status == BON_OK) status = bon_st_write(path, w.items, count, &format, 1, give_codes, &w);
    free(w.items);
    free(w.params);
    return status;
}
