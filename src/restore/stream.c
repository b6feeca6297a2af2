/* src/restore/stream.c: text in pieces of any size -> restored lines.
 *
 * What is finished by the bytes given is restored where it lies; only a line whose end has not come yet is kept. One that
 * outgrows BON_RESTORE_STREAM_LINE is cut where the pipeline of the command would cut it (base/pipeline.h), so where the cuts
 * are depends on the text, never on how it arrives.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "restore/session.h"

struct bon_restore_stream {
    bon_restore_session *session;
    bon_buf
        line; /* begun, its end not seen; at most BON_RESTORE_STREAM_LINE bytes and the one that shows that it goes on */
};

bon_status bon_restore_stream_open(bon_restore_stream **out, bon_restore_session *session) {
    if (!out || !session) return bon_fail(BON_ERR_ARGUMENT, "a stream needs an open session and a place to be left at");
    bon_restore_stream *stream = bon_alloc_zeroed(1, sizeof *stream);
    if (!stream) return BON_ERR_NOMEM;
    stream->session = session;
    *out = stream;
    return BON_OK;
}

void bon_restore_stream_close(bon_restore_stream *stream) {
    if (!stream) return;
    bon_buf_free(&stream->line);
    free(stream);
}

/* Where a line of more than n bytes is cut: behind the last blank among them, else where a character ends. */
static size_t cut_of(const char *bytes, size_t n) {
    for (size_t i = n; i > 0; i--)
        if (bytes[i - 1] == ' ' || bytes[i - 1] == '\t') return i;
    for (size_t back = 0; back <= 3; back++) /* a character has at most three bytes 10xxxxxx (RFC 3629) */
        if (((unsigned char)bytes[n - back] & 0xc0) != 0x80) return n - back;
    return n; /* not UTF-8 */
}

/* Restores the first n bytes of the line that is kept. */
static bon_status take(bon_restore_stream *stream, size_t n, bon_buf *out) {
    BON_TRY(bon_restore(stream->session, stream->line.data, n, out));
    stream->line.len -= n;
    if (stream->line.len > 0) memmove(stream->line.data, stream->line.data + n, stream->line.len); /* else maybe NULL */
    return BON_OK;
}

/* Keeps bytes of a line; as soon as they are too many, a piece of it is restored. */
static bon_status keep(bon_restore_stream *stream, const char *bytes, size_t n, bon_buf *out) {
    while (n > 0) {
        size_t room = BON_RESTORE_STREAM_LINE + 1 - stream->line.len, part = n < room ? n : room;
        BON_TRY(bon_buf_append(&stream->line, bytes, part));
        bytes += part;
        n -= part;
        if (stream->line.len > BON_RESTORE_STREAM_LINE)
            BON_TRY(take(stream, cut_of(stream->line.data, BON_RESTORE_STREAM_LINE), out));
    }
    return BON_OK;
}

/* Restores a line whose end has come, newline included. */
static bon_status finish(bon_restore_stream *stream, const char *bytes, size_t n, bon_buf *out) {
    if (stream->line.len == 0 && n - 1 <= BON_RESTORE_STREAM_LINE) return bon_restore(stream->session, bytes, n, out);
    BON_TRY(keep(stream, bytes, n - 1, out));
    BON_TRY(bon_buf_put(&stream->line, '\n'));
    return take(stream, stream->line.len, out);
}

bon_status bon_restore_stream_feed(bon_restore_stream *stream, const char *bytes, size_t n, bon_buf *out) {
    if (!stream || !out || (!bytes && n > 0))
        return bon_fail(BON_ERR_ARGUMENT, "an open stream, bytes and a buffer for the result are needed");
    while (n > 0) {
        const char *newline = memchr(bytes, '\n', n);
        if (!newline) return keep(stream, bytes, n, out);
        size_t length = (size_t)(newline - bytes) + 1;
        BON_TRY(finish(stream, bytes, length, out));
        bytes += length;
        n -= length;
    }
    return BON_OK;
}

bon_status bon_restore_stream_end(bon_restore_stream *stream, bon_buf *out) {
    if (!stream || !out) return bon_fail(BON_ERR_ARGUMENT, "an open stream and a buffer for the result are needed");
    return take(stream, stream->line.len, out);
}
