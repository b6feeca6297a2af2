/* src/lm/plan.c: which buffer lives when, and where each stands in the graph's one block of memory.
 *
 * Steps 0 ... n-1 are forward of tensor 0 ... n-1, step 2n-1-i is backward of tensor i. docs/lm.md, "The plan".
 */
#include <stdlib.h>

#include "lm/backend.h"

enum { ALIGN = 256 };                      /* bytes: what CUDA's allocations have */
enum { VALUE, GRAD, SAVED, AGAIN, KINDS }; /* a tensor's buffers; AGAIN: its value, computed again for backward */

/* From which level of recomputation on a result is forgotten after forward and computed again. Sums that go on to the next
 * layer never are: from them everything between can be had. */
static const unsigned char forgets[BON_OPS] = {
    [BON_OP_RMS_NORM] = 1, [BON_OP_LAYER_NORM] = 1, [BON_OP_ROPE] = 1,      [BON_OP_SWIGLU] = 1, [BON_OP_MAP] = 1,
    [BON_OP_MUL] = 1,      [BON_OP_AFFINE] = 1,     [BON_OP_ATTENTION] = 2, [BON_OP_LINEAR] = 2,
};

struct buffer {
    size_t bytes; /* 0: there is none */
    size_t offset;
    size_t first, last;    /* steps */
    struct buffer *within; /* the buffer whose memory this one takes over; NULL = its own */
};

struct plan {
    bon_graph *graph;
    struct buffer *buffers; /* KINDS a tensor */
    struct buffer **order;  /* those with memory of their own, largest first */
    size_t end;             /* the last step */
};

static struct buffer *buffer_of(const struct plan *plan, const struct bon_tensor *tensor, int kind) {
    return &plan->buffers[KINDS * tensor->index + (size_t)kind];
}

static size_t backward_step(const struct plan *plan, const struct bon_tensor *tensor) {
    return 2 * plan->graph->count - 1 - tensor->index;
}

static void extend(struct buffer *buffer, size_t step) {
    if (step < buffer->first) buffer->first = step;
    if (step > buffer->last) buffer->last = step;
}

/* ---- who has a gradient, and who writes it first ---- */

static void find_gradients(bon_graph *graph) {
    if (graph->loss) graph->loss->has_grad = true;
    for (size_t i = graph->count; i-- > 0;) {
        struct bon_tensor *tensor = graph->tensors[i];
        for (size_t k = 0; tensor->has_grad && k < BON_INPUTS; k++) {
            struct bon_tensor *in = tensor->in[k];
            if (!in || !in->needs_grad) continue;
            if (in->has_grad)
                tensor->write[k] = BON_WRITE_ADD;
            else
                tensor->write[k] = in->op == BON_OP_PARAM ? BON_WRITE_PARAM : BON_WRITE_SET;
            in->has_grad = true;
        }
    }
}

/* ---- lives ---- */

static bool is_forgotten(const struct plan *plan, const struct bon_tensor *tensor) {
    const unsigned level = forgets[tensor->op];
    if (level == 0 || level > plan->graph->recompute || tensor->kept || tensor == plan->graph->loss) return false;
    return tensor->op != BON_OP_LINEAR || !tensor->in[3];
}

/* Backward needs the tensor's value in this step. Told by users, which stand behind the tensor, before its own turn comes. */
static void needs_value(struct plan *plan, const struct bon_tensor *tensor, size_t step) {
    if (tensor->op == BON_OP_PARAM) return;
    struct buffer *again = buffer_of(plan, tensor, AGAIN);
    if (again->bytes == 0) {
        again->bytes = bon_items(tensor) * plan->graph->params->device->backend->real_bytes;
        again->first = again->last = step;
    }
    extend(again, step);
}

/* What backward needs of a tensor: its value kept from forward, or computed again when it is needed first, from inputs that
 * are then needed too. From the last tensor to the first. */
static void give_backward_lives(struct plan *plan, struct bon_tensor *tensor) {
    const size_t back = backward_step(plan, tensor);
    struct buffer *again = buffer_of(plan, tensor, AGAIN);
    if (tensor->has_grad && bon_op_info[tensor->op].needs & BON_NEEDS_OUT) needs_value(plan, tensor, back);
    for (size_t k = 0; k < BON_INPUTS; k++)
        if (tensor->in[k] && tensor->has_grad && bon_op_info[tensor->op].needs & BON_NEEDS(k))
            needs_value(plan, tensor->in[k], back);
    if (again->bytes == 0) return;
    if (is_forgotten(plan, tensor)) {
        tensor->again = again->first;
        for (size_t k = 0; k < BON_INPUTS; k++)
            if (tensor->in[k]) needs_value(plan, tensor->in[k], tensor->again);
        return;
    }
    extend(buffer_of(plan, tensor, VALUE), again->last);
    again->bytes = 0;
}

static void give_lives(struct plan *plan, struct bon_tensor *tensor) {
    const struct bon_backend *backend = plan->graph->params->device->backend;
    const size_t now = tensor->index, back = backward_step(plan, tensor);
    if (tensor->op != BON_OP_PARAM) {
        struct buffer *value = buffer_of(plan, tensor, VALUE);
        value->bytes = bon_items(tensor) * (tensor->is_ints ? sizeof(int32_t) : backend->real_bytes);
        value->first = value->last = now;
        if (tensor->op == BON_OP_INPUT || tensor->kept || tensor == plan->graph->loss) {
            extend(value, 0);
            extend(value, plan->end);
        }
        if (tensor->has_grad) {
            *buffer_of(plan, tensor, GRAD) =
                (struct buffer){.bytes = bon_items(tensor) * backend->real_bytes, .first = back, .last = back};
        }
    }
    if (tensor->has_grad && tensor->saved_items)
        *buffer_of(plan, tensor, SAVED) = (struct buffer){
            .bytes = tensor->saved_items * (tensor->saved_is_real ? backend->real_bytes : backend->stat_bytes),
            .first = now,
            .last = back,
        };
    for (size_t k = 0; k < BON_INPUTS; k++) {
        const struct bon_tensor *in = tensor->in[k];
        if (!in || in->op == BON_OP_PARAM) continue;
        extend(buffer_of(plan, in, VALUE), now);
        if (tensor->write[k]) extend(buffer_of(plan, in, GRAD), back);
    }
}

/* ---- buffers that go on in another's memory ---- */

static struct buffer *owner(struct buffer *buffer) {
    while (buffer->within) buffer = buffer->within;
    return buffer;
}

/* `next` takes over the memory of `buffer`, if that one ends where it begins. */
static bool take_over(struct buffer *buffer, struct buffer *next) {
    struct buffer *own = owner(buffer);
    if (own->bytes == 0 || own->bytes != next->bytes || own->last != next->first || next->within) return false;
    next->within = own;
    extend(own, next->last);
    return true;
}

/* The gradient of one input that is the gradient of the result. */
static void pass_gradient(struct plan *plan, struct bon_tensor *tensor) {
    for (size_t k = 0; k < BON_INPUTS; k++) {
        const struct bon_tensor *in = tensor->in[k];
        bool passes = (tensor->op == BON_OP_LINEAR && k == 3) || tensor->op == BON_OP_ADD;
        if (!in || !passes || tensor->write[k] != BON_WRITE_SET) continue;
        for (size_t other = 0; other < BON_INPUTS; other++)
            if (other != k && tensor->in[other] == in) passes = false;
        if (passes && take_over(buffer_of(plan, tensor, GRAD), buffer_of(plan, in, GRAD))) return;
    }
}

static void share(struct plan *plan) {
    for (size_t i = plan->graph->count; i-- > 0;) {
        struct bon_tensor *tensor = plan->graph->tensors[i];
        if (!tensor->has_grad) continue;
        pass_gradient(plan, tensor);
        if (tensor->op != BON_OP_CROSS_ENTROPY || tensor->in[0]->op == BON_OP_PARAM) continue;
        struct bon_tensor *logits = tensor->in[0];
        take_over(buffer_of(plan, logits, VALUE), buffer_of(plan, tensor, SAVED));
        if (tensor->write[0] == BON_WRITE_SET) take_over(buffer_of(plan, tensor, SAVED), buffer_of(plan, logits, GRAD));
    }
}

/* ---- places ---- */

static int larger_first(const void *a, const void *b) {
    const struct buffer *x = *(struct buffer *const *)a, *y = *(struct buffer *const *)b;
    if (x->bytes != y->bytes) return x->bytes > y->bytes ? -1 : 1;
    return x < y ? -1 : x > y; /* both stand in one array: the order of tensors */
}

static size_t aligned(size_t bytes) { return (bytes + ALIGN - 1) / ALIGN * ALIGN; }

/* The lowest offset where the buffer meets none of the `placed` ones that live with it. */
static size_t lowest_offset(struct buffer *const *placed, size_t count, const struct buffer *buffer) {
    size_t offset = 0;
    for (size_t i = 0; i < count; i++) {
        const struct buffer *other = placed[i];
        bool together = buffer->first <= other->last && other->first <= buffer->last;
        bool meets = offset < other->offset + other->bytes && other->offset < offset + buffer->bytes;
        if (!together || !meets) continue;
        offset = aligned(other->offset + other->bytes);
        i = (size_t)-1; /* again from the front */
    }
    return offset;
}

static bon_status place(struct plan *plan) {
    bon_graph *graph = plan->graph;
    size_t count = 0, total = 0, top = 0, work = 0;
    for (size_t i = 0; i < KINDS * graph->count; i++) {
        struct buffer *buffer = &plan->buffers[i];
        if (buffer->bytes > SIZE_MAX / 4 - total) return bon_fail_memory(buffer->bytes);
        total += aligned(buffer->bytes);
        if (buffer->bytes && !buffer->within) plan->order[count++] = buffer;
    }
    qsort(plan->order, count, sizeof(struct buffer *), larger_first);
    for (size_t i = 0; i < count; i++) {
        struct buffer *buffer = plan->order[i];
        buffer->offset = lowest_offset(plan->order, i, buffer);
        if (top < aligned(buffer->offset + buffer->bytes)) top = aligned(buffer->offset + buffer->bytes);
    }
    const bon_device *device = graph->params->device;
    for (size_t i = 0; i < graph->count; i++) {
        size_t (*need)(const bon_device *, const struct bon_tensor *) =
            device->backend->kernel[graph->tensors[i]->op].work;
        size_t bytes = need ? need(device, graph->tensors[i]) : 0;
        if (bytes > work) work = bytes;
    }
    graph->work_offset = top;
    graph->block_bytes = top + aligned(work);
    graph->bytes_without_reuse = total + aligned(work);
    return BON_OK;
}

static void point(const struct plan *plan, struct bon_tensor *tensor) {
    bon_params *params = plan->graph->params;
    void **const where[KINDS] = {&tensor->first_value, &tensor->grad, &tensor->saved, &tensor->again_value};
    for (int kind = 0; kind < KINDS; kind++) {
        struct buffer *buffer = buffer_of(plan, tensor, kind);
        if (buffer->bytes) *where[kind] = (char *)plan->graph->block + owner(buffer)->offset;
    }
    tensor->value = tensor->first_value;
    if (tensor->op != BON_OP_PARAM) return;
    size_t offset = params->list[tensor->param].offset * params->device->backend->param_bytes;
    tensor->value = tensor->first_value = (char *)params->values + offset;
    tensor->grad = (char *)params->grads + offset;
}

bon_status bon_graph_place(bon_graph *graph) {
    bon_device *device = graph->params->device;
    struct plan plan = {.graph = graph, .end = (graph->loss ? 2 : 1) * graph->count};
    bon_status status = BON_ERR_NOMEM;
    plan.buffers = bon_alloc_zeroed(KINDS * graph->count, sizeof *plan.buffers);
    if (!plan.buffers) goto done;
    plan.order = bon_alloc_array(KINDS * graph->count, sizeof(struct buffer *));
    if (!plan.order) goto done;
    find_gradients(graph);
    for (size_t i = 0; i < graph->count; i++) give_lives(&plan, graph->tensors[i]);
    for (size_t i = graph->count; i-- > 0;) give_backward_lives(&plan, graph->tensors[i]);
    share(&plan);
    status = place(&plan);
    if (status != BON_OK) goto done;
    graph->block = device->backend->allocate(device, graph->block_bytes);
    status = graph->block ? BON_OK : BON_ERR_NOMEM;
    for (size_t i = 0; status == BON_OK && i < graph->count; i++) point(&plan, graph->tensors[i]);
done:
    free(plan.buffers);
    free(plan.order);
    return status;
}
