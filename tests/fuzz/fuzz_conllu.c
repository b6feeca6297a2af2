/* tests/fuzz/fuzz_conllu.c: any bytes as a treebank, in every unit. Documents have an id, and no empty line in their text; failures name
 * the file. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "corpus/conllu.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds) abort();
}

static bon_status take(void *context, const struct bon_document *document) {
    const bon_buf *text = &document->text;
    require(document->id.len > 0);
    require(!text->len || (text->data[0] != '\n' && text->data[text->len - 1] != '\n'));
    for (size_t i = 1; i < text->len; i++) require(text->data[i] != '\n' || text->data[i - 1] != '\n');
    ++*(uint64_t *)context;
    return BON_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static bon_normalizer *normalizer; /* opening one takes longer than reading */
    char path[64];
    int file = memfd_create("fuzz", 0);
    require(file >= 0 && (size == 0 || write(file, data, size) == (ssize_t)size));
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    if (!normalizer) require(bon_normalizer_open(&normalizer, NULL) == BON_OK);
    for (int unit = BON_CONLLU_DOCUMENT; unit <= BON_CONLLU_SENTENCE; unit++) {
        uint64_t documents = 0;
        struct bon_conllu conllu = {.normalizer = normalizer, .unit = (enum bon_conllu_unit)unit, .words = size & 1};
        struct bon_import import = {.take = take, .context = &documents, .skip_bad = size & 2};
        bon_status status = bon_conllu_read(&conllu, &import, path);
        if (status != BON_OK) require(strstr(bon_error_message(), path));
        require(status == BON_OK || status == BON_ERR_DATA || status == BON_ERR_LIMIT);
        bon_conllu_free(&conllu);
    }
    close(file);
    return 0;
}
