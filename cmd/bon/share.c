/* cmd/bon/share.c: see share.h. */
#include "share.h"

#include <stdint.h>
#include <stdlib.h>

bool parse_share(const char *argument, void *member, const char **reason) {
    struct share *share = member;
    char *slash, *end;
    *reason = "is not I/N with I from 0 and below N";
    if (*argument < '0' || *argument > '9') return false;
    unsigned long index = strtoul(argument, &slash, 10);
    if (*slash != '/' || slash[1] < '0' || slash[1] > '9') return false;
    unsigned long of = strtoul(slash + 1, &end, 10);
    if (*end || index >= of || of > UINT32_MAX) return false;
    *share = (struct share){(unsigned)index, (unsigned)of};
    return true;
}
