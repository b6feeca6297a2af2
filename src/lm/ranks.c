/* src/lm/ranks.c: processes that train together, each with all of the model and a share of the windows. They talk through sockets that
 * somebody else has connected: rank 0 hears the others one after the other and answers all of them, so sums are in the order of
 * the ranks and the same everywhere. GPUs, where NCCL is built in, add their gradients without this detour (cuda/link.h).
 *
 * A process that ends closes its sockets; that is how the others, which wait for it, learn of it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "lm/backend.h"
#include "lm/cuda/link.h"
#include "lm/ranks.h"

enum { CHUNK = 1 << 15 }; /* numbers added up at once */

struct bon_ranks {
    unsigned rank, count;
    bool broken;
    struct bon_link *link;  /* between GPUs; NULL: none */
    double *numbers, *more; /* CHUNK each */
    int sockets[];          /* of rank 0: one to each other; else one, to rank 0 */
};

static unsigned peers(unsigned rank, unsigned count) { return rank == 0 ? count - 1 : 1; }

bon_status bon_ranks_open(bon_ranks **out, unsigned rank, unsigned count, const int *sockets) {
    if (count < 2 || count > BON_RANKS_MAX || rank >= count)
        return bon_fail(BON_ERR_ARGUMENT, "rank %u of %u: there are 2 to %d", rank, count, BON_RANKS_MAX);
    const unsigned n = peers(rank, count);
    bon_ranks *ranks = bon_alloc_zeroed(1, sizeof *ranks + n * sizeof ranks->sockets[0]);
    if (!ranks) return BON_ERR_NOMEM;
    ranks->rank = rank, ranks->count = count;
    memcpy(ranks->sockets, sockets, n * sizeof sockets[0]);
    ranks->numbers = bon_alloc_array(CHUNK, sizeof(double));
    ranks->more = ranks->numbers ? bon_alloc_array(CHUNK, sizeof(double)) : NULL;
    if (!ranks->more) {
        free(ranks->numbers);
        free(ranks);
        return BON_ERR_NOMEM;
    }
    *out = ranks;
    return BON_OK;
}

void bon_ranks_close(bon_ranks *ranks) {
    if (!ranks) return;
    bon_link_close(ranks->link);
    for (unsigned i = 0; i < peers(ranks->rank, ranks->count); i++) close(ranks->sockets[i]);
    free(ranks->numbers);
    free(ranks->more);
    free(ranks);
}

unsigned bon_ranks_number(const bon_ranks *ranks) { return ranks ? ranks->rank : 0; }
unsigned bon_ranks_count(const bon_ranks *ranks) { return ranks ? ranks->count : 1; }
bool bon_ranks_broken(const bon_ranks *ranks) { return ranks && ranks->broken; }

/* ---- bytes to and from the others ---- */

/* Peer number i of this rank is gone, or its socket does not do. */
static bon_status lost(bon_ranks *ranks, unsigned i, int error) {
    const unsigned who = ranks->rank == 0 ? i + 1 : 0;
    ranks->broken = true;
    if (error == 0 || error == EPIPE || error == ECONNRESET)
        return bon_fail(BON_ERR_IO, "rank %u has ended before the run has: all of them stop", who);
    return bon_fail(BON_ERR_IO, "talking to rank %u: %s", who, strerror(error));
}

static bon_status give(bon_ranks *ranks, unsigned i, const void *bytes, size_t n) {
    for (const char *at = bytes; n > 0;) {
        const ssize_t sent = send(ranks->sockets[i], at, n, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) return lost(ranks, i, errno);
        if (sent > 0) at += sent, n -= (size_t)sent;
    }
    return BON_OK;
}

static bon_status take(bon_ranks *ranks, unsigned i, void *bytes, size_t n) {
    for (char *at = bytes; n > 0;) {
        const ssize_t got = recv(ranks->sockets[i], at, n, MSG_WAITALL);
        if (got == 0 || (got < 0 && errno != EINTR)) return lost(ranks, i, got == 0 ? 0 : errno);
        if (got > 0) at += got, n -= (size_t)got;
    }
    return BON_OK;
}

bon_status bon_ranks_gather(bon_ranks *ranks, const void *mine, size_t bytes, void *all) {
    const unsigned count = bon_ranks_count(ranks), rank = bon_ranks_number(ranks);
    memcpy((char *)all + rank * bytes, mine, bytes);
    if (!ranks) return BON_OK;
    if (rank > 0) {
        BON_TRY(give(ranks, 0, mine, bytes));
        return take(ranks, 0, all, count * bytes);
    }
    for (unsigned i = 1; i < count; i++) BON_TRY(take(ranks, i - 1, (char *)all + i * bytes, bytes));
    for (unsigned i = 1; i < count; i++) BON_TRY(give(ranks, i - 1, all, count * bytes));
    return BON_OK;
}

/* ---- sums ---- */

/* ranks->numbers becomes the sum of all ranks'. */
static bon_status add_up(bon_ranks *ranks, size_t n) {
    const size_t bytes = n * sizeof(double);
    if (ranks->rank > 0) {
        BON_TRY(give(ranks, 0, ranks->numbers, bytes));
        return take(ranks, 0, ranks->numbers, bytes);
    }
    for (unsigned peer = 0; peer + 1 < ranks->count; peer++) {
        BON_TRY(take(ranks, peer, ranks->more, bytes));
        for (size_t i = 0; i < n; i++) ranks->numbers[i] += ranks->more[i];
    }
    for (unsigned peer = 0; peer + 1 < ranks->count; peer++) BON_TRY(give(ranks, peer, ranks->numbers, bytes));
    return BON_OK;
}

bon_status bon_ranks_sum(bon_ranks *ranks, bon_params *params) {
    if (!ranks) return BON_OK;
    bon_device *device = params->device;
    const struct bon_backend *backend = device->backend;
    if (ranks->link) return bon_link_sum(ranks->link, params->grads, params->size);
    for (size_t at = 0, n; at < params->size; at += n) {
        n = params->size - at < CHUNK ? params->size - at : CHUNK;
        backend->load_reals(device, ranks->numbers, params->grads, at, n, true);
        BON_TRY(backend->finish(device));
        BON_TRY(add_up(ranks, n));
        backend->store_reals(device, params->grads, at, ranks->numbers, n, true);
    }
    return backend->finish(device);
}

/* All ranks or none have NCCL: they are one program. Its name for the run is rank 0's, and the others wait for that one to be known
 * before they go where only all of them together get out again. */
bon_status bon_ranks_join(bon_ranks *ranks, bon_device *device) {
    char names[BON_RANKS_MAX][BON_LINK_NAME] = {{0}};
    if (!ranks || !device->gpu || !bon_link_known()) return BON_OK;
    if (ranks->rank == 0) BON_TRY(bon_link_name(names[0]));
    char mine[BON_LINK_NAME];
    memcpy(mine, names[0], sizeof mine);
    BON_TRY(bon_ranks_gather(ranks, mine, sizeof mine, names));
    return bon_link_open(&ranks->link, names[0], ranks->rank, ranks->count);
}
