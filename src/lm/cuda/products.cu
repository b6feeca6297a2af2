/* src/lm/cuda/products.cu: products of matrices by cuBLASLt.
 *
 * It is loaded when the device is opened, as the CPU's BLAS is, so that nothing more is linked. Which algorithm a product of a
 * shape takes is asked once and kept: what the library holds to be the best, not what a race on this machine says, which would be
 * another one in the next run, rounding otherwise.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cublasLt.h>
#include <dlfcn.h>

extern "C" {
#include "base/status.h"
}
#include "lm/cuda/machine.h"

namespace {

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
    uint32_t aligned[6]; /* of a, b, c, d, bias, saved: the largest power of 2 up to 256 that divides the address */
    uint32_t narrow, narrow_d, a_transposed, b_transposed, adds;
    uint32_t epilogue; /* what comes after the product: cublasLtEpilogue_t */
};

struct plan {
    struct shape shape;
    cublasLtMatmulDesc_t kind;
    cublasLtMatrixLayout_t a, b, c; /* as cuBLASLt sees them, column by column */
    cublasLtMatmulAlgo_t algorithm;
    size_t workspace;
    bool unfit; /* cuBLASLt has no such product with this epilogue */
};

} // namespace

struct bon_cuda_products {
    struct blas blas;
    struct plan *plans;
    size_t count, cap;
};

namespace {

bon_status check_blas(cublasStatus_t status, const char *what) {
    if (status == CUBLAS_STATUS_SUCCESS) return BON_OK;
    return bon_fail(BON_ERR_IO, "GPU: cuBLASLt: %s: status %d", what, (int)status);
}

uint32_t alignment(const void *at) {
    uint32_t by = 256;
    while ((uintptr_t)at % by) by /= 2;
    return by;
}

cublasLtEpilogue_t epilogue_of(const struct bon_gpu_product *p) {
    const bool bias = p->bias.at != nullptr, saves = p->saved.at != nullptr;
    if (p->map != BON_GELU) return bias ? CUBLASLT_EPILOGUE_BIAS : CUBLASLT_EPILOGUE_DEFAULT;
    if (saves) return bias ? CUBLASLT_EPILOGUE_GELU_AUX_BIAS : CUBLASLT_EPILOGUE_GELU_AUX;
    return bias ? CUBLASLT_EPILOGUE_GELU_BIAS : CUBLASLT_EPILOGUE_GELU;
}

struct shape shape_of(const struct bon_gpu_product *p) {
    struct shape s;
    memset(&s, 0, sizeof s); /* shapes are compared byte by byte */
    s.m = p->m, s.n = p->n, s.k = p->k, s.lda = p->lda, s.ldb = p->ldb, s.ldd = p->ldd;
    s.aligned[0] = alignment(p->a.at), s.aligned[1] = alignment(p->b.at);
    s.aligned[2] = alignment(p->beta != 0 ? p->c.at : p->d.at), s.aligned[3] = alignment(p->d.at);
    s.aligned[4] = alignment(p->bias.at), s.aligned[5] = alignment(p->saved.at);
    s.narrow = p->a.narrow, s.narrow_d = p->d.narrow, s.adds = p->beta != 0;
    s.a_transposed = p->a_transposed, s.b_transposed = p->b_transposed;
    s.epilogue = (uint32_t)epilogue_of(p);
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

/* Where this product's bias is, and where what GELU reads is kept; both of the width of d, as cuBLASLt takes for granted. */
bon_status point(const struct blas *blas, const struct plan *plan, const struct bon_gpu_product *p) {
    const cublasLtEpilogue_t epilogue = epilogue_of(p);
    const int64_t ld = (int64_t)p->ldd;
    const struct {
        bool is_set;
        cublasLtMatmulDescAttributes_t name;
        const void *value;
        size_t bytes;
    } attributes[] = {
        {epilogue != CUBLASLT_EPILOGUE_DEFAULT, CUBLASLT_MATMUL_DESC_EPILOGUE, &epilogue, sizeof epilogue},
        {p->bias.at != nullptr, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &p->bias.at, sizeof p->bias.at},
        {p->saved.at != nullptr, CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER, &p->saved.at, sizeof p->saved.at},
        {p->saved.at != nullptr, CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD, &ld, sizeof ld},
    };
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++)
        if (attributes[i].is_set)
            BON_TRY(check_blas(blas->cublasLtMatmulDescSetAttribute(plan->kind, attributes[i].name, attributes[i].value,
                                                                    attributes[i].bytes),
                               "an epilogue"));
    return BON_OK;
}

/* Asks which algorithm is the best for the shape. */
bon_status choose(const struct blas *blas, struct plan *plan) {
    static const cublasLtMatmulPreferenceAttributes_t ALIGNED[] = {
        CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES,
        CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES};
    const uint64_t most = BON_CUDA_WORKSPACE;
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

bon_status make_room(struct bon_cuda_products *products) {
    if (products->count < products->cap) return BON_OK;
    const size_t cap = products->cap ? 2 * products->cap : 64;
    struct plan *plans = static_cast<struct plan *>(realloc(products->plans, cap * sizeof *plans));
    if (!plans) return bon_fail(BON_ERR_NOMEM, "out of memory");
    products->plans = plans, products->cap = cap;
    return BON_OK;
}

bon_status find_plan(struct bon_cuda_products *products, const struct bon_gpu_product *p, struct plan **out) {
    const struct shape shape = shape_of(p);
    for (size_t i = 0; i < products->count; i++)
        if (memcmp(&products->plans[i].shape, &shape, sizeof shape) == 0) {
            *out = &products->plans[i];
            return BON_OK;
        }
    BON_TRY(make_room(products));
    struct plan *plan = &products->plans[products->count];
    memset(plan, 0, sizeof *plan);
    plan->shape = shape;
    bon_status status = describe(&products->blas, plan);
    if (status == BON_OK) status = point(&products->blas, plan, p);
    if (status == BON_OK) status = choose(&products->blas, plan);
    if (status == BON_ERR_IO && shape.epilogue != CUBLASLT_EPILOGUE_DEFAULT) plan->unfit = true, status = BON_OK;
    if (status != BON_OK) {
        free_plan(&products->blas, plan);
        return status;
    }
    products->count++;
    *out = plan;
    return BON_OK;
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

} // namespace

extern "C" bon_status bon_cuda_multiply(struct bon_cuda_products *products, void *stream, const struct bon_gpu_product *p,
                                        void *work) {
    const struct blas *blas = &products->blas;
    struct plan *plan = nullptr;
    BON_TRY(find_plan(products, p, &plan));
    if (plan->unfit) return bon_fail(BON_ERR_ARGUMENT, "GPU: cuBLASLt does not have this product's epilogue");
    BON_TRY(point(blas, plan, p));
    const void *c = p->beta != 0 ? p->c.at : p->d.at;
    return check_blas(blas->cublasLtMatmul(blas->handle, plan->kind, &p->alpha, p->b.at, plan->a, p->a.at, plan->b,
                                           &p->beta, c, plan->c, p->d.at, plan->c, &plan->algorithm, work,
                                           plan->workspace, static_cast<cudaStream_t>(stream)),
                      "a product");
}

/* GELU as cuBLASLt computes it is fast rather than exact: it is good enough where it is rounded to bf16 anyway. */
extern "C" bool bon_cuda_fuses(struct bon_cuda_products *products, const struct bon_gpu_product *p) {
    enum { AUX_COLUMNS = 8 }; /* rows of what GELU reads are a multiple of so many */
    struct plan *plan = nullptr;
    if (p->map != BON_IDENTITY && (p->map != BON_GELU || !p->d.narrow)) return false;
    if (p->saved.at && (p->ldd % AUX_COLUMNS || p->map != BON_GELU)) return false;
    return find_plan(products, p, &plan) == BON_OK && !plan->unfit;
}

extern "C" void bon_cuda_products_close(struct bon_cuda_products *products) {
    if (!products) return;
    for (size_t i = 0; i < products->count; i++) free_plan(&products->blas, &products->plans[i]);
    if (products->blas.handle) products->blas.cublasLtDestroy(products->blas.handle);
    if (products->blas.object) dlclose(products->blas.object);
    free(products->plans);
    free(products);
}

extern "C" bon_status bon_cuda_products_open(struct bon_cuda_products **out) {
    struct bon_cuda_products *products = static_cast<struct bon_cuda_products *>(calloc(1, sizeof *products));
    if (!products) return bon_fail(BON_ERR_NOMEM, "out of memory");
    load_blas(&products->blas);
    if (!products->blas.handle) {
        bon_cuda_products_close(products);
        products = nullptr;
    }
    *out = products;
    return BON_OK;
}
