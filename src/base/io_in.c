/* src/base/io_in.c: input streams. Raw bytes come through one buffer, whose first bytes tell the format; plain bytes are
 * read past it, straight to where the caller wants them. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/codec.h"
#include "base/io.h"

enum { RAW_BUFFER = 128 << 10, WAIT_MS = 100 };

struct bon_in {
    int fd;
    char *name;
    bool regular;
    bool raw_end;            /* read(2) said so */
    bool in_frame;           /* a frame has begun and not ended */
    bool told;               /* the format is known: codec, or NULL for plain */
    bon_status failure;      /* of an earlier call; comes again */
    const char *reason;      /* behind a BON_ERR_DATA failure */
    uint64_t failed_at;      /* compressed offset of it */
    uint64_t raw_read;       /* bytes taken from fd */
    uint64_t raw_size;       /* of a regular file */
    uint64_t limit;          /* bytes to read; 0 = all */
    size_t raw_pos, raw_len; /* of raw */
    const struct bon_codec *codec;
    void *decoder;
    bool (*cancelled)(void *context);
    void *cancelled_context;
    uint8_t raw[RAW_BUFFER];
};

static bon_status look_at_file(struct bon_in *in) {
    struct stat about;
    if (fstat(in->fd, &about) != 0) return bon_fail_errno(in->name, "cannot look at it");
    if (S_ISDIR(about.st_mode)) return bon_fail(BON_ERR_IO, "%s: is a folder; name the files in it", in->name);
    in->regular = S_ISREG(about.st_mode);
    if (in->regular) {
        off_t at = lseek(in->fd, 0, SEEK_CUR);
        if (at >= 0 && at < about.st_size) in->raw_size = (uint64_t)(about.st_size - at);
    }
    return BON_OK;
}

bon_status bon_in_open(struct bon_in **out, const char *path) {
    *out = NULL;
    bool standard = !path || strcmp(path, "-") == 0;
    struct bon_in *in = malloc(sizeof *in);
    if (!in) return bon_fail_memory(sizeof *in);
    memset(in, 0, offsetof(struct bon_in, raw));
    in->fd = -1;
    in->name = strdup(standard ? "standard input" : path);
    bon_status status = BON_OK;
    if (!in->name) {
        status = bon_fail_memory(strlen(path) + 1);
        goto failed;
    }
    do in->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    while (in->fd < 0 && errno == EINTR);
    if (in->fd < 0) {
        status = bon_fail_errno(path, "cannot open");
        goto failed;
    }
    status = look_at_file(in);
    if (status != BON_OK) goto failed;
    *out = in;
    return BON_OK;
failed:
    bon_in_close(in);
    return status;
}

bon_status bon_in_range(struct bon_in *in, uint64_t begin, uint64_t end) {
    if (lseek(in->fd, (off_t)begin, SEEK_SET) < 0) return bon_fail_errno(in->name, "cannot read from the middle");
    in->told = true;
    in->raw_end = begin >= end;
    in->limit = in->raw_size = end - begin;
    return BON_OK;
}

void bon_in_close(struct bon_in *in) {
    if (!in) return;
    if (in->fd >= 0 && in->fd != STDIN_FILENO) close(in->fd);
    if (in->decoder) in->codec->decoder_close(in->decoder);
    free(in->name);
    free(in);
}

const char *bon_in_name(const struct bon_in *in) { return in->name; }
uint64_t bon_in_raw_read(const struct bon_in *in) { return in->raw_read; }
uint64_t bon_in_raw_size(const struct bon_in *in) { return in->raw_size; }

void bon_in_on_wait(struct bon_in *in, bool (*cancelled)(void *context), void *context) {
    in->cancelled = cancelled;
    in->cancelled_context = context;
}

bool bon_in_would_wait(const struct bon_in *in) {
    if (in->regular || in->raw_end || in->raw_pos < in->raw_len) return false;
    struct pollfd ready = {.fd = in->fd, .events = POLLIN};
    return poll(&ready, 1, 0) == 0;
}

/* Waits until read(2) will not block, as long as nobody cancels. */
static bon_status wait_for_bytes(struct bon_in *in) {
    while (!in->regular && in->cancelled) {
        struct pollfd ready = {.fd = in->fd, .events = POLLIN};
        if (poll(&ready, 1, WAIT_MS) > 0) break;
        if (in->cancelled(in->cancelled_context))
            return bon_fail(BON_ERR_INTERRUPTED, "%s: interrupted while waiting for input", in->name);
    }
    return BON_OK;
}

static bon_status read_raw(struct bon_in *in, void *bytes, size_t cap, size_t *got) {
    *got = 0;
    if (in->limit && cap > in->limit - in->raw_read) cap = (size_t)(in->limit - in->raw_read);
    if (cap == 0) in->raw_end = true;
    if (in->raw_end) return BON_OK;
    if (cap > SSIZE_MAX) cap = SSIZE_MAX;
    for (;;) {
        BON_TRY(wait_for_bytes(in));
        ssize_t n = read(in->fd, bytes, cap);
        if (n >= 0) {
            *got = (size_t)n;
            in->raw_read += (size_t)n;
            in->raw_end = n == 0;
            return BON_OK;
        }
        if (errno == EAGAIN) { /* a non-blocking descriptor that we were handed */
            struct pollfd ready = {.fd = in->fd, .events = POLLIN};
            poll(&ready, 1, WAIT_MS);
        } else if (errno != EINTR) {
            return bon_fail_errno(in->name, "cannot read");
        }
    }
}

/* Makes at least `need` raw bytes available, unless the input ends before. */
static bon_status refill(struct bon_in *in, size_t need) {
    if (in->raw_pos > 0) {
        memmove(in->raw, in->raw + in->raw_pos, in->raw_len - in->raw_pos);
        in->raw_len -= in->raw_pos;
        in->raw_pos = 0;
    }
    while (in->raw_len < need && !in->raw_end) {
        size_t got;
        BON_TRY(read_raw(in, in->raw + in->raw_len, RAW_BUFFER - in->raw_len, &got));
        in->raw_len += got;
    }
    return BON_OK;
}

static bon_status tell_format(struct bon_in *in) {
    bool more;
    do { /* byte by byte: "a\n" typed at a terminal shall not wait for a magic that it cannot begin */
        BON_TRY(refill(in, in->raw_len + 1));
        in->codec = bon_codec_of_bytes(in->raw, in->raw_len, &more);
    } while (more && !in->raw_end);
    if (in->codec) {
        in->decoder = in->codec->decoder_open();
        if (!in->decoder) {
            in->codec = NULL;
            return bon_fail(BON_ERR_NOMEM, "%s: out of memory for decompression", in->name);
        }
    }
    in->told = true;
    return BON_OK;
}

static bon_status read_plain(struct bon_in *in, char *bytes, size_t cap, size_t *got) {
    size_t held = in->raw_len - in->raw_pos;
    if (held == 0 && cap >= RAW_BUFFER / 2) return read_raw(in, bytes, cap, got);
    if (held == 0) {
        BON_TRY(refill(in, 1));
        held = in->raw_len - in->raw_pos;
    }
    *got = held < cap ? held : cap;
    memcpy(bytes, in->raw + in->raw_pos, *got);
    in->raw_pos += *got;
    return BON_OK;
}

/* Notes a bad stream; report() puts it into words, now or when the bytes before it are given out. */
static void note_bad(struct bon_in *in, const char *reason) {
    in->failure = BON_ERR_DATA;
    in->reason = reason;
    in->failed_at = in->raw_read - (in->raw_len - in->raw_pos);
}

static bon_status report(const struct bon_in *in) {
    if (in->failure != BON_ERR_DATA) return bon_fail(in->failure, "%s: out of memory while decompressing", in->name);
    return bon_fail(BON_ERR_DATA, "%s: bad %s data at compressed byte %llu: %s", in->name, in->codec->name,
                    (unsigned long long)in->failed_at, in->reason);
}

/* Between two frames: either the input ends here, or another frame begins. */
static bon_status begin_frame(struct bon_in *in, bool *end) {
    BON_TRY(refill(in, BON_CODEC_MAGIC));
    *end = in->raw_len == 0;
    if (*end) return BON_OK;
    in->in_frame = bon_codec_matches(in->codec, in->raw, in->raw_len, NULL);
    if (!in->in_frame)
        note_bad(in, "bytes that are no frame follow the compressed data; cut them off or copy the file again");
    return BON_OK;
}

/* One step of the decoder. Sets in->failure; *got may be 0 when only input moved. */
static bon_status decode_some(struct bon_in *in, char *bytes, size_t cap, size_t *got) {
    if (in->raw_pos == in->raw_len) BON_TRY(refill(in, 1));
    struct bon_codec_step step = {
        .in = in->raw + in->raw_pos, .in_left = in->raw_len - in->raw_pos, .out = (uint8_t *)bytes, .out_left = cap};
    size_t before = step.in_left;
    enum bon_codec_result result = in->codec->decode(in->decoder, &step);
    in->raw_pos = in->raw_len - step.in_left;
    *got = cap - step.out_left;
    switch (result) {
    case BON_CODEC_END: in->in_frame = false; break;
    case BON_CODEC_BAD: note_bad(in, step.reason); break;
    case BON_CODEC_NOMEM: in->failure = BON_ERR_NOMEM; break;
    case BON_CODEC_MORE:
        if (*got == 0 && before == 0) note_bad(in, "the file ends too early (truncated); copy or download it again");
    }
    return BON_OK;
}

static bon_status read_compressed(struct bon_in *in, char *bytes, size_t cap, size_t *got) {
    while (*got == 0 && in->failure == BON_OK) {
        bool end = false;
        if (!in->in_frame) BON_TRY(begin_frame(in, &end));
        if (end) return BON_OK;
        if (in->in_frame) BON_TRY(decode_some(in, bytes, cap, got));
    }
    return *got > 0 ? BON_OK : report(in);
}

bon_status bon_in_read(struct bon_in *in, char *bytes, size_t cap, size_t *got) {
    *got = 0;
    if (in->failure != BON_OK) return report(in);
    if (!in->told) BON_TRY(tell_format(in));
    return in->codec ? read_compressed(in, bytes, cap, got) : read_plain(in, bytes, cap, got);
}

bon_status bon_in_read_all(struct bon_in *in, size_t most, bon_buf *text) {
    enum { STEP = 1 << 16 };
    size_t got;
    do {
        BON_TRY(bon_buf_reserve(text, STEP));
        BON_TRY(bon_in_read(in, text->data + text->len, STEP, &got));
        text->len += got;
    } while (got > 0 && text->len <= most);
    return BON_OK;
}

bon_status bon_file_read(const char *path, size_t most, bon_buf *text) {
    struct bon_in *in;
    BON_TRY(bon_in_open(&in, path));
    bon_status status = bon_in_read_all(in, most, text);
    bon_in_close(in);
    return status;
}
