/* src/recipe/manifest.c: see manifest.h. */
#include "recipe/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"

enum { MANIFEST_LARGEST = 1 << 30 };

struct row {
    const char *line; /* in text or, of this run, in the arena; NULL is a free slot */
    size_t n;
    struct bon_hash128 job;
};

struct bon_manifest {
    const char *path;
    bon_buf text;     /* the file as it was read */
    struct row *rows; /* an open hash table */
    size_t count, slots;
    bool ragged; /* the file ends within a line: the next one needs the file written anew */
    bool changed;
    struct bon_arena arena;
};

/* ---- the table ---- */

static struct row *slot_of(const struct bon_manifest *manifest, struct bon_hash128 job) {
    size_t i = job.low & (manifest->slots - 1);
    while (manifest->rows[i].line && (manifest->rows[i].job.low != job.low || manifest->rows[i].job.high != job.high))
        i = (i + 1) & (manifest->slots - 1);
    return &manifest->rows[i];
}

static bon_status grow(struct bon_manifest *manifest) {
    struct bon_manifest larger = {.slots = manifest->slots ? manifest->slots * 2 : 64};
    larger.rows = bon_alloc_zeroed(larger.slots, sizeof *larger.rows);
    if (!larger.rows) return BON_ERR_NOMEM;
    for (size_t i = 0; i < manifest->slots; i++)
        if (manifest->rows[i].line) *slot_of(&larger, manifest->rows[i].job) = manifest->rows[i];
    free(manifest->rows);
    manifest->rows = larger.rows;
    manifest->slots = larger.slots;
    return BON_OK;
}

static bon_status put(struct bon_manifest *manifest, const char *job, size_t job_length, const char *line, size_t n) {
    if (2 * (manifest->count + 1) > manifest->slots) BON_TRY(grow(manifest));
    struct bon_hash128 key = bon_hash128(job, job_length);
    struct row *row = slot_of(manifest, key);
    manifest->count += row->line == NULL;
    *row = (struct row){line, n, key};
    return BON_OK;
}

const char *bon_manifest_find(const struct bon_manifest *manifest, const char *job, size_t *n) {
    const struct row *row = slot_of(manifest, bon_hash128(job, strlen(job)));
    *n = row->n;
    return row->line;
}

/* ---- reading ---- */

static bon_status take_lines(struct bon_manifest *manifest) {
    const char *at = manifest->text.data, *end = at + manifest->text.len;
    bon_buf name = {0};
    bon_status status = BON_OK;
    while (at < end && status == BON_OK) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        manifest->ragged = !newline;
        if (!newline) break;
        name.len = 0;
        status = bon_record_name(at, (size_t)(newline - at), &name);
        if (status == BON_OK && name.len) status = put(manifest, name.data, name.len, at, (size_t)(newline - at));
        at = newline + 1;
    }
    bon_buf_free(&name);
    return status;
}

bon_status bon_manifest_open(struct bon_manifest **out, const char *path) {
    *out = NULL;
    struct bon_manifest *manifest = calloc(1, sizeof *manifest);
    if (!manifest) return bon_fail_memory(sizeof *manifest);
    manifest->path = bon_arena_copy(&manifest->arena, path, strlen(path) + 1);
    bon_status status = manifest->path ? grow(manifest) : BON_ERR_NOMEM;
    if (status == BON_OK && access(path, F_OK) == 0) status = bon_file_read(path, MANIFEST_LARGEST, &manifest->text);
    if (status == BON_OK && manifest->text.len) status = take_lines(manifest);
    if (status == BON_OK)
        *out = manifest;
    else
        bon_manifest_close(manifest);
    return status;
}

void bon_manifest_close(struct bon_manifest *manifest) {
    if (!manifest) return;
    bon_buf_free(&manifest->text);
    free(manifest->rows);
    bon_arena_free(&manifest->arena);
    free(manifest);
}

/* ---- writing ---- */

static bon_status append_line(const struct bon_manifest *manifest, const char *line, size_t n) {
    int fd = open(manifest->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0) return bon_fail_errno(manifest->path, "cannot write");
    bon_status status = BON_OK;
    for (size_t done = 0; done < n && status == BON_OK;) {
        ssize_t wrote = write(fd, line + done, n - done);
        if (wrote > 0)
            done += (size_t)wrote;
        else if (wrote == 0 || errno != EINTR)
            status = bon_fail_errno(manifest->path, "cannot write");
    }
    if (status == BON_OK && fdatasync(fd) != 0 && errno != EINVAL)
        status = bon_fail_errno(manifest->path, "cannot sync");
    close(fd);
    return status;
}

/* Ends the half line that a kill left, so that it stays alone. */
static bon_status end_half_line(struct bon_manifest *manifest) {
    if (manifest->ragged) BON_TRY(append_line(manifest, "\n", 1));
    manifest->ragged = false;
    return BON_OK;
}

bon_status bon_manifest_add(struct bon_manifest *manifest, const char *job, const char *line, size_t n) {
    char *copy = bon_arena_copy(&manifest->arena, line, n);
    if (!copy) return BON_ERR_NOMEM;
    BON_TRY(end_half_line(manifest));
    bon_status status = append_line(manifest, line, n);
    manifest->changed = true;
    manifest->ragged = status != BON_OK;
    return status == BON_OK ? put(manifest, job, strlen(job), copy, n - 1) : status;
}

static bon_status write_rows(const struct bon_manifest *manifest, const struct bon_plan *plan, bon_buf *text) {
    for (size_t i = 0; i < plan->job_count; i++) {
        size_t n;
        const char *line = bon_manifest_find(manifest, plan->jobs[i].name, &n);
        if (!line) continue;
        BON_TRY(bon_buf_append(text, line, n));
        BON_TRY(bon_buf_put(text, '\n'));
    }
    return BON_OK;
}

static bon_status replace(const struct bon_manifest *manifest, const char *stage, const bon_buf *text) {
    bon_buf path = {0};
    struct bon_out *out = NULL;
    bon_status status = bon_buf_printf(&path, "%s/manifest", stage);
    if (status == BON_OK) status = bon_buf_put(&path, 0);
    if (status == BON_OK) status = bon_out_open(&out, path.data, 0);
    if (status == BON_OK) status = bon_out_write(out, text->data, text->len);
    if (status == BON_OK)
        status = bon_out_publish(out);
    else
        bon_out_abandon(out);
    if (status == BON_OK && rename(path.data, manifest->path) != 0)
        status = bon_fail_errno(manifest->path, "cannot put it in place");
    bon_buf_free(&path);
    return status;
}

bon_status bon_manifest_settle(struct bon_manifest *manifest, const struct bon_plan *plan, const char *stage) {
    bon_buf text = {0};
    bon_status status = write_rows(manifest, plan, &text);
    bool same = !manifest->changed && text.len == manifest->text.len &&
                (!text.len || memcmp(text.data, manifest->text.data, text.len) == 0);
    if (status == BON_OK && !same) status = replace(manifest, stage, &text);
    bon_buf_free(&text);
    return status;
}
