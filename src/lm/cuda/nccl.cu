/* src/lm/cuda/nccl.cu: sums over GPUs by NCCL (link.h), built with `make NCCL=1 cuda`. It has a stream of its own; what was asked of the
 * GPU before is waited for, and so is the sum. While it waits it asks NCCL whether another process is lost, which a wait in CUDA would
 * not notice. */
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include <cuda_runtime.h>
#include <nccl.h>

extern "C" {
#include "base/status.h"
}
#include "lm/cuda/link.h"

struct bon_link {
    ncclComm_t comm;
    cudaStream_t stream;
};

namespace {

static_assert(sizeof(ncclUniqueId) == BON_LINK_NAME, "NCCL's name of a run");

bon_status check(cudaError_t error, const char *what) {
    if (error == cudaSuccess) return BON_OK;
    return bon_fail(BON_ERR_IO, "GPU: %s: %s", what, cudaGetErrorString(error));
}

bon_status check_nccl(ncclResult_t result, const char *what) {
    if (result == ncclSuccess) return BON_OK;
    return bon_fail(BON_ERR_IO, "NCCL: %s: %s", what, ncclGetErrorString(result));
}

/* After this the link does no more than be closed. */
bon_status give_up(struct bon_link *link, ncclResult_t why) {
    (void)ncclCommAbort(link->comm);
    link->comm = nullptr;
    return check_nccl(why, "adding up gradients");
}

bon_status wait_for(struct bon_link *link) {
    for (;;) {
        const cudaError_t error = cudaStreamQuery(link->stream);
        if (error != cudaErrorNotReady) return check(error, "adding up gradients");
        ncclResult_t state = ncclSuccess;
        const ncclResult_t asked = ncclCommGetAsyncError(link->comm, &state);
        if (asked != ncclSuccess) return give_up(link, asked);
        if (state != ncclSuccess && state != ncclInProgress) return give_up(link, state);
        sched_yield();
    }
}

} // namespace

extern "C" bool bon_link_known(void) { return true; }

extern "C" bon_status bon_link_name(char name[BON_LINK_NAME]) {
    ncclUniqueId id;
    BON_TRY(check_nccl(ncclGetUniqueId(&id), "beginning"));
    memcpy(name, &id, sizeof id);
    return BON_OK;
}

extern "C" bon_status bon_link_open(struct bon_link **out, const char name[BON_LINK_NAME], unsigned rank,
                                    unsigned count) {
    ncclUniqueId id;
    struct bon_link *link = static_cast<struct bon_link *>(calloc(1, sizeof *link));
    if (!link) return bon_fail(BON_ERR_NOMEM, "out of memory");
    memcpy(&id, name, sizeof id);
    bon_status status = check(cudaStreamCreateWithFlags(&link->stream, cudaStreamNonBlocking), "a stream");
    if (status == BON_OK)
        status = check_nccl(ncclCommInitRank(&link->comm, (int)count, id, (int)rank), "joining the other GPUs");
    if (status != BON_OK) {
        bon_link_close(link);
        return status;
    }
    *out = link;
    return BON_OK;
}

extern "C" bon_status bon_link_sum(struct bon_link *link, void *vector, size_t n) {
    if (!link->comm) return bon_fail(BON_ERR_IO, "NCCL: adding up gradients: it has failed before");
    BON_TRY(check(cudaDeviceSynchronize(), "computing"));
    BON_TRY(check_nccl(ncclAllReduce(vector, vector, n, ncclFloat, ncclSum, link->comm, link->stream),
                       "adding up gradients"));
    return wait_for(link);
}

extern "C" void bon_link_close(struct bon_link *link) {
    if (!link) return;
    if (link->comm) (void)ncclCommAbort(link->comm); /* sums are done; to destroy it would wait for ranks that may be gone */
    if (link->stream) (void)cudaStreamDestroy(link->stream);
    free(link);
}
