/* cmd/bon/pipeline.c: bon pipeline: the group of commands on recipes: what is made from what, by which commands. */
#include "commands.h"

static const struct command *const subcommands[] = {&command_pipeline_run, &command_pipeline_plan,
                                                    &command_pipeline_status, NULL};

static const struct option_row options[] = {
    {.kind = OPTION_KIND_HELP, .short_name = 'h', .long_name = "help", .help = "show this help"},
    OPTION_END,
};

const struct command command_pipeline = {
    .name = "pipeline",
    .summary = "run a recipe: many commands over many files, only what is needed",
    .usage = "run|plan|status [OPTION]... RECIPE",
    .options = options,
    .subcommands = subcommands,
    .run = run_subcommand,
};
