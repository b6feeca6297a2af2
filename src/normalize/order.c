/* src/normalize/order.c: canonical order (Unicode Standard, D109) for long runs of combining marks, in linear time.
 *
 * ICU sorts marks by insertion, which suits the two or three that text has and takes hours for a million of them in hostile
 * input. Runs beyond RUN_MAX are therefore decomposed and sorted here by counting, before ICU sees them; that is a
 * canonically equivalent text, so ICU's result is the same.
 */
#include "normalize/normalizer.h"

#include <unicode/uchar.h>
#include <unicode/utf16.h>

enum { RUN_MAX = 32, EXPANSION_MAX = 4 };

static bool is_mark(UChar32 c) { return u_getIntPropertyValue(c, UCHAR_LEAD_CANONICAL_COMBINING_CLASS) != 0; }

/* End of the run of marks that begins at `start`. */
static int32_t run_end(const struct bon_units *units, int32_t start, int32_t *marks) {
    int32_t end = start;
    for (*marks = 0; end < units->len; ++*marks) {
        int32_t next = end;
        UChar32 c;
        U16_NEXT_UNSAFE(units->data, next, c);
        if (!is_mark(c)) break;
        end = next;
    }
    return end;
}

/* Appends the decompositions of text to out. */
static bon_status decompose(const UNormalizer2 *nfd, const UChar *text, int32_t n, struct bon_units *out) {
    for (int32_t i = 0; i < n;) {
        UChar parts[EXPANSION_MAX];
        UErrorCode error = U_ZERO_ERROR;
        UChar32 c;
        U16_NEXT_UNSAFE(text, i, c);
        int32_t length = unorm2_getDecomposition(nfd, c, parts, EXPANSION_MAX, &error);
        if (U_FAILURE(error)) return bon_fail(BON_ERR_LIMIT, "decomposing U+%04X: %s", (unsigned)c, u_errorName(error));
        if (length < 0) U16_APPEND_UNSAFE(out->data, out->len, c);
        for (int32_t k = 0; k < length; k++) out->data[out->len++] = parts[k];
    }
    return BON_OK;
}

/* Sorts text[0..n) by combining class, keeping the order within each; sorted has room for n. */
static void sort_marks(UChar *text, int32_t n, UChar *sorted) {
    int32_t begin[257] = {0};
    UChar32 c;
    for (int32_t i = 0; i < n;) {
        int32_t at = i;
        U16_NEXT_UNSAFE(text, i, c);
        begin[u_getCombiningClass(c) + 1] += i - at;
    }
    for (unsigned k = 1; k < 257; k++) begin[k] += begin[k - 1];
    for (int32_t i = 0; i < n;) {
        U16_NEXT_UNSAFE(text, i, c);
        int32_t *at = &begin[u_getCombiningClass(c)];
        U16_APPEND_UNSAFE(sorted, *at, c);
    }
    memcpy(text, sorted, (size_t)n * sizeof *text);
}

static bool has_long_run(const struct bon_units *units) {
    for (int32_t i = 0, marks; i < units->len; i++) {
        if (units->data[i] < 0x300) continue;
        i = run_end(units, i, &marks);
        if (marks > RUN_MAX) return true;
    }
    return false;
}

bon_status bon_order_marks(struct bon_sink *sink, bool *changed) {
    struct bon_units *in = &sink->units, *out = &sink->other;
    *changed = false;
    if (!has_long_run(in)) return BON_OK;
    UErrorCode error = U_ZERO_ERROR;
    const UNormalizer2 *nfd = unorm2_getNFDInstance(&error);
    if (U_FAILURE(error)) return bon_fail(BON_ERR_NOMEM, "Unicode normalization data of ICU: %s", u_errorName(error));
    out->len = 0;
    BON_TRY(bon_units_reserve(out, in->len * EXPANSION_MAX));
    UChar *sorted = bon_alloc_array((size_t)in->len * EXPANSION_MAX, sizeof *sorted);
    if (!sorted) return BON_ERR_NOMEM;
    bon_status status = BON_OK;
    for (int32_t i = 0, marks; status == BON_OK && i < in->len;) {
        int32_t end = run_end(in, i, &marks), start = out->len;
        if (marks > RUN_MAX) {
            status = decompose(nfd, in->data + i, end - i, out);
            if (status == BON_OK) sort_marks(out->data + start, out->len - start, sorted);
        } else {
            if (end < in->len) U16_FWD_1_UNSAFE(in->data, end);
            memcpy(out->data + start, in->data + i, (size_t)(end - i) * sizeof *in->data);
            out->len += end - i;
        }
        i = end;
    }
    *changed = status == BON_OK &&
               (in->len != out->len || memcmp(in->data, out->data, (size_t)in->len * sizeof *in->data) != 0);
    if (*changed) bon_units_swap(sink);
    free(sorted);
    return status;
}
