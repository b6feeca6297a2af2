/* src/lm/cpu/backend_template.h: memory, and the table of the backend. */

static void *cpu_allocate(bon_device *device, size_t bytes) {
    (void)device;
    if (bytes == 0) bytes = 1;
    void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (!memory) bon_fail_memory(bytes);
    return memory;
}

static void cpu_release(bon_device *device, void *memory) {
    (void)device;
    free(memory);
}

static void cpu_copy(bon_device *device, void *to, const void *from, size_t bytes) {
    (void)device;
    memcpy(to, from, bytes);
}

static void cpu_store_reals(bon_device *device, void *to, size_t at, const double *from, size_t n, bool wide) {
    (void)device, (void)wide;
    for (size_t i = 0; i < n; i++) ((REAL *)to)[at + i] = (REAL)from[i];
}

static void cpu_load_reals(bon_device *device, double *to, const void *from, size_t at, size_t n, bool wide) {
    (void)device, (void)wide;
    for (size_t i = 0; i < n; i++) to[i] = (double)((const REAL *)from)[at + i];
}

static void cpu_ask(bon_device *device, unsigned slot, const void *number) {
    device->answers[slot] = (double)*(const REAL *)number;
}

static void cpu_ask_squares(bon_device *device, unsigned slot, const void *vector, size_t n) {
    device->answers[slot] = sum_of_squares(device, vector, n);
}

static double cpu_answer(bon_device *device, unsigned slot) { return device->answers[slot]; }

static void cpu_fill(bon_device *device, void *memory, int byte, size_t bytes) {
    (void)device;
    memset(memory, byte, bytes);
}

static void cpu_set_one(bon_device *device, void *number) {
    (void)device;
    *(REAL *)number = 1;
}

static void cpu_zero(bon_device *device, void *vector, size_t n) { cpu_fill(device, vector, 0, n * sizeof(REAL)); }

/* The speed of a product that is large enough to show it: the best of three, or the first when that takes long. */
static double cpu_peak(bon_device *device) {
    enum { SIDE = 512 };
    REAL *memory = cpu_allocate(device, 3 * sizeof(REAL) * SIDE * SIDE);
    double best = 0, spent = 0;
    if (!memory) return 0;
    for (size_t i = 0; i < 2 * SIDE * SIDE; i++) memory[i] = (REAL)(i % 7) - 3;
    const struct product p = {.a = plain(memory, SIDE),
                              .b = plain(memory + SIDE * SIDE, SIDE),
                              .m = SIDE,
                              .n = SIDE,
                              .k = SIDE,
                              .alpha = 1,
                              .c = memory + 2 * SIDE * SIDE,
                              .ldc = SIDE};
    for (int round = 0; round < 3 && spent < 0.05; round++) {
        struct timespec from, to;
        clock_gettime(CLOCK_MONOTONIC, &from);
        multiply_tiled(device, &p);
        clock_gettime(CLOCK_MONOTONIC, &to);
        const double seconds = (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec);
        spent += seconds;
        if (2.0 * SIDE * SIDE * SIDE > best * seconds) best = 2.0 * SIDE * SIDE * SIDE / seconds;
    }
    cpu_release(device, memory);
    return best;
}

/* The most that the process ever held. */
static size_t cpu_memory(bon_device *device) {
    struct rusage usage;
    (void)device;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (size_t)usage.ru_maxrss << 10 : 0;
}

static bon_status cpu_finish(bon_device *device) {
    (void)device; /* everything is done when it returns */
    return BON_OK;
}

const struct bon_backend BACKEND = {
    .name = "cpu",
    .real_bytes = sizeof(REAL),
    .stat_bytes = sizeof(REAL),
    .param_bytes = sizeof(REAL),
    .allocate = cpu_allocate,
    .release = cpu_release,
    .store = cpu_copy,
    .load = cpu_copy,
    .store_reals = cpu_store_reals,
    .load_reals = cpu_load_reals,
    .fill = cpu_fill,
    .zero = cpu_zero,
    .set_one = cpu_set_one,
    .finish = cpu_finish,
    .check = cpu_finish,
    .peak = cpu_peak,
    .memory = cpu_memory,
    .sgd = sgd,
    .adamw = adamw,
    .muon = muon,
    .ask = cpu_ask,
    .ask_squares = cpu_ask_squares,
    .answer = cpu_answer,
    .kernel =
        {
            [BON_OP_EMBEDDING] = {embedding_forward, embedding_backward, NULL},
            [BON_OP_LINEAR] = {linear_forward, linear_backward, linear_work},
            [BON_OP_RMS_NORM] = {rms_norm_forward, rms_norm_backward, rms_norm_work},
            [BON_OP_LAYER_NORM] = {layer_norm_forward, layer_norm_backward, layer_norm_work},
            [BON_OP_ROPE] = {rope_forward, rope_backward, rope_work},
            [BON_OP_ATTENTION] = {attention_forward, attention_backward, attention_work},
            [BON_OP_SWIGLU] = {swiglu_forward, swiglu_backward, NULL},
            [BON_OP_MAP] = {map_forward, map_backward, NULL},
            [BON_OP_ADD] = {binary_forward, binary_backward, binary_work},
            [BON_OP_MUL] = {binary_forward, binary_backward, binary_work},
            [BON_OP_AFFINE] = {scale_forward, scale_backward, NULL},
            [BON_OP_SOFTMAX] = {softmax_forward, softmax_backward, NULL},
            [BON_OP_CROSS_ENTROPY] = {cross_entropy_forward, cross_entropy_backward, cross_entropy_work},
            [BON_OP_DROPOUT] = {scale_forward, scale_backward, NULL},
            [BON_OP_SUM_COLS] = {sum_cols_forward, sum_backward, NULL},
            [BON_OP_SUM] = {sum_forward, sum_backward, sum_work},
            [BON_OP_COLS] = {part_forward, part_backward, NULL},
            [BON_OP_ROWS] = {part_forward, part_backward, NULL},
        },
};
