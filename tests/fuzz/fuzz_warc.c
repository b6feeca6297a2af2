/* tests/fuzz/fuzz_warc.c: any bytes as a web archive, and as an answer of a server. Documents come out or a failure that names the
 * file; going on behind what is broken gives at least the documents that came before it, and ends without a failure. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "corpus/http.h"
#include "corpus/warc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DECODED_MAX = 1 << 20 };

static void require(bool holds) {
    if (!holds) abort();
}

static bon_status take(void *context, const struct bon_document *document) {
    require(!document->text.len || document->text.data[document->text.len - 1] != '\n');
    ++*(uint64_t *)context;
    return BON_OK;
}

static bon_status read_archive(const char *path, struct bon_page *page, bool skip_bad, uint64_t *documents) {
    struct bon_warc warc = {.page = page, .languages = "vie"};
    struct bon_import import = {.take = take, .context = documents, .skip_bad = skip_bad};
    bon_status status = bon_warc_read(&warc, &import, path);
    require(skip_bad ? status == BON_OK || status == BON_ERR_DATA : !import.bad);
    bon_warc_free(&warc);
    return status;
}

static void read_answer(const char *bytes, size_t n) {
    struct bon_http http;
    bon_buf space = {0}, copy = {0};
    require(bon_http_read(bytes, n, DECODED_MAX, &space, &http) == BON_OK);
    require(bon_buf_append(&copy, http.body, http.body_len) == BON_OK);
    require(http.status || !http.body_len);
    bon_buf_free(&space);
    bon_buf_free(&copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct bon_page *page; /* opening one takes longer than reading */
    uint64_t first = 0, second = 0;
    char path[64];
    int file = memfd_create("fuzz", 0);
    require(file >= 0 && (size == 0 || write(file, data, size) == (ssize_t)size));
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    if (!page) require(bon_page_open(&page, true) == BON_OK);
    bon_status status = read_archive(path, page, false, &first);
    if (status != BON_OK) require(strstr(bon_error_message(), path));
    read_archive(path, page, true, &second);
    require(second >= first);
    read_answer((const char *)data, size);
    close(file);
    return 0;
}
