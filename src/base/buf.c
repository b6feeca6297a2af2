/* src/base/buf.c: the growable buffer and overflow-checked arrays. Capacity grows by half, so appending n bytes one by one
 * costs O(n). */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

bon_status bon_buf_reserve(bon_buf *buf, size_t extra) {
    if (extra <= buf->cap - buf->len) return BON_OK;
    if (extra > SIZE_MAX / 2 - buf->len) return bon_fail_memory(SIZE_MAX);
    size_t cap = buf->len + extra;
    if (cap < buf->cap + buf->cap / 2) cap = buf->cap + buf->cap / 2;
    if (cap < 64) cap = 64;
    char *data = realloc(buf->data, cap);
    if (!data) return bon_fail_memory(cap);
    buf->data = data;
    buf->cap = cap;
    return BON_OK;
}

bon_status bon_buf_append(bon_buf *buf, const void *bytes, size_t n) {
    if (n == 0) return BON_OK;
    BON_TRY(bon_buf_reserve(buf, n));
    bon_buf_push(buf, bytes, n);
    return BON_OK;
}

void bon_buf_free(bon_buf *buf) {
    free(buf->data);
    *buf = (bon_buf){0};
}

bon_status bon_buf_printf(bon_buf *buf, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0) return bon_fail(BON_ERR_ARGUMENT, "bon_buf_printf: bad format");
    BON_TRY(bon_buf_reserve(buf, (size_t)length + 1));
    va_start(arguments, format);
    vsnprintf(buf->data + buf->len, (size_t)length + 1, format, arguments);
    va_end(arguments);
    buf->len += (size_t)length;
    return BON_OK;
}

/* Bytes of an array, at least one; 0 after bon_fail_memory when they cannot be counted in a ptrdiff_t. */
static size_t array_bytes(size_t count, size_t size) {
    if (size != 0 && count > SIZE_MAX / 2 / size) {
        bon_fail_memory(SIZE_MAX);
        return 0;
    }
    return count == 0 || size == 0 ? 1 : count * size;
}

void *bon_alloc_array(size_t count, size_t size) {
    size_t bytes = array_bytes(count, size);
    void *array = bytes ? malloc(bytes) : NULL;
    if (bytes && !array) bon_fail_memory(bytes);
    return array;
}

void *bon_alloc_zeroed(size_t count, size_t size) {
    size_t bytes = array_bytes(count, size);
    void *array = bytes ? calloc(1, bytes) : NULL;
    if (bytes && !array) bon_fail_memory(bytes);
    return array;
}

bon_status bon_grow_array(void *array, size_t *cap, size_t need, size_t size) {
    if (need <= *cap) return BON_OK;
    size_t grown = *cap + *cap / 2;
    if (grown < need) grown = need;
    if (grown < 16) grown = 16;
    if (grown > SIZE_MAX / 2 / size) return bon_fail_memory(SIZE_MAX);
    void *data;
    memcpy(&data, array, sizeof data);
    data = realloc(data, grown * size);
    if (!data) return bon_fail_memory(grown * size);
    memcpy(array, &data, sizeof data);
    *cap = grown;
    return BON_OK;
}
