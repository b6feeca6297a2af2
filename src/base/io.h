/* src/base/io.h: byte streams in and out: plain, gzip and zstd, in also bzip2; UTF-16 and UTF-32 with a byte order mark come in as UTF-8.
 *
 * Input format is told by magic bytes, whatever the name; several gzip members, bzip2 streams or zstd frames in a row are one stream.
 * Output to a regular file goes to a temporary name beside it and is synced and renamed by bon_out_publish, so that a killed
 * or failed run leaves no half-written file; devices and pipes are written directly.
 */
#ifndef BON_SRC_BASE_IO_H
#define BON_SRC_BASE_IO_H

#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/status.h"
#include "bon/base.h"

/* ---- input ---- */
struct bon_in;

/* Opens a path; "-" or NULL is standard input. */
bon_status bon_in_open(struct bon_in **out, const char *path);
/* Reads up to cap (> 0) decoded bytes, at least one; *got is 0 only at the end and on failure. A truncated or corrupt stream
 * is BON_ERR_DATA and names file, compressed offset and reason; bytes decoded before it were already given. Asking again
 * gives the same failure. */
bon_status bon_in_read(struct bon_in *in, char *bytes, size_t cap, size_t *got);
/* Appends all that is left, or, of more than `most` bytes, some more than that: text->len then tells. */
bon_status bon_in_read_all(struct bon_in *in, size_t most, bon_buf *text);
/* Before the first read of a regular file: only its bytes begin..end - 1, which are not compressed. */
bon_status bon_in_range(struct bon_in *in, uint64_t begin, uint64_t end);
void bon_in_close(struct bon_in *in);
const char *bon_in_name(const struct bon_in *in); /* the path, or "standard input" */
/* Raw (compressed) bytes read so far, and the file's size or 0 when unknown: for progress bars. */
uint64_t bon_in_raw_read(const struct bon_in *in);
uint64_t bon_in_raw_size(const struct bon_in *in);
/* A whole file, or standard input, as by bon_in_read_all. */
bon_status bon_file_read(const char *path, size_t most, bon_buf *text);
/* Reads n bytes of an open file from byte `at` on, which were there when it was looked at: where they are not any more, the
 * failure says so. */
bon_status bon_read_at(int fd, const char *name, uint64_t at, void *bytes, size_t n);
/* While a pipe or terminal has nothing to read, `cancelled` is asked ten times a second; true ends the wait with
 * BON_ERR_INTERRUPTED. */
void bon_in_on_wait(struct bon_in *in, bool (*cancelled)(void *context), void *context);
/* Whether the next bon_in_read would have to wait for a pipe or terminal. */
bool bon_in_would_wait(const struct bon_in *in);

/* ---- output ---- */
struct bon_out;

/* Opens a path for writing; "-" or NULL is standard output. A path ending in .gz or .zst is compressed. `level` 0 = default.
 *
 * A path that does not exist yet or is a regular file is written under a temporary name in the same folder,
 * `.NAME.PID-N.tmp`, with the mode of the file that it will replace, or 0666 less the umask; a symbolic link stays and the
 * file it points to is replaced. Anything else (device, pipe, standard output) is written directly. The program is expected
 * to ignore SIGPIPE: then a reader that went away is BON_ERR_PIPE. */
bon_status bon_out_open(struct bon_out **out, const char *path, int level);
/* Buffered. After a failure every further call fails the same way. */
bon_status bon_out_write(struct bon_out *out, const void *bytes, size_t n);
bon_status bon_out_flush(struct bon_out *out);
/* Passes on what is buffered when the output is a plain stream that somebody may be waiting for (pipe, terminal). */
bon_status bon_out_relay(struct bon_out *out);
/* Flushes, finishes the compressed stream, syncs, renames, closes and frees; every step checked. Frees also on failure, when
 * the temporary file is removed. */
bon_status bon_out_publish(struct bon_out *out);
/* Closes and removes the temporary file. NULL is fine. */
void bon_out_abandon(struct bon_out *out);
const char *bon_out_name(const struct bon_out *out);
/* Bytes given to bon_out_write so far. */
uint64_t bon_out_written(const struct bon_out *out);

/* ---- temporary files and signals ----
 *
 * A signal handler cannot be given arguments, so the list of temporary files in flight has to stand at a fixed place. That
 * place belongs to the program, not to the library: a static list, announced once.
 *
 *     static struct bon_temp_list temps;
 *     static void handler(int signal) { bon_temp_unlink_all(&temps); ... }
 *     bon_temp_use(&temps);
 */
enum { BON_TEMP_MAX = 16 };

/* All zeros is empty. Files above BON_TEMP_MAX at once are not listed: they are only left over if a signal kills. */
struct bon_temp_list {
    struct {
        atomic_int state;
        char path[PATH_MAX];
    } slot[BON_TEMP_MAX];
};

/* Outputs that this thread opens from now on are in the list while their temporary file exists. NULL = in none. */
void bon_temp_use(struct bon_temp_list *list);
/* Removes the files in the list. Async-signal-safe. */
void bon_temp_unlink_all(struct bon_temp_list *list);

#endif
