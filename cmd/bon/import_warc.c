/* cmd/bon/import_warc.c: bon import warc: pages and texts of web archives. */
#include "corpus/warc.h"
#include "import_job.h"

struct warc_args {
    struct import_args import;
    const char *languages;
    bool menus;
};

static const struct option_row options[] = {
    OPTION_IMPORT_LEAST("leave out texts of less than N characters (default 200)"),
    OPTION_STRING(
        0, "lang", "LIST", struct warc_args, languages,
        "of texts whose language the archive names, take those with\none of LIST (commas; vie is Vietnamese)"),
    OPTION_FLAG(0, "menus", struct warc_args, menus, "keep rows of links"),
    OPTION_LIST,
    OPTION_SKIP_BAD("go on behind records and archives that are cut or\nmalformed, and count them"),
    OPTIONS_IMPORT,
    OPTIONS_COMMON,
    OPTION_END,
};

static bon_status read_archive(void *context, struct bon_import *import, const char *path) {
    return bon_warc_read(context, import, path);
}

static const struct import_format format = {
    .command = &command_import_warc,
    .read = read_archive,
    .read_name = "records",
    .counts = {[BON_WARC_OTHER] = "other_records",
               [BON_WARC_STATUS] = "other_status",
               [BON_WARC_TYPE] = "other_types",
               [BON_WARC_LANGUAGE] = "other_languages",
               [BON_WARC_PACKED] = "packed"},
};

static int run(const struct command *command, int argc, char **argv) {
    struct warc_args args = {.import.least = 200};
    struct bon_warc warc = {0};
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result != PARSE_GO) return result;
    warc.languages = args.languages;
    result = tell_failure(bon_page_open(&warc.page, args.menus));
    if (result == EXIT_DONE) result = import_run(&args.import, &format, &warc, argv + first, argc - first);
    bon_warc_free(&warc);
    bon_page_close(warc.page);
    return result;
}

const struct command command_import_warc = {
    .name = "import warc",
    .summary = "the pages and texts of web archives (WARC, WET)",
    .usage = "[OPTION]... [FILE]...",
    .notes = "Pages are read as by bon import html.",
    .options = options,
    .run = run,
};
