/* bon/base.h: what every other header rests on: status codes, messages, the growable buffer.
 *
 * Conventions of the whole library
 *   - Text is a pair (const char *, size_t) of bytes, UTF-8 unless a function says otherwise, never assumed to end in NUL.
 *   - A function that can fail returns a bon_status; BON_OK is 0. The reason in words, with file, line or offset where
 *     there is one, is bon_error_message() of the same thread, until that thread's next failing call.
 *   - The caller owns what it passes in, and frees what it gets with the function named beside it. Every `_close` and
 *     `_free` accepts NULL.
 *   - Nothing here prints, exits, reads the environment or the locale, or keeps writable globals (the per-thread message
 *     apart). Running out of memory is BON_ERR_NOMEM, an error like others.
 *   - Handles of models are immutable after opening and may be shared between threads; sessions may not.
 */
#ifndef BON_BASE_H
#define BON_BASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BON_VERSION_MAJOR 0
#define BON_VERSION_MINOR 1
#define BON_VERSION_PATCH 0

#if defined(__GNUC__)
#define BON_API __attribute__((visibility("default")))
#else
#define BON_API
#endif

/* One table for code, name and message: BON_STATUS_TABLE(X) calls X(NAME, "what it means"). */
#define BON_STATUS_TABLE(X)                                                                                            \
    X(OK, "done")                                                                                                      \
    X(ERR_NOMEM, "out of memory")                                                                                      \
    X(ERR_IO, "input/output error")                                                                                    \
    X(ERR_ARGUMENT, "argument out of range")                                                                           \
    X(ERR_DATA, "bad input data")                                                                                      \
    X(ERR_FORMAT, "not a file of this kind, or corrupt")                                                               \
    X(ERR_VERSION, "file written by a newer bon")                                                                      \
    X(ERR_LIMIT, "a limit of the format or of this build was reached")                                                 \
    X(ERR_INTERRUPTED, "interrupted")                                                                                  \
    X(ERR_PIPE, "the reader of the output went away")

typedef enum bon_status {
#define BON_STATUS_ENUM(name, text) BON_##name,
    BON_STATUS_TABLE(BON_STATUS_ENUM)
#undef BON_STATUS_ENUM
} bon_status;

/* "BON_ERR_IO" and the like; never NULL. */
BON_API const char *bon_status_name(bon_status status);
/* The table's text for a status; never NULL. */
BON_API const char *bon_status_text(bon_status status);
/* Why the last failing call of this thread failed, one line without newline; "" when none failed yet. Valid until the
 * thread's next failing call. */
BON_API const char *bon_error_message(void);
/* "0.1.0": the version of the library in use (the header's is BON_VERSION_*). */
BON_API const char *bon_version(void);

/* A growable byte buffer. All zeros ({0}) is a valid empty one. data is not NUL-terminated. */
typedef struct bon_buf {
    char *data;
    size_t len;
    size_t cap;
} bon_buf;

/* Makes room for `extra` more bytes behind len. BON_ERR_NOMEM leaves the buffer as it was. */
BON_API bon_status bon_buf_reserve(bon_buf *buf, size_t extra);
/* Appends n bytes. BON_ERR_NOMEM leaves the buffer as it was. */
BON_API bon_status bon_buf_append(bon_buf *buf, const void *bytes, size_t n);
/* Frees the bytes and makes the buffer empty again. */
BON_API void bon_buf_free(bon_buf *buf);

#ifdef __cplusplus
}
#endif
#endif
