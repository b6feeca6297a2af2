/* src/base/io_out.c: output streams. A regular file appears under its name only when it is whole: it is written to a
 * temporary name in the same folder, synced, and renamed over the target (POSIX: rename replaces atomically; the folder is
 * synced too, so that the new name survives a power cut). */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/codec.h"
#include "base/temp.h"

enum {
    OUT_BUFFER = 128 << 10,
    ENCODED_BUFFER = 64 << 10,
    LINKS_MAX = 40,    /* symbolic links followed, as Linux does */
    NAME_KEPT = 200,   /* bytes of the target's name in the temporary one: NAME_MAX is 255 */
    NAMES_TRIED = 1000 /* of temporary files: left-overs of killed runs may stand in the way */
};

struct bon_out {
    int fd;
    bool closes;  /* fd is ours */
    char *name;   /* as given, for messages */
    char *target; /* the file to be replaced, links resolved; NULL: written directly */
    char *temp;
    atomic_int *temp_slot;
    int error; /* errno of the first failure; comes again */
    const struct bon_codec *codec;
    void *encoder;
    uint64_t written;
    size_t len; /* of buffer */
    uint8_t buffer[OUT_BUFFER];
};

/* ---- where to write ---- */

/* A new string: the folder part of `path` with its '/', then `tail`. */
static char *beside(const char *path, const char *tail) {
    const char *slash = strrchr(path, '/');
    size_t folder = slash ? (size_t)(slash - path) + 1 : 0, n = strlen(tail) + 1;
    char *joined = malloc(folder + n);
    if (!joined) {
        bon_fail_memory(folder + n);
        return NULL;
    }
    memcpy(joined, path, folder);
    memcpy(joined + folder, tail, n);
    return joined;
}

/* Follows a path that is a symbolic link, also one whose file does not exist yet; realpath would refuse that. */
static bon_status follow_links(const char *path, char **target) {
    char link[PATH_MAX];
    char *at = strdup(path);
    if (!at) return bon_fail_memory(strlen(path) + 1);
    for (int i = 0; i < LINKS_MAX; i++) {
        ssize_t n = readlink(at, link, sizeof link - 1);
        if (n < 0) {
            *target = at;
            return BON_OK;
        }
        link[n] = '\0';
        char *next = link[0] == '/' ? strdup(link) : beside(at, link);
        free(at);
        if (!next) return bon_fail_memory((size_t)n + 1);
        at = next;
    }
    free(at);
    errno = ELOOP;
    return bon_fail_errno(path, "cannot follow the link");
}

/* Decides between a temporary file (out->target set) and direct writing. `about` is of the file to be replaced, st_nlink 0
 * when there is none. */
static bon_status choose_target(struct bon_out *out, const char *path, struct stat *about) {
    bool exists = stat(path, about) == 0;
    if (!exists && errno != ENOENT) return bon_fail_errno(path, "cannot write there");
    if (!exists) *about = (struct stat){0};
    if (exists && S_ISDIR(about->st_mode)) return bon_fail(BON_ERR_IO, "%s: is a folder; name a file in it", path);
    if (exists && !S_ISREG(about->st_mode)) return BON_OK;
    BON_TRY(follow_links(path, &out->target));
    struct stat found;
    bool same =
        !exists || (stat(out->target, &found) == 0 && found.st_dev == about->st_dev && found.st_ino == about->st_ino);
    if (!same) { /* such as /dev/stdout of a deleted file: the link's text is not a path to it */
        free(out->target);
        out->target = NULL;
        return BON_OK;
    }
    if (exists && faccessat(AT_FDCWD, out->target, W_OK, AT_EACCESS) != 0) return bon_fail_errno(path, "cannot write");
    return BON_OK;
}

static bon_status open_temp(struct bon_out *out) {
    const char *slash = strrchr(out->target, '/'), *name = slash ? slash + 1 : out->target;
    if (*name == '\0') return bon_fail(BON_ERR_IO, "%s: is no name of a file", out->name);
    for (int i = 0; i < NAMES_TRIED; i++) {
        char temp[NAME_MAX + 1];
        snprintf(temp, sizeof temp, ".%.*s.%ld-%d.tmp", NAME_KEPT, name, (long)getpid(), i);
        free(out->temp);
        out->temp = beside(out->target, temp);
        if (!out->temp) return BON_ERR_NOMEM;
        out->fd = open(out->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (out->fd >= 0) break;
        if (errno != EEXIST && errno != EINTR) break;
    }
    if (out->fd < 0) {
        bon_status status = bon_fail_errno(out->name, "cannot create a temporary file beside it");
        free(out->temp);
        out->temp = NULL;
        return status;
    }
    out->closes = true;
    char *absolute = realpath(out->temp, NULL);
    out->temp_slot = bon_temp_add(absolute ? absolute : out->temp);
    free(absolute);
    return BON_OK;
}

static bon_status open_path(struct bon_out *out, const char *path) {
    struct stat about;
    BON_TRY(choose_target(out, path, &about));
    if (!out->target) {
        do out->fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
        while (out->fd < 0 && errno == EINTR);
        if (out->fd < 0) return bon_fail_errno(path, "cannot open for writing");
        out->closes = true;
        return BON_OK;
    }
    BON_TRY(open_temp(out));
    if (about.st_nlink > 0) {
        /* Keeping the owner is for root alone, so a refusal is no failure. Owner first: chown clears mode bits. */
        if (fchown(out->fd, about.st_uid, about.st_gid) != 0) errno = 0;
        if (fchmod(out->fd, about.st_mode & 0777) != 0) return bon_fail_errno(out->name, "cannot set the mode");
    }
    return BON_OK;
}

bon_status bon_out_open(struct bon_out **result, const char *path, int level) {
    *result = NULL;
    bool standard = !path || strcmp(path, "-") == 0;
    struct bon_out *out = malloc(sizeof *out);
    if (!out) return bon_fail_memory(sizeof *out);
    memset(out, 0, offsetof(struct bon_out, buffer));
    out->fd = standard ? STDOUT_FILENO : -1;
    out->name = strdup(standard ? "standard output" : path);
    bon_status status = out->name ? BON_OK : bon_fail_memory(strlen(path) + 1);
    if (status == BON_OK && !standard) status = open_path(out, path);
    if (status == BON_OK && !standard) out->codec = bon_codec_of_name(path);
    if (status == BON_OK && out->codec) {
        out->encoder = out->codec->encoder_open(level);
        if (!out->encoder) status = bon_fail(BON_ERR_NOMEM, "%s: out of memory for compression", path);
    }
    if (status == BON_OK)
        *result = out;
    else
        bon_out_abandon(out);
    return status;
}

/* ---- writing ---- */

static bon_status fail_write(struct bon_out *out, const char *action) {
    if (!out->error) out->error = errno ? errno : EIO;
    errno = out->error;
    return bon_fail_errno(out->name, action);
}

static bon_status write_raw(struct bon_out *out, const uint8_t *bytes, size_t n) {
    while (n > 0) {
        ssize_t written = write(out->fd, bytes, n < SSIZE_MAX ? n : SSIZE_MAX);
        if (written > 0) {
            bytes += written;
            n -= (size_t)written;
        } else if (written < 0 && errno == EAGAIN) { /* a non-blocking descriptor that we were handed */
            struct pollfd ready = {.fd = out->fd, .events = POLLOUT};
            poll(&ready, 1, -1);
        } else if (written == 0 || errno != EINTR) {
            if (written == 0) errno = EIO;
            return fail_write(out, "cannot write");
        }
    }
    return BON_OK;
}

static bon_status write_encoded(struct bon_out *out, const uint8_t *bytes, size_t n, enum bon_codec_mode mode) {
    uint8_t encoded[ENCODED_BUFFER];
    struct bon_codec_step step = {.in = bytes, .in_left = n};
    enum bon_codec_result result;
    do {
        step.out = encoded;
        step.out_left = sizeof encoded;
        result = out->codec->encode(out->encoder, &step, mode);
        BON_TRY(write_raw(out, encoded, sizeof encoded - step.out_left));
    } while (result == BON_CODEC_MORE);
    if (result == BON_CODEC_END) return BON_OK;
    out->error = result == BON_CODEC_NOMEM ? ENOMEM : EIO;
    if (result == BON_CODEC_NOMEM) return bon_fail(BON_ERR_NOMEM, "%s: out of memory for compression", out->name);
    return bon_fail(BON_ERR_IO, "%s: cannot compress: %s", out->name, step.reason);
}

static bon_status drain(struct bon_out *out, enum bon_codec_mode mode) {
    size_t n = out->len;
    out->len = 0;
    if (out->encoder) return n || mode != BON_CODEC_RUN ? write_encoded(out, out->buffer, n, mode) : BON_OK;
    return write_raw(out, out->buffer, n);
}

bon_status bon_out_write(struct bon_out *out, const void *bytes, size_t n) {
    if (out->error) return fail_write(out, "cannot write");
    out->written += n;
    if (n > OUT_BUFFER - out->len) BON_TRY(drain(out, BON_CODEC_RUN));
    if (n >= OUT_BUFFER) return out->encoder ? write_encoded(out, bytes, n, BON_CODEC_RUN) : write_raw(out, bytes, n);
    if (n) memcpy(out->buffer + out->len, bytes, n);
    out->len += n;
    return BON_OK;
}

bon_status bon_out_flush(struct bon_out *out) {
    if (out->error) return fail_write(out, "cannot write");
    return drain(out, BON_CODEC_FLUSH);
}

bon_status bon_out_relay(struct bon_out *out) { return out->target || out->encoder ? BON_OK : bon_out_flush(out); }

const char *bon_out_name(const struct bon_out *out) { return out->name; }
uint64_t bon_out_written(const struct bon_out *out) { return out->written; }

/* ---- the end ---- */

static bon_status close_checked(struct bon_out *out) {
    /* Standard output stays open, but what close(2) reports (quota, network file systems) is asked of a copy. */
    int fd = out->closes ? out->fd : dup(out->fd);
    if (out->closes) out->fd = -1;
    if (fd >= 0 && close(fd) != 0 && errno != EINTR) return fail_write(out, "cannot close");
    return BON_OK;
}

/* Makes the rename durable. Some file systems cannot sync a folder: then nobody can do better. */
static bon_status sync_folder(struct bon_out *out) {
    char *folder = beside(out->target, ".");
    if (!folder) return BON_ERR_NOMEM;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    if (fd < 0) return BON_OK; /* a folder may be writable and not readable */
    bool failed = fsync(fd) != 0 && errno != EINVAL && errno != ENOTSUP && errno != EROFS;
    bon_status status = failed ? bon_fail_errno(out->name, "cannot sync its folder") : BON_OK;
    close(fd);
    return status;
}

static bon_status publish(struct bon_out *out) {
    if (out->error) return fail_write(out, "cannot write");
    BON_TRY(drain(out, out->encoder ? BON_CODEC_FINISH : BON_CODEC_RUN));
    if (out->target && fsync(out->fd) != 0) return fail_write(out, "cannot sync");
    BON_TRY(close_checked(out));
    if (!out->target) return BON_OK;
    if (rename(out->temp, out->target) != 0) return fail_write(out, "cannot rename the temporary file");
    bon_temp_remove(out->temp_slot);
    out->temp_slot = NULL;
    free(out->temp);
    out->temp = NULL;
    return sync_folder(out);
}

bon_status bon_out_publish(struct bon_out *out) {
    bon_status status = publish(out);
    bon_out_abandon(out);
    return status;
}

void bon_out_abandon(struct bon_out *out) {
    if (!out) return;
    int saved = errno;
    if (out->closes && out->fd >= 0) close(out->fd);
    if (out->temp) unlink(out->temp);
    bon_temp_remove(out->temp_slot);
    if (out->encoder) out->codec->encoder_close(out->encoder);
    free(out->temp);
    free(out->target);
    free(out->name);
    free(out);
    errno = saved;
}
