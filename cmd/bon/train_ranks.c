/* cmd/bon/train_ranks.c: the processes of a run are forked from one, each with a socket to rank 0: nothing has to be found, and when one
 * ends its socket tells the others. */
#include "train_ranks.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/status.h"
#include "lm/ranks.h"
#include "options.h"
#include "stream.h"

static void close_all(const int *sockets, unsigned n) {
    for (unsigned i = 0; i < n; i++) close(sockets[i]);
}

/* In the new process: of the sockets only its own stays. */
static bon_status begin_as(struct train_ranks *ranks, unsigned number, const int *hub, const int pair[2]) {
    close_all(hub, number - 1);
    close(pair[0]);
    ranks->number = number;
    bon_status status = bon_ranks_open(&ranks->ranks, number, ranks->count, &pair[1]);
    if (status != BON_OK) close(pair[1]);
    return status;
}

bon_status train_ranks_start(struct train_ranks *ranks, unsigned count) {
    int hub[BON_RANKS_MAX], pair[2];
    *ranks = (struct train_ranks){.count = count};
    if (count < 2) return BON_OK;
    bon_status status = BON_OK;
    unsigned started = 0;
    for (; status == BON_OK && started + 1 < count; started++) {
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
            status = bon_fail_errno("bon", "cannot make a socket");
            break;
        }
        hub[started] = pair[0];
        const pid_t child = fork();
        if (child == 0) return begin_as(ranks, started + 1, hub, pair);
        if (child < 0) status = bon_fail_errno("bon", "cannot start a process");
        close(pair[1]);
        ranks->children[started] = child < 0 ? 0 : child;
    }
    if (status == BON_OK) status = bon_ranks_open(&ranks->ranks, 0, count, hub);
    if (status != BON_OK) close_all(hub, started);
    return status;
}

bon_status train_ranks_meet(const struct train_ranks *ranks) {
    char all[BON_RANKS_MAX];
    return bon_ranks_gather(ranks->ranks, "", 1, all);
}

void train_ranks_leave(struct train_ranks *ranks) {
    bon_ranks_close(ranks->ranks);
    ranks->ranks = NULL;
}

void train_ranks_tell(const struct train_ranks *ranks, bon_status status) {
    char why[BON_MESSAGE_MAX];
    if (ranks->number > 0 && bon_ranks_broken(ranks->ranks)) return;
    if (ranks->number > 0) {
        snprintf(why, sizeof why, "%s", bon_error_message());
        (void)bon_fail(status, "rank %u: %s", ranks->number, why);
    }
    tell_failure(status);
}

int train_ranks_end(struct train_ranks *ranks, int result) {
    for (unsigned i = 0; ranks->number == 0 && i + 1 < ranks->count; i++) {
        int how = 0;
        if (ranks->children[i] == 0) continue;
        while (waitpid(ranks->children[i], &how, 0) < 0 && errno == EINTR) {
        }
        if (how != 0 && result == EXIT_DONE) result = EXIT_WORK;
    }
    return result;
}
