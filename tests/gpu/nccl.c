/* tests/gpu/nccl.c: gradients of several ranks through nccl.cu and the stand-in for NCCL: threads are the processes, the emulation is
 * their GPU. Sums are right, again and again; a process that is lost is told, and nobody waits for it. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/hash.h"
#include "lm/cuda/link.h"
#include "lm/ranks.h"
#include "lm_emulate.h"

/* FNV-1a in place of base/hash.c, whose library a GPU's machine need not have. */
uint64_t bon_hash64(const void *bytes, size_t n) {
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t i = 0; i < n; i++) hash = (hash ^ ((const unsigned char *)bytes)[i]) * 0x100000001b3;
    return hash;
}

enum { RANKS = 3, ROWS = 5, COLS = 7, ROUNDS = 20 };

struct rank {
    unsigned number;
    bon_ranks *ranks;
    pthread_barrier_t *all;
    unsigned wrong;
    bool refused; /* a lost process was told */
    bon_status status;
    char message[BON_MESSAGE_MAX];
};

static bon_status round_of(struct rank *rank, bon_graph *graph, bon_params *params) {
    double values[ROWS * COLS];
    BON_TRY(bon_graph_forward(graph));
    BON_TRY(bon_graph_backward(graph, false));
    BON_TRY(bon_ranks_sum(rank->ranks, params));
    BON_TRY(bon_params_get_gradient(params, 0, values));
    for (int i = 0; i < ROWS * COLS; i++) rank->wrong += values[i] != RANKS * (RANKS + 1) / 2;
    return BON_OK;
}

static bon_status work(struct rank *rank, bon_device *device, bon_params *params, bon_graph **graph) {
    BON_TRY(bon_graph_open(graph, params));
    bon_tensor *w = bon_param(*graph, "w", ROWS, COLS, 0, 1, 0);
    BON_TRY(bon_graph_plan(*graph, bon_sum(bon_affine(w, (float)(rank->number + 1), 0))));
    BON_TRY(bon_ranks_join(rank->ranks, device));
    for (int i = 0; i < ROUNDS; i++) BON_TRY(round_of(rank, *graph, params));
    pthread_barrier_wait(rank->all);
    if (rank->number == 0) setenv("GPU_STANDIN_LOST", "1", 1);
    pthread_barrier_wait(rank->all);
    for (int i = 0; i < 2; i++) /* the second time it is known */
        rank->refused =
            bon_ranks_sum(rank->ranks, params) == BON_ERR_IO && strstr(bon_error_message(), "NCCL: adding up");
    return BON_OK;
}

static void *run(void *arg) {
    struct rank *rank = arg;
    bon_device *device = NULL;
    bon_params *params = NULL;
    bon_graph *graph = NULL;
    rank->status = emulate_open(&device, BON_BF16);
    if (rank->status == BON_OK) rank->status = bon_params_open(&params, device, 1);
    if (rank->status == BON_OK) rank->status = work(rank, device, params, &graph);
    if (rank->status != BON_OK) snprintf(rank->message, sizeof rank->message, "%s", bon_error_message());
    bon_graph_close(graph);
    if (params) bon_params_close(params);
    bon_ranks_close(rank->ranks);
    bon_device_close(device);
    return NULL;
}

int main(void) {
    struct rank ranks[RANKS] = {0};
    pthread_t threads[RANKS];
    pthread_barrier_t all;
    int hub[RANKS], pair[2], failed = 0;
    pthread_barrier_init(&all, NULL, RANKS);
    for (unsigned i = 1; i < RANKS; i++) {
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) return 1;
        hub[i - 1] = pair[0];
        if (bon_ranks_open(&ranks[i].ranks, i, RANKS, &pair[1]) != BON_OK) return 1;
    }
    if (bon_ranks_open(&ranks[0].ranks, 0, RANKS, hub) != BON_OK) return 1;
    for (unsigned i = 0; i < RANKS; i++) {
        ranks[i].number = i, ranks[i].all = &all;
        if (pthread_create(&threads[i], NULL, run, &ranks[i]) != 0) return 1;
    }
    for (unsigned i = 0; i < RANKS; i++) pthread_join(threads[i], NULL);
    for (unsigned i = 0; i < RANKS; i++) {
        const bool good = ranks[i].status == BON_OK && ranks[i].wrong == 0 && ranks[i].refused;
        failed += !good;
        if (!good) printf("rank %u: %u wrong; %s\n", i, ranks[i].wrong, ranks[i].message);
    }
    printf("%d passed, %d failed\n", RANKS - failed, failed);
    return failed != 0;
}
