/* cmd/bon/telex_memory.c: the file of what was learned, by the XDG Base Directory Specification. */
#include "telex_memory.h"

#include <stdio.h>
#include <stdlib.h>

const char *telex_memory_path(const char *option, char buffer[PATH_MAX]) {
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    int n = PATH_MAX;
    if (option) return option;
    if (data && data[0] == '/')
        n = snprintf(buffer, PATH_MAX, "%s/bon/learned", data);
    else if (home && home[0] == '/')
        n = snprintf(buffer, PATH_MAX, "%s/.local/share/bon/learned", home);
    if (n < PATH_MAX) return buffer;
    fprintf(stderr, "bon: no folder for what was learned: HOME is not set; name the file with --memory FILE\n");
    return NULL;
}
