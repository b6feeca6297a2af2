/* cmd/bon/stream.h: what the commands share between the option table and the library: a text job over the pipeline, output
 * opened and published, failures told. */
#ifndef BON_CMD_STREAM_H
#define BON_CMD_STREAM_H

#include "base/buf.h"
#include "base/io.h"
#include "base/pipeline.h"
#include "options.h"

/* Runs a pipeline that the command prepared (map, sink, context, ...) over its file operands, with -o, -j and progress:
 * pipeline->out is open while it runs and gets `header` (may be NULL) first. Publishes the output when all went well; when not, tells why and lets go of it (what
 * a pipe or terminal was to get before the failure, it gets). Returns the exit status. */
int stream_run(const struct command *command, const struct shared_args *shared, char *const *paths, int path_count,
               struct bon_pipeline *pipeline, const char *header);
/* The same without an output: the sink collects. */
int stream_collect(const struct command *command, const struct shared_args *shared, char *const *paths, int path_count,
                   struct bon_pipeline *pipeline);

/* Writes a finished text (a table) to a path or, for NULL, standard output; frees it. Returns the exit status. */
int write_text(const char *path, bon_buf *text);
/* The same of a text whose making had this status: after a failure that is told, and nothing is written. */
int write_or_tell(bon_status status, const char *path, bon_buf *text);

/* The folder of a path, as "FOLDER/" or "."; false where that is too long. */
bool folder_of(const char *path, char folder[PATH_MAX]);

/* Whether a file can be made at a path (NULL is fine), asked before hours of work rather than after. */
bon_status check_output(const char *path);

/* "bon: MESSAGE" of the last failure on standard error, nothing for a reader that went away. Returns the exit status. */
int tell_failure(bon_status status);
/* "bon: ..." on standard error unless -q. */
void note(const struct shared_args *shared, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Whether the output would put bytes that are not text on a terminal. */
bool output_is_terminal(const char *path);

/* -j as the library wants it. */
unsigned threads_of(const struct shared_args *shared);

#endif
