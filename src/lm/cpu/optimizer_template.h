/* src/lm/cpu/optimizer_template.h: update rules over flat vectors, and Muon over matrices. */

struct update_job {
    const struct bon_update *update;
    REAL *values, *first, *second; /* state */
    const REAL *grads;
    size_t n;
    double *sums;
};

enum { UPDATE_BLOCK = 1 << 14 };

static size_t block_end(const struct update_job *job, size_t block) {
    const size_t end = (block + 1) * UPDATE_BLOCK;
    return end < job->n ? end : job->n;
}

static void over_values(bon_device *device, bon_task task, struct update_job *job) {
    bon_pool_run(device->pool, task, job, (job->n + UPDATE_BLOCK - 1) / UPDATE_BLOCK);
}

/* momentum = beta1 momentum + g; value -= rate momentum (Polyak 1964), after decoupled decay. */
static void sgd_block(void *context, size_t block, unsigned thread) {
    const struct update_job *job = context;
    const REAL rate = (REAL)job->update->rate, keep = 1 - (REAL)job->update->decay, beta = (REAL)job->update->beta1;
    const REAL scale = (REAL)job->update->scale;
    (void)thread;
    for (size_t i = block * UPDATE_BLOCK, end = block_end(job, block); i < end; i++) {
        job->first[i] = beta * job->first[i] + scale * job->grads[i];
        job->values[i] = keep * job->values[i] - rate * job->first[i];
    }
}

static void sgd(bon_device *device, void *values, const void *grads, void *momentum, size_t at, size_t n,
                const struct bon_update *update) {
    struct update_job job = {update, (REAL *)values + at, (REAL *)momentum + at, NULL, (const REAL *)grads + at, n,
                             NULL};
    over_values(device, sgd_block, &job);
}

/* Loshchilov & Hutter 2019. */
static void adamw_block(void *context, size_t block, unsigned thread) {
    const struct update_job *job = context;
    const struct bon_update *u = job->update;
    const REAL keep = 1 - (REAL)u->decay, beta1 = (REAL)u->beta1, beta2 = (REAL)u->beta2, scale = (REAL)u->scale;
    const REAL step = (REAL)(u->rate / u->correction1), unbias = (REAL)(1 / u->correction2), epsilon = (REAL)u->epsilon;
    (void)thread;
    for (size_t i = block * UPDATE_BLOCK, end = block_end(job, block); i < end; i++) {
        const REAL g = scale * job->grads[i];
        job->first[i] = beta1 * job->first[i] + (1 - beta1) * g;
        job->second[i] = beta2 * job->second[i] + (1 - beta2) * g * g;
        job->values[i] = keep * job->values[i] - step * job->first[i] / (sqrt(job->second[i] * unbias) + epsilon);
    }
}

static void adamw(bon_device *device, void *values, const void *grads, void *mean, void *square, size_t at, size_t n,
                  const struct bon_update *update) {
    struct update_job job = {
        update, (REAL *)values + at, (REAL *)mean + at, (REAL *)square + at, (const REAL *)grads + at, n, NULL};
    over_values(device, adamw_block, &job);
}

static void squares_block(void *context, size_t block, unsigned thread) {
    const struct update_job *job = context;
    double sum = 0;
    (void)thread;
    for (size_t i = block * UPDATE_BLOCK, end = block_end(job, block); i < end; i++)
        sum += (double)job->grads[i] * (double)job->grads[i];
    job->sums[block % BLOCKS] = sum;
}

/* BLOCKS blocks at a time, so that their sums stand on the stack and are added in order. */
static double sum_of_squares(bon_device *device, const void *vector, size_t n) {
    double sums[BLOCKS], total = 0;
    for (size_t at = 0, count; at < n; at += count) {
        count = n - at < (size_t)BLOCKS * UPDATE_BLOCK ? n - at : (size_t)BLOCKS * UPDATE_BLOCK;
        struct update_job job = {.grads = (const REAL *)vector + at, .n = count, .sums = sums};
        over_values(device, squares_block, &job);
        for (size_t block = 0; block * UPDATE_BLOCK < count; block++) total += sums[block];
    }
    return total;
}

/* ---- Muon: momentum whose matrix is made orthogonal (Jordan et al. 2024) ----
 *
 * Five steps of a Newton-Schulz iteration, X <- a X + (b A + c A A) X with A = X X^T, send every singular value near 1. The
 * step is scaled so that it has the size of AdamW's (Liu et al. 2025, "Muon is scalable for LLM training").
 */
static void muon_matrix(bon_device *device, REAL *x, REAL *work, size_t rows, size_t cols) {
    const REAL a = (REAL)3.4445, b = (REAL)-4.7750, c = (REAL)2.0315;
    const bool tall = rows > cols; /* A is made of the shorter side */
    const size_t m = tall ? cols : rows;
    REAL *gram = work, *poly = gram + m * m, *next = poly + m * m;
    for (int step = 0; step < 5; step++) {
        struct product p = {.m = m, .n = m, .k = tall ? rows : cols, .alpha = 1, .c = gram, .ldc = m};
        p.a = tall ? transposed(x, cols) : plain(x, cols);
        p.b = tall ? plain(x, cols) : transposed(x, cols);
        multiply_tiled(device, &p);
        memcpy(poly, gram, m * m * sizeof(REAL));
        p = (struct product){.a = plain(gram, m), .b = plain(gram, m), .m = m, .n = m, .k = m, .alpha = c, .beta = b};
        p.c = poly, p.ldc = m;
        multiply_tiled(device, &p);
        memcpy(next, x, rows * cols * sizeof(REAL));
        p = (struct product){.m = rows, .n = cols, .k = m, .alpha = 1, .beta = a, .c = next, .ldc = cols};
        p.a = tall ? plain(x, cols) : plain(poly, m);
        p.b = tall ? plain(poly, m) : plain(x, cols);
        multiply_tiled(device, &p);
        memcpy(x, next, rows * cols * sizeof(REAL));
    }
}

static void muon(bon_device *device, void *values, const void *grads, void *momentum, void *work, size_t at,
                 size_t rows, size_t cols, const struct bon_update *u) {
    const size_t n = rows * cols, longer = rows > cols ? rows : cols;
    REAL *w = (REAL *)values + at, *m = (REAL *)momentum + at, *x = work;
    const REAL *g = (const REAL *)grads + at, beta = (REAL)u->beta1, scale = (REAL)u->scale;
    for (size_t i = 0; i < n; i++) {
        m[i] = beta * m[i] + scale * g[i];
        x[i] = scale * g[i] + beta * m[i]; /* Nesterov */
    }
    const REAL norm = (REAL)sqrt(sum_of_squares(device, x, n)) + (REAL)1e-7;
    for (size_t i = 0; i < n; i++) x[i] /= norm;
    muon_matrix(device, x, x + n, rows, cols);
    const REAL step = (REAL)(u->rate * 0.2 * sqrt((double)longer)), keep = 1 - (REAL)u->decay;
    for (size_t i = 0; i < n; i++) w[i] = keep * w[i] - step * x[i];
}
