/* src/lm/cuda/machine.h: what the files of the machine on a GPU share: machine.cu (memory, the stream, copies, recordings), kernels.cu
 * (kernels, their launch, the sort), products.cu (cuBLASLt). For tests machine.cu is linked with stand-ins of the other two
 * (tests/gpu/standin/lm). A stream is a cudaStream_t.
 */
#ifndef BON_SRC_LM_CUDA_MACHINE_H
#define BON_SRC_LM_CUDA_MACHINE_H

#include "lm/cuda/gpu.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- kernels.cu: everything is appended to the stream ---- */

bon_status bon_cuda_flat(void *stream, enum bon_gpu_kernel kernel, size_t n, const struct bon_gpu_args *args);
bon_status bon_cuda_blocks(void *stream, enum bon_gpu_kernel kernel, size_t blocks, size_t shared,
                           const struct bon_gpu_args *args);
bon_status bon_cuda_sort(void *stream, const int32_t *keys, const int32_t *values, int32_t *keys_out,
                         int32_t *values_out, size_t n, void *work);
size_t bon_cuda_sort_bytes(size_t n);

/* ---- products.cu ---- */

struct bon_cuda_products;
enum { BON_CUDA_WORKSPACE = 32 << 20 };

/* NULL where there is no cuBLASLt. */
bon_status bon_cuda_products_open(struct bon_cuda_products **out);
void bon_cuda_products_close(struct bon_cuda_products *products);
bool bon_cuda_fuses(struct bon_cuda_products *products, const struct bon_gpu_product *product);
/* work: BON_CUDA_WORKSPACE bytes. */
bon_status bon_cuda_multiply(struct bon_cuda_products *products, void *stream, const struct bon_gpu_product *product,
                             void *work);

#ifdef __cplusplus
}
#endif
#endif
