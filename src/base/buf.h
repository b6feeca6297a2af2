/* src/base/buf.h: small helpers on the public bon_buf, and overflow-checked arrays. */
#ifndef BON_SRC_BASE_BUF_H
#define BON_SRC_BASE_BUF_H

#include <string.h>

#include "base/status.h"
#include "bon/base.h"

/* Appends one byte. */
static inline bon_status bon_buf_put(bon_buf *buf, char byte) {
    if (buf->len == buf->cap) BON_TRY(bon_buf_reserve(buf, 1));
    buf->data[buf->len++] = byte;
    return BON_OK;
}

/* Appends bytes for which room was reserved. */
static inline void bon_buf_push(bon_buf *buf, const void *bytes, size_t n) {
    if (n > 0) memcpy(buf->data + buf->len, bytes, n); /* nothing may come with a null pointer */
    buf->len += n;
}

/* printf into the buffer. */
bon_status bon_buf_printf(bon_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* malloc(count * size), zeroed or not, NULL after bon_fail_memory on failure or overflow; never NULL for 0 items. Freed
 * with free(). */
void *bon_alloc_array(size_t count, size_t size);
void *bon_alloc_zeroed(size_t count, size_t size);
/* Grows *array (of *cap items of `size` bytes) to hold at least `need` items, by half again; keeps it on failure. */
bon_status bon_grow_array(void *array, size_t *cap, size_t need, size_t size);

#endif
