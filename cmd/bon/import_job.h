/* cmd/bon/import_job.h: what the importers share: options, where documents go, what is counted and said.
 *
 * A format is a row: its options, its reader, and names for what it leaves out.
 */
#ifndef BON_CMD_IMPORT_JOB_H
#define BON_CMD_IMPORT_JOB_H

#include "commands.h"
#include "corpus/document.h"
#include "stream.h"

/* The first member of every importer's arguments. */
struct import_args {
    struct shared_args shared;
    const char *json, *list;
    unsigned least;
    bool plain, skip_bad;
};

#define OPTION_IMPORT_LEAST(text) OPTION_UNSIGNED(0, "min", "N", struct import_args, least, 0, UINT_MAX, text)
#define OPTIONS_IMPORT                                                                                                 \
    OPTION_FLAG(0, "plain", struct import_args, plain, "write the texts alone, an empty line behind each"),            \
        OPTION_WRITTEN(0, "json", "FILE", struct import_args, json,                                                    \
                       "write what was counted to FILE, as a JSON object"),                                            \
        OPTION_OUTPUT("write to FILE (.gz and .zst compress) instead of standard output")
#define OPTION_SKIP_BAD(text) OPTION_FLAG(0, "skip-bad", struct import_args, skip_bad, text)
#define OPTION_LIST                                                                                                    \
    OPTION_STRING(0, "list", "FILE", struct import_args, list,                                                         \
                  "read the names of files from FILE (- is standard input),\none a line")

struct import_format {
    const struct command *command;
    /* Reads a file and gives its documents to import->take. `reader` is the format's own state. */
    bon_status (*read)(void *reader, struct bon_import *import, const char *path);
    const char *read_name;                 /* what is counted, in all: "pages" */
    const char *counts[BON_IMPORT_COUNTS]; /* names of import->counts, in the summary; NULL ends */
};

struct import_totals {
    uint64_t read, written, little, bytes; /* documents; those with less text than --min; bytes of text written */
};

/* Reads a whole file, of at most `most` bytes, and counts them as progress. */
bon_status import_read_file(struct bon_import *import, const char *path, size_t most, bon_buf *text);
/* Appends a document as the arguments want it, and counts it. */
bon_status import_append(const struct import_args *args, const struct bon_document *document,
                         struct import_totals *totals, bon_buf *out);
/* What is said at the end: a note about what was left out as broken, and the summary where --json asks. */
int import_finish(const struct import_args *args, const struct import_format *format,
                  const struct import_totals *totals, const struct bon_import *import);
/* The failure again, of broken input with what to do about it. */
bon_status import_advise(const struct import_args *args, bon_status status);
/* The whole job over files, or standard input. Returns the exit status. */
int import_run(const struct import_args *args, const struct import_format *format, void *reader, char *const *paths,
               int path_count);

#endif
