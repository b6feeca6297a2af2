/* src/lm/cuda/kernels.cu: a kernel of the GPU for each body of kernels_*.h, their launch, and CUB's sort. */
#include <cub/device/device_radix_sort.cuh>
#include <cuda_runtime.h>

extern "C" {
#include "base/status.h"
}
#include "lm/cuda/kernels_flash.h"
#include "lm/cuda/kernels_norm.h"
#include "lm/cuda/kernels_softmax.h"
#include "lm/cuda/machine.h"

namespace {

#define FLAT_KERNEL(name, upper)                                                                                       \
    __global__ void flat_##name(const struct bon_gpu_args args, uint64_t count) {                                      \
        const uint64_t step = (uint64_t)gridDim.x * blockDim.x;                                                        \
        for (uint64_t i = (uint64_t)blockIdx.x * blockDim.x + threadIdx.x; i < count; i += step) gpu_##name(&args, i); \
    }
BON_GPU_FLAT(FLAT_KERNEL)

#define BLOCK_KERNEL(name, upper)                                                                                      \
    __global__ void __launch_bounds__(BON_GPU_THREADS) block_##name(const struct bon_gpu_args args) {                  \
        extern __shared__ __align__(16) double shared[];                                                               \
        struct gpu_at at;                                                                                              \
        at.block = blockIdx.x, at.blocks = gridDim.x, at.thread = threadIdx.x;                                         \
        at.shared = reinterpret_cast<float *>(shared);                                                                 \
        at.wait = nullptr, at.emulation = nullptr, at.lanes = nullptr, at.pairs = nullptr;                                               \
        gpu_##name(&args, &at);                                                                                        \
    }
BON_GPU_BLOCK(BLOCK_KERNEL)

typedef void (*flat_kernel)(const struct bon_gpu_args, uint64_t);
typedef void (*block_kernel)(const struct bon_gpu_args);

/* In the order of enum bon_gpu_kernel: flat ones, then those of blocks. */
#define FLAT_ROW(name, upper) flat_##name,
#define BLOCK_ROW(name, upper) block_##name,
const flat_kernel FLAT[] = {BON_GPU_FLAT(FLAT_ROW)};
const block_kernel BLOCK[] = {BON_GPU_BLOCK(BLOCK_ROW)};
enum { FLATS = sizeof FLAT / sizeof FLAT[0] };

bon_status check(cudaError_t error, const char *what) {
    if (error == cudaSuccess) return BON_OK;
    return bon_fail(BON_ERR_IO, "GPU: %s: %s", what, cudaGetErrorString(error));
}

} // namespace

extern "C" bon_status bon_cuda_flat(void *stream, enum bon_gpu_kernel kernel, size_t n, const struct bon_gpu_args *args) {
    enum { BLOCKS_MAX = 1 << 16 };
    const size_t blocks = (n + BON_GPU_THREADS - 1) / BON_GPU_THREADS;
    const unsigned count = (unsigned)(blocks < BLOCKS_MAX ? blocks : (size_t)BLOCKS_MAX);
    if (n == 0) return BON_OK;
    FLAT[kernel]<<<count, BON_GPU_THREADS, 0, static_cast<cudaStream_t>(stream)>>>(*args, n);
    return check(cudaGetLastError(), "starting a kernel");
}

extern "C" bon_status bon_cuda_blocks(void *stream, enum bon_gpu_kernel kernel, size_t count, size_t shared,
                                      const struct bon_gpu_args *args) {
    enum { SHARED_PLAIN = 48 << 10 }; /* more has to be asked for */
    const block_kernel function = BLOCK[kernel - FLATS];
    if (count == 0) return BON_OK;
    if (count > INT32_MAX) return bon_fail(BON_ERR_LIMIT, "GPU: a kernel of %zu blocks", count);
    if (shared > SHARED_PLAIN)
        BON_TRY(check(cudaFuncSetAttribute(function, cudaFuncAttributeMaxDynamicSharedMemorySize, (int)shared),
                      "asking for shared memory"));
    function<<<(unsigned)count, BON_GPU_THREADS, shared, static_cast<cudaStream_t>(stream)>>>(*args);
    return check(cudaGetLastError(), "starting a kernel");
}

/* ---- the sort ---- */

namespace {

/* With work NULL, says how many bytes it takes. Keys are not negative, so that the sign's bit needs no pass. */
cudaError_t sort_pairs(void *work, size_t *bytes, const int32_t *keys, const int32_t *values, int32_t *keys_out,
                       int32_t *values_out, size_t n, cudaStream_t stream) {
    return cub::DeviceRadixSort::SortPairs(work, *bytes, keys, keys_out, values, values_out, static_cast<int64_t>(n), 0,
                                           31, stream);
}

} // namespace

extern "C" size_t bon_cuda_sort_bytes(size_t n) {
    size_t bytes = 0;
    const int32_t *none = nullptr;
    return sort_pairs(nullptr, &bytes, none, none, nullptr, nullptr, n, nullptr) == cudaSuccess ? bytes : 0;
}

extern "C" bon_status bon_cuda_sort(void *stream, const int32_t *keys, const int32_t *values, int32_t *keys_out,
                                    int32_t *values_out, size_t n, void *work) {
    size_t bytes = bon_cuda_sort_bytes(n);
    if (bytes == 0) return check(cudaGetLastError(), "preparing a sort");
    return check(sort_pairs(work, &bytes, keys, values, keys_out, values_out, n, static_cast<cudaStream_t>(stream)),
                 "sorting");
}
