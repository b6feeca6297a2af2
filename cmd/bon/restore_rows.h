/* cmd/bon/restore_rows.h: `bon restore --nbest` and `--json`: every line with its readings and how sure they are;
 * `--alternatives`: the same of every word. */
#ifndef BON_CMD_RESTORE_ROWS_H
#define BON_CMD_RESTORE_ROWS_H

#include "base/pipeline.h"
#include "bon/restore.h"

#define RESTORE_TSV_HEADER "line\trank\tlogprob10\ttext\n"
#define RESTORE_WORDS_HEADER "line\tstart\ttyped\trank\tprobability\ttext\n"

/* Appends the rows of a chunk: for each line up to `best` readings. */
bon_status restore_rows_tsv(bon_restore_session *session, unsigned best, const struct bon_chunk *chunk, bon_buf *out);
/* Appends a JSON object for each line. */
bon_status restore_rows_json(bon_restore_session *session, unsigned best, const struct bon_chunk *chunk, bon_buf *out);
/* Appends for each word of each line up to `most` ways to write it. */
bon_status restore_rows_words(bon_restore_session *session, unsigned most, const struct bon_chunk *chunk, bon_buf *out);

#endif
