/* tests/fuzz/fuzz_restore.c: any bytes through the restorer: nothing but marks may change, in any mode. */
#include <stdlib.h>
#include <string.h>

#include "../support/restore_toy.h"
#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds) abort();
}

static void require_same_stripped(const char *a, size_t an, const char *b, size_t bn) {
    bon_buf x = {0}, y = {0};
    require(bon_strip_marks(a, an, &x) == BON_OK && bon_strip_marks(b, bn, &y) == BON_OK);
    require(x.len == y.len && (x.len == 0 || memcmp(x.data, y.data, x.len) == 0));
    bon_buf_free(&x);
    bon_buf_free(&y);
}

static void run(const bon_restorer *restorer, const bon_restore_options *options, const char *text, size_t n) {
    bon_restore_session *session;
    const bon_restore_result *results;
    size_t count;
    bon_buf out = {0};
    require(bon_restore_session_open(&session, restorer, options) == BON_OK);
    require(bon_restore(session, text, n, &out) == BON_OK);
    require_same_stripped(text, n, out.data, out.len);
    const char *newline = n ? memchr(text, '\n', n) : NULL;
    size_t line = newline ? (size_t)(newline - text) : n;
    require(bon_restore_line(session, text, line, 3, &results, &count) == BON_OK && count > 0);
    for (size_t i = 0; i < count; i++) require_same_stripped(text, line, results[i].text, results[i].len);
    bon_buf_free(&out);
    bon_restore_session_close(session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static bon_restorer *restorer; /* kept for all runs */
    static const bon_restore_options modes[] = {
        {0}, {.fix_marked = 1}, {.min_confidence = 0.5}, {.tone_style = BON_TONE_NEW, .beam = 2}};
    if (!restorer) restorer = restore_toy_open_tagged(3);
    if (size == 0) return 0;
    run(restorer, &modes[data[0] % 4], (const char *)data + 1, size - 1);
    return 0;
}
