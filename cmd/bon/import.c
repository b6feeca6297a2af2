/* cmd/bon/import.c: bon import: the group of commands that make JSON lines of other formats. */
#include "commands.h"

static const struct command *const subcommands[] = {
    &command_import_wiki, &command_import_jsonl, &command_import_warc,   &command_import_html,
    &command_import_srt,  &command_import_epub,  &command_import_conllu, NULL,
};

static const struct option_row options[] = {
    {.kind = OPTION_KIND_HELP, .short_name = 'h', .long_name = "help", .help = "show this help"},
    OPTION_END,
};

const struct command command_import = {
    .name = "import",
    .summary = "make JSON lines with id, title, url, text of other formats",
    .usage = "FORMAT [OPTION]... [FILE]...",
    .options = options,
    .subcommands = subcommands,
    .run = run_subcommand,
};
