/* cmd/bon/model_path.h: which model a command uses. */
#ifndef BON_CMD_MODEL_PATH_H
#define BON_CMD_MODEL_PATH_H

#include <limits.h>

/* The model for `bon restore` and `bon telex` named by the option, else by BON_MODEL, else the shipped one, looked for relative to
 * the running executable. NULL after a message that says where it was looked for. `buffer` may hold the result. */
const char *model_path(const char *option, char buffer[PATH_MAX]);
/* The same for the model of `bon segment --unit word`, and BON_WORDS. */
const char *words_path(const char *option, char buffer[PATH_MAX]);

#endif
