/* src/lm/cpu/linear_template.h: embedding and linear. */

/* ---- embedding: sums of rows of a table ---- */

static void embedding_forward_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    const size_t bag = t->in[1]->cols, cols = t->cols;
    (void)run;
    for (size_t i = span.first; i < span.last; i++) {
        const int32_t *ids = INTS(t->in[1]) + i * bag;
        REAL *y = VALUE(t) + i * cols;
        memcpy(y, VALUE(t->in[0]) + (size_t)ids[0] * cols, cols * sizeof(REAL));
        for (size_t k = 1; k < bag; k++) {
            const REAL *row = VALUE(t->in[0]) + (size_t)ids[k] * cols;
            for (size_t c = 0; c < cols; c++) y[c] += row[c];
        }
    }
}

static void embedding_forward(const struct bon_run *run, const struct bon_tensor *t) {
    over_rows(run, t, embedding_forward_rows, t->rows, t->cols);
}

/* Threads take columns: a row of the table may be meant by many ids, whose sum has one order. */
static void embedding_backward_cols(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    const struct bon_tensor *table = t->in[0];
    const size_t bag = t->in[1]->cols, width = (span.last - span.first) * sizeof(REAL);
    if (!adds(run, t, 0))
        for (size_t i = 0; i < table->rows; i++) memset(GRAD(table) + i * t->cols + span.first, 0, width);
    for (size_t i = 0; i < t->rows * bag; i++) {
        REAL *to = GRAD(table) + (size_t)INTS(t->in[1])[i] * t->cols;
        const REAL *dy = GRAD(t) + i / bag * t->cols;
        for (size_t c = span.first; c < span.last; c++) to[c] += dy[c];
    }
}

static void embedding_backward(const struct bon_run *run, const struct bon_tensor *t) {
    if (wants(t, 0)) over_blocks(run, t, embedding_backward_cols, t->cols, 64);
}

/* ---- linear: map(x w^T + bias) + residual ---- */

static REAL map_value(bon_map_kind map, REAL x);
static REAL map_slope(bon_map_kind map, REAL x);

/* beta of the product is 1 over what stands in y before: bias, residual, or both; the map needs them apart. */
static void linear_before_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    (void)run;
    const REAL *bias = t->in[2] ? VALUE(t->in[2]) : NULL;
    const REAL *residual = t->in[3] && t->map == BON_IDENTITY ? VALUE(t->in[3]) : NULL;
    for (size_t i = span.first; i < span.last; i++) {
        REAL *y = VALUE(t) + i * t->cols;
        if (residual)
            memcpy(y, residual + i * t->cols, t->cols * sizeof(REAL));
        else
            memset(y, 0, t->cols * sizeof(REAL));
        for (size_t c = 0; bias && c < t->cols; c++) y[c] += bias[c];
    }
}

static void linear_map_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    (void)run;
    const REAL *residual = t->in[3] ? VALUE(t->in[3]) : NULL;
    for (size_t i = span.first * t->cols; i < span.last * t->cols; i++) {
        const REAL x = VALUE(t)[i];
        if (t->saved) SAVED(t)[i] = x;
        VALUE(t)[i] = map_value(t->map, x) + (residual ? residual[i] : 0);
    }
}

static void linear_forward(const struct bon_run *run, const struct bon_tensor *t) {
    const struct bon_tensor *x = t->in[0], *w = t->in[1];
    const bool before = t->in[2] || (t->in[3] && t->map == BON_IDENTITY);
    if (before) over_rows(run, t, linear_before_rows, t->rows, t->cols);
    multiply_tiled(run->device, &(struct product){.a = plain(VALUE(x), x->cols),
                                                  .b = transposed(VALUE(w), w->cols),
                                                  .m = t->rows,
                                                  .n = t->cols,
                                                  .k = x->cols,
                                                  .alpha = 1,
                                                  .beta = before,
                                                  .c = VALUE(t),
                                                  .ldc = t->cols});
    if (t->map != BON_IDENTITY) over_rows(run, t, linear_map_rows, t->rows, t->cols);
}

/* The gradient before the map, over the value before it. */
static void linear_slope_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    (void)run;
    for (size_t i = span.first * t->cols; i < span.last * t->cols; i++)
        SAVED(t)[i] = GRAD(t)[i] * map_slope(t->map, SAVED(t)[i]);
}

static void linear_bias_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    const REAL *d = t->map == BON_IDENTITY ? GRAD(t) : SAVED(t);
    double *sums = partial(run, span.block, t->cols);
    for (size_t i = span.first; i < span.last; i++)
        for (size_t c = 0; c < t->cols; c++) sums[c] += (double)d[i * t->cols + c];
}

static void linear_residual_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    const bool add = adds(run, t, 3);
    for (size_t i = span.first * t->cols; i < span.last * t->cols; i++) put(&GRAD(t->in[3])[i], GRAD(t)[i], add);
}

static void linear_backward(const struct bon_run *run, const struct bon_tensor *t) {
    const struct bon_tensor *x = t->in[0], *w = t->in[1];
    if (t->map != BON_IDENTITY) over_rows(run, t, linear_slope_rows, t->rows, t->cols);
    const REAL *d = t->map == BON_IDENTITY ? GRAD(t) : SAVED(t);
    if (wants(t, 0))
        multiply_tiled(run->device, &(struct product){.a = plain(d, t->cols),
                                                      .b = plain(VALUE(w), w->cols),
                                                      .m = t->rows,
                                                      .n = w->cols,
                                                      .k = t->cols,
                                                      .alpha = 1,
                                                      .beta = adds(run, t, 0),
                                                      .c = GRAD(x),
                                                      .ldc = x->cols});
    if (wants(t, 1))
        multiply_tiled(run->device, &(struct product){.a = transposed(d, t->cols),
                                                      .b = plain(VALUE(x), x->cols),
                                                      .m = t->cols,
                                                      .n = x->cols,
                                                      .k = t->rows,
                                                      .alpha = 1,
                                                      .beta = adds(run, t, 1),
                                                      .c = GRAD(w),
                                                      .ldc = w->cols});
    if (wants(t, 2))
        put_sums(run, t, 2, 0, t->cols, t->cols, over_partials(run, t, linear_bias_rows, t->rows, t->cols));
    if (wants(t, 3) && t->in[3]->grad != t->grad) over_rows(run, t, linear_residual_rows, t->rows, t->cols);
}

static size_t linear_work(const bon_device *device, const struct bon_tensor *t) {
    (void)device;
    return t->in[2] ? partial_bytes(t->cols) : 0;
}
