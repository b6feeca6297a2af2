/* cmd/bon/signals.c: dying cleanly. There is no "please stop" flag: a long estimation could not look at it, and nothing
 * but temporary files has to be undone. */
#include "signals.h"

#include <signal.h>
#include <stddef.h>

#include "base/io.h"

/* The one place that a handler can find: see bon_temp_list. */
static struct bon_temp_list temps;

static void unlink_and_die(int number) {
    bon_temp_unlink_all(&temps); /* async-signal-safe */
    /* SA_RESETHAND has put the default action back: this kills as soon as the handler returns. */
    raise(number);
}

/* A disposition of "ignored" that was inherited (nohup, a shell's background job) is left alone. */
static void die_of(int number, int even_if_ignored) {
    struct sigaction old, action = {.sa_handler = unlink_and_die, .sa_flags = SA_RESETHAND};
    sigfillset(&action.sa_mask);
    if (sigaction(number, NULL, &old) == 0 && old.sa_handler == SIG_IGN && !even_if_ignored) return;
    sigaction(number, &action, NULL);
}

void signals_install(void) {
    bon_temp_use(&temps);
    die_of(SIGINT, 0);
    die_of(SIGTERM, 0);
    die_of(SIGHUP, 0);
    die_of(SIGPIPE, 1); /* some parents ignore it; `bon ... | head -1` shall always end quietly */
    signal(SIGXFSZ, SIG_IGN);
}
