/* cmd/bon/train_data.h: what `bon train` learns from: a file of token ids, and text made into one. */
#ifndef BON_CMD_TRAIN_DATA_H
#define BON_CMD_TRAIN_DATA_H

#include "bon/lm.h"
#include "bon/tokenizer.h"
#include "options.h"

/* Text in files (none: standard input) -> a file of ids of `id_bytes` bytes. A line is encoded with its line end, as `bon
 * tokenizer encode --ids` does; an empty line, and the end of a file, end a document: `end` stands there. */
bon_status train_data_encode(const bon_tokenizer *tokenizer, uint32_t end, unsigned id_bytes, char *const *paths,
                             size_t path_count, const struct shared_args *shared, const char *output);

/* Bytes of text that a token of the range stands for, in the mean; special tokens stand for none. */
bon_status train_data_bytes_per_token(const bon_tokenizer *tokenizer, const bon_batches *batches, double *bytes);

#endif
