/* cmd/bon/model_path.h: which model `bon restore` uses. */
#ifndef BON_CMD_MODEL_PATH_H
#define BON_CMD_MODEL_PATH_H

#include <limits.h>

/* The model named by the option, else by BON_MODEL, else the shipped one, looked for relative to the running executable. NULL
 * after a message that says where it was looked for. `buffer` may hold the result. */
const char *model_path(const char *option, char buffer[PATH_MAX]);

#endif
