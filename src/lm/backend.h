/* src/lm/backend.h: what a backend is: memory, the kernels of every operation, and what optimizers need. docs/lm.md. */
#ifndef BON_SRC_LM_BACKEND_H
#define BON_SRC_LM_BACKEND_H

#include "lm/graph.h"

/* What a kernel is told besides its tensor. */
struct bon_run {
    bon_device *device;
    void *work;      /* as many bytes as the largest `work` of the graph's tensors asked for */
    bool training;   /* backward will follow: fill what it needs */
    bool accumulate; /* gradients of parameters are added to what is there */
    bool dropout;
    uint64_t seed, step;
};

struct bon_kernel {
    void (*forward)(const struct bon_run *run, const struct bon_tensor *tensor);
    void (*backward)(const struct bon_run *run, const struct bon_tensor *tensor); /* NULL: nothing to do */
    size_t (*work)(const bon_device *device, const struct bon_tensor *tensor);    /* bytes; NULL = 0 */
};

/* One step of an update rule over values i of the flat vectors; the formulas are in cpu/optimizer_template.h. */
struct bon_update {
    double rate, decay; /* learning rate; decoupled weight decay (already times the rate) */
    double beta1, beta2, epsilon;
    double correction1, correction2; /* 1 - beta^t */
    double scale;                    /* what gradients are multiplied by: clipping and accumulation */
};

enum { BON_ANSWERS = 16 };

struct bon_backend {
    const char *name;
    bool behind;                                         /* the device computes when calls have returned */
    size_t real_bytes, stat_bytes, param_bytes;          /* of a value, a statistic, a value of a parameter */
    void *(*allocate)(bon_device *device, size_t bytes); /* NULL after bon_fail_memory or the like */
    void (*release)(bon_device *device, void *memory);
    /* Copies of raw bytes, and of reals from and to doubles; wide: of parameters and single numbers (bon_is_wide), which a backend
     * of narrow reals keeps in full. */
    void (*store)(bon_device *device, void *to, const void *from, size_t bytes);
    void (*load)(bon_device *device, void *to, const void *from, size_t bytes);
    void (*store_reals)(bon_device *device, void *to, size_t at, const double *from, size_t n, bool wide);
    void (*load_reals)(bon_device *device, double *to, const void *from, size_t at, size_t n, bool wide);
    /* Numbers that come back while the device goes on, in BON_ANSWERS slots: asked for in the order of kernels, of a wide number or
     * of the sum of squares of a vector of parameters' values; answer waits for it. */
    void (*ask)(bon_device *device, unsigned slot, const void *number);
    void (*ask_squares)(bon_device *device, unsigned slot, const void *vector, size_t n);
    double (*answer)(bon_device *device, unsigned slot);
    void (*fill)(bon_device *device, void *memory, int byte, size_t bytes);
    void (*set_one)(bon_device *device, void *number); /* a wide number becomes 1, as a kernel would do it */
    struct bon_kernel kernel[BON_OPS];

    /* optimizers; all vectors are of values of parameters, `at` is the first value of `n` */
    void (*sgd)(bon_device *device, void *values, const void *grads, void *momentum, size_t at, size_t n,
                const struct bon_update *update);
    void (*adamw)(bon_device *device, void *values, const void *grads, void *mean, void *square, size_t at, size_t n,
                  const struct bon_update *update);
    /* `work`: 2 rows cols + 2 min(rows, cols)^2 values, for the step before it is made orthogonal and for products */
    void (*muon)(bon_device *device, void *values, const void *grads, void *momentum, void *work, size_t at,
                 size_t rows, size_t cols, const struct bon_update *update);
    void (*zero)(bon_device *device, void *vector, size_t n);
    bon_status (*finish)(bon_device *device); /* waits; what went wrong since the last call */
    bon_status (*check)(bon_device *device);  /* the same as far as it is known, without waiting */

    /* What a graph launches is the same each time it runs: it can be recorded once and replayed by one call. NULL where that
     * gains nothing. begin: before each run, makes known to kernels what is not the same. record: false after bon_fail, as
     * recorded's NULL; what was launched between the two was not run. */
    void (*begin)(const struct bon_run *run);
    bool (*record)(bon_device *device);
    void *(*recorded)(bon_device *device);
    void (*replay)(bon_device *device, void *recording);
    void (*forget)(bon_device *device, void *recording);

    double (*peak)(bon_device *device);   /* floating-point operations a second that products can reach; 0 = unknown */
    size_t (*memory)(bon_device *device); /* bytes in use, at most so far or now */
};

struct bon_device {
    const struct bon_backend *backend;
    char name[128];
    double answers[BON_ANSWERS]; /* CPU */
    char notice[256];            /* what its user should know of how it computes; empty = nothing */
    unsigned threads;
    struct bon_pool *pool;       /* CPU */
    const struct bon_blas *blas; /* CPU */
    struct bon_gpu *gpu;         /* GPU */
};

/* What the user should know of how it computes: empty = nothing. May change while graphs run. */
const char *bon_device_notice(const bon_device *device);

extern const struct bon_backend bon_cpu_f32, bon_cpu_f64;
/* The same results with wider instructions, where the compiler can make them and the processor has them. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define BON_CPU_AVX512
extern const struct bon_backend bon_cpu_f32_avx512;
#endif
const struct bon_backend *bon_cpu_f32_best(void);
bon_status bon_cpu_open(bon_device *device, const bon_device_options *options);
void bon_cpu_close(bon_device *device);

#endif
