/* cmd/bon/network_path.h: which network `bon restore` joins with its model. */
#ifndef BON_CMD_NETWORK_PATH_H
#define BON_CMD_NETWORK_PATH_H

#include <limits.h>
#include <stdbool.h>

/* The largest network for restoration in the folder of a model: vi-base.bonnn, vi-small.bonnn or vi-tiny.bonnn; false: none. */
bool network_beside(const char *model, char path[PATH_MAX]);
/* Whether a file says in its header that it is a network alone. */
bool is_network(const char *path);

#endif
