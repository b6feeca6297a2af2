/* src/lm/cpu/gemm_template.h: the matrix product: BLAS or a portable loop on one thread, tiles of the result among many. */

/* An operand as it is stored (row-major, `ld` apart) and whether it is transposed. */
struct operand {
    const REAL *data;
    size_t ld;
    bool transposed;
};

static inline struct operand plain(const REAL *data, size_t ld) { return (struct operand){data, ld, false}; }
static inline struct operand transposed(const REAL *data, size_t ld) { return (struct operand){data, ld, true}; }

/* The operand from row i, column j of its (transposed) matrix on. */
static inline struct operand from(struct operand a, size_t i, size_t j) {
    a.data += a.transposed ? j * a.ld + i : i * a.ld + j;
    return a;
}

struct product {
    struct operand a, b;
    size_t m, n, k; /* a is m x k, b is k x n */
    REAL alpha, beta;
    REAL *c;
    size_t ldc;
};

/* Without BLAS: tiles of b are copied so that the innermost loop runs over neighbours. */
static void portable_product(const struct product *p) {
    enum { TILE = 64 };
    REAL tile[TILE][TILE];
    for (size_t i = 0; i < p->m; i++)
        for (size_t j = 0; j < p->n; j++) p->c[i * p->ldc + j] = p->beta == 0 ? 0 : p->beta * p->c[i * p->ldc + j];
    for (size_t j = 0; j < p->n; j += TILE)
        for (size_t k = 0; k < p->k; k += TILE) {
            const size_t width = p->n - j < TILE ? p->n - j : TILE, depth = p->k - k < TILE ? p->k - k : TILE;
            memset(tile, 0, sizeof tile);
            for (size_t x = 0; x < depth; x++)
                for (size_t y = 0; y < width; y++) tile[x][y] = *from(p->b, k + x, j + y).data;
            for (size_t i = 0; i < p->m; i++) {
                REAL sum[TILE] = {0}, *row = p->c + i * p->ldc + j;
                for (size_t x = 0; x < depth; x++) {
                    const REAL a = *from(p->a, i, k + x).data;
                    for (size_t y = 0; y < TILE; y++) sum[y] += a * tile[x][y];
                }
                for (size_t y = 0; y < width; y++) row[y] += p->alpha * sum[y];
            }
        }
}

/* c = alpha a b + beta c on this thread. beta = 0 does not read c. */
static void multiply(const struct bon_device *device, const struct product *p) {
    if (p->m == 0 || p->n == 0) return;
    if (!device->blas->GEMM) {
        portable_product(p);
        return;
    }
    device->blas->GEMM(BON_BLAS_ROW_MAJOR, p->a.transposed ? BON_BLAS_TRANSPOSED : BON_BLAS_PLAIN,
                       p->b.transposed ? BON_BLAS_TRANSPOSED : BON_BLAS_PLAIN, (int)p->m, (int)p->n, (int)p->k,
                       p->alpha, p->a.data, (int)p->a.ld, p->b.data, (int)p->b.ld, p->beta, p->c, (int)p->ldc);
}

struct tiles {
    const struct bon_device *device;
    const struct product *product;
    size_t rows, cols; /* of a tile */
};

static void multiply_tile(void *context, size_t task, unsigned thread) {
    const struct tiles *tiles = context;
    (void)thread;
    struct product p = *tiles->product;
    const size_t across = (p.n + tiles->cols - 1) / tiles->cols;
    const size_t i = task / across * tiles->rows, j = task % across * tiles->cols;
    p.a = from(p.a, i, 0);
    p.b = from(p.b, 0, j);
    p.c += i * p.ldc + j;
    p.m = p.m - i < tiles->rows ? p.m - i : tiles->rows;
    p.n = p.n - j < tiles->cols ? p.n - j : tiles->cols;
    multiply(tiles->device, &p);
}

/* The same on all threads. Tiles are as large as leaves four of them, where the result is large enough. */
static void multiply_tiled(const struct bon_device *device, const struct product *product) {
    enum { LARGEST = 1024, SMALLEST = 64, TASKS = 4 };
    struct tiles tiles = {device, product, LARGEST, LARGEST};
    size_t down, across;
    for (;;) {
        down = (product->m + tiles.rows - 1) / tiles.rows, across = (product->n + tiles.cols - 1) / tiles.cols;
        size_t *larger = product->m / down >= product->n / across ? &tiles.rows : &tiles.cols;
        if (down * across >= TASKS || *larger <= SMALLEST) break;
        *larger /= 2;
    }
    bon_pool_run(device->pool, multiply_tile, &tiles, down * across);
}
