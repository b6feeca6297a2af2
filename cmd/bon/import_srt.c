/* cmd/bon/import_srt.c: bon import srt: subtitles in files, a document each. */
#include <string.h>

#include "corpus/subtitles.h"
#include "import_job.h"

enum { FILE_BYTES_MAX = 16 << 20 };

struct srt_args {
    struct import_args import;
    const char *charset;
};

struct srt_reader {
    const char *charset;
    struct bon_subtitles *subtitles;
    struct bon_document document;
    bon_buf bytes;
};

static const struct option_row options[] = {
    OPTION_IMPORT_LEAST("leave out files of less than N characters of text\n(default 1)"),
    OPTION_STRING(0, "charset", "NAME", struct srt_args, charset,
                  "files that are not UTF-8 are in charset NAME (default:\nwhat they look like)"),
    OPTION_LIST,
    OPTION_SKIP_BAD("leave out files without a cue, or that cannot be\ndecompressed or are too large, and count them"),
    OPTIONS_IMPORT,
    OPTIONS_COMMON,
    OPTION_END,
};

static bon_status read_subtitles(void *context, struct bon_import *import, const char *path) {
    struct srt_reader *reader = context;
    size_t label_len = reader->charset ? strlen(reader->charset) : 0;
    BON_TRY(import_read_file(import, path, FILE_BYTES_MAX, &reader->bytes));
    bon_document_clear(&reader->document);
    BON_TRY(bon_document_string(&reader->document.id, path, strlen(path)));
    BON_TRY(bon_subtitles_read(reader->subtitles, path, reader->bytes.data, reader->bytes.len, reader->charset,
                               label_len, &reader->document));
    return import->take(import->context, &reader->document);
}

static const struct import_format format = {
    .command = &command_import_srt, .read = read_subtitles, .read_name = "files"};

static int run(const struct command *command, int argc, char **argv) {
    struct srt_args args = {.import.least = 1};
    struct srt_reader reader = {0};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result != PARSE_GO) return result;
    reader.charset = args.charset;
    result = tell_failure(bon_subtitles_open(&reader.subtitles));
    if (result == EXIT_DONE) result = import_run(&args.import, &format, &reader, argv + first, argc - first);
    bon_subtitles_close(reader.subtitles);
    bon_document_free(&reader.document);
    bon_buf_free(&reader.bytes);
    return result;
}

const struct command command_import_srt = {
    .name = "import srt",
    .summary = "what is said in subtitles (SubRip, WebVTT)",
    .usage = "[OPTION]... [FILE]...",
    .notes = "Sentences that go over several cues are joined; tags, times and sounds go.",
    .options = options,
    .run = run,
};
