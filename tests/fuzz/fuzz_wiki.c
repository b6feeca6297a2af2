/* tests/fuzz/fuzz_wiki.c: any bytes as a dump of a wiki. Pages come out with an address, or a failure names the file and a line. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "corpus/wiki.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds) abort();
}

static bon_status take(void *context, const struct bon_wiki_page *page) {
    bon_buf *address = context;
    address->len = 0;
    require(bon_wiki_address(page, address) == BON_OK);
    for (size_t i = 0; i < address->len; i++) require(address->data[i] != ' ' || i < page->base.len);
    require(page->source.len <= BON_WIKI_PAGE_MAX);
    return BON_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    bon_buf address = {0};
    char path[64];
    int file = memfd_create("fuzz", 0);
    require(file >= 0 && (size == 0 || write(file, data, size) == (ssize_t)size));
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    bon_status status = bon_wiki_read(path, take, &address, NULL);
    require(status == BON_OK || status == BON_ERR_DATA || status == BON_ERR_LIMIT);
    if (status != BON_OK) require(strstr(bon_error_message(), path));
    bon_buf_free(&address);
    close(file);
    return 0;
}
