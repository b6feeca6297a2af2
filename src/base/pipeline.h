/* src/base/pipeline.h: the ordered parallel map over line-aligned chunks: one reader, N workers, one writer.
 *
 * Chunks reach the workers as they come and the writer in input order, so the output is the same bytes for any thread count
 * and chunk size, in memory bounded by threads, not by input. A chunk holds whole lines; a line above BON_WINDOW bytes comes
 * as windows, each a chunk of its own, cut behind the last blank of its first BON_WINDOW bytes, or, where there is none, at
 * the last UTF-8 boundary in it. Windows are counted from the start of the line, so they do not depend on chunk size.
 */
#ifndef BON_SRC_BASE_PIPELINE_H
#define BON_SRC_BASE_PIPELINE_H

#include "base/io.h"

enum { BON_CHUNK = 256 << 10, BON_WINDOW = 1 << 20 };

struct bon_chunk {
    const char *data; /* valid during map; ends with '\n' unless a window or the last line of a file without one */
    size_t len;
    const char *name;   /* of the input file */
    unsigned file;      /* index of the input file */
    uint64_t offset;    /* of data[0] in the decoded file */
    uint64_t line;      /* number of the first line in the file, from 1 */
    uint64_t serial;    /* 0, 1, 2, ... over all files */
    bool begins_inside; /* the chunk goes on with the line of the chunk before */
    bool ends_inside;   /* the line goes on in the next chunk */
    bool begins_token;  /* false: the cut before this chunk was not at a blank: its first token goes on from before */
};

struct bon_pipeline {
    const char *const *paths; /* NULL/0 = standard input; "-" allowed */
    size_t path_count;
    unsigned threads;  /* 0 = as many as the machine has; 1 = no threads are started */
    size_t chunk_size; /* 0 = BON_CHUNK */
    void *context;
    /* Per-worker state, made in its thread; both may be NULL. */
    bon_status (*worker_open)(void *context, void **worker);
    void (*worker_close)(void *context, void *worker);
    /* Turns a chunk into bytes. Called from many threads. */
    bon_status (*map)(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out);
    /* Takes the results in input order, from one thread at a time. NULL: results are written to `out` as they are. */
    bon_status (*sink)(void *context, const struct bon_chunk *chunk, const bon_buf *result);
    struct bon_out *out;
    struct bon_progress *progress; /* may be NULL */
    const volatile int *stop;      /* may be NULL; set non-zero (by a signal handler) to end with BON_ERR_INTERRUPTED */
};

/* Runs to the end of all inputs or the first failure (in input order: what came before it was written). */
bon_status bon_pipeline_run(const struct bon_pipeline *pipeline);

/* Number of processors this process may use. */
unsigned bon_processors(void);

#endif
