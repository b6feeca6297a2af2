/* src/lm/cpu/template.h: the CPU backend as a template over REAL, compiled by f32.c, f32_avx512.c and f64.c. This file: how
 * kernels see tensors and share work among threads. No include guard: each of the three includes it once.
 *
 * A kernel is run over blocks of rows (or whatever it counts). The blocks depend on shapes alone, never on threads.
 */
#include <tgmath.h>

#include "lm/backend.h"
#include "lm/cpu/blas.h"
#include "lm/cpu/pool.h"

#define VALUE(tensor) ((REAL *)(tensor)->value)
#define GRAD(tensor) ((REAL *)(tensor)->grad)
#define SAVED(tensor) ((REAL *)(tensor)->saved)
#define INTS(tensor) ((const int32_t *)(tensor)->value)

enum { BLOCKS = 64 }; /* at most, where blocks have partial sums */

/* Whether the gradient of input k is wanted, and whether it is added to. */
static inline bool wants(const struct bon_tensor *t, size_t k) { return t->write[k] != BON_WRITE_NONE; }

static inline bool adds(const struct bon_run *run, const struct bon_tensor *t, size_t k) {
    return t->write[k] == BON_WRITE_ADD || (t->write[k] == BON_WRITE_PARAM && run->accumulate);
}

static inline void put(REAL *to, REAL value, bool add) { *to = add ? *to + value : value; }

/* ---- blocks of rows ---- */

struct span {
    size_t first, last; /* rows first ... last - 1 */
    size_t block;       /* their number */
    unsigned thread;
};

typedef void (*row_kernel)(const struct bon_run *run, const struct bon_tensor *t, struct span span);

struct rows_job {
    const struct bon_run *run;
    const struct bon_tensor *tensor;
    row_kernel kernel;
    size_t rows, block_rows;
};

static void run_block(void *context, size_t block, unsigned thread) {
    const struct rows_job *job = context;
    size_t first = block * job->block_rows, last = first + job->block_rows;
    if (last > job->rows) last = job->rows;
    job->kernel(job->run, job->tensor, (struct span){first, last, block, thread});
}

static size_t over_blocks(const struct bon_run *run, const struct bon_tensor *t, row_kernel kernel, size_t rows,
                          size_t block_rows) {
    struct rows_job job = {run, t, kernel, rows, block_rows};
    const size_t blocks = (rows + block_rows - 1) / block_rows;
    bon_pool_run(run->device->pool, run_block, &job, blocks);
    return blocks;
}

/* For kernels whose rows do not meet: blocks of about 16,000 values. */
static void over_rows(const struct bon_run *run, const struct bon_tensor *t, row_kernel kernel, size_t rows,
                      size_t cols) {
    over_blocks(run, t, kernel, rows, cols < 16384 ? 16384 / cols : 1);
}

/* ---- sums over rows: each block has its own, added up in order at the end ---- */

static double *partial(const struct bon_run *run, size_t block, size_t width) {
    return (double *)run->work + block * width;
}

static size_t partial_bytes(size_t width) { return BLOCKS * width * sizeof(double); }

/* Runs the kernel over at most BLOCKS blocks with `width` sums each, all 0 before. */
static size_t over_partials(const struct bon_run *run, const struct bon_tensor *t, row_kernel kernel, size_t rows,
                            size_t width) {
    memset(run->work, 0, partial_bytes(width));
    size_t block_rows = (rows + BLOCKS - 1) / BLOCKS;
    return over_blocks(run, t, kernel, rows, block_rows < 16 ? 16 : block_rows);
}

/* Writes sums first ... first + cols - 1 of `width` as the gradient of input k (1 x cols). */
static void put_sums(const struct bon_run *run, const struct bon_tensor *t, size_t k, size_t first, size_t cols,
                     size_t width, size_t blocks) {
    if (!wants(t, k)) return;
    for (size_t c = 0; c < cols; c++) {
        double sum = 0;
        for (size_t block = 0; block < blocks; block++) sum += partial(run, block, width)[first + c];
        put(&GRAD(t->in[k])[c], (REAL)sum, adds(run, t, k));
    }
}
