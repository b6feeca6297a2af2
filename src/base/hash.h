/* src/base/hash.h: the one hash of the project: XXH3 (xxhash), 64 bits whole or in pieces, and 128 bits. */
#ifndef BON_SRC_BASE_HASH_H
#define BON_SRC_BASE_HASH_H

#include "bon/base.h"

uint64_t bon_hash64(const void *bytes, size_t n);

/* XXH3-128, for keys that stand for texts: among 10^12 texts two meet by chance with probability 10^-15. */
struct bon_hash128 {
    uint64_t low, high;
};
struct bon_hash128 bon_hash128(const void *bytes, size_t n);

/* The hash of bytes that come in pieces. */
struct bon_hash_stream;
struct bon_hash_stream *bon_hash_open(void); /* NULL after bon_fail_memory; begins empty */
void bon_hash_reset(struct bon_hash_stream *stream);
void bon_hash_update(struct bon_hash_stream *stream, const void *bytes, size_t n);
uint64_t bon_hash_digest(const struct bon_hash_stream *stream);
struct bon_hash128 bon_hash_digest128(const struct bon_hash_stream *stream);
void bon_hash_close(struct bon_hash_stream *stream); /* NULL is fine */

#endif
