/* cmd/bon/signals.h: dying cleanly. */
#ifndef BON_CMD_SIGNALS_H
#define BON_CMD_SIGNALS_H

/* Ctrl-C, kill, hang-up and a reader that goes away: temporary files are unlinked, then the process dies of the signal
 * itself, so that a shell sees 130, 143, ... A file-size limit becomes a write error with a message instead of a death. */
void signals_install(void);

#endif
