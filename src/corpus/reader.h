/* src/corpus/reader.h: an input by lines and by counts of bytes, in memory of what is asked for. */
#ifndef BON_SRC_CORPUS_READER_H
#define BON_SRC_CORPUS_READER_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/progress.h"

struct bon_reader;

/* progress (may be NULL) counts what is read of the file. */
bon_status bon_reader_open(struct bon_reader **out, const char *path, struct bon_progress *progress);
void bon_reader_close(struct bon_reader *reader);
const char *bon_reader_name(const struct bon_reader *reader);
uint64_t bon_reader_offset(const struct bon_reader *reader); /* of the next byte, decompressed */
uint64_t bon_reader_line(const struct bon_reader *reader);   /* number of the last line that was read, from 1 */

/* Appends the next line without its end (LF or CR LF). Of a line of more than `most` bytes BON_ERR_LIMIT. *end: there is none. */
bon_status bon_reader_get_line(struct bon_reader *reader, size_t most, bon_buf *line, bool *end);
/* Appends n bytes (out NULL: passes over them), or what there is; *got of them. */
bon_status bon_reader_get_bytes(struct bon_reader *reader, uint64_t n, bon_buf *out, uint64_t *got);
/* Goes to the next line that begins with a word, without a NUL; *end: none does. */
bon_status bon_reader_find_line(struct bon_reader *reader, const char *word, bool *end);

#endif
