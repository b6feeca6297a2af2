/* cmd/bon/telex_memory.h: where the input method keeps what it learned. */
#ifndef BON_CMD_TELEX_MEMORY_H
#define BON_CMD_TELEX_MEMORY_H

#include <limits.h>

/* The option's file; without it bon/learned below XDG_DATA_HOME, or below ~/.local/share. NULL after a message, when neither is
 * known. */
const char *telex_memory_path(const char *option, char buffer[PATH_MAX]);

#endif
