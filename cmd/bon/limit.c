/* cmd/bon/limit.c: see limit.h. */
#include "limit.h"

#include <stdlib.h>

const char *limit_folder(const struct limit *limit) {
    const char *from_environment = getenv("TMPDIR");
    if (limit->folder) return limit->folder;
    return from_environment && *from_environment ? from_environment : "/tmp";
}
