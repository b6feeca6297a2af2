/* src/lm/weights.c: parameters and the optimizer's state in files. Weights have the names and shapes that Hugging Face's
 * models have: what bon keeps as one matrix in parts are several tensors there, and GPT-2's matrices are transposed. */
#include <stdio.h>
#include <stdlib.h>

#include "lm/backend.h"
#include "lm/weights.h"

/* A parameter whose name has `part` in it. */
static const struct rule {
    const char *part;
    const char *names[3]; /* what stands there instead, for each part; NULL = the parameter stays whole */
    bool transposed;
} rules[] = {
    {".qkv_proj.", {".q_proj.", ".k_proj.", ".v_proj."}, false},
    {".gate_up_proj.", {".gate_proj.", ".up_proj.", NULL}, false},
    {".c_attn.weight", {NULL}, true},
    {".c_proj.weight", {NULL}, true},
    {".c_fc.weight", {NULL}, true},
};

static const struct rule *rule_of(const char *name) {
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (strstr(name, rules[i].part)) return &rules[i];
    return NULL;
}

/* A tensor of the file and the values it has in the parameter. */
struct piece {
    size_t param, first; /* value */
    bool transposed;
};

struct weights {
    const bon_params *params;
    const bon_optimizer *optimizer; /* NULL: the weights themselves */
    const float *values;            /* a flat vector of them; NULL: those of params */
    enum bon_st_type type;
    struct bon_st_item *items;
    struct piece *pieces;
    size_t count, cap_items, cap_pieces;
    double *first, *second; /* room for the largest parameter */
};

static bon_status add_piece(struct weights *w, const struct bon_st_item *item, struct piece piece) {
    BON_TRY(bon_grow_array(&w->items, &w->cap_items, w->count + 1, sizeof *w->items));
    BON_TRY(bon_grow_array(&w->pieces, &w->cap_pieces, w->count + 1, sizeof *w->pieces));
    w->items[w->count] = *item;
    w->pieces[w->count++] = piece;
    return BON_OK;
}

static bon_status add_param(struct weights *w, size_t i) {
    const bon_param_info *info = &w->params->list[i].info;
    const struct rule *rule = rule_of(info->name);
    const bool parts = rule && rule->names[0], transposed = rule && rule->transposed;
    size_t row = 0;
    if (strlen(info->name) + 8 > BON_ST_NAME) return bon_fail(BON_ERR_LIMIT, "%s: the name is too long", info->name);
    for (size_t part = 0; part < (parts ? 3 : 1) && info->parts[part]; part++) {
        const size_t rows = parts ? info->parts[part] : info->rows;
        struct bon_st_item item = {.rows = transposed ? info->cols : rows, .cols = transposed ? rows : info->cols};
        item.is_vector = info->rows == 1;
        item.type = w->type;
        if (parts) {
            const char *at = strstr(info->name, rule->part);
            snprintf(item.name, sizeof item.name, "%.*s%s%s", (int)(at - info->name), info->name, rule->names[part],
                     at + strlen(rule->part));
        } else {
            snprintf(item.name, sizeof item.name, "%s", info->name);
        }
        BON_TRY(add_piece(w, &item, (struct piece){i, row * info->cols, transposed}));
        row += rows;
    }
    return BON_OK;
}

/* The state of parameter i: two tensors of its own shape. */
static bon_status add_state(struct weights *w, size_t i) {
    const bon_param_info *info = &w->params->list[i].info;
    if (strlen(info->name) + 8 > BON_ST_NAME) return bon_fail(BON_ERR_LIMIT, "%s: the name is too long", info->name);
    for (int second = 0; second < 2; second++) {
        struct bon_st_item item = {.rows = info->rows, .cols = info->cols, .is_vector = info->rows == 1};
        snprintf(item.name, sizeof item.name, "%s.%s", info->name, second ? "second" : "first");
        BON_TRY(add_piece(w, &item, (struct piece){.param = i, .first = (size_t)second}));
    }
    return BON_OK;
}

static void close_weights(struct weights *w) {
    free(w->items);
    free(w->pieces);
    free(w->first);
    free(w->second);
}

static bon_status open_weights(struct weights *w) {
    size_t largest = 1;
    bon_status status = BON_OK;
    for (size_t i = 0; status == BON_OK && i < w->params->count; i++) {
        const size_t n = bon_param_items(&w->params->list[i]);
        if (n > largest) largest = n;
        status = w->optimizer ? add_state(w, i) : add_param(w, i);
    }
    if (status == BON_OK && !(w->first = bon_alloc_array(largest, sizeof *w->first))) status = BON_ERR_NOMEM;
    if (status == BON_OK && !(w->second = bon_alloc_array(largest, sizeof *w->second))) status = BON_ERR_NOMEM;
    if (status != BON_OK) close_weights(w);
    return status;
}

/* Copies between a parameter's values from `first` on and a tensor's, whichever way; rows and cols are the tensor's. */
static size_t place_of(const struct bon_st_item *item, const struct piece *piece, size_t k) {
    if (!piece->transposed) return piece->first + k;
    return piece->first + k % item->cols * item->rows + k / item->cols;
}

static bon_status give_values(void *context, size_t i, float *values) {
    struct weights *w = context;
    const struct piece *piece = &w->pieces[i];
    const size_t n = w->items[i].rows * w->items[i].cols;
    if (w->optimizer) {
        BON_TRY(bon_optimizer_get(w->optimizer, piece->param, w->first, w->second));
        for (size_t k = 0; k < n; k++) values[k] = (float)(piece->first ? w->second : w->first)[k];
        return BON_OK;
    }
    const float *from = w->values ? w->values + w->params->list[piece->param].offset : NULL;
    if (!from) BON_TRY(bon_params_get(w->params, piece->param, w->first));
    for (size_t k = 0; k < n; k++) {
        const size_t at = place_of(&w->items[i], piece, k);
        values[k] = from ? from[at] : (float)w->first[at];
    }
    return BON_OK;
}

/* ---- weights ---- */

bon_status bon_params_write(const bon_params *params, const char *path) {
    return bon_weights_write(params, NULL, BON_ST_F32, path);
}

bon_status bon_weights_write(const bon_params *params, const float *values, enum bon_st_type type, const char *path) {
    const struct bon_st_text format = {"format", "pt"}; /* what transformers asks for */
    struct weights w = {.params = params, .values = values, .type = type};
    BON_TRY(open_weights(&w));
    bon_status status = bon_st_write(path, w.items, w.count, &format, 1, give_values, &w);
    close_weights(&w);
    return status;
}

/* All tensors are read before the first parameter changes. */
static bon_status read_weights(struct weights *w, const struct bon_st_file *file, bon_params *params, bool change) {
    for (size_t i = 0; i < w->count; i++) {
        const struct piece *piece = &w->pieces[i];
        BON_TRY(bon_st_read(file, &w->items[i], w->second));
        if (!change) continue;
        BON_TRY(bon_params_get(params, piece->param, w->first));
        for (size_t k = 0; k < w->items[i].rows * w->items[i].cols; k++)
            w->first[place_of(&w->items[i], piece, k)] = w->second[k];
        BON_TRY(bon_params_set(params, piece->param, w->first));
    }
    return BON_OK;
}

bon_status bon_params_read(bon_params *params, const char *path) {
    struct weights w = {.params = params};
    struct bon_st_file *file = NULL;
    BON_TRY(open_weights(&w));
    bon_status status = bon_st_open(&file, path);
    if (status == BON_OK) status = read_weights(&w, file, params, false);
    if (status == BON_OK && bon_st_count(file) != w.count)
        status = bon_fail(BON_ERR_FORMAT, "%s: %zu tensors where this model has %zu: another architecture", path,
                          bon_st_count(file), w.count);
    if (status == BON_OK) status = read_weights(&w, file, params, true);
    bon_st_close(file);
    close_weights(&w);
    return status;
}

bon_status bon_weights_read(const bon_params *params, const struct bon_st_file *file, const char *path, float *values) {
    struct weights w = {.params = params};
    BON_TRY(open_weights(&w));
    bon_status status = BON_OK;
    for (size_t i = 0; status == BON_OK && i < w.count; i++) {
        const struct piece *piece = &w.pieces[i];
        const size_t n = w.items[i].rows * w.items[i].cols;
        float *to = values + params->list[piece->param].offset;
        status = bon_st_read(file, &w.items[i], w.second);
        for (size_t k = 0; status == BON_OK && k < n; k++) to[place_of(&w.items[i], piece, k)] = (float)w.second[k];
    }
    if (status == BON_OK && bon_st_count(file) != w.count)
        status = bon_fail(BON_ERR_FORMAT, "%s: %zu tensors where this model has %zu: another architecture", path,
                          bon_st_count(file), w.count);
    close_weights(&w);
    return status;
}

/* ---- the optimizer's state ---- */

bon_status bon_optimizer_write(const bon_optimizer *optimizer, const bon_params *params, const char *path,
                               const uint64_t *numbers, size_t count) {
    struct bon_st_text texts[BON_ST_TEXTS_MAX];
    char keys[BON_ST_TEXTS_MAX][24], values[BON_ST_TEXTS_MAX][24];
    struct weights w = {.params = params, .optimizer = optimizer};
    if (count + 1 > BON_ST_TEXTS_MAX)
        return bon_fail(BON_ERR_ARGUMENT, "%s: at most %d numbers can be kept", path, BON_ST_TEXTS_MAX - 1);
    for (size_t i = 0; i <= count; i++) {
        snprintf(keys[i], sizeof keys[i], "%zu", i);
        snprintf(values[i], sizeof values[i], "%llu",
                 (unsigned long long)(i ? numbers[i - 1] : bon_optimizer_steps(optimizer)));
        texts[i] = (struct bon_st_text){keys[i], values[i]};
    }
    BON_TRY(open_weights(&w));
    bon_status status = bon_st_write(path, w.items, w.count, texts, count + 1, give_values, &w);
    close_weights(&w);
    return status;
}

static bon_status read_number(const struct bon_st_file *file, const char *path, size_t i, uint64_t *number) {
    char key[24], *end;
    snprintf(key, sizeof key, "%zu", i);
    const char *text = bon_st_text(file, key);
    if (!text || !*text) return bon_fail(BON_ERR_FORMAT, "%s: number %zu is missing", path, i);
    *number = strtoull(text, &end, 10);
    return *end ? bon_fail(BON_ERR_FORMAT, "%s: number %zu is \"%s\"", path, i, text) : BON_OK;
}

static bon_status read_state(struct weights *w, const struct bon_st_file *file, bon_optimizer *optimizer, bool change) {
    for (size_t i = 0; i + 1 < w->count; i += 2) {
        BON_TRY(bon_st_read(file, &w->items[i], w->first));
        BON_TRY(bon_st_read(file, &w->items[i + 1], w->second));
        if (change) BON_TRY(bon_optimizer_set(optimizer, w->pieces[i].param, w->first, w->second));
    }
    return BON_OK;
}

bon_status bon_optimizer_read(bon_optimizer *optimizer, const bon_params *params, const char *path, uint64_t *numbers,
                              size_t count) {
    struct weights w = {.params = params, .optimizer = optimizer};
    struct bon_st_file *file = NULL;
    uint64_t steps = 0;
    BON_TRY(open_weights(&w));
    bon_status status = bon_st_open(&file, path);
    if (status == BON_OK) status = read_state(&w, file, optimizer, false);
    if (status == BON_OK) status = read_number(file, path, 0, &steps);
    for (size_t i = 0; status == BON_OK && i < count; i++) status = read_number(file, path, i + 1, &numbers[i]);
    if (status == BON_OK) status = read_state(&w, file, optimizer, true);
    if (status == BON_OK) bon_optimizer_set_steps(optimizer, steps);
    bon_st_close(file);
    close_weights(&w);
    return status;
}
