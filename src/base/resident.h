/* src/base/resident.h: a whole file in memory, in huge pages where the system gives them: random reads then miss the
 * translation buffers 512 times less often than in a mapped file. */
#ifndef BON_SRC_BASE_RESIDENT_H
#define BON_SRC_BASE_RESIDENT_H

#include "base/status.h"

struct bon_resident {
    void *area; /* what was asked of the system */
    size_t area_size;
    void *bytes; /* the file, aligned to a huge page */
    size_t size;
};

/* Reads a regular file. *resident is all zeros after a failure. */
bon_status bon_resident_read(struct bon_resident *resident, const char *path);
void bon_resident_free(struct bon_resident *resident); /* all zeros is fine */

#endif
