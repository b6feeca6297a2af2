/* src/lm/cpu/softmax_template.h: softmax and cross-entropy, over all columns or those that a mask allows. */

static bool allowed(const int32_t *mask, size_t c) { return !mask || mask[c] != 0; }

/* The mask's row i, NULL when there is none. */
static const int32_t *mask_row(const struct bon_tensor *mask, size_t i) {
    return mask ? INTS(mask) + i * mask->cols : NULL;
}

/* Writes exp(x - max) (0 where it is not allowed) to p and returns their sum; 0 when nothing is allowed. */
static REAL exponentials(REAL *p, const REAL *x, const int32_t *mask, size_t n, REAL *largest) {
    REAL sum = 0;
    *largest = -INFINITY;
    for (size_t c = 0; c < n; c++)
        if (allowed(mask, c) && x[c] > *largest) *largest = x[c];
    for (size_t c = 0; c < n; c++) p[c] = exponential(x[c] - *largest);
    for (size_t c = 0; mask && c < n; c++) p[c] = mask[c] != 0 ? p[c] : 0;
    for (size_t c = 0; c < n; c++) sum += p[c];
    return sum;
}

static void softmax_forward_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    (void)run;
    for (size_t i = span.first; i < span.last; i++) {
        REAL *p = VALUE(t) + i * t->cols, largest;
        const REAL sum = exponentials(p, VALUE(t->in[0]) + i * t->cols, mask_row(t->in[1], i), t->cols, &largest);
        const REAL scale = sum == 0 ? 0 : 1 / sum;
        for (size_t c = 0; c < t->cols; c++) p[c] *= scale;
    }
}

static void softmax_forward(const struct bon_run *run, const struct bon_tensor *t) {
    over_rows(run, t, softmax_forward_rows, t->rows, t->cols);
}

/* dx = p (dy - sum(p dy)) */
static void softmax_backward_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    const bool add = adds(run, t, 0);
    for (size_t i = span.first; i < span.last; i++) {
        const REAL *p = VALUE(t) + i * t->cols, *dy = GRAD(t) + i * t->cols;
        REAL dot = 0;
        for (size_t c = 0; c < t->cols; c++) dot += p[c] * dy[c];
        for (size_t c = 0; c < t->cols; c++) put(&GRAD(t->in[0])[i * t->cols + c], p[c] * (dy[c] - dot), add);
    }
}

static void softmax_backward(const struct bon_run *run, const struct bon_tensor *t) {
    if (wants(t, 0)) over_rows(run, t, softmax_backward_rows, t->rows, t->cols);
}

/* ---- cross-entropy: the workspace has 1 / (rows that count), a loss for each row, then a row for each thread ---- */

static size_t cross_entropy_work(const bon_device *device, const struct bon_tensor *t) {
    const struct bon_tensor *logits = t->in[0];
    return (1 + logits->rows) * sizeof(double) + device->threads * logits->cols * sizeof(REAL);
}

static bool counts_row(const struct bon_tensor *t, size_t i) {
    const int32_t target = INTS(t->in[1])[i];
    return target >= 0 && allowed(mask_row(t->in[2], i), (size_t)target);
}

/* Loss of each row; when training, the gradient (softmax - one-hot) / count into saved, which may stand where the logits
 * stand. */
static void cross_entropy_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    const size_t n = t->in[0]->cols;
    double *work = run->work, *loss = work + 1;
    REAL *spare = (REAL *)(loss + t->in[0]->rows) + span.thread * n;
    for (size_t i = span.first; i < span.last; i++) {
        const REAL *x = VALUE(t->in[0]) + i * n;
        REAL *p = t->saved ? SAVED(t) + i * n : spare, largest;
        loss[i] = 0;
        if (!counts_row(t, i)) {
            memset(p, 0, n * sizeof *p);
            continue;
        }
        const size_t target = (size_t)INTS(t->in[1])[i];
        const REAL at_target = x[target];
        const REAL sum = exponentials(p, x, mask_row(t->in[2], i), n, &largest);
        const REAL scale = (REAL)work[0] / sum;
        loss[i] = (double)(largest - at_target + log(sum)) * work[0];
        for (size_t c = 0; t->saved && c < n; c++) p[c] *= scale;
        p[target] -= (REAL)work[0];
    }
}

static void cross_entropy_forward(const struct bon_run *run, const struct bon_tensor *t) {
    const size_t rows = t->in[0]->rows;
    double *work = run->work, sum = 0, count = 0;
    for (size_t i = 0; i < rows; i++) count += counts_row(t, i);
    work[0] = count > 0 ? 1 / count : 0;
    over_rows(run, t, cross_entropy_rows, rows, t->in[0]->cols);
    for (size_t i = 0; i < rows; i++) sum += work[1 + i];
    *VALUE(t) = (REAL)sum;
}

static void cross_entropy_backward_rows(const struct bon_run *run, const struct bon_tensor *t, struct span span) {
    const size_t n = t->in[0]->cols;
    const bool add = adds(run, t, 0);
    const REAL dy = *GRAD(t);
    for (size_t i = span.first * n; i < span.last * n; i++) put(&GRAD(t->in[0])[i], SAVED(t)[i] * dy, add);
}

static void cross_entropy_backward(const struct bon_run *run, const struct bon_tensor *t) {
    if (!wants(t, 0) || (t->in[0]->grad == t->saved && *GRAD(t) == 1)) return; /* it stands there already */
    over_rows(run, t, cross_entropy_backward_rows, t->in[0]->rows, t->in[0]->cols);
}
