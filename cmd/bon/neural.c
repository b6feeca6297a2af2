/* cmd/bon/neural.c: bon neural: the group of commands on neural restorers. */
#include "commands.h"

static const struct command *const subcommands[] = {&command_neural_train, &command_neural_export, NULL};

static const struct option_row options[] = {
    {.kind = OPTION_KIND_HELP, .short_name = 'h', .long_name = "help", .help = "show this help"},
    OPTION_END,
};

const struct command command_neural = {
    .name = "neural",
    .summary = "train networks that restore marks, and export them",
    .usage = "train|export [OPTION]... [FILE]...",
    .options = options,
    .subcommands = subcommands,
    .run = run_subcommand,
};
