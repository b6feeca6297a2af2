/* src/base/cut.c: see cut.h. */
#include "base/cut.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/codec.h"
#include "base/hash.h"

enum { SAMPLE = 64 << 10, BLOCK = 64 << 10 };

/* ---- files ---- */

struct file {
    const char *path;
    int fd;
    uint64_t size;
    bool plain;
};

static bon_status open_file(struct file *file, const char *path) {
    struct stat about;
    *file = (struct file){.path = path, .fd = -1};
    if (strcmp(path, "-") == 0)
        return bon_fail(BON_ERR_ARGUMENT, "standard input cannot be cut into shards; name files");
    do file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    while (file->fd < 0 && errno == EINTR);
    if (file->fd < 0) return bon_fail_errno(path, "cannot open");
    if (fstat(file->fd, &about) != 0) return bon_fail_errno(path, "cannot look at it");
    if (!S_ISREG(about.st_mode))
        return bon_fail(BON_ERR_ARGUMENT, "%s: is not a regular file, which is what can be cut into shards", path);
    file->size = (uint64_t)about.st_size;
    return BON_OK;
}

static void close_file(struct file *file) {
    if (file->fd >= 0) close(file->fd);
    file->fd = -1;
}

static bon_status read_at(const struct file *file, uint64_t at, void *bytes, size_t cap, size_t *got) {
    *got = 0;
    while (*got < cap) {
        ssize_t n = pread(file->fd, (char *)bytes + *got, cap - *got, (off_t)(at + *got));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return bon_fail_errno(file->path, "cannot read");
        if (n == 0) break;
        *got += (size_t)n;
    }
    return BON_OK;
}

/* Adds a file to the digest, and tells whether it is plain. */
static bon_status look_at(struct file *file, struct bon_hash_stream *hash, char *bytes) {
    size_t got;
    bool more;
    bon_hash_update(hash, &file->size, sizeof file->size);
    BON_TRY(read_at(file, 0, bytes, SAMPLE, &got));
    bon_hash_update(hash, bytes, got);
    file->plain = !bon_codec_of_bytes((const uint8_t *)bytes, got, &more);
    BON_TRY(read_at(file, file->size > SAMPLE ? file->size - SAMPLE : 0, bytes, SAMPLE, &got));
    bon_hash_update(hash, bytes, got);
    return BON_OK;
}

/* ---- where records begin ---- */

/* Bytes of a file from a place on. */
struct scan {
    const struct file *file;
    char *bytes; /* [BLOCK] */
    uint64_t at; /* of bytes[0] */
    size_t pos, have;
};

/* The next byte; -1 at the end. */
static bon_status next_byte(struct scan *scan, int *byte) {
    if (scan->pos == scan->have) {
        scan->at += scan->have;
        scan->pos = 0;
        BON_TRY(read_at(scan->file, scan->at, scan->bytes, BLOCK, &scan->have));
    }
    *byte = scan->pos < scan->have ? (unsigned char)scan->bytes[scan->pos++] : -1;
    return BON_OK;
}

static bool is_ascii_word(int byte) {
    return (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
}

/* The first record that begins at `from` or behind it. */
static bon_status find_record(const struct file *file, uint64_t from, enum bon_cut_at at, char *bytes,
                              uint64_t *begin) {
    struct scan scan = {.file = file, .bytes = bytes, .at = from ? from - 1 : 0};
    bool empty = false, blank = false; /* the line before had nothing in it; this one has not so far */
    int byte;
    *begin = from < file->size ? from : file->size;
    if (from == 0 || from >= file->size) return BON_OK;
    for (bool line_begins = false;;) {
        uint64_t here = scan.at + scan.pos;
        BON_TRY(next_byte(&scan, &byte));
        if (byte < 0) break;
        if (line_begins && here >= from && (at == BON_CUT_LINES || (empty && is_ascii_word(byte)))) {
            *begin = here;
            return BON_OK;
        }
        if (line_begins) blank = true;
        line_begins = byte == '\n';
        if (line_begins)
            empty = blank;
        else if (byte != ' ' && byte != '\t' && byte != '\r')
            blank = false;
    }
    *begin = file->size;
    return BON_OK;
}

/* ---- the shard ---- */

/* a * b / c without overflow for a <= c. */
static uint64_t share(uint64_t all, uint32_t index, uint32_t of) { return all / of * index + all % of * index / of; }

static bon_status add_range(struct bon_cut *cut, const struct file *file, uint64_t begin, uint64_t end) {
    struct bon_range *range = &cut->ranges[cut->count];
    *range = (struct bon_range){.begin = begin, .end = end};
    if (begin > 0) {
        size_t n = strlen(file->path) + 40;
        char *name = cut->names[cut->count] = bon_alloc_array(n, 1);
        if (!name) return BON_ERR_NOMEM;
        snprintf(name, n, "%s from byte %llu", file->path, (unsigned long long)begin);
        range->name = name;
    }
    cut->paths[cut->count++] = file->path;
    return BON_OK;
}

/* What the shard, from `first` to `end` of the whole text, has of a file that begins at `before`. */
static bon_status cut_file(struct bon_cut *cut, const struct file *file, uint64_t before, uint64_t first, uint64_t end,
                           enum bon_cut_at at, char *bytes) {
    uint64_t from = first > before ? first - before : 0, to = end > before ? end - before : 0;
    if (file->size > 0 && before >= end) cut->followed = true;
    if (!file->plain) return from == 0 && to > 0 ? add_range(cut, file, 0, UINT64_MAX) : BON_OK;
    BON_TRY(find_record(file, from, at, bytes, &from));
    BON_TRY(find_record(file, to, at, bytes, &to));
    if (from >= to) return BON_OK;
    return add_range(cut, file, from, from == 0 && to == file->size ? UINT64_MAX : to);
}

static bon_status cut_files(struct bon_cut *cut, struct file *files, size_t count, uint32_t index, uint32_t of,
                            enum bon_cut_at at, char *bytes) {
    uint64_t all = 0, before = 0;
    bon_status status = BON_OK;
    for (size_t i = 0; i < count; i++) all += files[i].size;
    uint64_t first = share(all, index, of), end = index + 1 == of ? UINT64_MAX : share(all, index + 1, of);
    for (size_t i = 0; i < count && status == BON_OK; before += files[i++].size) {
        files[i].fd = open(files[i].path, O_RDONLY | O_CLOEXEC);
        if (files[i].fd < 0) return bon_fail_errno(files[i].path, "cannot open");
        status = cut_file(cut, &files[i], before, first, end, at, bytes);
        close_file(&files[i]);
    }
    return status;
}

static bon_status look_at_all(struct bon_cut *cut, struct file *files, const char *const *paths, size_t count,
                              char *bytes) {
    struct bon_hash_stream *hash = bon_hash_open();
    bon_status status = hash ? BON_OK : BON_ERR_NOMEM;
    for (size_t i = 0; i < count && status == BON_OK; i++) {
        status = open_file(&files[i], paths[i]);
        if (status == BON_OK) status = look_at(&files[i], hash, bytes);
        close_file(&files[i]); /* there may be more files than may be open */
    }
    if (status == BON_OK) {
        cut->digest = bon_hash_digest(hash);
        if (cut->digest == 0) cut->digest = 1; /* 0 is unknown */
    }
    bon_hash_close(hash);
    return status;
}

bon_status bon_cut_open(struct bon_cut *cut, const char *const *paths, size_t path_count, uint32_t index, uint32_t of,
                        enum bon_cut_at at) {
    static const char nothing[] = "/dev/null";
    *cut = (struct bon_cut){0};
    if (path_count == 0) return bon_fail(BON_ERR_ARGUMENT, "standard input cannot be cut into shards; name files");
    struct file *files = bon_alloc_zeroed(path_count, sizeof *files);
    char *bytes = bon_alloc_array(BLOCK, 1);
    cut->paths = bon_alloc_zeroed(path_count, sizeof *cut->paths);
    cut->ranges = bon_alloc_zeroed(path_count, sizeof *cut->ranges);
    cut->names = bon_alloc_zeroed(path_count, sizeof *cut->names);
    bool there = files && bytes && cut->paths && cut->ranges && cut->names;
    bon_status status = there ? look_at_all(cut, files, paths, path_count, bytes) : BON_ERR_NOMEM;
    if (status == BON_OK) status = cut_files(cut, files, path_count, index, of, at, bytes);
    if (status == BON_OK && cut->count == 0) {
        cut->paths[0] = nothing;
        cut->ranges[0] = (struct bon_range){.end = UINT64_MAX};
        cut->count = 1;
    }
    free(files);
    free(bytes);
    return status;
}

void bon_cut_close(struct bon_cut *cut) {
    for (size_t i = 0; cut->names && i < cut->count; i++) free(cut->names[i]);
    free(cut->names);
    free(cut->paths);
    free(cut->ranges);
    *cut = (struct bon_cut){0};
}
