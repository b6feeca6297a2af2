/* cmd/bon/train_run.c: see train_run.h. */
#include "train_run.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/status.h"
#include "lm/checkpoint.h"

bon_status train_path(char path[PATH_MAX], const char *folder, const char *name) {
    const int n = snprintf(path, PATH_MAX, "%s/%s", folder, name);
    return n < PATH_MAX ? BON_OK : bon_fail(BON_ERR_ARGUMENT, "%s: the path is too long", folder);
}

bon_status train_folder_check(const char *folder, bool resume) {
    uint64_t step;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) return bon_fail_errno(folder, "make folder");
    BON_TRY(bon_checkpoint_newest(folder, &step));
    if (step == 0 || resume) return BON_OK;
    return bon_fail(BON_ERR_ARGUMENT,
                    "%s has a checkpoint of step %" PRIu64 ": --resume goes on from it; or choose another folder",
                    folder, step);
}

static volatile sig_atomic_t stop_asked;

static void ask_stop(int number) {
    (void)number;
    stop_asked = 1;
}

static void stop_on(int number) {
    const struct sigaction action = {.sa_handler = ask_stop, .sa_flags = SA_RESETHAND | SA_RESTART};
    struct sigaction old;
    if (sigaction(number, NULL, &old) == 0 && old.sa_handler != SIG_IGN) sigaction(number, &action, NULL);
}

void train_stop_on_signals(void) { stop_on(SIGTERM), stop_on(SIGINT), stop_on(SIGHUP); }

bool train_stop_asked(void *user) {
    (void)user;
    return stop_asked != 0;
}
