/* src/lm/cpu/norm_template.h: RMSNorm, LayerNorm and rotary positions with QK-norm. */

static double stat(const struct bon_tensor *t, size_t i) { return (double)SAVED(t)[i]; }

/* ---- RMSNorm: y = x r w with r = 1 / sqrt(mean(x^2) + epsilon) ---- */

static REAL inverse_rms(const REAL *x, size_t n, REAL epsilon) {
    REAL sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i] * x[i];
    return 1 / sqrt(sum / (REAL)n + epsilon);
}

/* dx = r (w dy - x r^2 mean(w dy x)); dw += dy x r. */
static void rms_backward(const REAL *x, const REAL *w, const REAL *dy, REAL r, size_t n, REAL *dx, bool add,
                         double *dw) {
    REAL dot = 0;
    for (size_t i = 0; i < n; i++) dot += w[i] * dy[i] * x[i];
    const REAL pull = dot * r * r / (REAL)n;
    for (size_t i = 0; dx && i < n; i++) put(&dx[i], r * (w[i] * dy[i] - x[i] * pull), add);
    for (size_t i = 0; i < n; i++) dw[i] += (double)(dy[i] * x[i] * r);
}

static void rms_norm_forward_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    (void)run;
    const REAL *w = VALUE(t->in[1]);
    for (size_t i = span.first; i < span.last; i++) {
        const REAL *x = VALUE(t->in[0]) + i * t->cols, r = inverse_rms(x, t->cols, (REAL)t->shift);
        for (size_t c = 0; c < t->cols; c++) VALUE(t)[i * t->cols + c] = x[c] * r * w[c];
        if (t->saved) SAVED(t)[i] = r;
    }
}

static void rms_norm_forward(const struct bon_run *run, const struct bon_tensor *t) {
    over_rows(run, t, rms_norm_forward_rows, t->rows, t->cols);
}

static void rms_norm_backward_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    for (size_t i = span.first; i < span.last; i++)
        rms_backward(VALUE(t->in[0]) + i * t->cols, VALUE(t->in[1]), GRAD(t) + i * t->cols, SAVED(t)[i], t->cols,
                     wants(t, 0) ? GRAD(t->in[0]) + i * t->cols : NULL, adds(run, t, 0),
                     partial(run, span.block, t->cols));
}

static void rms_norm_backward(const struct bon_run *run, const struct bon_tensor *t) {
    size_t blocks = over_partials(run, t, rms_norm_backward_rows, t->rows, t->cols);
    put_sums(run, t, 1, 0, t->cols, t->cols, blocks);
}

static size_t rms_norm_work(const bon_device *device, const struct bon_tensor *t) {
    (void)device;
    return partial_bytes(t->cols);
}

/* ---- LayerNorm: y = (x - mean) r w + b ---- */

static void layer_norm_forward_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    (void)run;
    const size_t n = t->cols;
    const REAL *w = VALUE(t->in[1]), *b = VALUE(t->in[2]);
    for (size_t i = span.first; i < span.last; i++) {
        const REAL *x = VALUE(t->in[0]) + i * n;
        REAL sum = 0, squares = 0;
        for (size_t c = 0; c < n; c++) sum += x[c];
        const REAL mean = sum / (REAL)n;
        for (size_t c = 0; c < n; c++) squares += (x[c] - mean) * (x[c] - mean);
        const REAL r = 1 / sqrt(squares / (REAL)n + (REAL)t->shift);
        for (size_t c = 0; c < n; c++) VALUE(t)[i * n + c] = (x[c] - mean) * r * w[c] + b[c];
        if (t->saved) SAVED(t)[2 * i] = mean, SAVED(t)[2 * i + 1] = r;
    }
}

static void layer_norm_forward(const struct bon_run *run, const struct bon_tensor *t) {
    over_rows(run, t, layer_norm_forward_rows, t->rows, t->cols);
}

/* With x^ = (x - mean) r: dx = r (w dy - mean(w dy) - x^ mean(w dy x^)); dw += dy x^; db += dy. */
static void layer_norm_backward_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    const size_t n = t->cols;
    const REAL *w = VALUE(t->in[1]);
    double *dw = partial(run, span.block, 2 * n), *db = dw + n;
    for (size_t i = span.first; i < span.last; i++) {
        const REAL *x = VALUE(t->in[0]) + i * n, *dy = GRAD(t) + i * n;
        const REAL mean = (REAL)stat(t, 2 * i), r = (REAL)stat(t, 2 * i + 1);
        REAL sum = 0, dot = 0;
        for (size_t c = 0; c < n; c++) {
            sum += w[c] * dy[c];
            dot += w[c] * dy[c] * (x[c] - mean) * r;
            dw[c] += (double)(dy[c] * (x[c] - mean) * r);
            db[c] += (double)dy[c];
        }
        if (!wants(t, 0)) continue;
        REAL *dx = GRAD(t->in[0]) + i * n;
        for (size_t c = 0; c < n; c++)
            put(&dx[c], r * (w[c] * dy[c] - sum / (REAL)n - (x[c] - mean) * r * dot / (REAL)n), adds(run, t, 0));
    }
}

static void layer_norm_backward(const struct bon_run *run, const struct bon_tensor *t) {
    size_t blocks = over_partials(run, t, layer_norm_backward_rows, t->rows, 2 * t->cols);
    put_sums(run, t, 1, 0, t->cols, 2 * t->cols, blocks);
    put_sums(run, t, 2, t->cols, t->cols, 2 * t->cols, blocks);
}

static size_t layer_norm_work(const bon_device *device, const struct bon_tensor *t) {
    (void)device;
    return partial_bytes(2 * t->cols);
}

/* ---- rotary positions, after QK-norm ----
 *
 * Value c of a head and value c + dim/2 are turned against each other by position * theta^(-2c/dim). The workspace has
 * partial sums for both weights, behind them a table of the angles' cosines and sines, `dim` values a position.
 */
static REAL *angles(const struct bon_run *run, const struct bon_tensor *t) {
    return (REAL *)((char *)run->work + partial_bytes(2 * t->heads.dim));
}

static size_t rope_work(const bon_device *device, const struct bon_tensor *t) {
    (void)device;
    return partial_bytes(2 * t->heads.dim) + t->rows * t->heads.dim * sizeof(REAL);
}

static void fill_angles_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    const size_t half = t->heads.dim / 2;
    for (size_t position = span.first; position < span.last; position++)
        for (size_t c = 0; c < half; c++) {
            double angle = (double)position * pow((double)t->scale, -(double)c / (double)half);
            REAL *pair = angles(run, t) + position * t->heads.dim + 2 * c;
            pair[0] = (REAL)cos(angle), pair[1] = (REAL)sin(angle);
        }
}

static void fill_angles(const struct bon_run *run, const struct bon_tensor *t) {
    size_t longest = 0;
    for (size_t i = 0; i < t->rows; i++) {
        size_t position = i - (size_t)INTS(t->in[1])[i];
        if (position > longest) longest = position;
    }
    over_rows(run, t, fill_angles_rows, longest + 1, 64 * t->heads.dim);
}

/* Turns one head forward (direction 1) or back (-1). */
static void rotate(REAL *y, const REAL *x, const REAL *pairs, size_t dim, REAL direction) {
    const size_t half = dim / 2;
    for (size_t c = 0; c < half; c++) {
        const REAL cosine = pairs[2 * c], sine = direction * pairs[2 * c + 1], a = x[c], b = x[c + half];
        y[c] = a * cosine - b * sine;
        y[c + half] = b * cosine + a * sine;
    }
}

static void rope_forward_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    const size_t dim = t->heads.dim, turned = t->heads.queries + t->heads.keys;
    for (size_t i = span.first; i < span.last; i++) {
        const REAL *pairs = angles(run, t) + (i - (size_t)INTS(t->in[1])[i]) * dim;
        for (size_t head = 0; head < turned; head++) {
            const REAL *x = VALUE(t->in[0]) + i * t->cols + head * dim;
            REAL *y = VALUE(t) + i * t->cols + head * dim;
            const struct bon_tensor *weight = t->in[head < t->heads.queries ? 2 : 3];
            if (weight) {
                const REAL r = inverse_rms(x, dim, (REAL)t->shift), *w = VALUE(weight);
                for (size_t c = 0; c < dim; c++) y[c] = x[c] * r * w[c];
                if (t->saved) SAVED(t)[i * turned + head] = r;
            }
            rotate(y, weight ? y : x, pairs, dim, 1);
        }
        const size_t rest = i * t->cols + turned * dim;
        memcpy(VALUE(t) + rest, VALUE(t->in[0]) + rest, t->heads.keys * dim * sizeof(REAL));
    }
}

static void rope_forward(const struct bon_run *run, const struct bon_tensor *t) {
    fill_angles(run, t);
    over_rows(run, t, rope_forward_rows, t->rows, t->cols);
}

/* The gradient of one head: turned back (in place: nobody reads it after this), then through the norm. */
static void rope_backward_head(const struct bon_run *run, const struct bon_tensor *t, size_t i, size_t head,
                               double *sums) {
    const size_t dim = t->heads.dim, turned = t->heads.queries + t->heads.keys, at = i * t->cols + head * dim;
    const bool query = head < t->heads.queries;
    const struct bon_tensor *x = t->in[0], *weight = t->in[query ? 2 : 3];
    REAL *dy = GRAD(t) + at, *dx = wants(t, 0) ? GRAD(x) + at : NULL;
    rotate(dy, dy, angles(run, t) + (i - (size_t)INTS(t->in[1])[i]) * dim, dim, -1);
    if (weight)
        rms_backward(VALUE(x) + at, VALUE(weight), dy, SAVED(t)[i * turned + head], dim, dx, adds(run, t, 0),
                     sums + (query ? 0 : dim));
    for (size_t c = 0; !weight && dx && c < dim; c++) put(&dx[c], dy[c], adds(run, t, 0));
}

static void rope_backward_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    const size_t dim = t->heads.dim, turned = t->heads.queries + t->heads.keys;
    double *sums = partial(run, span.block, 2 * dim);
    for (size_t i = span.first; i < span.last; i++) {
        for (size_t head = 0; head < turned; head++) rope_backward_head(run, t, i, head, sums);
        for (size_t c = turned * dim; wants(t, 0) && c < t->cols; c++)
            put(&GRAD(t->in[0])[i * t->cols + c], GRAD(t)[i * t->cols + c], adds(run, t, 0));
    }
}

static void rope_backward(const struct bon_run *run, const struct bon_tensor *t) {
    const size_t dim = t->heads.dim;
    fill_angles(run, t);
    size_t blocks = over_partials(run, t, rope_backward_rows, t->rows, 2 * dim);
    put_sums(run, t, 2, 0, dim, 2 * dim, blocks);
    put_sums(run, t, 3, dim, dim, 2 * dim, blocks);
}
