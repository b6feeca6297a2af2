/* src/lm/graph.h: the tensor, the graph and the table of operations, as builders, planner and kernels see them. */
#ifndef BON_SRC_LM_GRAPH_H
#define BON_SRC_LM_GRAPH_H

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "bon/lm.h"

enum { BON_INPUTS = 4 };

/* X(OP, name, what its backward reads): bit k = the value of input k, NEEDS_OUT = its own value. */
#define BON_NEEDS(k) (1u << (k))
#define BON_NEEDS_OUT (1u << BON_INPUTS)
#define BON_OP_TABLE(X)                                                                                                \
    X(INPUT, "input", 0)                                                                                               \
    X(PARAM, "parameter", 0)                                                                                           \
    X(EMBEDDING, "embedding", BON_NEEDS(1))                                                                            \
    X(LINEAR, "linear", BON_NEEDS(0) | BON_NEEDS(1))                                                                   \
    X(RMS_NORM, "rms_norm", BON_NEEDS(0) | BON_NEEDS(1))                                                               \
    X(LAYER_NORM, "layer_norm", BON_NEEDS(0) | BON_NEEDS(1))                                                           \
    X(ROPE, "rope", BON_NEEDS(0) | BON_NEEDS(1) | BON_NEEDS(2) | BON_NEEDS(3))                                         \
    X(ATTENTION, "attention", BON_NEEDS(0) | BON_NEEDS(1) | BON_NEEDS_OUT)                                             \
    X(SWIGLU, "swiglu", BON_NEEDS(0))                                                                                  \
    X(MAP, "map", BON_NEEDS(0))                                                                                        \
    X(ADD, "add", 0)                                                                                                   \
    X(MUL, "mul", BON_NEEDS(0) | BON_NEEDS(1))                                                                         \
    X(AFFINE, "affine", 0)                                                                                             \
    X(SOFTMAX, "softmax", BON_NEEDS_OUT)                                                                               \
    X(CROSS_ENTROPY, "cross_entropy", 0)                                                                               \
    X(DROPOUT, "dropout", 0)                                                                                           \
    X(SUM_COLS, "sum_cols", 0)                                                                                         \
    X(SUM, "sum", 0)                                                                                                   \
    X(COLS, "cols", 0)                                                                                                 \
    X(ROWS, "rows", 0)

enum bon_op {
#define BON_OP_ENUM(op, name, needs) BON_OP_##op,
    BON_OP_TABLE(BON_OP_ENUM)
#undef BON_OP_ENUM
        BON_OPS
};

struct bon_op_info {
    const char *name;
    unsigned needs;
};
extern const struct bon_op_info bon_op_info[BON_OPS];

/* What the plan decided about the gradient of an input: who writes it first sets it, the others add. */
enum bon_write { BON_WRITE_NONE, BON_WRITE_SET, BON_WRITE_ADD, BON_WRITE_PARAM /* first writer of a parameter */ };

struct bon_tensor {
    bon_graph *graph;
    enum bon_op op;
    unsigned index; /* in graph->tensors */
    size_t rows, cols;
    bool is_ints;   /* int32_t instead of the device's reals */
    bool is_starts; /* integers that must be starts of texts */
    bool kept;
    bool is_set;        /* inputs: bon_tensor_set was called */
    bool needs_grad;    /* depends on a parameter */
    bool has_grad;      /* and the loss depends on it: the plan's finding */
    bool saved_is_real; /* saved holds the device's reals, else statistics (never narrower than 32 bits) */
    struct bon_tensor *in[BON_INPUTS];
    enum bon_write write[BON_INPUTS];
    size_t saved_items;
    size_t param; /* BON_OP_PARAM: index in params */
    void *value, *grad, *saved;
    void *first_value, *again_value; /* where value stands in forward, and in backward when it is computed again */
    size_t again;                    /* the step of the plan in which that happens; 0 = it is not */

    /* arguments of operations */
    bon_heads heads;
    bon_map_kind map;
    size_t both;          /* rows of attention before this see their whole text, the others what is before them */
    float scale, shift;   /* affine; epsilon of norms is shift, theta of rope and p of dropout are scale */
    size_t first;         /* rows and cols */
    int32_t least, limit; /* of integers */
};

/* What of a graph runs as one; bits. */
enum { BON_FORWARD = 1, BON_BACKWARD = 2, BON_ADD = 4 /* to the gradients that are there */, BON_RUNS = 8 };

/* A run that the backend recorded, as long as what it was recorded with holds. */
struct bon_recording {
    void *tape; /* of the backend; NULL = none yet */
    bool ran;   /* once at least, not recorded */
    bool dropout;
};

struct bon_graph {
    bon_params *params;
    struct bon_arena memory; /* of the tensors themselves */
    struct bon_tensor **tensors;
    size_t count, cap;
    bon_status status; /* the first failure of a builder, its message in bon_error_message's place below */
    char message[BON_MESSAGE_MAX];
    struct bon_tensor *loss;
    bool planned, ran; /* ran: a forward went before, so that backward may */
    void *block;
    size_t block_bytes, bytes_without_reuse, work_offset;
    bool dropout;
    uint64_t seed, step;
    unsigned recompute; /* bon_graph_recompute */
    struct bon_recording recordings[BON_RUNS];
    bool plain; /* recording did not go: kernels are launched one by one */
};

enum { BON_PARAM_ALIGN = 64 }; /* values: every parameter begins at a multiple, for wide loads; what is between is 0 */

struct bon_param {
    bon_param_info info;
    float mean, std;
    size_t offset; /* of its first value in the flat vectors */
};

struct bon_params {
    bon_device *device;
    uint64_t seed;
    struct bon_arena memory; /* names */
    struct bon_param *list;
    size_t count, cap;
    size_t size;          /* of the flat vectors */
    void *values, *grads; /* NULL until the first plan, the first with a loss */
};

static inline size_t bon_items(const struct bon_tensor *tensor) { return tensor->rows * tensor->cols; }

/* Kept in full by backends of narrow reals: parameters, and single numbers, of which the loss is one. */
static inline bool bon_is_wide(const struct bon_tensor *tensor) {
    return tensor->op == BON_OP_PARAM || bon_items(tensor) == 1;
}

static inline size_t bon_param_items(const struct bon_param *param) { return param->info.rows * param->info.cols; }

/* Finds or declares a parameter. */
bon_status bon_params_declare(bon_params *params, const char *name, size_t rows, size_t cols, float mean, float std,
                              unsigned flags, size_t *index);
/* Allocates and fills values and, when asked, gradients; nothing when that was done. */
bon_status bon_params_allocate(bon_params *params, bool gradients);
/* Appends a tensor with up to BON_INPUTS inputs. NULL after the graph has failed, or fails now. */
struct bon_tensor *bon_graph_add(bon_graph *graph, enum bon_op op, size_t rows, size_t cols, struct bon_tensor *a,
                                 struct bon_tensor *b, struct bon_tensor *c, struct bon_tensor *d);
/* Records the first failure of a builder; returns NULL. */
struct bon_tensor *bon_graph_fail(bon_graph *graph, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Places every buffer (plan.c). */
bon_status bon_graph_place(bon_graph *graph);
/* Forward and backward as one run. */
bon_status bon_graph_step(bon_graph *graph, bool accumulate);
/* BON_ERR_DATA names the first parameter whose gradient is not finite. */
bon_status bon_gradient_blame(bon_params *params);
/* bon_optimizer_step where the gradient is known to be finite. */
bon_status bon_optimizer_apply(bon_optimizer *optimizer, double rate, double scale);
/* Recordings are of no use any more. */
void bon_graph_forget(bon_graph *graph);
/* Runs forward again, tensor by tensor, to find the first parameter or result with a value that is not finite: BON_ERR_DATA
 * names it; BON_OK when there is none. */
bon_status bon_graph_blame(bon_graph *graph);
/* Fills the block with bytes that are NaN as reals, inputs apart (tests). */
bon_status bon_graph_poison(bon_graph *graph);

#endif
