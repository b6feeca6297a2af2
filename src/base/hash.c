/* src/base/hash.c: XXH3 inlined from xxhash's header, so that short keys cost no call. */
#include "base/hash.h"

#include "base/status.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t bon_hash64(const void *bytes, size_t n) { return XXH3_64bits(bytes, n); }

struct bon_hash128 bon_hash128(const void *bytes, size_t n) {
    XXH128_hash_t hash = XXH3_128bits(bytes, n);
    return (struct bon_hash128){hash.low64, hash.high64};
}

/* A stream is xxhash's state under a name of ours. */
struct bon_hash_stream *bon_hash_open(void) {
    XXH3_state_t *state = XXH3_createState();
    if (!state)
        bon_fail_memory(sizeof *state);
    else
        XXH3_64bits_reset(state);
    return (struct bon_hash_stream *)state;
}

void bon_hash_reset(struct bon_hash_stream *stream) { XXH3_64bits_reset((XXH3_state_t *)stream); }

void bon_hash_update(struct bon_hash_stream *stream, const void *bytes, size_t n) {
    if (n) XXH3_64bits_update((XXH3_state_t *)stream, bytes, n);
}

uint64_t bon_hash_digest(const struct bon_hash_stream *stream) {
    return XXH3_64bits_digest((const XXH3_state_t *)stream);
}

/* The state of a stream is the same for both lengths. */
struct bon_hash128 bon_hash_digest128(const struct bon_hash_stream *stream) {
    XXH128_hash_t hash = XXH3_128bits_digest((const XXH3_state_t *)stream);
    return (struct bon_hash128){hash.low64, hash.high64};
}

void bon_hash_close(struct bon_hash_stream *stream) { XXH3_freeState((XXH3_state_t *)stream); }
