/* src/ngram/cuda/machine.cu: the operations of ngram/machine.h on the first GPU that CUDA shows: a kernel for each map, one thread
 * an element; sorting and scanning by CUB. Everything but large copies goes to one stream, in the order of the calls; every call is
 * checked.
 *
 * Compiled with -fmad=false: a product and a sum are rounded each, as on the CPU, so that probabilities have the same bits.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cub/device/device_radix_sort.cuh>
#include <cub/device/device_scan.cuh>
#include <cuda_runtime.h>

extern "C" {
#include "base/parallel.h"
#include "ngram/machine.h"
}
#include "ngram/machine_maps.h"

/* Others in the stand-in of tests/gpu, which runs this file without a GPU. */
#ifndef BON_LAUNCH
#define BON_LAUNCH(kernel, blocks, threads, ...) kernel<<<blocks, threads>>>(__VA_ARGS__)
#endif
#ifndef BON_COPY_SLICE
#define BON_COPY_SLICE (16 << 20)
#endif

namespace {

const unsigned THREADS = 256; /* of a block */
const unsigned LANES_MAX = 8;
const uint64_t SLICE = BON_COPY_SLICE, SMALL = SLICE / 2; /* bytes */

/* What a thread copies with: memory that the GPU reads and writes by itself. */
struct lane {
    cudaStream_t stream;
    void *slice; /* [SLICE] */
};

struct gpu {
    void *scratch; /* of CUB; only grows */
    size_t scratch_bytes;
    unsigned threads;
    unsigned lanes; /* that are there; at the first large copy */
    bool tried;     /* to make them */
    struct lane lane[LANES_MAX];
};

bon_status check(cudaError_t error, const char *what) {
    if (error == cudaSuccess) return BON_OK;
    return bon_fail(BON_ERR_IO, "GPU: %s: %s", what, cudaGetErrorString(error));
}

/* ---- memory ---- */

uint64_t room(void *self) {
    size_t unused = 0, all = 0;
    (void)self;
    return cudaMemGetInfo(&unused, &all) == cudaSuccess ? unused : 0;
}

void *alloc(void *self, uint64_t bytes) {
    void *array = nullptr;
    cudaError_t error = cudaMalloc(&array, (size_t)bytes);
    if (error == cudaSuccess) return array;
    (void)cudaGetLastError(); /* it is dealt with */
    if (error != cudaErrorMemoryAllocation) {
        (void)check(error, "cudaMalloc");
        return nullptr;
    }
    bon_fail(
        BON_ERR_NOMEM,
        "the GPU has no room for %llu bytes (%llu are free): give it less at a time, --memory SIZE with a smaller SIZE",
        (unsigned long long)bytes, (unsigned long long)room(self));
    return nullptr;
}

void release(void *self, void *array) {
    (void)self;
    (void)cudaFree(array); /* a failure of what was asked for before shows up in the next call that is checked */
}

bon_status zero(void *self, void *array, uint64_t bytes) {
    (void)self;
    return check(cudaMemset(array, 0, (size_t)bytes), "cudaMemset");
}

bon_status finish(void *self) {
    (void)self;
    return check(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
}

/* ---- copies ----
 *
 * Plain memory is slow to copy: the driver takes it page by page through a buffer of its own, on one thread, which also meets
 * every page of a fresh array for the first time. So large copies go in slices, several threads each with a buffer and a stream
 * of its own: while one fills its buffer another one's is under way.
 */

void make_lanes(struct gpu *gpu) {
    gpu->tried = true;
    while (gpu->lanes < gpu->threads && gpu->lanes < LANES_MAX) {
        struct lane *lane = &gpu->lane[gpu->lanes];
        if (cudaStreamCreateWithFlags(&lane->stream, cudaStreamNonBlocking) != cudaSuccess) break;
        if (cudaHostAlloc(&lane->slice, SLICE, cudaHostAllocDefault) != cudaSuccess) {
            (void)cudaStreamDestroy(lane->stream);
            break;
        }
        gpu->lanes++;
    }
    (void)cudaGetLastError(); /* fewer do */
}

struct copy {
    struct gpu *gpu;
    char *to;
    const char *from;
    uint64_t bytes;
    cudaMemcpyKind kind;
};

bon_status copy_slice(void *context, size_t part, unsigned worker) {
    const struct copy *copy = static_cast<const struct copy *>(context);
    const struct lane *lane = &copy->gpu->lane[worker];
    uint64_t at = (uint64_t)part * SLICE;
    uint64_t left = copy->bytes - at;
    size_t bytes = (size_t)(left < SLICE ? left : SLICE);
    bool up = copy->kind == cudaMemcpyHostToDevice;
    if (up) memcpy(lane->slice, copy->from + at, bytes);
    const void *from = up ? lane->slice : copy->from + at;
    void *to = up ? copy->to + at : lane->slice;
    BON_TRY(check(cudaMemcpyAsync(to, from, bytes, copy->kind, lane->stream), "copying"));
    BON_TRY(check(cudaStreamSynchronize(lane->stream), "copying"));
    if (!up) memcpy(copy->to + at, lane->slice, bytes);
    return BON_OK;
}

bon_status copy_all(struct gpu *gpu, void *to, const void *from, uint64_t bytes, cudaMemcpyKind kind) {
    if (bytes >= SMALL && !gpu->tried) make_lanes(gpu);
    if (bytes < SMALL || gpu->lanes < 2) return check(cudaMemcpy(to, from, (size_t)bytes, kind), "copying");
    BON_TRY(finish(gpu)); /* the streams of the lanes wait for no other */
    struct copy copy = {gpu, static_cast<char *>(to), static_cast<const char *>(from), bytes, kind};
    const struct bon_parallel job = {gpu->lanes, (size_t)((bytes + SLICE - 1) / SLICE), &copy, copy_slice, nullptr};
    return bon_parallel_run(&job);
}

bon_status upload(void *self, void *to, const void *from, uint64_t bytes) {
    return copy_all(static_cast<struct gpu *>(self), to, from, bytes, cudaMemcpyHostToDevice);
}

bon_status download(void *self, void *to, const void *from, uint64_t bytes) {
    return copy_all(static_cast<struct gpu *>(self), to, from, bytes, cudaMemcpyDeviceToHost);
}

/* ---- maps ---- */

#define BON_MAP_KERNEL(name, upper)                                                                                    \
    __global__ void __launch_bounds__(THREADS)                                                                         \
        kernel_##name(const __grid_constant__ struct bon_map_##name map, uint64_t n) {                                 \
        uint64_t i = (uint64_t)blockIdx.x * blockDim.x + threadIdx.x;                                                  \
        if (i < n) bon_map_##name##_at(&map, i);                                                                       \
    }
BON_MAP_TABLE(BON_MAP_KERNEL)

bon_status map(void *self, enum bon_map which, const void *args, uint64_t n) {
    (void)self;
    if (n == 0) return BON_OK;
    if (n > (uint64_t)THREADS * INT32_MAX) return bon_fail(BON_ERR_LIMIT, "%llu elements", (unsigned long long)n);
    unsigned blocks = (unsigned)((n + THREADS - 1) / THREADS);
    switch (which) {
#define BON_MAP_CASE(name, upper)                                                                                      \
    case BON_MAP_##upper:                                                                                              \
        BON_LAUNCH(kernel_##name, blocks, THREADS, *static_cast<const struct bon_map_##name *>(args), n);              \
        return check(cudaGetLastError(), #name);
        BON_MAP_TABLE(BON_MAP_CASE)
    case BON_MAP_COUNT: break;
    }
    return bon_fail(BON_ERR_ARGUMENT, "there is no map %d", (int)which);
}

/* ---- sorting and scanning ---- */

/* CUB says how much it needs when called without. */
bon_status reserve(struct gpu *gpu, size_t bytes) {
    if (bytes <= gpu->scratch_bytes) return BON_OK;
    (void)cudaFree(gpu->scratch);
    gpu->scratch_bytes = 0;
    gpu->scratch = alloc(gpu, bytes);
    if (!gpu->scratch) return BON_ERR_NOMEM;
    gpu->scratch_bytes = bytes;
    return BON_OK;
}

bon_status sort(void *self, struct bon_machine_pairs *pairs, uint64_t n, unsigned bits) {
    struct gpu *gpu = static_cast<struct gpu *>(self);
    if (n > BON_MACHINE_SORT_MAX) return bon_fail(BON_ERR_LIMIT, "%llu keys to sort at once", (unsigned long long)n);
    if (n < 2) return BON_OK;
    cub::DoubleBuffer<uint64_t> keys(pairs->key, pairs->other_key);
    cub::DoubleBuffer<uint32_t> values(pairs->value, pairs->other_value);
    size_t bytes = 0;
    BON_TRY(check(cub::DeviceRadixSort::SortPairs(nullptr, bytes, keys, values, (uint32_t)n, 0, (int)bits), "sorting"));
    BON_TRY(reserve(gpu, bytes));
    BON_TRY(check(cub::DeviceRadixSort::SortPairs(gpu->scratch, bytes, keys, values, (uint32_t)n, 0, (int)bits),
                  "sorting"));
    *pairs = {keys.Current(), keys.Alternate(), values.Current(), values.Alternate()};
    return BON_OK;
}

bon_status sum_before(void *self, uint32_t *array, uint64_t n) {
    struct gpu *gpu = static_cast<struct gpu *>(self);
    size_t bytes = 0;
    if (n == 0) return BON_OK;
    BON_TRY(check(cub::DeviceScan::ExclusiveSum(nullptr, bytes, array, array, n), "summing"));
    BON_TRY(reserve(gpu, bytes));
    return check(cub::DeviceScan::ExclusiveSum(gpu->scratch, bytes, array, array, n), "summing");
}

struct larger {
    __host__ __device__ uint32_t operator()(uint32_t a, uint32_t b) const { return a > b ? a : b; }
};

bon_status largest_so_far(void *self, uint32_t *array, uint64_t n) {
    struct gpu *gpu = static_cast<struct gpu *>(self);
    size_t bytes = 0;
    if (n == 0) return BON_OK;
    BON_TRY(check(cub::DeviceScan::InclusiveScan(nullptr, bytes, array, array, larger(), n), "scanning"));
    BON_TRY(reserve(gpu, bytes));
    return check(cub::DeviceScan::InclusiveScan(gpu->scratch, bytes, array, array, larger(), n), "scanning");
}

/* ---- the table ---- */

void close(void *self) {
    struct gpu *gpu = static_cast<struct gpu *>(self);
    (void)cudaFree(gpu->scratch);
    for (unsigned i = 0; i < gpu->lanes; i++) {
        (void)cudaStreamDestroy(gpu->lane[i].stream);
        (void)cudaFreeHost(gpu->lane[i].slice);
    }
    free(gpu);
}

const struct bon_machine_ops OPS = {"cuda", alloc,      release,        upload, download, zero, map,
                                    sort,   sum_before, largest_so_far, finish, room,     close};

} // namespace

extern "C" bon_status bon_machine_open_cuda(struct bon_machine *device, unsigned threads) {
    int count = 0;
    cudaError_t error = cudaGetDeviceCount(&count);
    if (error == cudaSuccess && count > 0) error = cudaSetDevice(0);
    if (error != cudaSuccess || count == 0)
        return bon_fail(BON_ERR_ARGUMENT,
                        "there is no GPU that CUDA can use (%s): see what nvidia-smi says, or leave out the device to "
                        "work on the CPU",
                        error == cudaSuccess ? "none is shown" : cudaGetErrorString(error));
    BON_TRY(check(cudaFree(nullptr), "starting it")); /* makes its context */
    struct gpu *gpu = static_cast<struct gpu *>(calloc(1, sizeof *gpu));
    if (!gpu) return bon_fail_memory(sizeof *gpu);
    gpu->threads = threads;
    device->self = gpu;
    device->ops = &OPS;
    return BON_OK;
}
