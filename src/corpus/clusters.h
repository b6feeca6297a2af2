/* src/corpus/clusters.h: how often each text that repeats was seen, for a report of the most frequent. */
#ifndef BON_SRC_CORPUS_CLUSTERS_H
#define BON_SRC_CORPUS_CLUSTERS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"

enum { BON_EXCERPT = 160 }; /* bytes of a text that a report shows */

struct bon_cluster {
    struct bon_hash128 hash;
    uint64_t copies;     /* seen beside the first */
    uint64_t order;      /* of the clusters, as they came */
    const char *excerpt; /* the beginning of the text given first, cut at a character; not NUL-terminated */
    uint32_t len;
};

/* All zeros is empty. */
struct bon_clusters {
    struct bon_cluster *slots; /* copies 0: free */
    size_t cap, count;
    struct bon_arena excerpts;
};

/* More copies of a text (at least one). */
bon_status bon_clusters_add(struct bon_clusters *clusters, struct bon_hash128 hash, uint64_t copies, const char *text,
                            size_t n);
/* Puts the `most` largest clusters first, largest first, by order where equal; returns how many there are of them. Nothing may
 * be added any more. */
size_t bon_clusters_rank(struct bon_clusters *clusters, size_t most);
void bon_clusters_free(struct bon_clusters *clusters);

#endif
