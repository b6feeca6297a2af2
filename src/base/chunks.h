/* src/base/chunks.h: cuts inputs into chunks: whole lines, or windows of a very long line (the rule is in pipeline.h). */
#ifndef BON_SRC_BASE_CHUNKS_H
#define BON_SRC_BASE_CHUNKS_H

#include "base/buf.h"
#include "base/cut.h"
#include "base/pipeline.h"

struct bon_chunk_reader {
    const char *const *paths;
    size_t path_count;
    const struct bon_range *ranges; /* [path_count]; NULL: whole files */
    size_t target;                  /* bytes to gather before a cut */
    bool whole_lines;               /* of any length: no windows */
    struct bon_progress *progress;
    bool (*cancelled)(void *context); /* asked before each chunk and while input waits */
    void *cancelled_context;

    /* The rest is the reader's own; zero at first. */
    struct bon_in *in;             /* of the current file; NULL: open the next */
    size_t next_path;              /* index of it */
    bon_buf carry;                 /* bytes read behind the last cut */
    bon_status pending;            /* failure of the current file, told when its bytes are given out */
    char message[BON_MESSAGE_MAX]; /* of it: bon_error_message() may be another thread's by then */
    bool at_end;                   /* of the current file */
    bool inside;                   /* the cut was inside a line */
    bool at_blank;                 /* ... behind a blank */
    bool idle;                     /* the last chunk was cut short because the input waits */
    uint64_t offset, line, serial;
    uint64_t raw_before; /* raw bytes of the files before */
};

/* Sets progress->total when every input is a regular file. */
void bon_chunk_total(const struct bon_chunk_reader *reader);
/* Reads the next chunk into `input`, whose old bytes are dropped; chunk->data points there. *end: there is none. */
bon_status bon_chunk_next(struct bon_chunk_reader *reader, bon_buf *input, struct bon_chunk *chunk, bool *end);
void bon_chunk_reader_close(struct bon_chunk_reader *reader);

#endif
