/* tests/fuzz/fuzz_jsonl.c: any bytes as a line of somebody's JSON. What is written is an object that reads back as itself. */
#include <stdlib.h>

#include "base/json_span.h"
#include "corpus/jsonl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds) abort();
}

/* With options, the document as JSON; false: refused or without a text. */
static bool import(const struct bon_jsonl_options *options, const bon_normalizer *normalizer, const char *line,
                   size_t n, bon_buf *out) {
    static const struct bon_jsonl_place place = {"fuzz", 1, 0};
    struct bon_document document = {0};
    struct bon_jsonl *jsonl;
    bool found;
    require(bon_jsonl_open(&jsonl, options, normalizer) == BON_OK);
    bon_status status = bon_jsonl_read(jsonl, line, n, &place, &document, &found);
    require(status == BON_OK || status == BON_ERR_DATA);
    if (status == BON_OK) require(bon_document_json(&document, out) == BON_OK);
    bon_document_free(&document);
    bon_jsonl_close(jsonl);
    return status == BON_OK && found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct bon_jsonl_options ours = {"text", "id", "title", "url", NULL};
    static const struct bon_jsonl_options theirs = {"a.b,text", "c", "d.e.f", "url", "x=y,z=a.b.c"};
    const struct bon_jsonl_options *const options[] = {&ours, &theirs};
    bon_normalizer *normalizer;
    require(bon_normalizer_open(&normalizer, NULL) == BON_OK);
    for (int i = 0; i < 2; i++) {
        bon_buf first = {0}, second = {0};
        if (import(options[i], normalizer, (const char *)data, size, &first)) {
            require(first.len && first.data[first.len - 1] == '\n');
            require(import(&ours, normalizer, first.data, first.len - 1, &second));
            require(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
        }
        bon_buf_free(&first);
        bon_buf_free(&second);
    }
    bon_normalizer_close(normalizer);
    return 0;
}
