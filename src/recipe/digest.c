/* src/recipe/digest.c: see digest.h. What is remembered is a table of text, a line a file: device, inode, size, time of change in
 * nanoseconds, the two halves of the digest. */
#include "recipe/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"

enum { BLOCK = 1 << 20, CACHE_LARGEST = 1 << 30 };
#define TICK INT64_C(50000000) /* nanoseconds: file systems' clocks are at least that fine */

struct entry {
    uint64_t device, inode, bytes;
    int64_t changed;
    struct bon_hash128 digest;
    bool asked; /* about in this run */
};

struct bon_digests {
    struct entry *entries; /* an open hash table; inode 0 is free */
    size_t count, slots;   /* slots: a power of two */
    struct bon_hash_stream *stream;
    char *block;
    bool (*stop)(void *context);
    void *context;
};

/* ---- the table ---- */

static struct entry *slot_of(const struct bon_digests *digests, const struct entry *key) {
    const uint64_t id[2] = {key->device, key->inode};
    size_t i = bon_hash64(id, sizeof id) & (digests->slots - 1);
    while (digests->entries[i].inode &&
           (digests->entries[i].inode != key->inode || digests->entries[i].device != key->device))
        i = (i + 1) & (digests->slots - 1);
    return &digests->entries[i];
}

static bon_status grow(struct bon_digests *digests) {
    struct bon_digests larger = {.slots = digests->slots ? digests->slots * 2 : 256};
    larger.entries = bon_alloc_zeroed(larger.slots, sizeof *larger.entries);
    if (!larger.entries) return BON_ERR_NOMEM;
    for (size_t i = 0; i < digests->slots; i++)
        if (digests->entries[i].inode) *slot_of(&larger, &digests->entries[i]) = digests->entries[i];
    free(digests->entries);
    digests->entries = larger.entries;
    digests->slots = larger.slots;
    return BON_OK;
}

static bon_status remember(struct bon_digests *digests, const struct entry *entry) {
    if (!entry->inode) return BON_OK;
    if (2 * (digests->count + 1) > digests->slots) BON_TRY(grow(digests));
    struct entry *slot = slot_of(digests, entry);
    digests->count += slot->inode == 0;
    *slot = *entry;
    return BON_OK;
}

/* ---- from and to a file ---- */

static bon_status take_line(struct bon_digests *digests, const char *line) {
    struct entry entry = {0};
    int end = -1;
    if (sscanf(line, "%" SCNu64 "\t%" SCNu64 "\t%" SCNu64 "\t%" SCNd64 "\t%16" SCNx64 "%16" SCNx64 "%n", &entry.device,
               &entry.inode, &entry.bytes, &entry.changed, &entry.digest.high, &entry.digest.low, &end) != 6 ||
        end < 0 || line[end])
        return BON_OK;
    return remember(digests, &entry);
}

static bon_status take_lines(struct bon_digests *digests, bon_buf *text) {
    BON_TRY(bon_buf_put(text, 0));
    for (char *line = text->data, *next; (next = strchr(line, '\n')); line = next + 1) {
        *next = 0;
        BON_TRY(take_line(digests, line));
    }
    return BON_OK;
}

bon_status bon_digests_open(struct bon_digests **out, const char *path) {
    bon_buf text = {0};
    *out = NULL;
    struct bon_digests *digests = calloc(1, sizeof *digests);
    if (!digests) return bon_fail_memory(sizeof *digests);
    digests->stream = bon_hash_open();
    digests->block = malloc(BLOCK);
    bon_status status = digests->stream && digests->block ? BON_OK : bon_fail_memory(BLOCK);
    if (status == BON_OK) status = grow(digests);
    if (status == BON_OK && access(path, R_OK) == 0) status = bon_file_read(path, CACHE_LARGEST, &text);
    if (status == BON_OK && text.len) status = take_lines(digests, &text);
    bon_buf_free(&text);
    if (status == BON_OK)
        *out = digests;
    else
        bon_digests_close(digests);
    return status;
}

void bon_digests_close(struct bon_digests *digests) {
    if (!digests) return;
    bon_hash_close(digests->stream);
    free(digests->block);
    free(digests->entries);
    free(digests);
}

void bon_digests_on_read(struct bon_digests *digests, bool (*stop)(void *context), void *context) {
    digests->stop = stop;
    digests->context = context;
}

bon_status bon_digests_write(const struct bon_digests *digests, const char *path) {
    bon_buf text = {0};
    struct bon_out *out = NULL;
    bon_status status = bon_out_open(&out, path, 0);
    for (size_t i = 0; i < digests->slots && status == BON_OK; i++) {
        const struct entry *entry = &digests->entries[i];
        if (!entry->inode || !entry->asked) continue;
        text.len = 0;
        status = bon_buf_printf(
            &text, "%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRId64 "\t%016" PRIx64 "%016" PRIx64 "\n", entry->device,
            entry->inode, entry->bytes, entry->changed, entry->digest.high, entry->digest.low);
        if (status == BON_OK) status = bon_out_write(out, text.data, text.len);
    }
    bon_buf_free(&text);
    if (status == BON_OK) return bon_out_publish(out);
    bon_out_abandon(out);
    return status;
}

/* ---- files ---- */

static int64_t nanoseconds(struct timespec time) { return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec; }

static bon_status read_through(struct bon_digests *digests, int fd, const char *path, struct entry *entry) {
    bon_hash_reset(digests->stream);
    entry->bytes = 0;
    for (;;) {
        if (digests->stop && digests->stop(digests->context)) return bon_fail(BON_ERR_INTERRUPTED, "interrupted");
        ssize_t got = read(fd, digests->block, BLOCK);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return bon_fail_errno(path, "cannot read");
        if (got == 0) break;
        bon_hash_update(digests->stream, digests->block, (size_t)got);
        entry->bytes += (uint64_t)got;
    }
    entry->digest = bon_hash_digest128(digests->stream);
    return BON_OK;
}

static bon_status digest_open_file(struct bon_digests *digests, int fd, const char *path, struct entry *entry) {
    struct stat about;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (fstat(fd, &about) != 0) return bon_fail_errno(path, "cannot look at it");
    *entry = (struct entry){about.st_dev, about.st_ino, (uint64_t)about.st_size, nanoseconds(about.st_mtim), {0}, true};
    struct entry *known = slot_of(digests, entry);
    if (known->inode && known->bytes == entry->bytes && known->changed == entry->changed) {
        known->asked = true;
        *entry = *known;
        return BON_OK;
    }
    BON_TRY(read_through(digests, fd, path, entry));
    bool settled =
        S_ISREG(about.st_mode) && entry->bytes == (uint64_t)about.st_size && nanoseconds(now) - entry->changed > TICK;
    return settled ? remember(digests, entry) : BON_OK;
}

static bon_status digest_file(struct bon_digests *digests, const char *path, struct entry *entry) {
    int fd;
    do fd = open(path, O_RDONLY | O_CLOEXEC);
    while (fd < 0 && errno == EINTR);
    if (fd < 0) return bon_fail_errno(path, "cannot open");
    bon_status status = digest_open_file(digests, fd, path, entry);
    int saved = errno;
    close(fd);
    errno = saved;
    return status;
}

/* ---- folders ---- */

static int by_name(const FTSENT **a, const FTSENT **b) { return strcmp((*a)->fts_name, (*b)->fts_name); }

/* A line a file, as xxh128sum prints it. */
static bon_status add_member(struct bon_digests *digests, const char *path, size_t prefix, uint64_t *bytes,
                             bon_buf *listing) {
    struct entry entry;
    BON_TRY(digest_file(digests, path, &entry));
    *bytes += entry.bytes;
    BON_TRY(bon_buf_printf(listing, "%016" PRIx64 "%016" PRIx64 "  ", entry.digest.high, entry.digest.low));
    BON_TRY(bon_buf_append(listing, path + prefix, strlen(path + prefix)));
    return bon_buf_put(listing, '\n');
}

static bon_status digest_folder(struct bon_digests *digests, const char *path, uint64_t *bytes,
                                struct bon_hash128 *digest) {
    char *roots[] = {strdup(path), NULL};
    FTS *walk = roots[0] ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name) : NULL;
    bon_status status = walk ? BON_OK : roots[0] ? bon_fail_errno(path, "cannot list") : bon_fail_memory(strlen(path));
    bon_buf listing = {0};
    FTSENT *at;
    *bytes = 0;
    while (status == BON_OK && (errno = 0, at = fts_read(walk))) {
        errno = at->fts_errno;
        if (at->fts_info == FTS_DNR || at->fts_info == FTS_ERR || at->fts_info == FTS_NS)
            status = bon_fail_errno(at->fts_path, "cannot list");
        else if (at->fts_info != FTS_D && at->fts_info != FTS_DP)
            status = add_member(digests, at->fts_path, strlen(path) + 1, bytes, &listing);
    }
    if (status == BON_OK && errno) status = bon_fail_errno(path, "cannot list");
    if (status == BON_OK) *digest = bon_hash128(listing.data, listing.len);
    if (walk) fts_close(walk);
    free(roots[0]);
    bon_buf_free(&listing);
    return status;
}

bon_status bon_digest(struct bon_digests *digests, const char *path, uint64_t *bytes, struct bon_hash128 *digest) {
    struct stat about;
    struct entry entry;
    if (stat(path, &about) != 0) return bon_fail_errno(path, "cannot look at it");
    if (S_ISDIR(about.st_mode)) return digest_folder(digests, path, bytes, digest);
    BON_TRY(digest_file(digests, path, &entry));
    *bytes = entry.bytes;
    *digest = entry.digest;
    return BON_OK;
}
