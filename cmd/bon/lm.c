/* cmd/bon/lm.c: bon lm: the group of commands on n-gram models. */
#include "commands.h"

static const struct command *const subcommands[] = {
    &command_lm_build,   &command_lm_query, &command_lm_predict,     &command_lm_info, &command_lm_diff,
    &command_lm_convert, &command_lm_prune, &command_lm_interpolate, &command_lm_tag,  NULL,
};

static const struct option_row options[] = {
    {.kind = OPTION_KIND_HELP, .short_name = 'h', .long_name = "help", .help = "show this help"},
    OPTION_END,
};

const struct command command_lm = {
    .name = "lm",
    .summary = "build, query, describe, compare, convert, prune, mix, tag n-gram models",
    .usage = "build|query|predict|info|diff|convert|prune|interpolate|tag [OPTION]... [FILE]...",
    .options = options,
    .subcommands = subcommands,
    .run = run_subcommand,
};
