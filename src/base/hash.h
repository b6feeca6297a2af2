/* src/base/hash.h: the one hash of the project: XXH3-64 (xxhash). */
#ifndef BON_SRC_BASE_HASH_H
#define BON_SRC_BASE_HASH_H

#include "bon/base.h"

uint64_t bon_hash64(const void *bytes, size_t n);

#endif
