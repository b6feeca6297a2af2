/* tests/gpu/lm_emulate.h: the machine of src/lm/cuda/gpu.h on the CPU: the GPU's own kernels, block by block. Threads of a block are
 * fibers, which run until they wait for the others; so indices, barriers and what lies in shared memory are those of the GPU, and
 * sanitizers see them. For small shapes: it is slow.
 *
 * A recording is the list of what was called, with the arguments of then: what a replay finds changed is what stands in memory.
 */
#ifndef BON_TESTS_GPU_LM_EMULATE_H
#define BON_TESTS_GPU_LM_EMULATE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "base/buf.h"
#include "lm/backend.h"
#include "lm/cuda/kernels_flash.h"
#include "lm/cuda/kernels_norm.h"
#include "lm/cuda/kernels_softmax.h"

typedef void (*emulate_flat)(const struct bon_gpu_args *args, uint64_t i);
typedef void (*emulate_block)(const struct bon_gpu_args *args, const struct gpu_at *at);

#define EMULATE_FLAT(name, upper) [BON_GPU_##upper] = gpu_##name,
static const emulate_flat emulate_flats[BON_GPU_KERNELS] = {BON_GPU_FLAT(EMULATE_FLAT)};
static const emulate_block emulate_blocks[BON_GPU_KERNELS] = {BON_GPU_BLOCK(EMULATE_FLAT)};
#undef EMULATE_FLAT

enum { EMULATE_STACK = 1 << 16 };

/* What was called while it was recorded: a kernel, a fill or a sort. */
struct emulate_call {
    bool is_flat, is_fill, is_sort;
    enum bon_gpu_kernel kernel;
    size_t n, shared;
    struct bon_gpu_args args; /* of a sort: ids, mask (keys, values), x, y (where they go), r; of a fill: y, kind */
};

struct emulate_tape {
    struct emulate_call *calls;
    size_t count, cap;
};

struct emulation {
    ucontext_t caller, fibers[BON_GPU_THREADS];
    bool done[BON_GPU_THREADS];
    char *stacks;
    unsigned thread; /* the one that runs */
    emulate_block kernel;
    const struct bon_gpu_args *args;
    struct gpu_at at;
    double lanes[BON_GPU_THREADS];
    uint32_t pairs[BON_GPU_THREADS][6];
    size_t taken; /* blocks of memory not given back */
    struct emulate_tape *recording;
    bool refuses;   /* to record */
    bool apart;     /* products do no more than multiply */
    size_t replays; /* so far */
    double answers[BON_GPU_ANSWERS];
};

static void emulate_wait(void *context) {
    struct emulation *e = context;
    swapcontext(&e->fibers[e->thread], &e->caller);
}

static void emulate_fiber(unsigned high, unsigned low) {
    struct emulation *e = (struct emulation *)((uintptr_t)high << 32 | low);
    struct gpu_at at = e->at;
    at.thread = e->thread;
    e->kernel(e->args, &at);
    e->done[at.thread] = true;
    /* the end goes on where uc_link says */
}

/* A function of its own: getcontext may return twice for all that the compiler knows, so no loop should stand around it. */
static void emulate_begin(struct emulation *e, ucontext_t *fiber, char *stack) {
    getcontext(fiber);
    fiber->uc_stack.ss_sp = stack;
    fiber->uc_stack.ss_size = EMULATE_STACK;
    fiber->uc_link = &e->caller;
    makecontext(fiber, (void (*)(void))emulate_fiber, 2, (unsigned)((uintptr_t)e >> 32), (unsigned)(uintptr_t)e);
}

/* Lets every thread go on to its next barrier, until all are done. */
static void emulate_one_block(struct emulation *e) {
    for (unsigned i = 0; i < BON_GPU_THREADS; i++) {
        emulate_begin(e, &e->fibers[i], e->stacks + (size_t)i * EMULATE_STACK);
        e->done[i] = false;
    }
    for (bool more = true; more;) {
        more = false;
        for (unsigned i = 0; i < BON_GPU_THREADS; i++) {
            if (e->done[i]) continue;
            e->thread = i;
            swapcontext(&e->caller, &e->fibers[i]);
            more |= !e->done[i];
        }
    }
}

/* ---- the operations of gpu.h ---- */

/* Whether the call is kept to be replayed. */
static bool emulate_kept(struct emulation *e, struct emulate_call call, bon_status *status) {
    struct emulate_tape *tape = e->recording;
    if (!tape) return false;
    *status = bon_grow_array(&tape->calls, &tape->cap, tape->count + 1, sizeof call);
    if (*status == BON_OK) tape->calls[tape->count++] = call;
    return true;
}

/* As CUDA does: nothing else may be asked of the machine while it records. */
static bon_status emulate_not_now(const struct emulation *e, const char *what) {
    return e->recording ? bon_fail(BON_ERR_IO, "emulation: %s while recording", what) : BON_OK;
}

static void *emulate_alloc(void *self, size_t bytes) {
    if (emulate_not_now(self, "allocating") != BON_OK) return NULL;
    void *memory = malloc(bytes);
    if (memory) ((struct emulation *)self)->taken++;
    if (!memory) bon_fail_memory(bytes);
    return memory;
}

static void emulate_release(void *self, void *memory) {
    ((struct emulation *)self)->taken--;
    free(memory);
}

static bon_status emulate_copy(void *self, void *to, const void *from, size_t bytes) {
    BON_TRY(emulate_not_now(self, "copying"));
    memcpy(to, from, bytes);
    return BON_OK;
}

static bon_status emulate_ask(void *self, unsigned slot, const void *from, size_t bytes) {
    return emulate_copy(self, &((struct emulation *)self)->answers[slot], from, bytes);
}

static bon_status emulate_answer(void *self, unsigned slot, void *to, size_t bytes) {
    return emulate_copy(self, to, &((struct emulation *)self)->answers[slot], bytes);
}

static bon_status emulate_fill(void *self, void *memory, int byte, size_t bytes) {
    bon_status status;
    const struct bon_gpu_args args = {.y = {memory, 0}, .kind = (uint32_t)byte};
    if (emulate_kept(self, (struct emulate_call){.is_fill = true, .n = bytes, .args = args}, &status)) return status;
    memset(memory, byte, bytes);
    return BON_OK;
}

static bon_status emulate_run_flat(void *self, enum bon_gpu_kernel kernel, size_t n, const struct bon_gpu_args *args) {
    bon_status status;
    if (emulate_kept(self, (struct emulate_call){.is_flat = true, .kernel = kernel, .n = n, .args = *args}, &status))
        return status;
    for (size_t i = 0; i < n; i++) emulate_flats[kernel](args, i);
    return BON_OK;
}

/* Shared memory is poisoned, of the very size that was asked for, so that a sanitizer sees its end. */
static bon_status emulate_run_blocks(void *self, enum bon_gpu_kernel kernel, size_t count, size_t shared,
                                     const struct bon_gpu_args *args) {
    struct emulation *e = self;
    bon_status status;
    if (emulate_kept(e, (struct emulate_call){.kernel = kernel, .n = count, .shared = shared, .args = *args}, &status))
        return status;
    float *memory = malloc(shared);
    if (!memory) return bon_fail_memory(shared);
    e->kernel = emulate_blocks[kernel], e->args = args;
    for (size_t i = 0; i < count; i++) {
        memset(memory, 0xff, shared);
        e->at = (struct gpu_at){.block = i,
                                .blocks = count,
                                .shared = memory,
                                .wait = emulate_wait,
                                .emulation = e,
                                .lanes = e->lanes,
                                .pairs = e->pairs};
        emulate_one_block(e);
    }
    free(memory);
    return BON_OK;
}

static bon_status emulate_product(void *self, const struct bon_gpu_product *product) {
    const struct bon_gpu_args args = gpu_product_args(product);
    return emulate_run_blocks(self, BON_GPU_PRODUCT, gpu_product_blocks(product), GPU_PRODUCT_SHARED, &args);
}

static bool emulate_fuses(void *self, const struct bon_gpu_product *product) {
    (void)product;
    return !((struct emulation *)self)->apart;
}

static bon_status emulate_sort(void *self, const int32_t *keys, const int32_t *values, int32_t *keys_out,
                               int32_t *values_out, size_t n, void *work) {
    const struct bon_gpu_args args = {
        .ids = keys, .mask = values, .x = {keys_out, 0}, .y = {values_out, 0}, .r = {work, 0}};
    bon_status status;
    if (emulate_kept(self, (struct emulate_call){.is_sort = true, .n = n, .args = args}, &status)) return status;
    memset(work, 0xff, n);
    for (size_t i = 0; i < n; i++) { /* by insertion: equal keys stay in order */
        size_t at = i;
        for (; at > 0 && keys_out[at - 1] > keys[i]; at--)
            keys_out[at] = keys_out[at - 1], values_out[at] = values_out[at - 1];
        keys_out[at] = keys[i], values_out[at] = values[i];
    }
    return BON_OK;
}

static size_t emulate_sort_bytes(void *self, size_t n) {
    (void)self;
    return n;
}

static bon_status emulate_record(void *self) {
    struct emulation *e = self;
    if (e->refuses) return bon_fail(BON_ERR_IO, "emulation: nothing is recorded");
    BON_TRY(emulate_not_now(e, "recording"));
    return (e->recording = bon_alloc_zeroed(1, sizeof *e->recording)) ? BON_OK : BON_ERR_NOMEM;
}

static bon_status emulate_recorded(void *self, void **recording) {
    struct emulation *e = self;
    *recording = e->recording;
    e->recording = NULL;
    return BON_OK;
}

static bon_status emulate_replay(void *self, void *recording) {
    const struct emulate_tape *tape = recording;
    BON_TRY(emulate_not_now(self, "replaying"));
    ((struct emulation *)self)->replays++;
    for (size_t i = 0; i < tape->count; i++) {
        const struct emulate_call *call = &tape->calls[i];
        const struct bon_gpu_args *args = &call->args;
        if (call->is_fill)
            BON_TRY(emulate_fill(self, args->y.at, (int)args->kind, call->n));
        else if (call->is_sort)
            BON_TRY(emulate_sort(self, args->ids, args->mask, args->x.at, args->y.at, call->n, args->r.at));
        else if (call->is_flat)
            BON_TRY(emulate_run_flat(self, call->kernel, call->n, args));
        else
            BON_TRY(emulate_run_blocks(self, call->kernel, call->n, call->shared, args));
    }
    return BON_OK;
}

static void emulate_forget(void *self, void *recording) {
    struct emulate_tape *tape = recording;
    (void)self;
    free(tape->calls);
    free(tape);
}

static bon_status emulate_finish(void *self) { return emulate_not_now(self, "waiting"); }

static size_t emulate_memory(void *self) { return ((struct emulation *)self)->taken; }

static double emulate_peak(void *self, bool narrow) {
    (void)self, (void)narrow;
    return 0;
}

static void emulate_close(void *self) {
    struct emulation *e = self;
    free(e->stacks);
    free(e);
}

static const struct bon_gpu_ops emulate_ops = {.alloc = emulate_alloc,
                                               .release = emulate_release,
                                               .upload = emulate_copy,
                                               .download = emulate_copy,
                                               .ask = emulate_ask,
                                               .answer = emulate_answer,
                                               .fill = emulate_fill,
                                               .flat = emulate_run_flat,
                                               .blocks = emulate_run_blocks,
                                               .product = emulate_product,
                                               .fuses = emulate_fuses,
                                               .sort = emulate_sort,
                                               .sort_bytes = emulate_sort_bytes,
                                               .record = emulate_record,
                                               .recorded = emulate_recorded,
                                               .replay = emulate_replay,
                                               .forget = emulate_forget,
                                               .finish = emulate_finish,
                                               .memory = emulate_memory,
                                               .peak = emulate_peak,
                                               .close = emulate_close};

/* A device as bon_device_open gives it, closed with bon_device_close. */
static inline bon_status emulate_open(bon_device **out, bon_real real) {
    bon_device *device = calloc(1, sizeof *device);
    struct emulation *e = calloc(1, sizeof *e);
    struct bon_gpu gpu = {.ops = &emulate_ops, .self = e};
    bon_status status = BON_ERR_NOMEM;
    if (device && e && (e->stacks = malloc((size_t)BON_GPU_THREADS * EMULATE_STACK)))
        status = bon_gpu_device(device, &gpu, &(bon_device_options){.real = real});
    else
        free(e);
    if (status == BON_OK) {
        snprintf(device->name, sizeof device->name, "emulation of a GPU");
        *out = device;
    } else
        free(device);
    return status;
}

#endif
