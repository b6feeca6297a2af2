/* cmd/bon/ime.c: bon ime: what belongs to the input method on the desktop. */
#include "commands.h"

static const struct command *const subcommands[] = {&command_ime_config, NULL};

static const struct option_row options[] = {
    {.kind = OPTION_KIND_HELP, .short_name = 'h', .long_name = "help", .help = "show this help"},
    OPTION_END,
};

const struct command command_ime = {
    .name = "ime",
    .summary = "the input method of the desktop: its settings",
    .usage = "config [OPTION]... [NAME [VALUE]]",
    .options = options,
    .subcommands = subcommands,
    .run = run_subcommand,
};
