/* src/lm/cpu/map_template.h: functions of single values, sums and parts. */

/* exponential() comes from f32.c and f64.c. */
static REAL sigmoid(REAL x) { return 1 / (1 + exponential(-x)); }

/* tanh as a sigmoid: one exponential, no cancellation that matters at this scale. */
static REAL squash(REAL x) { return 2 * sigmoid(2 * x) - 1; }

/* ---- map ---- */

#define GELU_SLOPE ((REAL)0.7978845608028654) /* sqrt(2 / pi) */
#define GELU_CUBE ((REAL)0.044715)

static REAL map_value(bon_map_kind map, REAL x) {
    switch (map) {
    case BON_GELU: return x * sigmoid(2 * GELU_SLOPE * (x + GELU_CUBE * x * x * x)); /* = x (1 + tanh) / 2 */
    case BON_SILU: return x * sigmoid(x);
    case BON_RELU: return x > 0 ? x : 0;
    case BON_TANH: return squash(x);
    case BON_SIGMOID: return sigmoid(x);
    default: return x;
    }
}

static REAL map_slope(bon_map_kind map, REAL x) {
    REAL s;
    switch (map) {
    case BON_GELU:
        s = sigmoid(2 * GELU_SLOPE * (x + GELU_CUBE * x * x * x));
        return s + x * s * (1 - s) * 2 * GELU_SLOPE * (1 + 3 * GELU_CUBE * x * x);
    case BON_SILU: s = sigmoid(x); return s + x * s * (1 - s);
    case BON_RELU: return x > 0;
    case BON_TANH: s = squash(x); return 1 - s * s;
    case BON_SIGMOID: s = sigmoid(x); return s * (1 - s);
    default: return 1;
    }
}

static void map_forward_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    (void)run;
    for (size_t i = span.first * t->cols; i < span.last * t->cols; i++)
        VALUE(t)[i] = map_value(t->map, VALUE(t->in[0])[i]);
}

static void map_forward(const struct bon_run *run, const struct bon_tensor *t) {
    over_rows(run, t, map_forward_rows, t->rows, t->cols);
}

static void map_backward_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    const bool add = adds(run, t, 0);
    for (size_t i = span.first * t->cols; i < span.last * t->cols; i++)
        put(&GRAD(t->in[0])[i], GRAD(t)[i] * map_slope(t->map, VALUE(t->in[0])[i]), add);
}

static void map_backward(const struct bon_run *run, const struct bon_tensor *t) {
    if (wants(t, 0)) over_rows(run, t, map_backward_rows, t->rows, t->cols);
}

/* ---- SwiGLU ---- */

static void swiglu_forward_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    (void)run;
    for (size_t i = span.first; i < span.last; i++) {
        const REAL *gate = VALUE(t->in[0]) + 2 * i * t->cols, *up = gate + t->cols;
        REAL *y = VALUE(t) + i * t->cols;
        for (size_t c = 0; c < t->cols; c++) y[c] = gate[c] * sigmoid(gate[c]) * up[c];
    }
}

static void swiglu_forward(const struct bon_run *run, const struct bon_tensor *t) {
    over_rows(run, t, swiglu_forward_rows, t->rows, t->cols);
}

static void swiglu_backward_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    const bool add = adds(run, t, 0);
    for (size_t i = span.first; i < span.last; i++) {
        const REAL *gate = VALUE(t->in[0]) + 2 * i * t->cols, *up = gate + t->cols, *dy = GRAD(t) + i * t->cols;
        REAL *d_gate = GRAD(t->in[0]) + 2 * i * t->cols, *d_up = d_gate + t->cols;
        for (size_t c = 0; c < t->cols; c++) {
            const REAL s = sigmoid(gate[c]);
            put(&d_gate[c], dy[c] * up[c] * (s + gate[c] * s * (1 - s)), add);
            put(&d_up[c], dy[c] * gate[c] * s, add);
        }
    }
}

static void swiglu_backward(const struct bon_run *run, const struct bon_tensor *t) {
    if (wants(t, 0)) over_rows(run, t, swiglu_backward_rows, t->rows, t->cols);
}

/* ---- add and mul: the second argument has the same shape or one row ---- */

static bool is_row(const struct bon_tensor *t) { return t->in[1]->rows == 1 && t->rows > 1; }

static void binary_forward_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    (void)run;
    for (size_t i = span.first; i < span.last; i++) {
        const REAL *a = VALUE(t->in[0]) + i * t->cols, *b = VALUE(t->in[1]) + (is_row(t) ? 0 : i * t->cols);
        REAL *y = VALUE(t) + i * t->cols;
        for (size_t c = 0; c < t->cols; c++) y[c] = t->op == BON_OP_ADD ? a[c] + b[c] : a[c] * b[c];
    }
}

static void binary_forward(const struct bon_run *run, const struct bon_tensor *t) {
    over_rows(run, t, binary_forward_rows, t->rows, t->cols);
}

/* The gradient of input k: dy, times the other input for mul. */
static void binary_backward_input(const struct bon_run *run, const struct bon_tensor *t, struct span span, size_t k) {
    const bool add = adds(run, t, k);
    for (size_t i = span.first; i < span.last; i++) {
        const REAL *dy = GRAD(t) + i * t->cols, *other = VALUE(t->in[1 - k]);
        REAL *dx = GRAD(t->in[k]) + i * t->cols;
        if (k == 1 || !is_row(t)) other += i * t->cols;
        for (size_t c = 0; c < t->cols; c++) put(&dx[c], t->op == BON_OP_ADD ? dy[c] : dy[c] * other[c], add);
    }
}

static void binary_backward_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    for (size_t k = 0; k < 2; k++)
        if (wants(t, k) && !(k == 1 && is_row(t)) && t->in[k]->grad != t->grad) binary_backward_input(run, t, span, k);
}

static void binary_row_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    double *sums = partial(run, span.block, t->cols);
    for (size_t i = span.first; i < span.last; i++)
        for (size_t c = 0; c < t->cols; c++) {
            const REAL dy = GRAD(t)[i * t->cols + c];
            sums[c] += (double)(t->op == BON_OP_ADD ? dy : dy * VALUE(t->in[0])[i * t->cols + c]);
        }
}

static void binary_backward(const struct bon_run *run, const struct bon_tensor *t) {
    if (wants(t, 1) && is_row(t))
        put_sums(run, t, 1, 0, t->cols, t->cols, over_partials(run, t, binary_row_rows, t->rows, t->cols));
    over_rows(run, t, binary_backward_rows, t->rows, t->cols);
}

static size_t binary_work(const bon_device *device, const struct bon_tensor *t) {
    (void)device;
    return is_row(t) ? partial_bytes(t->cols) : 0;
}

/* ---- affine and dropout: a factor for each value ---- */

/* What value i is multiplied by in dropout: four values share one draw of four numbers. */
static REAL dropout_factor(const struct bon_run *run, const struct bon_tensor *t, size_t i) {
    if (!run->dropout) return 1;
    const uint64_t stream = run->step << 20 ^ t->index;
    const uint32_t bits = bon_philox(run->seed, stream, i / 4).v[i % 4];
    return bon_uniform(bits) < (double)t->scale ? 0 : 1 / (1 - (REAL)t->scale);
}

static REAL factor(const struct bon_run *run, const struct bon_tensor *t, size_t i) {
    return t->op == BON_OP_DROPOUT ? dropout_factor(run, t, i) : (REAL)t->scale;
}

static void scale_forward_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    for (size_t i = span.first * t->cols; i < span.last * t->cols; i++)
        VALUE(t)[i] = VALUE(t->in[0])[i] * factor(run, t, i) + (REAL)t->shift;
}

static void scale_forward(const struct bon_run *run, const struct bon_tensor *t) {
    over_rows(run, t, scale_forward_rows, t->rows, t->cols);
}

static void scale_backward_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    const bool add = adds(run, t, 0);
    for (size_t i = span.first * t->cols; i < span.last * t->cols; i++)
        put(&GRAD(t->in[0])[i], GRAD(t)[i] * factor(run, t, i), add);
}

static void scale_backward(const struct bon_run *run, const struct bon_tensor *t) {
    if (wants(t, 0)) over_rows(run, t, scale_backward_rows, t->rows, t->cols);
}

/* ---- sums ---- */

static void sum_cols_forward_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    (void)run;
    const size_t cols = t->in[0]->cols;
    for (size_t i = span.first; i < span.last; i++) {
        double sum = 0;
        for (size_t c = 0; c < cols; c++) sum += (double)VALUE(t->in[0])[i * cols + c];
        VALUE(t)[i] = (REAL)sum;
    }
}

static void sum_cols_forward(const struct bon_run *run, const struct bon_tensor *t) {
    over_rows(run, t, sum_cols_forward_rows, t->rows, t->in[0]->cols);
}

static void sum_rows_partial(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    const size_t cols = t->in[0]->cols;
    for (size_t i = span.first * cols; i < span.last * cols; i++)
        *partial(run, span.block, 1) += (double)VALUE(t->in[0])[i];
}

static void sum_forward(const struct bon_run *run, const struct bon_tensor *t) {
    size_t blocks = over_partials(run, t, sum_rows_partial, t->in[0]->rows, 1);
    double sum = 0;
    for (size_t block = 0; block < blocks; block++) sum += *partial(run, block, 1);
    *VALUE(t) = (REAL)sum;
}

static size_t sum_work(const bon_device *device, const struct bon_tensor *t) {
    (void)device, (void)t;
    return partial_bytes(1);
}

static void sum_backward_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    const size_t cols = t->in[0]->cols;
    for (size_t i = span.first; i < span.last; i++)
        for (size_t c = 0; c < cols; c++)
            put(&GRAD(t->in[0])[i * cols + c], GRAD(t)[t->rows == 1 ? 0 : i], adds(run, t, 0));
}

static void sum_backward(const struct bon_run *run, const struct bon_tensor *t) {
    if (wants(t, 0)) over_rows(run, t, sum_backward_rows, t->in[0]->rows, t->in[0]->cols);
}

/* ---- columns and rows ---- */

static void part_forward_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    (void)run;
    const size_t row = t->op == BON_OP_ROWS ? t->first : 0, col = t->op == BON_OP_COLS ? t->first : 0;
    for (size_t i = span.first; i < span.last; i++)
        memcpy(VALUE(t) + i * t->cols, VALUE(t->in[0]) + (row + i) * t->in[0]->cols + col, t->cols * sizeof(REAL));
}

static void part_forward(const struct bon_run *run, const struct bon_tensor *t) {
    over_rows(run, t, part_forward_rows, t->rows, t->cols);
}

/* Over the rows of the input: what is not of the part has no gradient from here. */
static void part_backward_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    const struct bon_tensor *x = t->in[0];
    const size_t row = t->op == BON_OP_ROWS ? t->first : 0, col = t->op == BON_OP_COLS ? t->first : 0;
    const bool add = adds(run, t, 0);
    for (size_t i = span.first; i < span.last; i++) {
        REAL *dx = GRAD(x) + i * x->cols;
        if (!add) memset(dx, 0, x->cols * sizeof(REAL));
        if (i < row || i - row >= t->rows) continue;
        for (size_t c = 0; c < t->cols; c++) dx[col + c] += GRAD(t)[(i - row) * t->cols + c];
    }
}

static void part_backward(const struct bon_run *run, const struct bon_tensor *t) {
    if (wants(t, 0)) over_rows(run, t, part_backward_rows, t->in[0]->rows, t->in[0]->cols);
}
