/* src/corpus/encoding.h: the bytes of a page as UTF-8, whatever they say that they are.
 *
 * Valid UTF-8 is believed before any label. Else a label that is known decides: Vietnamese charsets by the normalizer's tables,
 * others by ICU. Bytes that are labelled as Western, or not at all, may be VNI or TCVN3 in fonts: the normalizer finds out line by line, when
 * it is to tell charsets (BON_CHARSET_AUTO), and gets them as they are.
 */
#ifndef BON_SRC_CORPUS_ENCODING_H
#define BON_SRC_CORPUS_ENCODING_H

#include <stdbool.h>

#include "base/buf.h"

/* Appends n bytes as UTF-8, a byte order mark left out. `label` (label_len bytes, 0 = none) is what the server said, else what a
 * <meta> or an XML declaration at the beginning says counts. Malformed UTF-8 may stay where most of it is well-formed.
 *
 * `wide` (may be NULL): who has to read markup before the charset is told gets such bytes as the characters that Windows-1252 shows,
 * for references name those, too, and *wide is set; bon_encoding_narrow makes bytes of what was read. */
bon_status bon_encoding_decode(const char *bytes, size_t n, const char *label, size_t label_len, bon_buf *out,
                               bool *wide);

/* Whether text is Vietnamese in UTF-8 for certain: one byte in `share` begins a letter that nothing else has so often (U+1E80 to U+1EFF).
 * Then it is not worth a look at every line. */
bool bon_encoding_is_certain(const char *text, size_t n, size_t share);

/* Appends text, line by line as bytes where every character of a line has one. */
bon_status bon_encoding_narrow(const char *text, size_t n, bon_buf *out);

/* The charset in a type, "text/html; charset=tcvn" -> *label; its length, 0 when there is none. */
size_t bon_encoding_of_type(const char *type, size_t n, const char **label);

#endif
