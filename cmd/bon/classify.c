/* cmd/bon/classify.c: bon classify: the group of commands that tell texts apart. */
#include "commands.h"

static const struct command *const subcommands[] = {&command_classify_train, &command_classify_apply, NULL};

static const struct option_row options[] = {
    {.kind = OPTION_KIND_HELP, .short_name = 'h', .long_name = "help", .help = "show this help"},
    OPTION_END,
};

const struct command command_classify = {
    .name = "classify",
    .summary = "tell language, register or quality of texts, learned from labelled ones",
    .usage = "COMMAND [OPTION]... [FILE]...",
    .options = options,
    .subcommands = subcommands,
    .run = run_subcommand,
};
