/* The arena: alignment, sizes from nothing to larger than any block, all bytes apart. */
#include "base/arena.h"

#include <criterion/criterion.h>
#include <string.h>

#include "failmalloc.h"

Test(arena, blocks_do_not_overlap) {
    enum { COUNT = 3000 };
    static unsigned char *block[COUNT];
    static size_t size[COUNT];
    struct bon_arena arena = {0};
    for (size_t i = 0; i < COUNT; i++) {
        size_t align = (size_t)1 << i % 5;
        size[i] = i * 7919 % 97 + (i % 500 == 0 ? 3u << 20 : 0);
        block[i] = bon_arena_alloc(&arena, size[i], align);
        cr_assert_not_null(block[i]);
        cr_assert_eq((uintptr_t)block[i] % align, 0);
        memset(block[i], (int)(i % 256), size[i]);
    }
    for (size_t i = 0; i < COUNT; i++)
        for (size_t k = 0; k<size[i]; k += size[i]> 1000 ? 997 : 1) cr_assert_eq(block[i][k], i % 256);
    cr_assert_geq(arena.total, 6 * (3u << 20));
    bon_arena_free(&arena);
    cr_assert_null(arena.block);
    bon_arena_free(&arena);
}

Test(arena, copy) {
    struct bon_arena arena = {0};
    const char *copy = bon_arena_copy(&arena, "tiếng", 7);
    cr_assert_arr_eq(copy, "tiếng", 7);
    cr_assert_not_null(bon_arena_copy(&arena, NULL, 0));
    bon_arena_free(&arena);
}

Test(arena, refuses_absurd_sizes) {
    struct bon_arena arena = {0};
    cr_assert_null(bon_arena_alloc(&arena, SIZE_MAX - 8, 1));
    cr_assert_not_null(bon_arena_alloc(&arena, 8, 8));
    cr_assert_null(bon_arena_alloc(&arena, SIZE_MAX - 8, 16));
    cr_assert_not_null(bon_arena_alloc(&arena, 8, 8));
    bon_arena_free(&arena);
}

static bon_status fill(void *arg) {
    (void)arg;
    struct bon_arena arena = {0};
    bon_status status = BON_OK;
    for (int i = 0; i < 1000 && status == BON_OK; i++)
        if (!bon_arena_alloc(&arena, 100, 8)) status = BON_ERR_NOMEM;
    bon_arena_free(&arena);
    return status;
}

Test(arena, allocation_failures) { failmalloc_check(fill, NULL); }
