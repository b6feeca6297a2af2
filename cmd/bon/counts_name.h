/* cmd/bon/counts_name.h: files of counts go by their name. */
#ifndef BON_CMD_COUNTS_NAME_H
#define BON_CMD_COUNTS_NAME_H

#include <stdbool.h>
#include <string.h>

/* Does the name (NULL is none) end in .bonc? */
static inline bool is_counts_name(const char *path) {
    size_t n = path ? strlen(path) : 0;
    return n > 5 && strcmp(path + n - 5, ".bonc") == 0;
}

#endif
