/* cmd/bon/limit.h: --memory and --temp. */
#ifndef BON_CMD_LIMIT_H
#define BON_CMD_LIMIT_H

#include <stdint.h>

#include "options.h"

struct limit {
    uint64_t memory;    /* bytes; 0 = none */
    const char *folder; /* as given */
};

/* `field` of struct `type` is a struct limit. */
#define OPTIONS_LIMIT(type, field)                                                                                     \
    OPTION_PARSE(0, "memory", "SIZE", type, field.memory, parse_size,                                                  \
                 "take at most SIZE bytes of memory (k, M, G behind it), plus\n64M for the program itself, and "       \
                 "temporary files for what\ndoes not fit; on one thread, the same result"),                            \
        OPTION_STRING(0, "temp", "DIR", type, field.folder, "folder for temporary files (default: TMPDIR, or /tmp)")

/* Where temporary files go. */
const char *limit_folder(const struct limit *limit);

#endif
