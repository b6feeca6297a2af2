/* src/base/io.h: byte streams in and out: plain, gzip and zstd.
 *
 * Input format is told by magic bytes, whatever the name; several gzip members or zstd frames in a row are one stream.
 * Output to a regular file goes to a temporary name beside it and is synced and renamed by bon_out_publish, so that a killed
 * or failed run leaves no half-written file; devices and pipes are written directly.
 */
#ifndef BON_SRC_BASE_IO_H
#define BON_SRC_BASE_IO_H

#include <stdbool.h>

#include "base/status.h"

struct bon_in;

/* Opens a path; "-" is standard input. */
bon_status bon_in_open(struct bon_in **out, const char *path);
/* Reads up to cap decoded bytes; *got is 0 only at the end. A truncated or corrupt stream is BON_ERR_DATA and names file,
 * compressed offset and reason; bytes decoded before it were already given. */
bon_status bon_in_read(struct bon_in *in, char *bytes, size_t cap, size_t *got);
void bon_in_close(struct bon_in *in);
const char *bon_in_name(const struct bon_in *in); /* the path, or "standard input" */
/* Raw (compressed) bytes read so far, and the file's size or 0 when unknown: for progress bars. */
uint64_t bon_in_raw_read(const struct bon_in *in);
uint64_t bon_in_raw_size(const struct bon_in *in);

struct bon_out;

/* Opens a path for writing; "-" or NULL is standard output. A path ending in .gz or .zst is compressed. `level` 0 = default. */
bon_status bon_out_open(struct bon_out **out, const char *path, int level);
bon_status bon_out_write(struct bon_out *out, const void *bytes, size_t n); /* buffered */
bon_status bon_out_flush(struct bon_out *out);
/* Flushes, finishes the compressed stream, syncs, renames, closes and frees; every step checked. Frees also on failure, when
 * the temporary file is removed. */
bon_status bon_out_publish(struct bon_out *out);
/* Closes and removes the temporary file. NULL is fine. */
void bon_out_abandon(struct bon_out *out);
const char *bon_out_name(const struct bon_out *out);

/* Temporary files in flight are registered so that a signal handler may unlink them: async-signal-safe. */
void bon_out_unlink_all(void);

#endif
