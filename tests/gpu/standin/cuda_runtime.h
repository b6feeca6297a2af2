/* tests/gpu/standin/cuda_runtime.h: as much of CUDA's runtime and of CUB as src/ngram/cuda/machine.cu uses (and nccl.cu, with nccl.h
 * beside this), made of loops, so that their own code (launches, copies in slices, buffers that change places, memory that runs out)
 * runs where there is no GPU. Compiled by a C++ compiler that is told to be nvcc. Threads of a launch run in an order that is not
 * theirs, the sort leaves its result now in the one buffer and now in the other, fresh memory has a pattern in it, and of memory
 * there is as much as GPU_STANDIN_BYTES says.
 */
#ifndef BON_TESTS_GPU_STANDIN_H
#define BON_TESTS_GPU_STANDIN_H

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <vector>

#define __global__
#define __host__
#define __device__
#define __forceinline__ inline
#define __launch_bounds__(threads)
#define __grid_constant__

typedef int cudaError_t;
typedef void *cudaStream_t;
enum {
    cudaSuccess = 0,
    cudaErrorMemoryAllocation = 2,
    cudaErrorNotReady = 600,
    cudaHostAllocDefault = 0,
    cudaStreamNonBlocking = 1
};
enum cudaMemcpyKind { cudaMemcpyHostToDevice = 1, cudaMemcpyDeviceToHost = 2 };

inline size_t standin_bytes() {
    const char *bytes = getenv("GPU_STANDIN_BYTES");
    return bytes ? strtoull(bytes, nullptr, 10) : (size_t)1 << 36;
}

inline const char *cudaGetErrorString(cudaError_t) { return "a failure of the stand-in"; }
inline cudaError_t cudaGetLastError() { return cudaSuccess; }
inline cudaError_t cudaGetDeviceCount(int *count) { return *count = 1, cudaSuccess; }
inline cudaError_t cudaSetDevice(int) { return cudaSuccess; }
inline cudaError_t cudaDeviceSynchronize() { return cudaSuccess; }
inline cudaError_t cudaMemGetInfo(size_t *unused, size_t *all) { return *unused = *all = standin_bytes(), cudaSuccess; }
inline cudaError_t cudaMalloc(void **array, size_t bytes) {
    if (bytes > standin_bytes()) return cudaErrorMemoryAllocation;
    *array = malloc(bytes ? bytes : 1);
    if (*array) memset(*array, 0xa5, bytes);
    return *array ? cudaSuccess : cudaErrorMemoryAllocation;
}
inline cudaError_t cudaFree(void *array) { return free(array), cudaSuccess; }
inline cudaError_t cudaHostAlloc(void **array, size_t bytes, int) {
    return (*array = malloc(bytes)) ? cudaSuccess : cudaErrorMemoryAllocation;
}
inline cudaError_t cudaFreeHost(void *array) { return free(array), cudaSuccess; }
inline cudaError_t cudaMemset(void *to, int value, size_t n) { return memset(to, value, n), cudaSuccess; }
inline cudaError_t cudaMemcpy(void *to, const void *from, size_t n, cudaMemcpyKind) {
    return n ? memcpy(to, from, n) : to, cudaSuccess;
}
inline cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t n, cudaMemcpyKind kind, cudaStream_t) {
    return cudaMemcpy(to, from, n, kind);
}
inline cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, int) {
    return (*stream = calloc(1, 1)) ? cudaSuccess : cudaErrorMemoryAllocation;
}
inline cudaError_t cudaStreamSynchronize(cudaStream_t) { return cudaSuccess; }
/* Work is done when it is asked for the second time; never, when a process that it waits for is lost. */
inline cudaError_t cudaStreamQuery(cudaStream_t stream) {
    char *asked = static_cast<char *>(stream);
    *asked ^= 1;
    return *asked || getenv("GPU_STANDIN_LOST") ? cudaErrorNotReady : cudaSuccess;
}
inline cudaError_t cudaStreamDestroy(cudaStream_t stream) { return free(stream), cudaSuccess; }

/* ---- launches: last block first, last thread first ---- */

struct standin_place {
    unsigned x;
};
inline standin_place blockIdx, blockDim, threadIdx;

template <class Map>
void standin_launch(void (*kernel)(Map, uint64_t), unsigned blocks, unsigned threads, Map map, uint64_t n) {
    blockDim.x = threads;
    for (blockIdx.x = blocks; blockIdx.x-- > 0;)
        for (threadIdx.x = threads; threadIdx.x-- > 0;) kernel(map, n);
}
#define BON_LAUNCH(kernel, blocks, threads, ...) standin_launch(kernel, blocks, threads, __VA_ARGS__)

/* ---- CUB: called without scratch it says how much it wants, and then uses that ---- */

namespace cub {

template <class T> struct DoubleBuffer {
    T *buffers[2];
    int selector = 0;
    DoubleBuffer(T *current, T *alternate) : buffers{current, alternate} {}
    T *Current() { return buffers[selector]; }
    T *Alternate() { return buffers[selector ^ 1]; }
};

inline bool standin_scratch(void *scratch, size_t &bytes, size_t wanted) {
    if (scratch) memset(scratch, 0x5a, wanted);
    bytes = wanted;
    return scratch != nullptr;
}

struct DeviceRadixSort {
    template <class Key, class Value, class Count>
    static cudaError_t SortPairs(void *scratch, size_t &bytes, DoubleBuffer<Key> &keys, DoubleBuffer<Value> &values,
                                 Count n, int, int end_bit) {
        if (!standin_scratch(scratch, bytes, 1000)) return cudaSuccess;
        const Key *key = keys.Current(), mask = end_bit == 64 ? ~(Key)0 : ((Key)1 << end_bit) - 1;
        std::vector<uint32_t> order(n);
        std::iota(order.begin(), order.end(), 0u);
        std::stable_sort(order.begin(), order.end(),
                         [=](uint32_t a, uint32_t b) { return (key[a] & mask) < (key[b] & mask); });
        for (Count i = 0; i < n; i++) {
            keys.Alternate()[i] = keys.Current()[order[i]];
            values.Alternate()[i] = values.Current()[order[i]];
        }
        if (n % 2) {
            keys.selector ^= 1, values.selector ^= 1;
        } else {
            memcpy(keys.Current(), keys.Alternate(), n * sizeof(Key));
            memcpy(values.Current(), values.Alternate(), n * sizeof(Value));
        }
        return cudaSuccess;
    }
};

struct DeviceScan {
    template <class T, class Count>
    static cudaError_t ExclusiveSum(void *scratch, size_t &bytes, T *from, T *to, Count n) {
        if (!standin_scratch(scratch, bytes, 5000)) return cudaSuccess;
        T sum = 0;
        for (Count i = 0; i < n; i++) {
            T here = from[i];
            to[i] = sum;
            sum += here;
        }
        return cudaSuccess;
    }

    template <class T, class Function, class Count>
    static cudaError_t InclusiveScan(void *scratch, size_t &bytes, T *from, T *to, Function function, Count n) {
        if (!standin_scratch(scratch, bytes, 2000)) return cudaSuccess;
        for (Count i = 0; i < n; i++) to[i] = i ? function(to[i - 1], from[i]) : from[0];
        return cudaSuccess;
    }
};

} // namespace cub

#endif
