/* tests/gpu/standin/lm/cuda_runtime.h: as much of CUDA's runtime as src/lm/cuda/machine.cu uses, so that its own code (streams and
 * events, copies that go on beside kernels, recordings) runs where there is no GPU. Compiled by a C++ compiler that is told to be
 * nvcc; the kernels are those of the emulation (kernels.c).
 *
 * A stream is a list of what is still to be done, and nothing is done before somebody has to wait for it: whoever reads too early,
 * or writes where a copy still has to read, finds it out. GPU_STANDIN_EAGER=1 lets every stream but the first, the kernels', run as
 * far ahead as its events allow, for the same reason turned round. While a stream is captured, what CUDA does not allow fails the
 * capture; GPU_STANDIN_CAPTURE=0 does not capture at all. Fresh memory has a pattern in it, and of memory there is as much as
 * GPU_STANDIN_BYTES says.
 */
#ifndef BON_TESTS_GPU_STANDIN_LM_H
#define BON_TESTS_GPU_STANDIN_LM_H

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#define __host__
#define __device__
#define __forceinline__ inline

typedef int cudaError_t;
enum {
    cudaSuccess = 0,
    cudaErrorMemoryAllocation = 2,
    cudaErrorNotSupported = 801,
    cudaErrorStreamCaptureUnsupported = 900,
    cudaErrorStreamCaptureInvalidated = 901
};
enum { cudaStreamNonBlocking = 1, cudaEventDisableTiming = 2, cudaHostAllocDefault = 0 };
enum cudaMemcpyKind { cudaMemcpyHostToDevice = 1, cudaMemcpyDeviceToHost = 2, cudaMemcpyDeviceToDevice = 3 };
enum cudaStreamCaptureMode { cudaStreamCaptureModeThreadLocal = 1 };
enum cudaDeviceAttr {
    cudaDevAttrMultiProcessorCount = 16,
    cudaDevAttrComputeCapabilityMajor = 75,
    cudaDevAttrComputeCapabilityMinor = 76
};
struct cudaDeviceProp {
    char name[256];
    int major, minor;
};

inline const char *cudaGetErrorString(cudaError_t error) {
    return error == cudaErrorNotSupported               ? "the stand-in does not capture"
           : error == cudaErrorStreamCaptureUnsupported ? "not while a stream is captured"
           : error == cudaErrorStreamCaptureInvalidated ? "the capture was spoilt"
                                                        : "a failure of the stand-in";
}

inline size_t standin_number(const char *name, size_t otherwise) {
    const char *text = getenv(name);
    return text ? strtoull(text, nullptr, 10) : otherwise;
}

/* ---- streams ---- */

typedef std::function<void()> standin_work;
struct standin_stream;

/* How far a stream has to be. */
struct standin_point {
    standin_stream *stream;
    uint64_t at;
};

struct standin_item {
    standin_work work;
    standin_point after; /* stream NULL: it waits for nothing */
};

struct standin_stream {
    std::deque<standin_item> items;
    uint64_t asked, done;
    bool eager, capturing, spoilt;
    std::vector<standin_work> captured;
};

typedef standin_stream *cudaStream_t;
typedef standin_point *cudaEvent_t;
typedef std::vector<standin_work> *cudaGraph_t, *cudaGraphExec_t;

inline std::vector<standin_stream *> standin_streams;

inline bool standin_reached(const standin_point &point) { return !point.stream || point.stream->done >= point.at; }

inline void standin_run(standin_stream *stream, uint64_t until) {
    while (stream->done < until) {
        const standin_item item = stream->items.front();
        if (!standin_reached(item.after)) standin_run(item.after.stream, item.after.at);
        stream->items.pop_front();
        stream->done++;
        item.work();
    }
}

inline void standin_run_ahead() {
    for (standin_stream *stream : standin_streams)
        while (stream->eager && !stream->items.empty() && standin_reached(stream->items.front().after))
            standin_run(stream, stream->done + 1);
}

/* Nothing that waits, and no memory asked for, while a stream is captured. */
inline bool standin_spoils() {
    bool any = false;
    for (standin_stream *stream : standin_streams)
        if (stream->capturing) any = stream->spoilt = true;
    return any;
}

inline cudaError_t standin_append(standin_stream *stream, standin_work work, standin_point after) {
    if (stream->capturing) {
        stream->captured.push_back(work);
        return cudaSuccess;
    }
    stream->items.push_back({work, after});
    stream->asked++;
    standin_run_ahead();
    return cudaSuccess;
}

/* For kernels.c: run(a copy of `bytes` bytes of what is at data), in the stream's turn. */
extern "C" __attribute__((used)) inline void standin_later(void *stream, void (*run)(void *data), const void *data,
                                                           size_t bytes) {
    const char *from = static_cast<const char *>(data);
    std::shared_ptr<std::vector<uint64_t>> copy = std::make_shared<std::vector<uint64_t>>((bytes + 7) / 8);
    memcpy(copy->data(), from, bytes);
    standin_append(static_cast<standin_stream *>(stream), [=] { run(copy->data()); }, {nullptr, 0});
}

inline cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, int) {
    *stream = new standin_stream();
    (*stream)->eager = !standin_streams.empty() && standin_number("GPU_STANDIN_EAGER", 0);
    standin_streams.push_back(*stream);
    return cudaSuccess;
}

inline cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
    if (standin_spoils()) return cudaErrorStreamCaptureUnsupported;
    standin_run(stream, stream->asked);
    standin_run_ahead();
    return cudaSuccess;
}

inline cudaError_t cudaStreamDestroy(cudaStream_t stream) {
    standin_run(stream, stream->asked);
    for (size_t i = 0; i < standin_streams.size(); i++)
        if (standin_streams[i] == stream) standin_streams.erase(standin_streams.begin() + static_cast<ptrdiff_t>(i--));
    delete stream;
    return cudaSuccess;
}

/* ---- events ---- */

inline cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, int) {
    *event = new standin_point();
    return cudaSuccess;
}
inline cudaError_t cudaEventDestroy(cudaEvent_t event) {
    delete event;
    return cudaSuccess;
}
inline cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
    if (standin_spoils()) return cudaErrorStreamCaptureUnsupported; /* CUDA allows it; bon does not do it */
    *event = {stream, stream->asked};
    return cudaSuccess;
}
inline cudaError_t cudaEventSynchronize(cudaEvent_t event) {
    if (standin_spoils()) return cudaErrorStreamCaptureUnsupported;
    if (!standin_reached(*event)) standin_run(event->stream, event->at);
    standin_run_ahead();
    return cudaSuccess;
}
inline cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
    if (standin_spoils()) return cudaErrorStreamCaptureUnsupported;
    return standin_append(
        stream, [] {}, *event);
}

/* ---- memory ---- */

inline cudaError_t cudaMemGetInfo(size_t *unused, size_t *all) {
    *unused = *all = standin_number("GPU_STANDIN_BYTES", (size_t)1 << 36);
    return cudaSuccess;
}
inline cudaError_t cudaMalloc(void **array, size_t bytes) {
    if (standin_spoils()) return cudaErrorStreamCaptureUnsupported;
    if (bytes > standin_number("GPU_STANDIN_BYTES", (size_t)1 << 36)) return cudaErrorMemoryAllocation;
    *array = aligned_alloc(256, (bytes + 255) / 256 * 256);
    if (*array) memset(*array, 0xa5, bytes);
    return *array ? cudaSuccess : cudaErrorMemoryAllocation;
}
inline cudaError_t cudaFree(void *array) {
    free(array);
    return cudaSuccess;
}
inline cudaError_t cudaHostAlloc(void **array, size_t bytes, int) {
    return (*array = malloc(bytes)) ? cudaSuccess : cudaErrorMemoryAllocation;
}
inline cudaError_t cudaFreeHost(void *array) { return cudaFree(array); }
inline cudaError_t cudaMemsetAsync(void *to, int value, size_t n, cudaStream_t stream) {
    return standin_append(stream, [=] { memset(to, value, n); }, {nullptr, 0});
}
/* As for pinned memory: it is read when its turn comes. */
inline cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t n, cudaMemcpyKind kind, cudaStream_t stream) {
    if (kind != cudaMemcpyDeviceToDevice && standin_spoils()) return cudaErrorStreamCaptureUnsupported;
    return standin_append(stream, [=] { memcpy(to, from, n); }, {nullptr, 0});
}

/* ---- captures ---- */

inline cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
    if (!standin_number("GPU_STANDIN_CAPTURE", 1)) return cudaErrorNotSupported;
    stream->capturing = true, stream->spoilt = false;
    return cudaSuccess;
}
inline cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t *graph) {
    stream->capturing = false;
    *graph = stream->spoilt ? nullptr : new std::vector<standin_work>(stream->captured);
    stream->captured.clear();
    return stream->spoilt ? cudaErrorStreamCaptureInvalidated : cudaSuccess;
}
inline cudaError_t cudaGraphInstantiate(cudaGraphExec_t *ready, cudaGraph_t graph, unsigned long long) {
    *ready = new std::vector<standin_work>(*graph);
    return cudaSuccess;
}
inline cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
    delete graph;
    return cudaSuccess;
}
inline cudaError_t cudaGraphExecDestroy(cudaGraphExec_t ready) {
    delete ready;
    return cudaSuccess;
}
inline cudaError_t cudaGraphLaunch(cudaGraphExec_t ready, cudaStream_t stream) {
    return standin_append(stream,
                          [=] {
                              for (const standin_work &work : *ready) work();
                          },
                          {nullptr, 0});
}

/* ---- the GPU ---- */

inline cudaError_t cudaGetLastError() { return cudaSuccess; }
inline cudaError_t cudaGetDeviceCount(int *count) { return *count = 1, cudaSuccess; }
inline cudaError_t cudaSetDevice(int) { return cudaSuccess; }
inline cudaError_t cudaGetDevice(int *number) { return *number = 0, cudaSuccess; }
inline cudaError_t cudaGetDeviceProperties(cudaDeviceProp *properties, int) {
    *properties = {"stand-in for a GPU", 8, 0};
    return cudaSuccess;
}
inline cudaError_t cudaDeviceGetAttribute(int *value, cudaDeviceAttr attribute, int) {
    *value = attribute == cudaDevAttrComputeCapabilityMajor ? 8 : 0;
    return cudaSuccess;
}

#endif
