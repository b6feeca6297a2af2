/* src/lm/cuda/link.h: sums over GPUs, one a process: NCCL (nccl.cu), where it is built in; link.c says that it is not. */
#ifndef BON_SRC_LM_CUDA_LINK_H
#define BON_SRC_LM_CUDA_LINK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { BON_LINK_NAME = 128 }; /* bytes of what a run is called among its processes */

struct bon_link;

bool bon_link_known(void);
bon_status bon_link_name(char name[BON_LINK_NAME]);
/* On the GPU of the calling thread; returns when all `count` ranks have called it. */
bon_status bon_link_open(struct bon_link **out, const char name[BON_LINK_NAME], unsigned rank, unsigned count);
/* Makes n 32-bit floats on the GPU the sum of all ranks', behind everything that was asked of the GPU; waits for it. */
bon_status bon_link_sum(struct bon_link *link, void *vector, size_t n);
void bon_link_close(struct bon_link *link); /* NULL: nothing */

#ifdef __cplusplus
}
#endif
#endif
