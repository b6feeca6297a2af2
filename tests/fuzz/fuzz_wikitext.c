/* tests/fuzz/fuzz_wikitext.c: any bytes as a page of a wiki, and near-duplicates of themselves. The text has no empty line and no
 * newline at its end; a second reading in the same space gives the same; its row is as long as every row, and is like itself. */
#include <stdlib.h>

#include "corpus/near.h"
#include "corpus/wikitext.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds) abort();
}

static void read_twice(const bon_normalizer *normalizer, const char *source, size_t n, bon_buf *text) {
    struct bon_wikitext space = {0};
    bon_buf again = {0};
    require(bon_wikitext_read(&space, normalizer, source, n, text) == BON_OK);
    require(bon_wikitext_read(&space, normalizer, source, n, &again) == BON_OK);
    require(text->len == again.len && (!text->len || memcmp(text->data, again.data, again.len) == 0));
    require(!text->len || (text->data[0] != '\n' && text->data[text->len - 1] != '\n'));
    for (size_t i = 1; i < text->len; i++) require(text->data[i] != '\n' || text->data[i - 1] != '\n');
    bon_buf_free(&again);
    bon_wikitext_free(&space);
}

static void like_itself(const bon_buf *text) {
    struct bon_near_options options = {.threshold = 1};
    struct bon_shingler *shingler = NULL;
    struct bon_near *near = NULL;
    bon_buf row = {0};
    require(bon_near_open(&near, &options) == BON_OK);
    require(bon_shingler_open(&shingler) == BON_OK);
    require(bon_near_sign(near, shingler, text->data, text->len, &row) == BON_OK);
    require(row.len == bon_near_row_size(near));
    uint32_t length;
    memcpy(&length, row.data, sizeof length);
    for (int i = 0; i < 2; i++) require(bon_near_add(near, row.data) == BON_OK);
    require(bon_near_settle(near) == BON_OK);
    require(bon_near_keeps(near, 0) && bon_near_keeps(near, 1) == (length == 0));
    bon_buf_free(&row);
    bon_shingler_close(shingler);
    bon_near_close(near);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    bon_normalizer *normalizer = NULL;
    bon_buf text = {0};
    require(bon_wikitext_normalizer(&normalizer) == BON_OK);
    read_twice(normalizer, (const char *)data, size, &text);
    like_itself(&text);
    bon_buf_free(&text);
    bon_normalizer_close(normalizer);
    return 0;
}
