/* src/corpus/records.h: records of a few 64-bit numbers, sorted within a limit of memory.
 *
 * Records compare number by number. What does not fit into memory is written to a temporary file as sorted runs, which are
 * merged as they are read; sorted records that lie in files are merged in the same way.
 */
#ifndef BON_SRC_CORPUS_RECORDS_H
#define BON_SRC_CORPUS_RECORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

enum { BON_RECORD_MAX = 3 }; /* numbers */

/* ---- merging ---- */

/* Sorted records in an open file. */
struct bon_record_span {
    int fd;
    const char *name;    /* for messages */
    uint64_t begin, end; /* bytes */
    bool checked;        /* refused unless they ascend, each once, and XXH3 of them is `checksum` */
    uint64_t checksum;
};

struct bon_record_merge;

/* Buffers take about `budget` bytes; spans[] is copied. */
bon_status bon_record_merge_open(struct bon_record_merge **out, unsigned width, const struct bon_record_span *spans,
                                 size_t count, size_t budget);
/* The next record and the span it is from; of equal ones the earliest span's. *record is NULL behind the last one, and valid until
 * the next call. */
bon_status bon_record_merge_next(struct bon_record_merge *merge, const uint64_t **record, size_t *span);
void bon_record_merge_close(struct bon_record_merge *merge);

/* ---- sorting ---- */

struct bon_sorter;

bon_status bon_sorter_open(struct bon_sorter **out, unsigned width, uint64_t memory, const char *folder);
bon_status bon_sorter_add(struct bon_sorter *sorter, const uint64_t *record);
/* Ends the adding. */
bon_status bon_sorter_finish(struct bon_sorter *sorter);
bon_status bon_sorter_next(struct bon_sorter *sorter, const uint64_t **record);
void bon_sorter_close(struct bon_sorter *sorter);

#endif
