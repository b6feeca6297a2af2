/* src/corpus/seen.h: a set of 128-bit hashes that stand for texts, within a limit of memory.
 *
 * Open addressing with linear probing (Knuth, volume 3, 6.4): the hash is uniform already, so its low bits are the slot.
 */
#ifndef BON_SRC_CORPUS_SEEN_H
#define BON_SRC_CORPUS_SEEN_H

#include <stdbool.h>

#include "base/hash.h"
#include "base/status.h"

/* All zeros is an empty set without a limit. */
struct bon_seen {
    struct bon_hash128 *slots; /* all zeros: free */
    size_t cap;                /* slots: a power of two */
    size_t count;
    uint64_t
        limit; /* bytes that the slots may take, those of a larger table beside the old one while it grows included;
                     * 0 = none */
};

enum bon_seen_answer { BON_SEEN_BEFORE, BON_SEEN_NEW, BON_SEEN_FULL /* not in the set, and there is no room for it */ };

/* Looks a hash up and adds it if it can. A set takes BON_SEEN_LEAST slots whatever its limit. */
enum { BON_SEEN_LEAST = 1 << 10 };
bon_status bon_seen_add(struct bon_seen *seen, struct bon_hash128 hash, enum bon_seen_answer *answer);
void bon_seen_clear(struct bon_seen *seen); /* keeps the memory */
void bon_seen_free(struct bon_seen *seen);

#endif
