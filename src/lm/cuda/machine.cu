/* src/lm/cuda/machine.cu: the machine of gpu.h on one of the GPUs that CUDA shows: its memory, its stream, copies and recordings.
 * Kernels are in kernels.cu, products by cuBLASLt in products.cu. Everything goes to one stream, in the order of the calls; every
 * call is checked.
 *
 * What goes to the GPU goes through pinned memory and a stream of its own, beside what is computed: from the caller's memory to a
 * slot, from there to the GPU, and only from there, in the turn of the kernels' stream, to where they read it. So a batch can be
 * sent while the one before is computed, and has a fixed place all the same. Two events a slot say when it can be used again.
 *
 * A recording is a CUDA graph, captured from the stream: replayed by one call, it spares launching hundreds of kernels. What must
 * not be asked of a stream that is captured fails the capture; its user then goes on without.
 *
 * Without cuBLASLt products are our own, much slower, and the device's name says so.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cuda_runtime.h>

extern "C" {
#include "base/status.h"
}
#include "lm/cuda/kernels_attention.h"
#include "lm/cuda/machine.h"

namespace {

/* ---- the machine ---- */

struct block {
    void *at;
    size_t bytes;
};

/* A step on the way to the GPU. */
struct slot {
    char *pinned, *landed;    /* SLOT_BYTES each: of the computer, of the GPU */
    cudaEvent_t copied, used; /* landed has what pinned had; what landed had is where it belongs */
};

enum { SLOTS = 8 /* two batches of up to four inputs */, SLOT_BYTES = 1 << 20 };

struct gpu {
    cudaStream_t stream, copies; /* of kernels; of what goes to slots */
    struct slot slots[SLOTS];
    size_t next; /* slot */
    void *pinned, *landed;
    double *answers; /* pinned: numbers that come back */
    cudaEvent_t answered[BON_GPU_ANSWERS];
    struct bon_cuda_products *products; /* NULL: products are our own */
    void *workspace;                    /* of products */
    struct block *list;                 /* what is allocated */
    size_t count, cap, taken;
};

struct gpu *of(void *self) {
    return static_cast<struct gpu *>(self);
}

bon_status check(cudaError_t error, const char *what) {
    if (error == cudaSuccess) return BON_OK;
    return bon_fail(BON_ERR_IO, "GPU: %s: %s", what, cudaGetErrorString(error));
}

/* ---- memory ---- */

bon_status no_room(size_t bytes) {
    size_t unused = 0, all = 0;
    (void)cudaMemGetInfo(&unused, &all);
    return bon_fail(
        BON_ERR_NOMEM,
        "the GPU has no room for %.1f MiB more (%.1f of %.1f MiB are free): lower --batch, with --accumulate "
        "to make up for it, or say --recompute 1 or 2",
        (double)bytes / 1048576, (double)unused / 1048576, (double)all / 1048576);
}

/* Room for one more block in the list. */
bool grow(struct gpu *gpu) {
    if (gpu->count < gpu->cap) return true;
    const size_t cap = gpu->cap ? 2 * gpu->cap : 64;
    struct block *list = static_cast<struct block *>(realloc(gpu->list, cap * sizeof *list));
    if (!list) return false;
    gpu->list = list, gpu->cap = cap;
    return true;
}

void *alloc(void *self, size_t bytes) {
    struct gpu *gpu = of(self);
    void *memory = nullptr;
    if (!grow(gpu)) {
        bon_fail(BON_ERR_NOMEM, "out of memory");
        return nullptr;
    }
    const cudaError_t error = cudaMalloc(&memory, bytes);
    if (error != cudaSuccess) {
        (void)cudaGetLastError(); /* it is dealt with */
        if (error == cudaErrorMemoryAllocation)
            no_room(bytes);
        else
            check(error, "cudaMalloc");
        return nullptr;
    }
    gpu->list[gpu->count++] = {memory, bytes};
    gpu->taken += bytes;
    return memory;
}

/* Waits for what may use it. A failure of what was asked for before shows up in the next call that is checked. */
void release(void *self, void *memory) {
    struct gpu *gpu = of(self);
    for (size_t i = 0; i < gpu->count; i++) {
        if (gpu->list[i].at != memory) continue;
        gpu->taken -= gpu->list[i].bytes;
        gpu->list[i] = gpu->list[--gpu->count];
        break;
    }
    (void)cudaStreamSynchronize(gpu->stream);
    (void)cudaFree(memory);
}

bon_status finish(void *self) { return check(cudaStreamSynchronize(of(self)->stream), "computing"); }

/* Up to SLOT_BYTES. The slot's last use is long over when its turn comes again, so that waiting for it costs nothing. */
bon_status send(struct gpu *gpu, void *to, const void *from, size_t bytes) {
    const struct slot *slot = &gpu->slots[gpu->next++ % SLOTS];
    BON_TRY(check(cudaEventSynchronize(slot->copied), "copying to it"));
    memcpy(slot->pinned, from, bytes);
    BON_TRY(check(cudaStreamWaitEvent(gpu->copies, slot->used, 0), "copying to it"));
    BON_TRY(check(cudaMemcpyAsync(slot->landed, slot->pinned, bytes, cudaMemcpyHostToDevice, gpu->copies),
                  "copying to it"));
    BON_TRY(check(cudaEventRecord(slot->copied, gpu->copies), "copying to it"));
    BON_TRY(check(cudaStreamWaitEvent(gpu->stream, slot->copied, 0), "copying to it"));
    BON_TRY(check(cudaMemcpyAsync(to, slot->landed, bytes, cudaMemcpyDeviceToDevice, gpu->stream), "copying to it"));
    return check(cudaEventRecord(slot->used, gpu->stream), "copying to it");
}

bon_status upload(void *self, void *to, const void *from, size_t bytes) {
    for (size_t at = 0, n; at < bytes; at += n) {
        n = bytes - at < SLOT_BYTES ? bytes - at : (size_t)SLOT_BYTES;
        BON_TRY(send(of(self), static_cast<char *>(to) + at, static_cast<const char *>(from) + at, n));
    }
    return BON_OK;
}

bon_status download(void *self, void *to, const void *from, size_t bytes) {
    BON_TRY(check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, of(self)->stream), "copying from it"));
    return finish(self);
}

bon_status ask(void *self, unsigned number, const void *from, size_t bytes) {
    struct gpu *gpu = of(self);
    BON_TRY(check(cudaMemcpyAsync(&gpu->answers[number], from, bytes, cudaMemcpyDeviceToHost, gpu->stream),
                  "copying from it"));
    return check(cudaEventRecord(gpu->answered[number], gpu->stream), "copying from it");
}

bon_status answer(void *self, unsigned number, void *to, size_t bytes) {
    struct gpu *gpu = of(self);
    BON_TRY(check(cudaEventSynchronize(gpu->answered[number]), "computing"));
    memcpy(to, &gpu->answers[number], bytes);
    return BON_OK;
}

bon_status fill(void *self, void *memory, int byte, size_t bytes) {
    return check(cudaMemsetAsync(memory, byte, bytes, of(self)->stream), "filling its memory");
}

size_t memory(void *self) { return of(self)->taken; }

/* ---- kernels ---- */

bon_status flat(void *self, enum bon_gpu_kernel kernel, size_t n, const struct bon_gpu_args *args) {
    return bon_cuda_flat(of(self)->stream, kernel, n, args);
}

bon_status blocks(void *self, enum bon_gpu_kernel kernel, size_t count, size_t shared,
                  const struct bon_gpu_args *args) {
    return bon_cuda_blocks(of(self)->stream, kernel, count, shared, args);
}

bon_status product(void *self, const struct bon_gpu_product *p) {
    struct gpu *gpu = of(self);
    if (gpu->products) return bon_cuda_multiply(gpu->products, gpu->stream, p, gpu->workspace);
    const struct bon_gpu_args args = gpu_product_args(p);
    return blocks(self, BON_GPU_PRODUCT, gpu_product_blocks(p), GPU_PRODUCT_SHARED, &args);
}

bool fuses(void *self, const struct bon_gpu_product *p) {
    struct gpu *gpu = of(self);
    return gpu->products ? bon_cuda_fuses(gpu->products, p) : true;
}

bon_status sort(void *self, const int32_t *keys, const int32_t *values, int32_t *keys_out, int32_t *values_out,
                size_t n, void *work) {
    return bon_cuda_sort(of(self)->stream, keys, values, keys_out, values_out, n, work);
}

size_t sort_bytes(void *self, size_t n) {
    (void)self;
    return bon_cuda_sort_bytes(n);
}

/* ---- recordings ---- */

/* Of this thread only: what others ask of CUDA does not fail the capture. */
bon_status record(void *self) {
    return check(cudaStreamBeginCapture(of(self)->stream, cudaStreamCaptureModeThreadLocal), "recording");
}

bon_status recorded(void *self, void **recording) {
    cudaGraph_t graph = nullptr;
    cudaGraphExec_t ready = nullptr;
    bon_status status = check(cudaStreamEndCapture(of(self)->stream, &graph), "recording");
    if (status == BON_OK) status = check(cudaGraphInstantiate(&ready, graph, 0), "making a CUDA graph");
    if (graph) (void)cudaGraphDestroy(graph);
    if (status != BON_OK) (void)cudaGetLastError(); /* it is dealt with: kernels are launched one by one */
    *recording = ready;
    return status;
}

bon_status replay(void *self, void *recording) {
    return check(cudaGraphLaunch(static_cast<cudaGraphExec_t>(recording), of(self)->stream), "starting a CUDA graph");
}

void forget(void *self, void *recording) {
    (void)cudaStreamSynchronize(of(self)->stream);
    (void)cudaGraphExecDestroy(static_cast<cudaGraphExec_t>(recording));
}

/* ---- opening ---- */

/* What the maker says of products of matrices without sparsity: operations a multiprocessor and clock, at that clock. */
double peak(void *self, bool narrow) {
    int number = 0, major = 0, minor = 0, processors = 0;
    (void)self;
    if (cudaGetDevice(&number) != cudaSuccess ||
        cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, number) != cudaSuccess ||
        cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, number) != cudaSuccess ||
        cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, number) != cudaSuccess)
        return 0;
    if (major == 8 && minor == 0) return processors * (narrow ? 2048.0 : 128.0) * 1.41e9;
    if (major == 9 && minor == 0) return processors * (narrow ? 4096 * 1.83e9 : 256 * 1.98e9);
    return 0;
}

void close_slots(struct gpu *gpu) {
    for (size_t i = 0; i < SLOTS; i++) {
        if (gpu->slots[i].copied) (void)cudaEventDestroy(gpu->slots[i].copied);
        if (gpu->slots[i].used) (void)cudaEventDestroy(gpu->slots[i].used);
    }
    for (size_t i = 0; i < BON_GPU_ANSWERS; i++)
        if (gpu->answered[i]) (void)cudaEventDestroy(gpu->answered[i]);
    if (gpu->pinned) (void)cudaFreeHost(gpu->pinned);
}

bon_status make_event(cudaEvent_t *event) {
    return check(cudaEventCreateWithFlags(event, cudaEventDisableTiming), "making an event");
}

bon_status open_slots(struct gpu *gpu) {
    const size_t bytes = (size_t)SLOTS * SLOT_BYTES, answers = BON_GPU_ANSWERS * sizeof(double);
    BON_TRY(check(cudaHostAlloc(&gpu->pinned, bytes + answers, cudaHostAllocDefault), "pinning memory"));
    gpu->answers = reinterpret_cast<double *>(static_cast<char *>(gpu->pinned) + bytes);
    for (size_t i = 0; i < BON_GPU_ANSWERS; i++) BON_TRY(make_event(&gpu->answered[i]));
    if (!(gpu->landed = alloc(gpu, bytes))) return BON_ERR_NOMEM;
    for (size_t i = 0; i < SLOTS; i++) {
        struct slot *slot = &gpu->slots[i];
        slot->pinned = static_cast<char *>(gpu->pinned) + i * SLOT_BYTES;
        slot->landed = static_cast<char *>(gpu->landed) + i * SLOT_BYTES;
        BON_TRY(make_event(&slot->copied));
        BON_TRY(make_event(&slot->used));
    }
    return BON_OK;
}

void close_gpu(void *self) {
    struct gpu *gpu = of(self);
    if (gpu->stream) (void)cudaStreamSynchronize(gpu->stream);
    if (gpu->copies) (void)cudaStreamSynchronize(gpu->copies);
    bon_cuda_products_close(gpu->products);
    close_slots(gpu);
    while (gpu->count > 0) release(self, gpu->list[gpu->count - 1].at);
    if (gpu->copies) (void)cudaStreamDestroy(gpu->copies);
    if (gpu->stream) (void)cudaStreamDestroy(gpu->stream);
    free(gpu->list);
    free(gpu);
}

const struct bon_gpu_ops OPS = {alloc,   release,    upload, download, ask, answer, fill,   flat,   blocks,
                                product, fuses, sort,       sort_bytes, record, recorded, replay, forget,
                                finish,  memory,     peak,   close_gpu};

bon_status no_gpu(cudaError_t error) {
    return bon_fail(BON_ERR_ARGUMENT,
                    "device \"cuda\": there is no GPU that CUDA can use here (%s); \"cpu\" computes the same",
                    error == cudaSuccess ? "none found" : cudaGetErrorString(error));
}

bon_status open_gpu(struct gpu *gpu) {
    BON_TRY(check(cudaStreamCreateWithFlags(&gpu->stream, cudaStreamNonBlocking), "making a stream"));
    BON_TRY(check(cudaStreamCreateWithFlags(&gpu->copies, cudaStreamNonBlocking), "making a stream"));
    BON_TRY(open_slots(gpu));
    BON_TRY(bon_cuda_products_open(&gpu->products));
    if (gpu->products && !(gpu->workspace = alloc(gpu, BON_CUDA_WORKSPACE))) return BON_ERR_NOMEM;
    return BON_OK;
}

} // namespace

extern "C" bon_status bon_gpu_open_cuda(struct bon_gpu *out, unsigned number, char *name, size_t name_size) {
    int devices = 0;
    struct cudaDeviceProp properties;
    const cudaError_t error = cudaGetDeviceCount(&devices);
    if (error != cudaSuccess || devices == 0) return no_gpu(error);
    if (number >= (unsigned)devices)
        return bon_fail(BON_ERR_ARGUMENT, "device \"cuda\": there is no GPU number %u: CUDA shows %d, counted from 0", number,
                        devices);
    BON_TRY(check(cudaSetDevice((int)number), "cudaSetDevice"));
    BON_TRY(check(cudaGetDeviceProperties(&properties, (int)number), "cudaGetDeviceProperties"));
    if (properties.major < 8)
        return bon_fail(BON_ERR_ARGUMENT, "device \"cuda\": the GPU %s has compute capability %d.%d; bon needs 8.0",
                        properties.name, properties.major, properties.minor);
    struct gpu *gpu = static_cast<struct gpu *>(calloc(1, sizeof *gpu));
    if (!gpu) return bon_fail(BON_ERR_NOMEM, "out of memory");
    const bon_status status = open_gpu(gpu);
    if (status != BON_OK) {
        close_gpu(gpu);
        return status;
    }
    snprintf(name, name_size, "%.60s, %s", properties.name, gpu->products ? "cuBLASLt" : "no cuBLASLt");
    *out = (struct bon_gpu){};
    out->ops = &OPS, out->self = gpu;
    return BON_OK;
}
