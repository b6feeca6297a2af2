/* src/lm/cpu/attention_template.h: attention within texts that stand one behind the other, no padding.
 *
 * A task is one text and one head of keys, with all heads of queries that share it. Queries go in blocks, so that scores
 * take QUERIES x (length of the text) values a thread however long the text is; backward computes them again from the saved
 * log of the sum of exponentials (Dao et al. 2022).
 */
enum { QUERIES = 64 };

/* The workspace: rows where texts begin (one more: the end), then for each thread two blocks of scores. */
struct attention_job {
    const struct bon_run *run;
    const struct bon_tensor *t;
    size_t *begins;
    size_t texts;
};

static size_t attention_work(const bon_device *device, const struct bon_tensor *t) {
    size_t scores = device->threads * 2 * QUERIES * t->rows * sizeof(REAL);
    return (t->rows + 1) * sizeof(size_t) + scores;
}

static struct attention_job attention_job(const struct bon_run *run, const struct bon_tensor *t) {
    struct attention_job job = {run, t, run->work, 0};
    for (size_t i = 0; i < t->rows; i++)
        if ((size_t)INTS(t->in[1])[i] == i) job.begins[job.texts++] = i;
    job.begins[job.texts] = t->rows;
    return job;
}

/* One head of queries, and its keys and values, in one block of queries of one text. */
struct block {
    size_t begin;            /* first row of the text */
    size_t first, count;     /* rows of queries */
    size_t keys;             /* rows of keys that they may see */
    size_t head, key_head;   /* numbers */
    size_t q, k, v;          /* columns where the heads begin */
    REAL *scores, *d_scores; /* count x keys */
};

static struct block block_of(const struct attention_job *job, size_t begin, size_t end, size_t head, size_t first,
                             unsigned thread) {
    const struct bon_tensor *t = job->t;
    const size_t dim = t->heads.dim, key_head = head / (t->heads.queries / t->heads.keys);
    const size_t count = end - first < QUERIES ? end - first : QUERIES;
    REAL *scratch = (REAL *)(job->begins + t->rows + 1) + thread * 2 * QUERIES * t->rows;
    return (struct block){
        .begin = begin,
        .first = first,
        .count = count,
        .keys = (first < t->both ? end : first + count) - begin,
        .head = head,
        .key_head = key_head,
        .q = head * dim,
        .k = (t->heads.queries + key_head) * dim,
        .v = (t->heads.queries + t->heads.keys + key_head) * dim,
        .scores = scratch,
        .d_scores = scratch + QUERIES * t->rows,
    };
}

/* Keys that query i of the block may see. */
static size_t visible(const struct bon_tensor *t, const struct block *b, size_t i) {
    return b->first + i < t->both ? b->keys : b->first - b->begin + i + 1;
}

/* scores = q k^T / sqrt(dim) */
static void score(const struct attention_job *job, const struct block *b) {
    const struct bon_tensor *t = job->t, *x = t->in[0];
    multiply(job->run->device, &(struct product){.a = plain(VALUE(x) + b->first * x->cols + b->q, x->cols),
                                                 .b = transposed(VALUE(x) + b->begin * x->cols + b->k, x->cols),
                                                 .m = b->count,
                                                 .n = b->keys,
                                                 .k = t->heads.dim,
                                                 .alpha = 1 / sqrt((REAL)t->heads.dim),
                                                 .c = b->scores,
                                                 .ldc = b->keys});
}

/* ---- forward ---- */

static void attention_forward_block(const struct attention_job *job, const struct block *b) {
    const struct bon_tensor *t = job->t, *x = t->in[0];
    score(job, b);
    for (size_t i = 0; i < b->count; i++) {
        REAL *row = b->scores + i * b->keys, largest = row[0], sum = 0;
        const size_t seen = visible(t, b, i);
        for (size_t j = 1; j < seen; j++) largest = row[j] > largest ? row[j] : largest;
        for (size_t j = 0; j < seen; j++) sum += row[j] = exponential(row[j] - largest);
        for (size_t j = 0; j < seen; j++) row[j] /= sum;
        for (size_t j = seen; j < b->keys; j++) row[j] = 0;
        if (t->saved) SAVED(t)[(b->first + i) * t->heads.queries + b->head] = largest + log(sum);
    }
    multiply(job->run->device, &(struct product){.a = plain(b->scores, b->keys),
                                                 .b = plain(VALUE(x) + b->begin * x->cols + b->v, x->cols),
                                                 .m = b->count,
                                                 .n = t->heads.dim,
                                                 .k = b->keys,
                                                 .alpha = 1,
                                                 .c = VALUE(t) + b->first * t->cols + b->q,
                                                 .ldc = t->cols});
}

static void attention_forward_task(void *context, size_t task, unsigned thread) {
    const struct attention_job *job = context;
    const size_t text = task / job->t->heads.queries, head = task % job->t->heads.queries;
    const size_t begin = job->begins[text], end = job->begins[text + 1];
    for (size_t first = begin; first < end; first += QUERIES) {
        struct block b = block_of(job, begin, end, head, first, thread);
        attention_forward_block(job, &b);
    }
}

static void attention_forward(const struct bon_run *run, const struct bon_tensor *t) {
    struct attention_job job = attention_job(run, t);
    bon_pool_run(run->device->pool, attention_forward_task, &job, job.texts * t->heads.queries);
}

/* ---- backward ---- */

/* P = exp(scores - log sum); dS = P (dP - dy y) / sqrt(dim), in place of the scores' gradient dP. */
static void attention_backward_scores(const struct attention_job *job, const struct block *b) {
    const struct bon_tensor *t = job->t;
    const REAL scale = 1 / sqrt((REAL)t->heads.dim);
    for (size_t i = 0; i < b->count; i++) {
        const size_t at = (b->first + i) * t->cols + b->q, seen = visible(t, b, i);
        const REAL log_sum = SAVED(t)[(b->first + i) * t->heads.queries + b->head];
        REAL *p = b->scores + i * b->keys, *ds = b->d_scores + i * b->keys, dot = 0;
        for (size_t c = 0; c < t->heads.dim; c++) dot += VALUE(t)[at + c] * GRAD(t)[at + c];
        for (size_t j = 0; j < seen; j++) p[j] = exponential(p[j] - log_sum);
        for (size_t j = 0; j < seen; j++) ds[j] = p[j] * (ds[j] - dot) * scale;
        for (size_t j = seen; j < b->keys; j++) p[j] = ds[j] = 0;
    }
}

static void attention_backward_block(const struct attention_job *job, const struct block *b) {
    const struct bon_tensor *t = job->t, *x = t->in[0];
    const bon_device *device = job->run->device;
    const size_t keys = b->begin * x->cols + b->k, values = b->begin * x->cols + b->v;
    const size_t queries = b->first * x->cols + b->q;
    const REAL *dy = GRAD(t) + b->first * t->cols + b->q;
    struct product p = {.m = b->count, .n = b->keys, .k = t->heads.dim, .alpha = 1, .ldc = b->keys};
    score(job, b);
    p.a = plain(dy, t->cols), p.b = transposed(VALUE(x) + values, x->cols), p.c = b->d_scores; /* dP = dy v^T */
    multiply(device, &p);
    attention_backward_scores(job, b);

    p = (struct product){.m = b->keys, .n = t->heads.dim, .k = b->count, .alpha = 1, .beta = 1, .ldc = x->cols};
    p.a = transposed(b->scores, b->keys), p.b = plain(dy, t->cols), p.c = GRAD(x) + values; /* dv += P^T dy */
    multiply(device, &p);
    p.a = transposed(b->d_scores, b->keys), p.b = plain(VALUE(x) + queries, x->cols), p.c = GRAD(x) + keys;
    multiply(device, &p); /* dk += dS^T q */
    p.m = b->count, p.k = b->keys, p.beta = adds(job->run, t, 0);
    p.a = plain(b->d_scores, b->keys), p.b = plain(VALUE(x) + keys, x->cols), p.c = GRAD(x) + queries;
    multiply(device, &p); /* dq = dS k */
}

static void attention_backward_task(void *context, size_t task, unsigned thread) {
    const struct attention_job *job = context;
    const struct bon_tensor *t = job->t, *x = t->in[0];
    const size_t text = task / t->heads.keys, key_head = task % t->heads.keys, dim = t->heads.dim;
    const size_t begin = job->begins[text], end = job->begins[text + 1], group = t->heads.queries / t->heads.keys;
    for (size_t i = begin; !adds(job->run, t, 0) && i < end; i++)
        for (size_t kind = 0; kind < 2; kind++) /* keys and values are added to block by block */
            memset(GRAD(x) + i * x->cols + (t->heads.queries + kind * t->heads.keys + key_head) * dim, 0,
                   dim * sizeof(REAL));
    for (size_t head = key_head * group; head < (key_head + 1) * group; head++)
        for (size_t first = begin; first < end; first += QUERIES) {
            struct block b = block_of(job, begin, end, head, first, thread);
            attention_backward_block(job, &b);
        }
}

static void attention_backward(const struct bon_run *run, const struct bon_tensor *t) {
    struct attention_job job = attention_job(run, t);
    if (wants(t, 0)) bon_pool_run(run->device->pool, attention_backward_task, &job, job.texts * t->heads.keys);
}
