/* src/lm/run.c: graphs at work: the walk forward and the walk back, recorded where the backend can replay them, and the search for
 * the first tensor that is not finite.
 *
 * The same kernels run on the same buffers each time; only what inputs hold and what dropout draws changes, and that is in memory.
 * So the second run of its kind is recorded (the first is not: what is chosen or allocated once is so by then), and from then on
 * it is replayed. A graph is planned once; what may still change which kernels run is dropout, and then it is recorded anew.
 */
#include <stdio.h>

#include "lm/backend.h"

enum { CHUNK = 4096 }; /* values converted at once */

/* ---- walks ---- */

static struct bon_run run_of(const bon_graph *graph, unsigned parts) {
    return (struct bon_run){
        .device = graph->params->device,
        .work = graph->block ? (char *)graph->block + graph->work_offset : NULL,
        .training = graph->loss != NULL,
        .accumulate = (parts & BON_ADD) != 0,
        .dropout = graph->dropout,
        .seed = graph->seed,
        .step = graph->step,
    };
}

static void walk_forward(bon_graph *graph, const struct bon_run *run) {
    for (size_t i = 0; i < graph->count; i++) {
        struct bon_tensor *tensor = graph->tensors[i];
        const struct bon_kernel *kernel = &run->device->backend->kernel[tensor->op];
        tensor->value = tensor->first_value;
        if (kernel->forward) kernel->forward(run, tensor);
    }
}

/* Computes again what was forgotten after forward and is needed from this step of the plan on. */
static void recompute(const struct bon_graph *graph, const struct bon_run *run, size_t step) {
    for (size_t i = 0; graph->recompute && i < graph->count; i++) {
        struct bon_tensor *tensor = graph->tensors[i];
        if (tensor->again != step) continue;
        tensor->value = tensor->again_value;
        run->device->backend->kernel[tensor->op].forward(run, tensor);
    }
}

static void walk_backward(bon_graph *graph, const struct bon_run *run) {
    const struct bon_backend *backend = run->device->backend;
    if (graph->loss->op != BON_OP_PARAM) backend->set_one(run->device, graph->loss->grad);
    for (size_t i = graph->count; i-- > 0;) {
        const struct bon_tensor *tensor = graph->tensors[i];
        recompute(graph, run, 2 * graph->count - 1 - i);
        if (tensor->has_grad && backend->kernel[tensor->op].backward) backend->kernel[tensor->op].backward(run, tensor);
    }
}

static void walk(bon_graph *graph, const struct bon_run *run, unsigned parts) {
    if (parts & BON_FORWARD) walk_forward(graph, run);
    if (parts & BON_BACKWARD) walk_backward(graph, run);
}

/* ---- recordings ---- */

static void forget(bon_graph *graph, struct bon_recording *recording) {
    bon_device *device = graph->params->device;
    if (recording->tape) device->backend->forget(device, recording->tape);
    recording->tape = NULL;
}

void bon_graph_forget(bon_graph *graph) {
    for (size_t i = 0; i < BON_RUNS; i++) forget(graph, &graph->recordings[i]);
}

/* What the run is replayed from; NULL: its kernels are to be launched. */
static void *tape_of(bon_graph *graph, const struct bon_run *run, unsigned parts) {
    struct bon_recording *recording = &graph->recordings[parts];
    const struct bon_backend *backend = run->device->backend;
    if (recording->tape && recording->dropout == graph->dropout) return recording->tape;
    forget(graph, recording);
    const bool first = !recording->ran;
    recording->ran = true, recording->dropout = graph->dropout;
    if (first || graph->plain || !backend->record) return NULL;
    if (backend->record(run->device)) {
        walk(graph, run, parts);
        recording->tape = backend->recorded(run->device);
    }
    graph->plain = !recording->tape;
    if (graph->plain)
        snprintf(run->device->notice, sizeof run->device->notice,
                 "kernels are launched one by one, which is slower: %s", bon_error_message());
    return recording->tape;
}

static bon_status run_parts(bon_graph *graph, unsigned parts) {
    const struct bon_run run = run_of(graph, parts);
    const struct bon_backend *backend = run.device->backend;
    if (backend->begin) backend->begin(&run);
    void *tape = tape_of(graph, &run, parts);
    if (tape)
        backend->replay(run.device, tape);
    else
        walk(graph, &run, parts);
    graph->ran = !(parts & BON_BACKWARD); /* its kernels may use up what forward saved */
    return backend->check(run.device);
}

/* ---- runs ---- */

static bon_status may_run(const bon_graph *graph, const char *what) {
    if (!graph->planned) return bon_fail(BON_ERR_ARGUMENT, "%s: the graph is not planned yet", what);
    for (size_t i = 0; i < graph->count; i++) {
        const struct bon_tensor *tensor = graph->tensors[i];
        if (tensor->op == BON_OP_INPUT && !tensor->is_set)
            return bon_fail(BON_ERR_ARGUMENT, "%s: input %zu (%zu x %zu) was never set", what, i, tensor->rows,
                            tensor->cols);
    }
    return BON_OK;
}

bon_status bon_graph_forward(bon_graph *graph) {
    BON_TRY(may_run(graph, "forward"));
    return run_parts(graph, BON_FORWARD);
}

bon_status bon_graph_backward(bon_graph *graph, bool accumulate) {
    if (!graph->loss || !graph->ran)
        return bon_fail(BON_ERR_ARGUMENT, "backward: needs a graph planned with a loss, and forward before each time");
    return run_parts(graph, BON_BACKWARD | (accumulate ? BON_ADD : 0));
}

bon_status bon_graph_step(bon_graph *graph, bool accumulate) {
    BON_TRY(may_run(graph, "step"));
    if (!graph->loss) return bon_fail(BON_ERR_ARGUMENT, "step: the graph was planned without a loss");
    return run_parts(graph, BON_FORWARD | BON_BACKWARD | (accumulate ? BON_ADD : 0));
}

/* ---- what is not finite ---- */

/* Whether all of a tensor's values are finite. */
static bon_status is_finite(const struct bon_tensor *tensor, bool *finite) {
    bon_device *device = tensor->graph->params->device;
    double values[CHUNK];
    *finite = true;
    for (size_t first = 0, n = bon_items(tensor), count; *finite && first < n; first += count) {
        count = n - first < CHUNK ? n - first : CHUNK;
        device->backend->load_reals(device, values, tensor->value, first, count, bon_is_wide(tensor));
        BON_TRY(device->backend->finish(device));
        for (size_t i = 0; i < count; i++) *finite &= isfinite(values[i]) != 0;
    }
    return BON_OK;
}

/* The parameter that a tensor reads, to say where in the model it stands; NULL = none. */
static const char *parameter_of(const struct bon_tensor *tensor) {
    for (size_t k = 0; k < BON_INPUTS; k++)
        if (tensor->in[k] && tensor->in[k]->op == BON_OP_PARAM)
            return tensor->graph->params->list[tensor->in[k]->param].info.name;
    return NULL;
}

bon_status bon_graph_blame(bon_graph *graph) {
    const struct bon_run run = run_of(graph, BON_FORWARD);
    const struct bon_backend *backend = run.device->backend;
    bool finite;
    if (backend->begin) backend->begin(&run);
    for (size_t i = 0; i < graph->count; i++) {
        struct bon_tensor *tensor = graph->tensors[i];
        tensor->value = tensor->first_value; /* backward may have left it elsewhere */
        if (backend->kernel[tensor->op].forward) backend->kernel[tensor->op].forward(&run, tensor);
        if (tensor->is_ints) continue;
        BON_TRY(is_finite(tensor, &finite));
        if (finite) continue;
        if (tensor->op == BON_OP_PARAM)
            return bon_fail(BON_ERR_DATA, "parameter %s is not finite", graph->params->list[tensor->param].info.name);
        const char *of = parameter_of(tensor);
        return bon_fail(BON_ERR_DATA, "tensor %zu, %s%s%s (%zu x %zu), is not finite", i, bon_op_info[tensor->op].name,
                        of ? " of " : "", of ? of : "", tensor->rows, tensor->cols);
    }
    return BON_OK;
}
