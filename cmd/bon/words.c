/* cmd/bon/words.c: bon words: the group of commands on models of words, which `bon segment --unit word` uses. */
#include "commands.h"

static const struct command *const subcommands[] = {&command_words_build, NULL};

static const struct option_row options[] = {
    {.kind = OPTION_KIND_HELP, .short_name = 'h', .long_name = "help", .help = "show this help"},
    OPTION_END,
};

const struct command command_words = {
    .name = "words",
    .summary = "build models of words for 'bon segment --unit word'",
    .usage = "build [OPTION]... [FILE]...",
    .options = options,
    .subcommands = subcommands,
    .run = run_subcommand,
};
