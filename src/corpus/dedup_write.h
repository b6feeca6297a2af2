/* src/corpus/dedup_write.h: writing a .bond file: runs one behind the other, then what they are. */
#ifndef BON_SRC_CORPUS_DEDUP_WRITE_H
#define BON_SRC_CORPUS_DEDUP_WRITE_H

#include "corpus/dedup_files.h"

struct bon_dedup_writer {
    struct bon_artefact_writer *file;
    struct bon_hash_stream *hash;
    struct bon_dedup_run *runs; /* [count] */
    size_t count, cap;
    bon_buf pending; /* of the last run */
};

bon_status bon_dedup_writer_open(struct bon_dedup_writer *writer, const char *path);
/* Appends to a run, the last one or a later one. */
bon_status bon_dedup_writer_put(struct bon_dedup_writer *writer, size_t run, const void *bytes, size_t n);
/* With so many runs in all. The writer is done with, also after a failure. */
bon_status bon_dedup_writer_publish(struct bon_dedup_writer *writer, const struct bon_dedup_head *head, size_t runs);
void bon_dedup_writer_abandon(struct bon_dedup_writer *writer);

#endif
