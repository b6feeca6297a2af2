/* Any bytes as an input file: read in pieces and through the pipeline with hostile chunk sizes; both give the same bytes and
 * the same status; before a failure one gives a part of the other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/pipeline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DECODED_MAX = 8 << 20 }; /* a few bytes can decode to gigabytes */

static void check(bool good) {
    if (!good) abort();
}

static bon_status read_in_pieces(const char *path, size_t piece, bon_buf *all) {
    struct bon_in *in;
    size_t got = 1;
    bon_status status = bon_in_open(&in, path);
    check(status == BON_OK);
    while (status == BON_OK && got > 0 && all->len < DECODED_MAX) {
        check(bon_buf_reserve(all, piece) == BON_OK);
        status = bon_in_read(in, all->data + all->len, piece, &got);
        check(got <= piece && (status == BON_OK || got == 0));
        all->len += got;
    }
    check(status == BON_OK || strstr(bon_error_message(), path));
    bon_in_close(in);
    return status;
}

static bon_status copy_map(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out) {
    (void)context;
    (void)worker;
    return bon_buf_append(out, chunk->data, chunk->len);
}

static bon_status collect(void *context, const struct bon_chunk *chunk, const bon_buf *result) {
    bon_buf *all = context;
    check(chunk->len > 0 && chunk->offset == all->len);
    return bon_buf_append(all, result->data, result->len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char path[64];
    int fd = memfd_create("fuzz", 0);
    check(fd >= 0 && (size == 0 || write(fd, data, size) == (ssize_t)size));
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    bon_buf pieces = {0}, lines = {0};
    bon_status status = read_in_pieces(path, 1 + (size ? data[size - 1] * 37u : 0), &pieces);
    if (pieces.len < DECODED_MAX) {
        const char *paths[] = {path};
        struct bon_pipeline pipeline = {.paths = paths,
                                        .path_count = 1,
                                        .threads = 1,
                                        .chunk_size = 1 + (size ? data[size / 2] : 0),
                                        .context = &lines,
                                        .map = copy_map,
                                        .sink = collect};
        check(bon_pipeline_run(&pipeline) == status);
        /* Before a failure, decoders give out more or less depending on the room they are given. */
        size_t both = lines.len < pieces.len ? lines.len : pieces.len;
        check(both == 0 || memcmp(lines.data, pieces.data, both) == 0);
        check(status != BON_OK || lines.len == pieces.len);
    }
    bon_buf_free(&pieces);
    bon_buf_free(&lines);
    close(fd);
    return 0;
}
