/* src/normalize/auto.h: BON_CHARSET_AUTO in two steps: chunks are judged in any order, and settled in input order.
 *
 * A judged chunk is a row of segments, text that is finished and lines that wait for their neighbours; only auto.c looks into
 * it.
 */
#ifndef BON_SRC_NORMALIZE_AUTO_H
#define BON_SRC_NORMALIZE_AUTO_H

#include "normalize/charset.h"
#include "normalize/normalizer.h"

/* Converts and normalizes text in the charset that the options name; or, in both steps, text in any. */
bon_status bon_converted_text(const struct bon_normalizer *nz, const char *text, size_t n,
                              const struct bon_normalize_place *place, bon_buf *out, uint64_t *counts,
                              bon_spans *spans);
bon_status bon_auto_text(const struct bon_normalizer *nz, const char *text, size_t n,
                         const struct bon_normalize_place *place, bon_buf *out, uint64_t *counts, bon_spans *spans);

/* Judges and normalizes a chunk of whole lines, or a window. mapped: with spans. */
bon_status bon_auto_judge(const struct bon_normalizer *nz, const char *text, size_t n,
                          const struct bon_normalize_place *place, bool mapped, bon_buf *out, uint64_t *counts);

/* What is known of the lines before. All zeros at the beginning of a file. */
struct bon_auto {
    bon_charset last; /* of the last line that told; BON_CHARSET_UTF8: none near */
    uint64_t since;   /* lines since then */
    bon_buf held;     /* segments that wait for what comes */
    uint64_t held_lines, held_bytes;
    const char *name; /* of the file, for messages */
    bool mapped;      /* spans are wanted, of what is judged and settled */
    bon_spans
        spans; /* what the calls appended, each counted from what that call appended and settled; empty it between */
    uint64_t settled; /* bytes of the file that output was given for by bon_auto_settle */
};

/* Appends what is settled by the judged chunks so far. */
bon_status bon_auto_settle(struct bon_auto *state, const struct bon_normalizer *nz, const char *judged, size_t n,
                           bon_buf *out, uint64_t *counts);
/* The same at the end of a file: nothing waits any longer, and the next file begins anew. */
bon_status bon_auto_finish(struct bon_auto *state, const struct bon_normalizer *nz, bon_buf *out, uint64_t *counts);
void bon_auto_free(struct bon_auto *state);

#endif
