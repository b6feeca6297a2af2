/* tests/fuzz/fuzz_epub.c: any bytes as an e-book, and as each of its papers. Nothing is read beyond the limits, and a failure names
 * the file. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "corpus/epub.h"
#include "corpus/epub_package.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 1 << 20 };

static void require(bool holds) {
    if (!holds) abort();
}

static bon_status take(void *context, const struct bon_document *document) {
    (void)context;
    require(document->text.len <= 3 * MOST + 3); /* a byte that is none becomes U+FFFD */
    return BON_OK;
}

static void read_papers(const char *xml, size_t n) {
    struct bon_epub_package package = {0};
    bon_buf path = {0};
    bool encrypted;
    if (bon_epub_container("fuzz", xml, n, &path) == BON_OK) require(path.len > 0);
    if (bon_epub_package_read(&package, "fuzz", "a/b/c.opf", xml, n) == BON_OK) {
        require(package.spine_count > 0);
        for (size_t i = 0; i < package.spine_count; i++) require(package.spine[i] < package.item_count);
        bon_epub_encrypted(&package, "fuzz", xml, n, &encrypted);
    }
    bon_epub_package_free(&package);
    bon_buf_free(&path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct bon_page *page; /* opening one takes longer than reading */
    char path[64];
    int file = memfd_create("fuzz", 0);
    require(file >= 0 && (size == 0 || write(file, data, size) == (ssize_t)size));
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    if (!page) require(bon_page_open(&page, true) == BON_OK);
    struct bon_epub epub = {.page = page, .most = MOST, .ratio = 100, .chapters = size & 1};
    struct bon_import import = {.take = take, .skip_bad = size & 2};
    bon_status status = bon_epub_read(&epub, &import, path);
    if (status != BON_OK) require(strstr(bon_error_message(), path));
    bon_epub_free(&epub);
    read_papers((const char *)data, size);
    close(file);
    return 0;
}
