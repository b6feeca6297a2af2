/* src/lm/tokenizer_json.h: pieces of JSON that the tokenizer's files share. */
#ifndef BON_SRC_LM_TOKENIZER_JSON_H
#define BON_SRC_LM_TOKENIZER_JSON_H

#include "bon/tokenizer.h"

/* Appends a string of UTF-8 in quotes, escaped (RFC 8259, section 7); bytes that are not UTF-8 become U+FFFD. */
bon_status bon_json_string(const char *text, size_t n, bon_buf *out);
/* Appends {"token": id, ...} of the ordinary tokens, and the merges as "left right" strings, one a line behind `indent`. */
bon_status bon_json_vocabulary(const bon_tokenizer *tokenizer, const char *indent, bon_buf *out);
bon_status bon_json_merges(const bon_tokenizer *tokenizer, const char *indent, bon_buf *out);

#endif
