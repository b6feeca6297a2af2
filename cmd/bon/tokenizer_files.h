/* cmd/bon/tokenizer_files.h: the parts of bon tokenizer that read ids and write a tokenizer in other forms. */
#ifndef BON_CMD_TOKENIZER_FILES_H
#define BON_CMD_TOKENIZER_FILES_H

#include "base/pipeline.h"
#include "bon/tokenizer.h"

/* A pipeline's map, its context the tokenizer: lines of ids -> lines of text. */
bon_status tokenizer_decode_map(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out);
/* Binary ids of `width` bytes in files (none: standard input) -> text. */
bon_status tokenizer_decode_binary(const bon_tokenizer *tokenizer, size_t width, char *const *paths, size_t path_count,
                                   const char *output);

enum tokenizer_format { TOKENIZER_HF, TOKENIZER_GPT2, TOKENIZER_TSV };
/* Into a folder, made if missing; TSV into a file (NULL: standard output). */
bon_status tokenizer_export(const bon_tokenizer *tokenizer, enum tokenizer_format format, const char *output);

#endif
