/* src/lm/cuda/device.c: the GPU's backend apart from its operations: opening, memory and copies, recordings, failures, which are kept
 * until somebody asks. */
#include <stdio.h>
#include <stdlib.h>

#include "lm/cuda/launch.h"
#include "lm/narrow.h"

/* ---- failures ---- */

bon_status bon_gpu_check(bon_device *device) {
    struct bon_gpu *gpu = device->gpu;
    const bon_status status = gpu->status;
    gpu->status = BON_OK;
    return status == BON_OK ? BON_OK : bon_fail(status, "%s", gpu->message);
}

bon_status bon_gpu_finish(bon_device *device) {
    keep(device->gpu, device->gpu->ops->finish(device->gpu->self));
    return bon_gpu_check(device);
}

/* ---- memory ---- */

void *bon_gpu_allocate(bon_device *device, size_t bytes) {
    return device->gpu->ops->alloc(device->gpu->self, bytes ? bytes : 1);
}

void bon_gpu_release(bon_device *device, void *memory) {
    if (memory) device->gpu->ops->release(device->gpu->self, memory);
}

void bon_gpu_store(bon_device *device, void *to, const void *from, size_t bytes) {
    keep(device->gpu, device->gpu->ops->upload(device->gpu->self, to, from, bytes));
}

void bon_gpu_load(bon_device *device, void *to, const void *from, size_t bytes) {
    keep(device->gpu, device->gpu->ops->download(device->gpu->self, to, from, bytes));
}

enum { CONVERT = 4096 }; /* values converted at once */

void bon_gpu_store_reals(bon_device *device, void *to, size_t at, const double *from, size_t n, bool wide) {
    const bool narrow = is_narrow(device) && !wide;
    const size_t size = narrow ? sizeof(uint16_t) : sizeof(float);
    float reals[CONVERT];
    uint16_t halves[CONVERT];
    for (size_t first = 0, count; first < n; first += count) {
        count = n - first < CONVERT ? n - first : CONVERT;
        for (size_t i = 0; i < count; i++) reals[i] = (float)from[first + i], halves[i] = bon_to_bf16(reals[i]);
        bon_gpu_store(device, (char *)to + (at + first) * size, narrow ? (const void *)halves : reals, count * size);
    }
}

void bon_gpu_load_reals(bon_device *device, double *to, const void *from, size_t at, size_t n, bool wide) {
    const bool narrow = is_narrow(device) && !wide;
    const size_t size = narrow ? sizeof(uint16_t) : sizeof(float);
    float reals[CONVERT] = {0};
    uint16_t halves[CONVERT] = {0};
    for (size_t first = 0, count; first < n; first += count) {
        count = n - first < CONVERT ? n - first : CONVERT;
        bon_gpu_load(device, narrow ? (void *)halves : reals, (const char *)from + (at + first) * size, count * size);
        for (size_t i = 0; i < count; i++) to[first + i] = (double)(narrow ? bon_from_bf16(halves[i]) : reals[i]);
    }
}

_Static_assert((int)BON_GPU_ANSWERS == (int)BON_ANSWERS, "slots of a backend are those of its machine");

void bon_gpu_ask(bon_device *device, unsigned slot, const void *number) {
    struct bon_gpu *gpu = device->gpu;
    gpu->doubles &= ~(1u << slot);
    keep(gpu, gpu->ops->ask(gpu->self, slot, number, sizeof(float)));
}

double bon_gpu_answer(bon_device *device, unsigned slot) {
    struct bon_gpu *gpu = device->gpu;
    float single = 0;
    double number = 0;
    if (gpu->doubles >> slot & 1) {
        keep(gpu, gpu->ops->answer(gpu->self, slot, &number, sizeof number));
        return number;
    }
    keep(gpu, gpu->ops->answer(gpu->self, slot, &single, sizeof single));
    return (double)single;
}

void bon_gpu_fill(bon_device *device, void *memory, int byte, size_t bytes) {
    keep(device->gpu, device->gpu->ops->fill(device->gpu->self, memory, byte, bytes));
}

void bon_gpu_zero(bon_device *device, void *vector, size_t n) { bon_gpu_fill(device, vector, 0, n * sizeof(float)); }

double bon_gpu_peak(bon_device *device) { return device->gpu->ops->peak(device->gpu->self, is_narrow(device)); }

size_t bon_gpu_memory(bon_device *device) { return device->gpu->ops->memory(device->gpu->self); }

void bon_gpu_set_one(bon_device *device, void *number) {
    flat(&(struct bon_run){.device = device}, BON_GPU_ONE, 1, &(struct bon_gpu_args){.y = vec(number, false)});
}

/* ---- recordings ---- */

/* What changes from run to run goes to where kernels read it, so that they do the same when they are replayed. */
void bon_gpu_begin(run_ref run) {
    struct bon_gpu *gpu = run->device->gpu;
    const uint64_t draw[2] = {run->seed, run->step};
    if (!run->dropout || memcmp(gpu->drawn, draw, sizeof draw) == 0) return;
    memcpy(gpu->drawn, draw, sizeof draw);
    bon_gpu_store(run->device, gpu->draw, draw, sizeof draw);
}

bool bon_gpu_record(bon_device *device) {
    struct bon_gpu *gpu = device->gpu;
    return gpu->status == BON_OK && gpu->ops->record(gpu->self) == BON_OK;
}

/* What fails while it is recorded has not failed yet: it is run plainly then. */
void *bon_gpu_recorded(bon_device *device) {
    struct bon_gpu *gpu = device->gpu;
    void *recording = NULL;
    keep(gpu, gpu->ops->recorded(gpu->self, &recording));
    if (gpu->status == BON_OK) return recording;
    bon_gpu_forget(device, recording);
    bon_fail(gpu->status, "%s", gpu->message);
    gpu->status = BON_OK;
    return NULL;
}

void bon_gpu_replay(bon_device *device, void *recording) {
    keep(device->gpu, device->gpu->ops->replay(device->gpu->self, recording));
}

void bon_gpu_forget(bon_device *device, void *recording) {
    if (recording) device->gpu->ops->forget(device->gpu->self, recording);
}

/* ---- opening ---- */

__attribute__((weak)) bon_status bon_gpu_open_cuda(struct bon_gpu *gpu, unsigned number, char *name, size_t name_size) {
    (void)gpu, (void)number, (void)name, (void)name_size;
    return bon_fail(BON_ERR_ARGUMENT, "device \"cuda\": this bon was built without CUDA; \"cpu\" computes the same");
}

static void close_gpu(struct bon_gpu *gpu) {
    if (gpu->sums) gpu->ops->release(gpu->self, gpu->sums);
    if (gpu->draw) gpu->ops->release(gpu->self, gpu->draw);
    gpu->ops->close(gpu->self);
}

bon_status bon_gpu_device(bon_device *device, struct bon_gpu *gpu, const bon_device_options *options) {
    bon_status status = BON_OK;
    if (options->real == BON_F64) status = bon_fail(BON_ERR_ARGUMENT, "a GPU computes in 32-bit floats and bf16 only");
    if (status == BON_OK && !(gpu->sums = gpu->ops->alloc(gpu->self, SUM_PARTS * sizeof(double))))
        status = BON_ERR_NOMEM;
    if (status == BON_OK && !(gpu->draw = gpu->ops->alloc(gpu->self, sizeof gpu->drawn))) status = BON_ERR_NOMEM;
    if (status == BON_OK) status = gpu->ops->fill(gpu->self, gpu->draw, 0, sizeof gpu->drawn);
    if (status == BON_OK && !(device->gpu = bon_alloc_zeroed(1, sizeof *gpu))) status = BON_ERR_NOMEM;
    if (status != BON_OK) {
        close_gpu(gpu);
        return status;
    }
    *device->gpu = *gpu;
    device->backend = options->real == BON_BF16 ? &bon_gpu_bf16 : &bon_gpu_f32;
    device->threads = 1;
    return BON_OK;
}

bon_status bon_gpu_open(bon_device *device, const bon_device_options *options) {
    struct bon_gpu gpu = {0};
    char name[96];
    BON_TRY(bon_gpu_open_cuda(&gpu, options->number, name, sizeof name));
    BON_TRY(bon_gpu_device(device, &gpu, options));
    snprintf(device->name, sizeof device->name, "cuda, %s, %s", is_narrow(device) ? "bf16" : "32-bit floats", name);
    return BON_OK;
}

void bon_gpu_close(bon_device *device) {
    close_gpu(device->gpu);
    free(device->gpu);
}
