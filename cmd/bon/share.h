/* cmd/bon/share.h: one of so many: the argument of --shard and --part. */
#ifndef BON_CMD_SHARE_H
#define BON_CMD_SHARE_H

#include <stdbool.h>

struct share {
    unsigned index, of; /* of = 0: not given */
};

/* For OPTION_PARSE: "I/N" with I from 0 and below N. */
bool parse_share(const char *argument, void *member, const char **reason);

#endif
