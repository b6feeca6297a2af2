/* src/corpus/spool.c: see spool.h. A record is a struct bon_spooled and its text; a block of bytes is written or read at a
 * time. */
#include "corpus/spool.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/store.h"

enum { BLOCK = 1 << 20 };

struct bon_spool {
    struct bon_store *store;
    int fd;
    bon_buf block; /* bytes not yet written, or those read from the file */
    size_t taken;  /* of the block */
    uint64_t count, left;
};

bon_status bon_spool_open(struct bon_spool **out, const char *folder) {
    struct bon_spool *spool = bon_alloc_zeroed(1, sizeof *spool);
    if (!spool) return BON_ERR_NOMEM;
    spool->fd = -1;
    bon_status status = bon_store_open(&spool->store, BLOCK, folder);
    if (status == BON_OK) status = bon_store_file(spool->store, &spool->fd);
    if (status == BON_OK) status = bon_buf_reserve(&spool->block, BLOCK);
    if (status != BON_OK)
        bon_spool_close(spool);
    else
        *out = spool;
    return status;
}

static bon_status put(struct bon_spool *spool, const void *bytes, size_t n) {
    if (spool->block.len + n > BLOCK) {
        BON_TRY(bon_store_write(spool->store, spool->fd, spool->block.data, spool->block.len));
        spool->block.len = 0;
    }
    if (n > BLOCK) return bon_store_write(spool->store, spool->fd, bytes, n);
    bon_buf_push(&spool->block, bytes, n);
    return BON_OK;
}

bon_status bon_spool_put(struct bon_spool *spool, struct bon_hash128 hash, bool always, const char *text, size_t n) {
    struct bon_spooled head = {0};
    head.hash = hash, head.always = always, head.len = (uint32_t)n; /* padding stays zero */
    BON_TRY(put(spool, &head, sizeof head));
    BON_TRY(put(spool, text, n));
    spool->count++;
    return BON_OK;
}

uint64_t bon_spool_count(const struct bon_spool *spool) { return spool->count; }

bon_status bon_spool_rewind(struct bon_spool *spool) {
    BON_TRY(bon_store_write(spool->store, spool->fd, spool->block.data, spool->block.len));
    if (lseek(spool->fd, 0, SEEK_SET) != 0)
        return bon_fail_errno(bon_store_folder(spool->store), "cannot read a temporary file");
    spool->block.len = spool->taken = 0;
    spool->left = spool->count;
    return BON_OK;
}

static bon_status take(struct bon_spool *spool, char *bytes, size_t n) {
    while (n > 0) {
        size_t there = spool->block.len - spool->taken, part = n < there ? n : there;
        if (there == 0) {
            ssize_t got = read(spool->fd, spool->block.data, BLOCK);
            if (got < 0 && errno == EINTR) continue;
            if (got == 0) errno = EIO; /* somebody cut the file */
            if (got <= 0) return bon_fail_errno(bon_store_folder(spool->store), "cannot read a temporary file");
            spool->block.len = (size_t)got;
            spool->taken = 0;
            continue;
        }
        memcpy(bytes, spool->block.data + spool->taken, part);
        spool->taken += part;
        bytes += part;
        n -= part;
    }
    return BON_OK;
}

bon_status bon_spool_take(struct bon_spool *spool, struct bon_spooled *head, bon_buf *text, bool *end) {
    *end = spool->left == 0;
    if (*end) return BON_OK;
    spool->left--;
    BON_TRY(take(spool, (char *)head, sizeof *head));
    text->len = 0;
    BON_TRY(bon_buf_reserve(text, head->len));
    BON_TRY(take(spool, text->data, head->len));
    text->len = head->len;
    return BON_OK;
}

void bon_spool_close(struct bon_spool *spool) {
    if (!spool) return;
    if (spool->fd >= 0) close(spool->fd);
    bon_store_close(spool->store);
    bon_buf_free(&spool->block);
    free(spool);
}
