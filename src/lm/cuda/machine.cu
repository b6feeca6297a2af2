/* src/lm/cuda/machine.cu: the machine of gpu.h on one of the GPUs that CUDA shows: a kernel for each body of kernels_*.h, products by
 * cuBLASLt, sorting by CUB. Everything goes to the default stream, in the order of the calls; every call is checked.
 *
 * cuBLASLt is loaded when the device is opened, as the CPU's BLAS is, so that nothing more is linked; without it products are our
 * own, much slower, and the device's name says so. What algorithm a product of a shape takes is asked once and kept.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cub/device/device_radix_sort.cuh>
#include <cublasLt.h>
#include <cuda_runtime.h>
#include <dlfcn.h>

extern "C" {
#include "base/status.h"
}
#include "lm/cuda/gpu.h"
#include "lm/cuda/kernels_flash.h"
#include "lm/cuda/kernels_norm.h"
#include "lm/cuda/kernels_softmax.h"

namespace {

/* ---- kernels ---- */

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

/* ---- the machine ---- */

/* The functions of cuBLASLt that are used. */
#define BLAS_TABLE(X)                                                                                                  \
    X(cublasLtCreate)                                                                                                  \
    X(cublasLtDestroy)                                                                                                 \
    X(cublasLtMatmul)                                                                                                  \
    X(cublasLtMatmulAlgoGetHeuristic)                                                                                  \
    X(cublasLtMatmulDescCreate)                                                                                        \
    X(cublasLtMatmulDescDestroy)                                                                                       \
    X(cublasLtMatmulDescSetAttribute)                                                                                  \
    X(cublasLtMatrixLayoutCreate)                                                                                      \
    X(cublasLtMatrixLayoutDestroy)                                                                                     \
    X(cublasLtMatmulPreferenceCreate)                                                                                  \
    X(cublasLtMatmulPreferenceDestroy)                                                                                 \
    X(cublasLtMatmulPreferenceSetAttribute)

struct blas {
    void *object; /* what dlopen gave */
    cublasLtHandle_t handle;
#define BLAS_FIELD(name) decltype(&::name) name;
    BLAS_TABLE(BLAS_FIELD)
#undef BLAS_FIELD
};

/* A product of a shape, its kind and how its operands are aligned. */
struct shape {
    size_t m, n, k, lda, ldb, ldd;
    uint32_t aligned[4]; /* of a, b, c and d: the largest power of 2 up to 256 that divides the address */
    uint32_t narrow, narrow_d, a_transposed, b_transposed, adds;
};

struct plan {
    struct shape shape;
    cublasLtMatmulDesc_t kind;
    cublasLtMatrixLayout_t a, b, c; /* as cuBLASLt sees them, column by column */
    cublasLtMatmulAlgo_t algorithm;
    size_t workspace;
};

struct block {
    void *at;
    size_t bytes;
};

struct gpu {
    struct blas blas;
    struct plan *plans;
    size_t plan_count, plan_cap;
    struct block *list; /* what is allocated */
    size_t count, cap, taken;
    void *workspace; /* of products */
    void *scratch;   /* of sorts; only grows */
    size_t scratch_bytes;
};

enum { WORKSPACE = 32 << 20 };

struct gpu *of(void *self) {
    return static_cast<struct gpu *>(self);
}

bon_status check(cudaError_t error, const char *what) {
    if (error == cudaSuccess) return BON_OK;
    return bon_fail(BON_ERR_IO, "GPU: %s: %s", what, cudaGetErrorString(error));
}

/* Room for one more item in an array that grows. */
template <class T> bool grow(T **list, size_t count, size_t *cap) {
    if (count < *cap) return true;
    const size_t more = *cap ? 2 * *cap : 64;
    T *larger = static_cast<T *>(realloc(*list, more * sizeof(T)));
    if (!larger) return false;
    *list = larger, *cap = more;
    return true;
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

void *alloc(void *self, size_t bytes) {
    struct gpu *gpu = of(self);
    void *memory = nullptr;
    if (!grow(&gpu->list, gpu->count, &gpu->cap)) {
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

void release(void *self, void *memory) {
    struct gpu *gpu = of(self);
    for (size_t i = 0; i < gpu->count; i++) {
        if (gpu->list[i].at != memory) continue;
        gpu->taken -= gpu->list[i].bytes;
        gpu->list[i] = gpu->list[--gpu->count];
        break;
    }
    (void)cudaFree(memory); /* a failure of what was asked for before shows up in the next call that is checked */
}

bon_status upload(void *self, void *to, const void *from, size_t bytes) {
    (void)self;
    return check(cudaMemcpy(to, from, bytes, cudaMemcpyHostToDevice), "copying to it");
}

bon_status download(void *self, void *to, const void *from, size_t bytes) {
    (void)self;
    return check(cudaMemcpy(to, from, bytes, cudaMemcpyDeviceToHost), "copying from it");
}

bon_status fill(void *self, void *memory, int byte, size_t bytes) {
    (void)self;
    return check(cudaMemset(memory, byte, bytes), "cudaMemset");
}

bon_status finish(void *self) {
    (void)self;
    return check(cudaDeviceSynchronize(), "computing");
}

size_t memory(void *self) { return of(self)->taken; }

/* ---- launching ---- */

bon_status flat(void *self, enum bon_gpu_kernel kernel, size_t n, const struct bon_gpu_args *args) {
    enum { BLOCKS_MAX = 1 << 16 };
    const size_t blocks = (n + BON_GPU_THREADS - 1) / BON_GPU_THREADS;
    (void)self;
    if (n == 0) return BON_OK;
    FLAT[kernel]<<<(unsigned)(blocks < BLOCKS_MAX ? blocks : (size_t)BLOCKS_MAX), BON_GPU_THREADS>>>(*args, n);
    return check(cudaGetLastError(), "starting a kernel");
}

bon_status blocks(void *self, enum bon_gpu_kernel kernel, size_t count, size_t shared,
                  const struct bon_gpu_args *args) {
    enum { SHARED_PLAIN = 48 << 10 }; /* more has to be asked for */
    const block_kernel function = BLOCK[kernel - FLATS];
    (void)self;
    if (count == 0) return BON_OK;
    if (count > INT32_MAX) return bon_fail(BON_ERR_LIMIT, "GPU: a kernel of %zu blocks", count);
    if (shared > SHARED_PLAIN)
        BON_TRY(check(cudaFuncSetAttribute(function, cudaFuncAttributeMaxDynamicSharedMemorySize, (int)shared),
                      "asking for shared memory"));
    function<<<(unsigned)count, BON_GPU_THREADS, shared>>>(*args);
    return check(cudaGetLastError(), "starting a kernel");
}

bon_status sort(void *self, const int32_t *keys, const int32_t *values, int32_t *keys_out, int32_t *values_out,
                size_t n) {
    struct gpu *gpu = of(self);
    size_t bytes = 0;
    BON_TRY(check(cub::DeviceRadixSort::SortPairs(nullptr, bytes, keys, keys_out, values, values_out, (int64_t)n),
                  "preparing a sort"));
    if (bytes > gpu->scratch_bytes) {
        if (gpu->scratch) release(self, gpu->scratch);
        gpu->scratch_bytes = 0;
        if (!(gpu->scratch = alloc(self, bytes))) return BON_ERR_NOMEM;
        gpu->scratch_bytes = bytes;
    }
    return check(cub::DeviceRadixSort::SortPairs(gpu->scratch, bytes, keys, keys_out, values, values_out, (int64_t)n),
                 "sorting");
}

/* ---- products ---- */

bon_status check_blas(cublasStatus_t status, const char *what) {
    if (status == CUBLAS_STATUS_SUCCESS) return BON_OK;
    return bon_fail(BON_ERR_IO, "GPU: cuBLASLt: %s: status %d", what, (int)status);
}

uint32_t alignment(const void *at) {
    uint32_t by = 256;
    while ((uintptr_t)at % by) by /= 2;
    return by;
}

struct shape shape_of(const struct bon_gpu_product *p) {
    struct shape s;
    memset(&s, 0, sizeof s); /* shapes are compared byte by byte */
    s.m = p->m, s.n = p->n, s.k = p->k, s.lda = p->lda, s.ldb = p->ldb, s.ldd = p->ldd;
    s.aligned[0] = alignment(p->a.at), s.aligned[1] = alignment(p->b.at);
    s.aligned[2] = alignment(p->beta != 0 ? p->c.at : p->d.at), s.aligned[3] = alignment(p->d.at);
    s.narrow = p->a.narrow, s.narrow_d = p->d.narrow, s.adds = p->beta != 0;
    s.a_transposed = p->a_transposed, s.b_transposed = p->b_transposed;
    return s;
}

void free_plan(const struct blas *blas, struct plan *plan) {
    if (plan->kind) blas->cublasLtMatmulDescDestroy(plan->kind);
    if (plan->a) blas->cublasLtMatrixLayoutDestroy(plan->a);
    if (plan->b) blas->cublasLtMatrixLayoutDestroy(plan->b);
    if (plan->c) blas->cublasLtMatrixLayoutDestroy(plan->c);
}

/* A matrix that we see row by row as rows x cols is cols x rows column by column: d^T = op(b)^T op(a)^T, so b comes first. */
bon_status describe(const struct blas *blas, struct plan *plan) {
    const struct shape *s = &plan->shape;
    const cudaDataType in = s->narrow ? CUDA_R_16BF : CUDA_R_32F, out = s->narrow_d ? CUDA_R_16BF : CUDA_R_32F;
    const cublasOperation_t first = s->b_transposed ? CUBLAS_OP_T : CUBLAS_OP_N;
    const cublasOperation_t second = s->a_transposed ? CUBLAS_OP_T : CUBLAS_OP_N;
    BON_TRY(check_blas(blas->cublasLtMatmulDescCreate(&plan->kind, CUBLAS_COMPUTE_32F, CUDA_R_32F), "a product"));
    BON_TRY(
        check_blas(blas->cublasLtMatmulDescSetAttribute(plan->kind, CUBLASLT_MATMUL_DESC_TRANSA, &first, sizeof first),
                   "a product"));
    BON_TRY(check_blas(
        blas->cublasLtMatmulDescSetAttribute(plan->kind, CUBLASLT_MATMUL_DESC_TRANSB, &second, sizeof second),
        "a product"));
    BON_TRY(check_blas(blas->cublasLtMatrixLayoutCreate(&plan->a, in, s->b_transposed ? s->k : s->n,
                                                        s->b_transposed ? s->n : s->k, (int64_t)s->ldb),
                       "a matrix"));
    BON_TRY(check_blas(blas->cublasLtMatrixLayoutCreate(&plan->b, in, s->a_transposed ? s->m : s->k,
                                                        s->a_transposed ? s->k : s->m, (int64_t)s->lda),
                       "a matrix"));
    return check_blas(blas->cublasLtMatrixLayoutCreate(&plan->c, out, s->n, s->m, (int64_t)s->ldd), "a matrix");
}

/* Asks which algorithm is the best for the shape. */
bon_status choose(const struct blas *blas, struct plan *plan) {
    static const cublasLtMatmulPreferenceAttributes_t ALIGNED[] = {
        CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES,
        CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES};
    const uint64_t most = WORKSPACE;
    cublasLtMatmulPreference_t wish = nullptr;
    cublasLtMatmulHeuristicResult_t found;
    int count = 0;
    memset(&found, 0, sizeof found);
    bon_status status = check_blas(blas->cublasLtMatmulPreferenceCreate(&wish), "a preference");
    if (status == BON_OK)
        status = check_blas(blas->cublasLtMatmulPreferenceSetAttribute(wish, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES,
                                                                       &most, sizeof most),
                            "a preference");
    for (int i = 0; status == BON_OK && i < 4; i++)
        status = check_blas(blas->cublasLtMatmulPreferenceSetAttribute(wish, ALIGNED[i], &plan->shape.aligned[i],
                                                                       sizeof plan->shape.aligned[i]),
                            "a preference");
    if (status == BON_OK)
        status = check_blas(blas->cublasLtMatmulAlgoGetHeuristic(blas->handle, plan->kind, plan->a, plan->b, plan->c,
                                                                 plan->c, wish, 1, &found, &count),
                            "choosing an algorithm");
    if (wish) blas->cublasLtMatmulPreferenceDestroy(wish);
    if (status == BON_OK && count < 1)
        status = bon_fail(BON_ERR_IO, "GPU: cuBLASLt has no product of %zu x %zu x %zu", plan->shape.m, plan->shape.n,
                          plan->shape.k);
    plan->algorithm = found.algo, plan->workspace = found.workspaceSize;
    return status;
}

bon_status find_plan(struct gpu *gpu, const struct bon_gpu_product *p, struct plan **out) {
    const struct shape shape = shape_of(p);
    for (size_t i = 0; i < gpu->plan_count; i++)
        if (memcmp(&gpu->plans[i].shape, &shape, sizeof shape) == 0) {
            *out = &gpu->plans[i];
            return BON_OK;
        }
    if (!grow(&gpu->plans, gpu->plan_count, &gpu->plan_cap)) return bon_fail(BON_ERR_NOMEM, "out of memory");
    struct plan *plan = &gpu->plans[gpu->plan_count];
    memset(plan, 0, sizeof *plan);
    plan->shape = shape;
    bon_status status = describe(&gpu->blas, plan);
    if (status == BON_OK) status = choose(&gpu->blas, plan);
    if (status != BON_OK) {
        free_plan(&gpu->blas, plan);
        return status;
    }
    gpu->plan_count++;
    *out = plan;
    return BON_OK;
}

bon_status product(void *self, const struct bon_gpu_product *p) {
    struct gpu *gpu = of(self);
    if (!gpu->blas.handle) {
        const struct bon_gpu_args args = gpu_product_args(p);
        return blocks(self, BON_GPU_PRODUCT, gpu_product_blocks(p), GPU_PRODUCT_SHARED, &args);
    }
    struct plan *plan = nullptr;
    BON_TRY(find_plan(gpu, p, &plan));
    const void *c = p->beta != 0 ? p->c.at : p->d.at;
    return check_blas(gpu->blas.cublasLtMatmul(gpu->blas.handle, plan->kind, &p->alpha, p->b.at, plan->a, p->a.at,
                                               plan->b, &p->beta, c, plan->c, p->d.at, plan->c, &plan->algorithm,
                                               gpu->workspace, plan->workspace, nullptr),
                      "a product");
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

void close_gpu(void *self) {
    struct gpu *gpu = of(self);
    for (size_t i = 0; i < gpu->plan_count; i++) free_plan(&gpu->blas, &gpu->plans[i]);
    if (gpu->blas.handle) gpu->blas.cublasLtDestroy(gpu->blas.handle);
    while (gpu->count > 0) release(self, gpu->list[gpu->count - 1].at);
    free(gpu->plans);
    free(gpu->list);
    if (gpu->blas.object) dlclose(gpu->blas.object);
    free(gpu);
}

/* Leaves the handle NULL where there is no cuBLASLt. */
void load_blas(struct blas *blas) {
    static const char *const FILES[] = {"libcublasLt.so.13", "libcublasLt.so.12", "libcublasLt.so",
                                        "/usr/local/cuda/lib64/libcublasLt.so"};
    for (size_t i = 0; !blas->object && i < sizeof FILES / sizeof FILES[0]; i++)
        blas->object = dlopen(FILES[i], RTLD_NOW | RTLD_LOCAL);
    if (!blas->object) return;
#define BLAS_LOAD(name)                                                                                                \
    blas->name = reinterpret_cast<decltype(blas->name)>(dlsym(blas->object, #name));                                  \
    if (!blas->name) return;
    BLAS_TABLE(BLAS_LOAD)
    if (blas->cublasLtCreate(&blas->handle) != CUBLAS_STATUS_SUCCESS) blas->handle = nullptr;
}

const struct bon_gpu_ops OPS = {alloc,   release, upload, download, fill, flat,     blocks,
                                product, sort,    finish, memory,   peak, close_gpu};

bon_status no_gpu(cudaError_t error) {
    return bon_fail(BON_ERR_ARGUMENT,
                    "device \"cuda\": there is no GPU that CUDA can use here (%s); \"cpu\" computes the same",
                    error == cudaSuccess ? "none found" : cudaGetErrorString(error));
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
    load_blas(&gpu->blas);
    if (gpu->blas.handle && !(gpu->workspace = alloc(gpu, WORKSPACE))) {
        close_gpu(gpu);
        return BON_ERR_NOMEM;
    }
    snprintf(name, name_size, "%.60s, %s", properties.name, gpu->blas.handle ? "cuBLASLt" : "no cuBLASLt");
    *out = (struct bon_gpu){};
    out->ops = &OPS, out->self = gpu;
    return BON_OK;
}
