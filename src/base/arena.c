/* src/base/arena.c: blocks of doubling size, handed out from the front, freed together. */
#include "base/arena.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct bon_arena_block {
    struct bon_arena_block *next;
    size_t size; /* of bytes */
    _Alignas(max_align_t) char bytes[];
};

enum { FIRST_BLOCK = 4 << 10, LARGEST_BLOCK = 1 << 20 };

static bon_status add_block(struct bon_arena *arena, size_t need) {
    size_t size = arena->block ? arena->block->size * 2 : FIRST_BLOCK;
    if (size > LARGEST_BLOCK) size = LARGEST_BLOCK;
    if (size < need) size = need;
    if (size > SIZE_MAX / 2) return bon_fail_memory(size);
    struct bon_arena_block *block = malloc(sizeof *block + size);
    if (!block) return bon_fail_memory(sizeof *block + size);
    block->next = arena->block;
    block->size = size;
    arena->block = block;
    arena->used = 0;
    arena->total += size;
    return BON_OK;
}

void *bon_arena_alloc(struct bon_arena *arena, size_t n, size_t align) {
    size_t start = (arena->used + align - 1) & ~(align - 1);
    if (!arena->block || start > arena->block->size || n > arena->block->size - start) {
        if (add_block(arena, n) != BON_OK) return NULL;
        start = 0;
    }
    arena->used = start + n;
    return arena->block->bytes + start;
}

char *bon_arena_copy(struct bon_arena *arena, const char *bytes, size_t n) {
    char *copy = bon_arena_alloc(arena, n, 1);
    if (copy && n) memcpy(copy, bytes, n);
    return copy;
}

void bon_arena_free(struct bon_arena *arena) {
    for (struct bon_arena_block *block = arena->block, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    *arena = (struct bon_arena){0};
}
