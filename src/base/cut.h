/* src/base/cut.h: a text in files, cut into shards of about the same size where records begin, without reading it.
 *
 * The files one behind the other are cut into N ranges of bytes; a shard has the records that begin in its range. Each shard finds
 * its own ends, and neighbours find the same one, so shards need not know of each other. A compressed file cannot be entered
 * in the middle: it belongs to the shard in whose range it begins.
 */
#ifndef BON_SRC_BASE_CUT_H
#define BON_SRC_BASE_CUT_H

#include <stdbool.h>

#include "base/status.h"

/* Of one file. */
struct bon_range {
    uint64_t begin, end; /* bytes; end UINT64_MAX: the whole file, compressed or not */
    const char *name;    /* for messages; NULL: the file's */
};

enum bon_cut_at {
    BON_CUT_LINES,
    BON_CUT_PARAGRAPHS /* before a line that begins with an ASCII letter or digit, behind an empty one */
};

struct bon_cut {
    const char **paths; /* [count] for a pipeline; at least one, if only /dev/null */
    struct bon_range *ranges;
    size_t count;
    uint64_t digest; /* of the whole text: sizes, beginnings and ends of its files, in order */
    bool followed;   /* a file begins behind the shard's last one, and has something in it */
    char **names;
};

/* Shard `index` of `of`. The files must be there until it is closed; paths are the caller's. BON_ERR_ARGUMENT for what cannot be
 * cut: standard input, pipes. */
bon_status bon_cut_open(struct bon_cut *cut, const char *const *paths, size_t path_count, uint32_t index, uint32_t of,
                        enum bon_cut_at at);
void bon_cut_close(struct bon_cut *cut); /* also after a failure, and of all zeros */

#endif
