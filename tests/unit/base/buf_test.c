/* The growable buffer and overflow-checked arrays. */
#include "base/buf.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "failmalloc.h"

Test(buf, grows_and_keeps_bytes) {
    bon_buf buf = {0};
    for (unsigned i = 0; i < 100000; i++) cr_assert_eq(bon_buf_put(&buf, (char)(i % 251)), BON_OK);
    cr_assert_eq(buf.len, 100000);
    for (unsigned i = 0; i < 100000; i++) cr_assert_eq(buf.data[i], (char)(i % 251));
    cr_assert_eq(bon_buf_append(&buf, NULL, 0), BON_OK);
    cr_assert_eq(bon_buf_append(&buf, "end", 3), BON_OK);
    cr_assert_arr_eq(buf.data + 100000, "end", 3);
    bon_buf_free(&buf);
    cr_assert_null(buf.data);
    cr_assert_eq(buf.cap, 0);
    bon_buf_free(&buf);
}

Test(buf, refuses_sizes_that_overflow) {
    bon_buf buf = {0};
    cr_assert_eq(bon_buf_append(&buf, "abc", 3), BON_OK);
    cr_assert_eq(bon_buf_reserve(&buf, SIZE_MAX), BON_ERR_NOMEM);
    cr_assert_eq(bon_buf_reserve(&buf, SIZE_MAX / 2), BON_ERR_NOMEM);
    cr_assert_eq(buf.len, 3);
    cr_assert_arr_eq(buf.data, "abc", 3);
    bon_buf_free(&buf);
    cr_assert_null(bon_alloc_array(SIZE_MAX / 4, 16));
    cr_assert_null(bon_alloc_zeroed(SIZE_MAX / 4, 16));
    int *array = NULL;
    size_t cap = 0;
    cr_assert_eq(bon_grow_array(&array, &cap, SIZE_MAX / 8, sizeof *array), BON_ERR_NOMEM);
    cr_assert_null(array);
    cr_assert_eq(cap, 0);
}

Test(buf, printf) {
    bon_buf buf = {0};
    cr_assert_eq(bon_buf_printf(&buf, "%d-%s", 42, "ừ"), BON_OK);
    cr_assert_eq(bon_buf_printf(&buf, "%s", ""), BON_OK);
    cr_assert_eq(bon_buf_printf(&buf, "%0500d", 1), BON_OK);
    cr_assert_eq(buf.len, 3 + 3 + 500);
    cr_assert_arr_eq(buf.data, "42-ừ000", 9);
    cr_assert_eq(buf.data[buf.len - 1], '1');
    bon_buf_free(&buf);
}

Test(buf, arrays) {
    char *nothing = bon_alloc_array(0, 8), *zero = bon_alloc_zeroed(0, 0);
    cr_assert_not_null(nothing);
    cr_assert_not_null(zero);
    free(nothing);
    free(zero);
    uint64_t *array = NULL;
    size_t cap = 0;
    for (size_t i = 0; i < 1000; i++) {
        cr_assert_eq(bon_grow_array(&array, &cap, i + 1, sizeof *array), BON_OK);
        array[i] = i;
    }
    for (size_t i = 0; i < 1000; i++) cr_assert_eq(array[i], i);
    cr_assert_lt(cap, 2000);
    free(array);
}

static bon_status use_everything(void *arg) {
    (void)arg;
    bon_buf buf = {0};
    int *array = NULL;
    size_t cap = 0;
    bon_status status = bon_buf_append(&buf, "abc", 3);
    if (status == BON_OK) status = bon_buf_printf(&buf, "%0200d", 1);
    if (status == BON_OK) status = bon_grow_array(&array, &cap, 10, sizeof *array);
    if (status == BON_OK) status = bon_grow_array(&array, &cap, 1000, sizeof *array);
    void *plain = status == BON_OK ? bon_alloc_array(10, 10) : NULL, *zeroed = plain ? bon_alloc_zeroed(10, 10) : NULL;
    if (status == BON_OK && !zeroed) status = BON_ERR_NOMEM;
    free(plain);
    free(zeroed);
    free(array);
    bon_buf_free(&buf);
    return status;
}

Test(buf, allocation_failures) { failmalloc_check(use_everything, NULL); }
