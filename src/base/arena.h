/* src/base/arena.h: many small allocations that live and die together (words of a vocabulary). */
#ifndef BON_SRC_BASE_ARENA_H
#define BON_SRC_BASE_ARENA_H

#include "base/status.h"

/* All zeros is an empty arena. */
struct bon_arena {
    struct bon_arena_block *block; /* newest first */
    size_t used;                   /* bytes used of the newest */
    size_t total;                  /* bytes held, for reports */
};

/* n bytes aligned to `align` (a power of two <= 16), or NULL after bon_fail_memory. */
void *bon_arena_alloc(struct bon_arena *arena, size_t n, size_t align);
/* A copy of n bytes, not NUL-terminated. */
char *bon_arena_copy(struct bon_arena *arena, const char *bytes, size_t n);
void bon_arena_free(struct bon_arena *arena);

#endif
