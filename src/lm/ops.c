/* src/lm/ops.c: the builders of operations: each checks that its arguments fit and appends a tensor. */
#include "lm/graph.h"

const struct bon_op_info bon_op_info[BON_OPS] = {
#define BON_OP_ROW(op, name, needs) [BON_OP_##op] = {name, needs},
    BON_OP_TABLE(BON_OP_ROW)
#undef BON_OP_ROW
};

/* A shape that does not fit: "linear: 10 x 4 does not fit 3 x 5: ...". */
static bon_tensor *misfit(enum bon_op op, const bon_tensor *a, const bon_tensor *b, const char *rule) {
    return bon_graph_fail(a->graph, "%s: %zu x %zu does not fit %zu x %zu: %s", bon_op_info[op].name, a->rows, a->cols,
                          b->rows, b->cols, rule);
}

static bool is_vector(const bon_tensor *tensor, size_t n) { return tensor->rows == 1 && tensor->cols == n; }

static bool same_shape(const bon_tensor *a, const bon_tensor *b) { return a->rows == b->rows && a->cols == b->cols; }

static bon_tensor *unary(enum bon_op op, bon_tensor *x, size_t rows, size_t cols) {
    return x ? bon_graph_add(x->graph, op, rows, cols, x, NULL, NULL, NULL) : NULL;
}

bon_tensor *bon_embedding(bon_tensor *table, bon_tensor *ids) {
    if (!table || !ids) return NULL;
    if (!ids->is_ints || ids->least < 0 || (size_t)ids->limit > table->rows)
        return misfit(BON_OP_EMBEDDING, table, ids, "ids are integers below the rows of the table");
    return bon_graph_add(table->graph, BON_OP_EMBEDDING, ids->rows, table->cols, table, ids, NULL, NULL);
}

bon_tensor *bon_linear(bon_tensor *x, bon_tensor *weight, bon_tensor *bias, bon_tensor *residual, bon_map_kind map) {
    if (!x || !weight) return NULL;
    if (x->cols != weight->cols) return misfit(BON_OP_LINEAR, x, weight, "weight has a column for each column of x");
    if (bias && !is_vector(bias, weight->rows))
        return misfit(BON_OP_LINEAR, weight, bias, "bias has a value for each row of weight");
    if (residual && (residual->rows != x->rows || residual->cols != weight->rows))
        return misfit(BON_OP_LINEAR, weight, residual, "residual has the shape of the result");
    if (map != BON_IDENTITY && map != BON_GELU)
        return bon_graph_fail(x->graph, "linear: only BON_GELU fuses; use bon_map for other functions");
    bon_tensor *y = bon_graph_add(x->graph, BON_OP_LINEAR, x->rows, weight->rows, x, weight, bias, residual);
    if (!y) return NULL;
    y->map = map;
    if (map != BON_IDENTITY) y->saved_items = bon_items(y), y->saved_is_real = true; /* the value before the map */
    return y;
}

bon_tensor *bon_rms_norm(bon_tensor *x, bon_tensor *weight, float epsilon) {
    if (!x || !weight) return NULL;
    if (!is_vector(weight, x->cols)) return misfit(BON_OP_RMS_NORM, x, weight, "weight has a value a column");
    bon_tensor *y = bon_graph_add(x->graph, BON_OP_RMS_NORM, x->rows, x->cols, x, weight, NULL, NULL);
    if (y) y->shift = epsilon, y->saved_items = x->rows; /* 1 / root mean square */
    return y;
}

bon_tensor *bon_layer_norm(bon_tensor *x, bon_tensor *weight, bon_tensor *bias, float epsilon) {
    if (!x || !weight || !bias) return NULL;
    if (!is_vector(weight, x->cols) || !is_vector(bias, x->cols))
        return misfit(BON_OP_LAYER_NORM, x, weight, "weight and bias have a value a column");
    bon_tensor *y = bon_graph_add(x->graph, BON_OP_LAYER_NORM, x->rows, x->cols, x, weight, bias, NULL);
    if (y) y->shift = epsilon, y->saved_items = 2 * x->rows; /* mean and 1 / deviation */
    return y;
}

/* Whether the columns of qkv are the heads they are said to be, and starts fit. */
static bool heads_fit(bon_tensor *qkv, bon_tensor *starts, bon_heads heads) {
    if (heads.keys == 0 || heads.queries % heads.keys || heads.dim % 2 || heads.dim == 0 || heads.queries == 0) {
        bon_graph_fail(qkv->graph,
                       "heads: %u queries, %u keys of dimension %u: keys divides queries, dimension is even",
                       heads.queries, heads.keys, heads.dim);
        return false;
    }
    if (qkv->cols != ((size_t)heads.queries + 2 * (size_t)heads.keys) * heads.dim) {
        bon_graph_fail(qkv->graph, "heads: %u queries, %u keys and values of dimension %u do not make %zu columns",
                       heads.queries, heads.keys, heads.dim, qkv->cols);
        return false;
    }
    if (!starts->is_starts || starts->rows != qkv->rows) {
        bon_graph_fail(qkv->graph, "heads: starts come from bon_input_starts and have a row for each of %zu rows",
                       qkv->rows);
        return false;
    }
    return true;
}

bon_tensor *bon_rope(bon_tensor *qkv, bon_tensor *starts, bon_tensor *query_weight, bon_tensor *key_weight,
                     bon_heads heads, float theta, float epsilon) {
    if (!qkv || !starts || !heads_fit(qkv, starts, heads)) return NULL;
    if (!query_weight != !key_weight || (query_weight && !is_vector(query_weight, heads.dim)) ||
        (key_weight && !is_vector(key_weight, heads.dim)))
        return bon_graph_fail(qkv->graph, "rope: query and key weights are both given, 1 x %u, or none", heads.dim);
    bon_tensor *y = bon_graph_add(qkv->graph, BON_OP_ROPE, qkv->rows, qkv->cols, qkv, starts, query_weight, key_weight);
    if (!y) return NULL;
    y->heads = heads, y->scale = theta, y->shift = epsilon;
    if (query_weight) y->saved_items = qkv->rows * (heads.queries + heads.keys); /* 1 / root mean square of heads */
    return y;
}

bon_tensor *bon_attention_mixed(bon_tensor *qkv, bon_tensor *starts, bon_heads heads, size_t both) {
    if (!qkv || !starts || !heads_fit(qkv, starts, heads)) return NULL;
    bon_tensor *y = bon_graph_add(qkv->graph, BON_OP_ATTENTION, qkv->rows, (size_t)heads.queries * heads.dim, qkv,
                                  starts, NULL, NULL);
    if (!y) return NULL;
    y->heads = heads, y->both = both;
    y->saved_items = qkv->rows * heads.queries; /* log of the sum of exponentials */
    return y;
}

bon_tensor *bon_attention(bon_tensor *qkv, bon_tensor *starts, bon_heads heads, bool causal) {
    return bon_attention_mixed(qkv, starts, heads, causal ? 0 : SIZE_MAX);
}

bon_tensor *bon_swiglu(bon_tensor *x) {
    if (x && x->cols % 2) return bon_graph_fail(x->graph, "swiglu: %zu columns are not two halves", x->cols);
    return x ? unary(BON_OP_SWIGLU, x, x->rows, x->cols / 2) : NULL;
}

bon_tensor *bon_map(bon_tensor *x, bon_map_kind map) {
    if (x && (map <= BON_IDENTITY || map >= BON_MAPS)) return bon_graph_fail(x->graph, "map: no function %d", map);
    bon_tensor *y = x ? unary(BON_OP_MAP, x, x->rows, x->cols) : NULL;
    if (y) y->map = map;
    return y;
}

static bon_tensor *binary(enum bon_op op, bon_tensor *a, bon_tensor *b) {
    if (!a || !b) return NULL;
    if (!same_shape(a, b) && !is_vector(b, a->cols))
        return misfit(op, a, b, "the second has the same shape or one row");
    return bon_graph_add(a->graph, op, a->rows, a->cols, a, b, NULL, NULL);
}

bon_tensor *bon_add(bon_tensor *a, bon_tensor *b) { return binary(BON_OP_ADD, a, b); }
bon_tensor *bon_mul(bon_tensor *a, bon_tensor *b) { return binary(BON_OP_MUL, a, b); }

bon_tensor *bon_affine(bon_tensor *x, float scale, float shift) {
    bon_tensor *y = x ? unary(BON_OP_AFFINE, x, x->rows, x->cols) : NULL;
    if (y) y->scale = scale, y->shift = shift;
    return y;
}

static bool mask_fits(const bon_tensor *x, const bon_tensor *mask) {
    return !mask || (mask->is_ints && same_shape(x, mask));
}

bon_tensor *bon_softmax(bon_tensor *x, bon_tensor *mask) {
    if (!x) return NULL;
    if (!mask_fits(x, mask)) return misfit(BON_OP_SOFTMAX, x, mask, "mask is integers of the same shape");
    return bon_graph_add(x->graph, BON_OP_SOFTMAX, x->rows, x->cols, x, mask, NULL, NULL);
}

bon_tensor *bon_cross_entropy(bon_tensor *logits, bon_tensor *targets, bon_tensor *mask) {
    if (!logits || !targets) return NULL;
    if (!targets->is_ints || targets->cols != 1 || targets->rows != logits->rows || targets->limit < 0 ||
        (size_t)targets->limit > logits->cols)
        return misfit(BON_OP_CROSS_ENTROPY, logits, targets, "targets are one column of integers below the columns");
    if (!mask_fits(logits, mask)) return misfit(BON_OP_CROSS_ENTROPY, logits, mask, "mask has the shape of the logits");
    bon_tensor *y = bon_graph_add(logits->graph, BON_OP_CROSS_ENTROPY, 1, 1, logits, targets, mask, NULL);
    if (y) y->saved_items = bon_items(logits), y->saved_is_real = true; /* the gradient of the logits */
    return y;
}

bon_tensor *bon_dropout(bon_tensor *x, float p) {
    if (x && !(p >= 0 && p < 1))
        return bon_graph_fail(x->graph, "dropout: the probability %g is not in [0, 1)", (double)p);
    bon_tensor *y = x ? unary(BON_OP_DROPOUT, x, x->rows, x->cols) : NULL;
    if (y) y->scale = p;
    return y;
}

bon_tensor *bon_sum_cols(bon_tensor *x) { return x ? unary(BON_OP_SUM_COLS, x, x->rows, 1) : NULL; }
bon_tensor *bon_sum(bon_tensor *x) { return unary(BON_OP_SUM, x, 1, 1); }

static bon_tensor *part(enum bon_op op, bon_tensor *x, size_t first, size_t count, size_t of) {
    if (!x) return NULL;
    if (count == 0 || first > of || count > of - first)
        return bon_graph_fail(x->graph, "%s: %zu from %zu on are not within %zu", bon_op_info[op].name, count, first,
                              of);
    bon_tensor *y = unary(op, x, op == BON_OP_ROWS ? count : x->rows, op == BON_OP_COLS ? count : x->cols);
    if (y) y->first = first;
    return y;
}

bon_tensor *bon_cols(bon_tensor *x, size_t first, size_t count) {
    return part(BON_OP_COLS, x, first, count, x ? x->cols : 0);
}
bon_tensor *bon_rows(bon_tensor *x, size_t first, size_t count) {
    return part(BON_OP_ROWS, x, first, count, x ? x->rows : 0);
}
