/* src/lm/encoder_parts.c: the order of an encoder's weights, and how they become codes: the largest value of a row is 127 in a table,
 * in a packed matrix 63. See encoder_parts.h. */
#include "lm/encoder_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "lm/gemm8.h"
#include "lm/weights.h"

enum { TABLE_MOST = 127 };

/* ---- the order ---- */

enum size { ONE, WIDTH, QKV, HIDDEN, TWICE_HIDDEN, DIM, FEATURES, GATES, LABELS, SPLITS, SIZES };

struct row {
    const char *name;
    enum bon_encoder_part_kind kind;
    enum size rows, cols;
};

#define LAYER(part) "model.layers.%u." part ".weight"

static const struct row front[BON_ENCODER_FRONT] = {
    [BON_PART_FEATURES] = {BON_ENCODER_FEATURES, BON_ENCODER_TABLE, FEATURES, WIDTH},
    [BON_PART_GATES] = {BON_ENCODER_GATES, BON_ENCODER_TABLE, GATES, WIDTH},
};
static const struct row layer[BON_ENCODER_LAYER] = {
    [BON_PART_NORM1] = {LAYER("input_layernorm"), BON_ENCODER_REALS, ONE, WIDTH},
    [BON_PART_QKV] = {LAYER("self_attn.qkv_proj"), BON_ENCODER_MATRIX, QKV, WIDTH},
    [BON_PART_QUERY_NORM] = {LAYER("self_attn.q_norm"), BON_ENCODER_REALS, ONE, DIM},
    [BON_PART_KEY_NORM] = {LAYER("self_attn.k_norm"), BON_ENCODER_REALS, ONE, DIM},
    [BON_PART_OUT] = {LAYER("self_attn.o_proj"), BON_ENCODER_MATRIX, WIDTH, WIDTH},
    [BON_PART_NORM2] = {LAYER("post_attention_layernorm"), BON_ENCODER_REALS, ONE, WIDTH},
    [BON_PART_UP] = {LAYER("mlp.gate_up_proj"), BON_ENCODER_MATRIX, TWICE_HIDDEN, WIDTH},
    [BON_PART_DOWN] = {LAYER("mlp.down_proj"), BON_ENCODER_MATRIX, WIDTH, HIDDEN},
};
static const struct row back[BON_ENCODER_BACK] = {
    [BON_PART_NORM] = {BON_ENCODER_NORM, BON_ENCODER_REALS, ONE, WIDTH},
    [BON_PART_LABELS] = {BON_ENCODER_LABELS, BON_ENCODER_REALS, LABELS, WIDTH},
    [BON_PART_SPLITS] = {BON_ENCODER_SPLITS, BON_ENCODER_REALS, SPLITS, WIDTH},
};

static void fill_sizes(const struct bon_encoder_config *c, size_t sizes[SIZES]) {
    sizes[ONE] = 1, sizes[WIDTH] = c->width, sizes[QKV] = 3 * (size_t)c->width, sizes[DIM] = c->heads.dim;
    sizes[HIDDEN] = c->hidden, sizes[TWICE_HIDDEN] = 2 * (size_t)c->hidden;
    sizes[FEATURES] = c->features, sizes[GATES] = c->gates, sizes[LABELS] = c->labels, sizes[SPLITS] = c->splits;
}

/* Appends the parts of a table of rows. */
static struct bon_encoder_part *add(struct bon_encoder_part *part, const struct row *rows, size_t count, unsigned index,
                                    const size_t sizes[SIZES], bool floats, struct bon_encoder_sizes *end) {
    for (size_t i = 0; i < count; i++, part++) {
        *part = (struct bon_encoder_part){.name = rows[i].name,
                                          .layer = index,
                                          .kind = floats ? BON_ENCODER_REALS : rows[i].kind,
                                          .rows = sizes[rows[i].rows],
                                          .cols = sizes[rows[i].cols],
                                          .codes = end->codes,
                                          .scales = end->scales,
                                          .reals = end->reals};
        const size_t items = part->rows * part->cols;
        if (part->kind == BON_ENCODER_REALS)
            end->reals += items;
        else
            end->codes += items, end->scales += part->rows;
    }
    return part;
}

size_t bon_encoder_part_count(const struct bon_encoder_config *c) {
    return BON_ENCODER_FRONT + (size_t)c->layers * BON_ENCODER_LAYER + BON_ENCODER_BACK;
}

struct bon_encoder_sizes bon_encoder_parts(const struct bon_encoder_config *c, bool floats,
                                           struct bon_encoder_part *parts) {
    struct bon_encoder_sizes end = {0};
    size_t sizes[SIZES];
    fill_sizes(c, sizes);
    parts = add(parts, front, BON_ENCODER_FRONT, 0, sizes, floats, &end);
    for (unsigned i = 0; i < c->layers; i++) parts = add(parts, layer, BON_ENCODER_LAYER, i, sizes, floats, &end);
    add(parts, back, BON_ENCODER_BACK, 0, sizes, floats, &end);
    return end;
}

bool bon_encoder_packs(const struct bon_encoder_config *c) {
    return c->width % BON_GEMM8_ROWS == 0 && 2 * c->hidden % BON_GEMM8_ROWS == 0 && c->hidden % BON_GEMM8_COLS == 0;
}

/* ---- packing ---- */

static const float *values_of(const bon_params *params, const float *values, const char *name, size_t items) {
    for (size_t i = 0; i < params->count; i++)
        if (strcmp(params->list[i].info.name, name) == 0 && bon_param_items(&params->list[i]) == items)
            return values + params->list[i].offset;
    return NULL;
}

static float scale_of(const float *row, size_t n, int code) {
    float most = 0;
    for (size_t i = 0; i < n; i++) most = fmaxf(most, fabsf(row[i]));
    return most / (float)code;
}

static void pack_codes(const struct bon_encoder_packed *packed, const struct bon_encoder_part *part,
                       const float *from) {
    int8_t *codes = packed->codes + part->codes;
    const bool blocks = part->kind == BON_ENCODER_MATRIX;
    for (size_t row = 0; row < part->rows; row++, from += part->cols) {
        const float scale = packed->scales[part->scales + row] =
            scale_of(from, part->cols, blocks ? BON_GEMM8_MOST : TABLE_MOST);
        for (size_t col = 0; col < part->cols; col++)
            codes[blocks ? bon_gemm8_at(row, col, part->cols) : row * part->cols + col] =
                scale > 0 ? (int8_t)rintf(from[col] / scale) : 0;
    }
}

/* What is not finite would only show much later. */
static bool all_finite(const float *values, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!isfinite(values[i])) return false;
    return true;
}

static bon_status pack_part(struct bon_encoder_packed *packed, const struct bon_encoder_part *part,
                            const bon_params *params, const float *values) {
    char name[BON_ST_NAME];
    const size_t items = part->rows * part->cols;
    snprintf(name, sizeof name, part->name, part->layer);
    const float *from = values_of(params, values, name, items);
    if (!from) return bon_fail(BON_ERR_ARGUMENT, "there is no parameter %s of %zu values", name, items);
    if (!all_finite(from, items)) return bon_fail(BON_ERR_DATA, "parameter %s has a value that is not finite", name);
    if (part->kind == BON_ENCODER_REALS)
        memcpy(packed->reals + part->reals, from, items * sizeof *from);
    else
        pack_codes(packed, part, from);
    return BON_OK;
}

static bon_status pack_priors(struct bon_encoder_packed *packed, const struct bon_encoder_config *c,
                              const bon_params *params, const float *values) {
    const size_t items = (size_t)c->gates * c->labels;
    const float *from = values_of(params, values, BON_ENCODER_PRIORS, items);
    if (!from || !all_finite(from, items))
        return bon_fail(BON_ERR_DATA, "parameter %s is missing or not finite", BON_ENCODER_PRIORS);
    if (!(packed->priors = bon_alloc_array(items, sizeof *packed->priors))) return BON_ERR_NOMEM;
    memcpy(packed->priors, from, items * sizeof *from);
    return BON_OK;
}

static bon_status pack_all(struct bon_encoder_packed *packed, const struct bon_encoder_config *config,
                           struct bon_encoder_part *parts, const bon_params *params, const float *values, bool floats) {
    const struct bon_encoder_sizes sizes = packed->sizes = bon_encoder_parts(config, floats, parts);
    if (!(packed->codes = bon_alloc_zeroed(sizes.codes, sizeof *packed->codes))) return BON_ERR_NOMEM;
    if (!(packed->scales = bon_alloc_zeroed(sizes.scales, sizeof *packed->scales))) return BON_ERR_NOMEM;
    if (!(packed->reals = bon_alloc_zeroed(sizes.reals, sizeof *packed->reals))) return BON_ERR_NOMEM;
    for (size_t i = 0; i < bon_encoder_part_count(config); i++) BON_TRY(pack_part(packed, &parts[i], params, values));
    return pack_priors(packed, config, params, values);
}

bon_status bon_encoder_pack(struct bon_encoder_packed *packed, const struct bon_encoder_config *config,
                            const bon_params *params, const float *values, bool floats) {
    *packed = (struct bon_encoder_packed){.codes = NULL};
    if (!bon_encoder_packs(config))
        return bon_fail(BON_ERR_ARGUMENT, "a width of %u and %u hidden values cannot be packed: multiples of %d and %d",
                        config->width, config->hidden, BON_GEMM8_ROWS, BON_GEMM8_ROWS / 2);
    struct bon_encoder_part *parts = bon_alloc_array(bon_encoder_part_count(config), sizeof *parts);
    bon_status status = parts ? pack_all(packed, config, parts, params, values, floats) : BON_ERR_NOMEM;
    free(parts);
    if (status != BON_OK) bon_encoder_packed_free(packed);
    return status;
}

void bon_encoder_packed_free(struct bon_encoder_packed *packed) {
    free(packed->codes);
    free(packed->scales);
    free(packed->reals);
    free(packed->priors);
    *packed = (struct bon_encoder_packed){.codes = NULL};
}

/* ---- from a checkpoint ---- */

struct declared {
    bon_device *device;
    bon_params *params;
    bon_graph *graph;
    struct bon_st_file *file;
    float *values;
};

static bon_status read_values(struct declared *d, const struct bon_encoder_config *config, const char *path) {
    struct bon_encoder encoder;
    BON_TRY(bon_device_open(&d->device, &(bon_device_options){.threads = 1}));
    BON_TRY(bon_params_open(&d->params, d->device, 0));
    BON_TRY(bon_graph_open(&d->graph, d->params));
    bon_encoder_build(&encoder, d->graph, config, 1, 1);
    if (d->graph->status != BON_OK) return bon_fail(d->graph->status, "%s", d->graph->message);
    BON_TRY(bon_st_open(&d->file, path));
    if (bon_st_bytes(d->file) < bon_params_size(d->params)) /* before memory is asked for */
        return bon_fail(BON_ERR_FORMAT, "%s: too small for the network that the vocabulary beside it was made for",
                        path);
    if (!(d->values = bon_alloc_array(d->params->size, sizeof *d->values))) return BON_ERR_NOMEM;
    return bon_weights_read(d->params, d->file, path, d->values);
}

bon_status bon_encoder_pack_file(struct bon_encoder_packed *packed, const struct bon_encoder_config *config,
                                 const char *path, bool floats) {
    struct declared d = {.device = NULL};
    *packed = (struct bon_encoder_packed){.codes = NULL};
    bon_status status = read_values(&d, config, path);
    if (status == BON_OK) status = bon_encoder_pack(packed, config, d.params, d.values, floats);
    bon_st_close(d.file);
    free(d.values);
    bon_graph_close(d.graph);
    if (d.params) bon_params_close(d.params);
    bon_device_close(d.device);
    return status;
}
