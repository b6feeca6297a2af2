/* tests/fuzz/fuzz_subtitles.c: any bytes as a file of subtitles. The text has no empty line, and a second reading by the same reader
 * gives the same. */
#include <stdlib.h>

#include "corpus/subtitles.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct bon_subtitles *subtitles; /* opening one takes longer than reading */
    struct bon_document first = {0}, second = {0};
    const char *bytes = (const char *)data;
    if (!subtitles) require(bon_subtitles_open(&subtitles) == BON_OK);
    bon_status status = bon_subtitles_read(subtitles, "fuzz", bytes, size, NULL, 0, &first);
    require(status == BON_OK || status == BON_ERR_DATA);
    require(bon_subtitles_read(subtitles, "fuzz", bytes, size, NULL, 0, &second) == status);
    const bon_buf *text = &first.text;
    require(text->len == second.text.len && (!text->len || !memcmp(text->data, second.text.data, text->len)));
    require(!text->len || (text->data[0] != '\n' && text->data[text->len - 1] != '\n'));
    for (size_t i = 1; i < text->len; i++) require(text->data[i] != '\n' || text->data[i - 1] != '\n');
    bon_document_free(&first);
    bon_document_free(&second);
    return 0;
}
