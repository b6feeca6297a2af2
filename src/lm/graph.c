/* src/lm/graph.c: graphs: tensors in the order of their making, values in and out. Their runs are in run.c. */
#include "lm/graph.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lm/backend.h"

enum { CHUNK = 4096 }; /* values converted at once */

bon_status bon_graph_open(bon_graph **out, bon_params *params) {
    bon_graph *graph = bon_alloc_zeroed(1, sizeof *graph);
    if (!graph) return BON_ERR_NOMEM;
    graph->params = params;
    *out = graph;
    return BON_OK;
}

void bon_graph_close(bon_graph *graph) {
    if (!graph) return;
    bon_device *device = graph->params->device;
    bon_graph_forget(graph);
    device->backend->release(device, graph->block);
    bon_arena_free(&graph->memory);
    free(graph->tensors);
    free(graph);
}

/* ---- building ---- */

static struct bon_tensor *keep_failure(bon_graph *graph, bon_status status) {
    if (graph->status == BON_OK) {
        graph->status = status;
        snprintf(graph->message, sizeof graph->message, "%s", bon_error_message());
    }
    return NULL;
}

struct bon_tensor *bon_graph_fail(bon_graph *graph, const char *format, ...) {
    char message[BON_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return keep_failure(graph, bon_fail(BON_ERR_ARGUMENT, "%s", message));
}

static bon_status append(bon_graph *graph, struct bon_tensor **out) {
    BON_TRY(bon_grow_array(&graph->tensors, &graph->cap, graph->count + 1, sizeof(struct bon_tensor *)));
    struct bon_tensor *tensor = bon_arena_alloc(&graph->memory, sizeof *tensor, _Alignof(struct bon_tensor));
    if (!tensor) return BON_ERR_NOMEM;
    *tensor = (struct bon_tensor){.graph = graph, .index = (unsigned)graph->count};
    graph->tensors[graph->count++] = tensor;
    *out = tensor;
    return BON_OK;
}

struct bon_tensor *bon_graph_add(bon_graph *graph, enum bon_op op, size_t rows, size_t cols, struct bon_tensor *a,
                                 struct bon_tensor *b, struct bon_tensor *c, struct bon_tensor *d) {
    struct bon_tensor *const in[BON_INPUTS] = {a, b, c, d}, *tensor;
    const char *name = bon_op_info[op].name;
    if (graph->status != BON_OK) return NULL;
    if (graph->planned) return bon_graph_fail(graph, "%s: the graph was planned already", name);
    if (rows == 0 || cols == 0 || rows > INT32_MAX || cols > INT32_MAX)
        return bon_graph_fail(graph, "%s: %zu x %zu is not a matrix of 1 to 2^31 - 1 rows and columns", name, rows,
                              cols);
    if (append(graph, &tensor) != BON_OK) return keep_failure(graph, BON_ERR_NOMEM);
    tensor->op = op, tensor->rows = rows, tensor->cols = cols;
    for (size_t k = 0; k < BON_INPUTS; k++) {
        if (!in[k]) continue;
        if (in[k]->graph != graph) return bon_graph_fail(graph, "%s: an argument is of another graph", name);
        tensor->in[k] = in[k];
        tensor->needs_grad |= in[k]->needs_grad;
    }
    if (a && a->is_ints && op != BON_OP_INPUT) return bon_graph_fail(graph, "%s: the first argument is integers", name);
    return tensor;
}

bon_tensor *bon_input(bon_graph *graph, size_t rows, size_t cols) {
    return bon_graph_add(graph, BON_OP_INPUT, rows, cols, NULL, NULL, NULL, NULL);
}

bon_tensor *bon_input_ints(bon_graph *graph, size_t rows, size_t cols, int32_t least, int32_t limit) {
    bon_tensor *tensor = bon_input(graph, rows, cols);
    if (!tensor) return NULL;
    if (least >= limit) return bon_graph_fail(graph, "input: no integer is from %d to %d", (int)least, (int)limit - 1);
    tensor->is_ints = true, tensor->least = least, tensor->limit = limit;
    return tensor;
}

bon_tensor *bon_input_starts(bon_graph *graph, size_t rows) {
    bon_tensor *tensor = bon_input_ints(graph, rows, 1, 0, rows <= INT32_MAX ? (int32_t)rows : INT32_MAX);
    if (tensor) tensor->is_starts = true;
    return tensor;
}

bon_tensor *bon_param(bon_graph *graph, const char *name, size_t rows, size_t cols, float mean, float std,
                      unsigned flags) {
    size_t index;
    if (graph->status != BON_OK) return NULL;
    bon_status status = bon_params_declare(graph->params, name, rows, cols, mean, std, flags, &index);
    if (status != BON_OK) return keep_failure(graph, status);
    for (size_t i = 0; i < graph->count; i++) /* a parameter is one tensor, so that its gradient has one first writer */
        if (graph->tensors[i]->op == BON_OP_PARAM && graph->tensors[i]->param == index) return graph->tensors[i];
    bon_tensor *tensor = bon_graph_add(graph, BON_OP_PARAM, rows, cols, NULL, NULL, NULL, NULL);
    if (!tensor) return NULL;
    tensor->param = index;
    tensor->needs_grad = true;
    return tensor;
}

bon_tensor *bon_param_parts(bon_tensor *param, size_t first, size_t second, size_t third) {
    if (!param) return NULL;
    if (param->op != BON_OP_PARAM || !first || !second || first + second + third != param->rows)
        return bon_graph_fail(param->graph, "parts: %zu, %zu and %zu rows are not those of a parameter with %zu", first,
                              second, third, param->rows);
    bon_param_info *info = &param->graph->params->list[param->param].info;
    info->parts[0] = first, info->parts[1] = second, info->parts[2] = third;
    return param;
}

size_t bon_tensor_rows(const bon_tensor *tensor) { return tensor->rows; }
size_t bon_tensor_cols(const bon_tensor *tensor) { return tensor->cols; }

bon_tensor *bon_tensor_keep(bon_tensor *tensor) {
    if (tensor) tensor->kept = true;
    return tensor;
}

bon_status bon_graph_plan(bon_graph *graph, bon_tensor *loss) {
    if (graph->status != BON_OK) return bon_fail(graph->status, "%s", graph->message);
    if (graph->planned) return bon_fail(BON_ERR_ARGUMENT, "the graph was planned already");
    if (loss && (loss->graph != graph || bon_items(loss) != 1))
        return bon_fail(BON_ERR_ARGUMENT, "the loss is %zu x %zu: it must be one number of this graph", loss->rows,
                        loss->cols);
    if (loss && !loss->needs_grad) return bon_fail(BON_ERR_ARGUMENT, "the loss does not depend on any parameter");
    graph->loss = loss;
    bon_status status = bon_params_allocate(graph->params, loss != NULL);
    if (status == BON_OK) status = bon_graph_place(graph);
    if (status != BON_OK) keep_failure(graph, status);
    graph->planned = status == BON_OK;
    return status;
}

size_t bon_graph_bytes(const bon_graph *graph, size_t *without_reuse) {
    if (without_reuse) *without_reuse = graph->bytes_without_reuse;
    return graph->block_bytes;
}

void bon_graph_recompute(bon_graph *graph, unsigned level) { graph->recompute = level; }

void bon_graph_dropout(bon_graph *graph, bool on, uint64_t seed, uint64_t step) {
    graph->dropout = on, graph->seed = seed, graph->step = step;
}

/* ---- values in and out ---- */

static bon_status may_set(const bon_tensor *tensor, bool ints) {
    if (!tensor) return bon_fail(BON_ERR_ARGUMENT, "set: no tensor");
    if (tensor->op != BON_OP_INPUT || tensor->is_ints != ints)
        return bon_fail(BON_ERR_ARGUMENT, "set: the tensor is not an input of %s", ints ? "integers" : "reals");
    if (!tensor->graph->planned) return bon_fail(BON_ERR_ARGUMENT, "set: the graph is not planned yet");
    return BON_OK;
}

bon_status bon_tensor_set(bon_tensor *tensor, const float *values) {
    BON_TRY(may_set(tensor, false));
    bon_device *device = tensor->graph->params->device;
    double wide[CHUNK];
    for (size_t first = 0, n = bon_items(tensor), count; first < n; first += count) {
        count = n - first < CHUNK ? n - first : CHUNK;
        for (size_t i = 0; i < count; i++) wide[i] = (double)values[first + i];
        device->backend->store_reals(device, tensor->value, first, wide, count, bon_is_wide(tensor));
    }
    tensor->is_set = true;
    return device->backend->check(device);
}

static bon_status check_ints(const bon_tensor *tensor, const int32_t *values) {
    for (size_t i = 0, n = bon_items(tensor); i < n; i++) {
        if (values[i] < tensor->least || values[i] >= tensor->limit)
            return bon_fail(BON_ERR_ARGUMENT, "value %d in row %zu is not from %d to %d", (int)values[i],
                            i / tensor->cols, (int)tensor->least, (int)tensor->limit - 1);
        if (tensor->is_starts && (size_t)values[i] != i && (i == 0 || values[i] != values[i - 1]))
            return bon_fail(BON_ERR_ARGUMENT, "start %d in row %zu is neither this row nor the start of the row before",
                            (int)values[i], i);
    }
    return BON_OK;
}

bon_status bon_tensor_set_ints(bon_tensor *tensor, const int32_t *values) {
    BON_TRY(may_set(tensor, true));
    BON_TRY(check_ints(tensor, values));
    bon_device *device = tensor->graph->params->device;
    device->backend->store(device, tensor->value, values, bon_items(tensor) * sizeof *values);
    tensor->is_set = true;
    return device->backend->check(device);
}

bon_status bon_tensor_get_double(const bon_tensor *tensor, double *values) {
    if (!tensor || tensor->is_ints || !tensor->graph->planned)
        return bon_fail(BON_ERR_ARGUMENT, "get: not a tensor of reals of a planned graph");
    if (!tensor->kept && tensor->op != BON_OP_PARAM && tensor->op != BON_OP_INPUT && tensor != tensor->graph->loss)
        return bon_fail(BON_ERR_ARGUMENT, "get: the result of %s is not kept (bon_tensor_keep before bon_graph_plan)",
                        bon_op_info[tensor->op].name);
    bon_device *device = tensor->graph->params->device;
    device->backend->load_reals(device, values, tensor->value, 0, bon_items(tensor), bon_is_wide(tensor));
    return device->backend->finish(device);
}

bon_status bon_tensor_get(const bon_tensor *tensor, float *values) {
    if (!tensor) return bon_fail(BON_ERR_ARGUMENT, "get: no tensor");
    double *wide = bon_alloc_array(bon_items(tensor), sizeof *wide);
    if (!wide) return BON_ERR_NOMEM;
    bon_status status = bon_tensor_get_double(tensor, wide);
    for (size_t i = 0; status == BON_OK && i < bon_items(tensor); i++) values[i] = (float)wide[i];
    free(wide);
    return status;
}

bon_status bon_graph_poison(bon_graph *graph) {
    bon_device *device = graph->params->device;
    for (size_t i = 0; i < graph->count; i++) {
        const struct bon_tensor *tensor = graph->tensors[i];
        if (tensor->op == BON_OP_INPUT || tensor->op == BON_OP_PARAM) continue;
        const size_t real = device->backend->real_bytes, stat = device->backend->stat_bytes;
        device->backend->fill(device, tensor->value, 0xff, bon_items(tensor) * real);
        if (tensor->grad) device->backend->fill(device, tensor->grad, 0xff, bon_items(tensor) * real);
        if (tensor->saved)
            device->backend->fill(device, tensor->saved, 0xff,
                                  tensor->saved_items * (tensor->saved_is_real ? real : stat));
    }
    return device->backend->finish(device);
}
