/* cmd/bon/dedup_rows.h: chunks of text into the rows by which near ones find each other (corpus/near.h). */
#ifndef BON_CMD_DEDUP_ROWS_H
#define BON_CMD_DEDUP_ROWS_H

#include "base/pipeline.h"
#include "corpus/near.h"
#include "corpus/units.h"

/* worker_open and worker_close of such a pipeline. */
bon_status dedup_rows_open(void *context, void **worker);
void dedup_rows_close(void *context, void *worker);
/* Appends the rows of a chunk's texts. */
bon_status dedup_rows_append(const struct bon_units *units, const struct bon_near *near, void *worker,
                             const struct bon_chunk *chunk, bon_buf *out);

#endif
