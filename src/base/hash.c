/* src/base/hash.c: XXH3 inlined from xxhash's header, so that short keys cost no call. */
#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t bon_hash64(const void *bytes, size_t n) { return XXH3_64bits(bytes, n); }
