/* tests/gpu/standin/nccl.h: as much of NCCL as src/lm/cuda/nccl.cu uses, between threads of one process: a sum waits until all ranks
 * of a communicator ask for it. With GPU_STANDIN_LOST set, another process seems to be lost. */
#ifndef BON_TESTS_GPU_STANDIN_NCCL_H
#define BON_TESTS_GPU_STANDIN_NCCL_H

#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <vector>

#include <cuda_runtime.h>

typedef enum { ncclSuccess = 0, ncclInvalidArgument = 4, ncclRemoteError = 6, ncclInProgress = 7 } ncclResult_t;
typedef enum { ncclFloat = 7 } ncclDataType_t;
typedef enum { ncclSum = 0 } ncclRedOp_t;
typedef struct {
    char internal[128];
} ncclUniqueId;

/* What the ranks of a run share: the sum of the round, and how many have added to it and taken it. */
struct standin_round {
    std::mutex lock;
    std::condition_variable changed;
    std::vector<float> sum;
    int ranks = 0, joined = 0, added = 0, taken = 0;
};

struct standin_comm {
    standin_round *round;
};
typedef standin_comm *ncclComm_t;

inline std::mutex standin_lock;
inline std::map<int, standin_round *> standin_runs;

inline const char *ncclGetErrorString(ncclResult_t) { return "a failure of the stand-in"; }

inline ncclResult_t ncclGetUniqueId(ncclUniqueId *id) {
    static int last = 0;
    std::lock_guard<std::mutex> hold(standin_lock);
    memset(id, 0, sizeof *id);
    last++;
    memcpy(id, &last, sizeof last);
    standin_runs[last] = new standin_round;
    return ncclSuccess;
}

inline ncclResult_t ncclCommInitRank(ncclComm_t *comm, int ranks, ncclUniqueId id, int rank) {
    int name;
    memcpy(&name, &id, sizeof name);
    standin_lock.lock();
    standin_round *round = standin_runs.count(name) ? standin_runs[name] : nullptr;
    standin_lock.unlock();
    if (!round || rank < 0 || rank >= ranks) return ncclInvalidArgument;
    std::unique_lock<std::mutex> hold(round->lock);
    round->ranks = ranks, round->joined++;
    round->changed.notify_all();
    round->changed.wait(hold, [=] { return round->joined >= ranks; });
    *comm = new standin_comm{round};
    return ncclSuccess;
}

inline ncclResult_t ncclCommAbort(ncclComm_t comm) {
    standin_round *round = comm->round;
    round->lock.lock();
    const bool last = --round->ranks == 0;
    round->lock.unlock();
    if (last) {
        std::lock_guard<std::mutex> hold(standin_lock);
        for (auto run = standin_runs.begin(); run != standin_runs.end(); ++run)
            if (run->second == round) {
                standin_runs.erase(run);
                break;
            }
        delete round;
    }
    delete comm;
    return ncclSuccess;
}

inline bool standin_lost() { return getenv("GPU_STANDIN_LOST") != nullptr; }

inline ncclResult_t ncclCommGetAsyncError(ncclComm_t, ncclResult_t *state) {
    *state = standin_lost() ? ncclRemoteError : ncclInProgress;
    return ncclSuccess;
}

inline ncclResult_t ncclAllReduce(const void *from, void *to, size_t n, ncclDataType_t type, ncclRedOp_t op,
                                  ncclComm_t comm, cudaStream_t) {
    standin_round *round = comm->round;
    if (type != ncclFloat || op != ncclSum) return ncclInvalidArgument;
    if (standin_lost()) return ncclSuccess; /* begun, and never done */
    std::unique_lock<std::mutex> hold(round->lock);
    round->changed.wait(hold, [=] { return round->added < round->ranks; }); /* the last round is over */
    if (round->added == 0) round->sum.assign(n, 0);
    for (size_t i = 0; i < n; i++) round->sum[i] += static_cast<const float *>(from)[i];
    round->added++;
    round->changed.notify_all();
    round->changed.wait(hold, [=] { return round->added == round->ranks; });
    memcpy(to, round->sum.data(), n * sizeof(float));
    if (++round->taken == round->ranks) round->added = round->taken = 0;
    round->changed.notify_all();
    return ncclSuccess;
}

#endif
