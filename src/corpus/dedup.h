/* src/corpus/dedup.h: of texts that are the same the first is kept, in a stream and within a limit of memory.
 *
 * A text is known by its hash (base/hash.h). Texts are given in order; each is written, dropped, or, once the set of hashes
 * is full, put on disk to be asked about again. At the end what waits there goes through an empty set in the same way, as
 * often as it takes: every pass settles as many different texts as the set holds. No text is written behind a full set before
 * those that wait, so the order stays, and the result does not depend on the limit.
 */
#ifndef BON_SRC_CORPUS_DEDUP_H
#define BON_SRC_CORPUS_DEDUP_H

#include <stdbool.h>

#include "corpus/clusters.h"

struct bon_dedup_options {
    uint64_t memory;    /* bytes for hashes; 0 = no limit */
    const char *folder; /* for what waits; needed with memory only */
    bool clusters;      /* count copies (memory beyond the limit: about 250 bytes for a text that repeats) */
    /* Takes what is kept, in order. */
    bon_status (*write)(void *context, const char *text, size_t n);
    void *context;
};

struct bon_dedup_counts {
    uint64_t texts, kept; /* texts without a hash are in neither */
    uint64_t bytes, kept_bytes;
    uint64_t passes; /* over what waited on disk */
};

struct bon_dedup;

bon_status bon_dedup_open(struct bon_dedup **out, const struct bon_dedup_options *options); /* folder is copied */
/* A text below 4 GiB. */
bon_status bon_dedup_add(struct bon_dedup *dedup, struct bon_hash128 hash, const char *text, size_t n);
/* Text that stays whatever came before: what is between texts. */
bon_status bon_dedup_keep(struct bon_dedup *dedup, const char *text, size_t n);
/* Settles what waits. Nothing may be added any more. */
bon_status bon_dedup_finish(struct bon_dedup *dedup);
struct bon_dedup_counts bon_dedup_counts(const struct bon_dedup *dedup);
struct bon_clusters *bon_dedup_clusters(struct bon_dedup *dedup);
void bon_dedup_close(struct bon_dedup *dedup); /* NULL is fine */

#endif
