/* src/normalize/spans.h: lists of what was replaced by what (bon_spans), made and put together. */
#ifndef BON_SRC_NORMALIZE_SPANS_H
#define BON_SRC_NORMALIZE_SPANS_H

#include "base/buf.h"
#include "bon/normalize.h"

/* Adds a replacement behind those there are; one that touches the last becomes a part of it. NULL: none are wanted. */
bon_status bon_spans_add(bon_spans *spans, uint64_t out, uint64_t out_len, uint64_t in, uint64_t in_len);
/* Adds what differs between n bytes that came out and m that went in, but for whole characters that they share at both ends. */
bon_status bon_spans_difference(bon_spans *spans, const char *out, size_t n, uint64_t out_start, const char *in,
                                size_t m, uint64_t in_start);
/* What `second` made of what `first` made, in one list, appended to `out`. */
bon_status bon_spans_compose(const bon_spans *first, const bon_spans *second, bon_spans *out);
/* Appends a list whose text stands behind `out` bytes of output and `in` of input. */
bon_status bon_spans_append(bon_spans *spans, const bon_spans *more, uint64_t out, uint64_t in);

#endif
