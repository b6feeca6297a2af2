/* src/base/pipeline.h: the ordered parallel map over line-aligned chunks: one reader, N workers, one writer.
 *
 * Chunks reach the workers as they come and the writer in input order, so the output is the same bytes for any thread count
 * and chunk size, in memory bounded by threads, not by input. A chunk holds whole lines; a line above BON_WINDOW bytes comes
 * as windows, each a chunk of its own, cut behind the last blank (space or tab) of its first BON_WINDOW bytes, or, where
 * there is none, at the last UTF-8 boundary in it. The window after it begins at that cut, and the last one has the line
 * end; CR LF is never cut. So windows depend on where the line begins, not on chunk size or on how bytes arrive.
 *
 * With `whole_lines` a line is never cut, whatever its length: records, such as JSON, need all of it. A chunk is then as long
 * as its longest line, and so is memory; above BON_LINE_MAX a line fails.
 *
 * A file's last line without a newline is a chunk end too: the next file begins with a chunk of its own. An input that
 * turns out to be corrupt gives the bytes decoded before that, then the failure.
 */
#ifndef BON_SRC_BASE_PIPELINE_H
#define BON_SRC_BASE_PIPELINE_H

#include "base/cut.h"
#include "base/io.h"

enum { BON_CHUNK = 256 << 10, BON_WINDOW = 1 << 20, BON_LINE_MAX = 1 << 30 };

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
    const struct bon_range *ranges; /* [path_count] what to read of each file; NULL: all */
    unsigned threads;               /* 0 = as many as the machine has; 1 = no threads are started */
    size_t chunk_size; /* 0 = BON_CHUNK; at most BON_WINDOW. Whole lines are gathered up to about this size; input that
                        * comes slowly (a terminal, a pipe that waits) is passed on line by line */
    bool whole_lines;
    void *context;
    /* Per-worker state, made in its thread; both may be NULL. Workers start one by one as chunks are read, so a short input
     * opens one or two. */
    bon_status (*worker_open)(void *context, void **worker);
    void (*worker_close)(void *context, void *worker);
    /* Turns a chunk into bytes appended to `out`, which is empty. Called from many threads. */
    bon_status (*map)(void *context, void *worker, const struct bon_chunk *chunk, bon_buf *out);
    /* Takes the results in input order, in the calling thread. NULL: results are written to `out` as they are. */
    bon_status (*sink)(void *context, const struct bon_chunk *chunk, const bon_buf *result);
    /* Called once behind the last result when all went well, in the calling thread. May be NULL. */
    bon_status (*finish)(void *context);
    struct bon_out *out;
    struct bon_progress *progress; /* may be NULL */
    const volatile int *stop;      /* may be NULL; set non-zero (by a signal handler) to end with BON_ERR_INTERRUPTED */
};

/* Runs to the end of all inputs or the first failure (in input order: what came before it was given to the sink; it may
 * still be in the buffer of `out`). Holds at most 2 * threads + 2 chunks. Signals are blocked in the workers, so handlers
 * run in threads of the program. */
bon_status bon_pipeline_run(const struct bon_pipeline *pipeline);

/* Number of processors this process may use: its affinity mask. */
unsigned bon_processors(void);

#endif
