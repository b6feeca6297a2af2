/* tests/unit/corpus/support.h: what the tests of this room share. */
#ifndef BON_TESTS_UNIT_CORPUS_SUPPORT_H
#define BON_TESTS_UNIT_CORPUS_SUPPORT_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "failmalloc.h"
#include "files.h"

/* For callbacks that collect: appends to the bon_buf that is the context. */
static inline bon_status collect(void *context, const char *text, size_t n) { return bon_buf_append(context, text, n); }

static inline bool holds(const bon_buf *buf, const char *text) {
    return buf->len == strlen(text) && memcmp(buf->len ? buf->data : text, text, buf->len) == 0;
}

#endif
