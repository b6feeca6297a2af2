/* cmd/bon/pipeline_check.c: the steps of a recipe against the tables of the commands, before anything runs: every option is there, has
 * a value that the command takes, and says of every file whether it is read or written. Values go through the command's own
 * parser, into a scratch struct that is thrown away. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "commands.h"
#include "pipeline_open.h"
#include "stream.h"

enum { NAMES_MAX = 64, SCRATCH = 16 << 10 };

/* Set by the pipeline, or without meaning in it. */
static const struct {
    const char *key, *reason;
} own[] = {
    {"threads", "the pipeline shares out its own -j"},
    {"quiet", "say it to the pipeline"},
    {"progress", "say it to the pipeline"},
    {"help", "it makes nothing"},
    {"temp", "set TMPDIR"},
};

const struct option_row *pipeline_option(const struct command *command, const char *key) {
    for (const struct option_row *row = command->options; row->kind != OPTION_KIND_END; row++)
        if (strcmp(row->long_name, key) == 0) return row;
    return NULL;
}

/* ---- one option ---- */

static bon_status unknown_option(const struct bon_recipe *recipe, const struct command *command,
                                 const struct bon_recipe_option *option) {
    const char *names[NAMES_MAX];
    size_t count = 0;
    for (const struct option_row *row = command->options; row->kind != OPTION_KIND_END && count < NAMES_MAX; row++)
        names[count++] = row->long_name;
    const char *near = nearest_name(option->key, names, count);
    if (near)
        return bon_toml_fail(recipe->toml, option->node, "bon %s has no option '%.64s'; did you mean '%s'?",
                             command->name, option->key, near);
    return bon_toml_fail(recipe->toml, option->node, "bon %s has no option '%.64s'", command->name, option->key);
}

/* Files are marked, all else is not. */
static bon_status check_mark(const struct bon_recipe *recipe, const struct command *command,
                             const struct option_row *row, const struct bon_recipe_option *option) {
    const struct bon_toml_node *node = option->node;
    const bool marked = option->writes || option->reads;
    if (marked && !option_names_file(row))
        return bon_toml_fail(recipe->toml, node, "'%s' of bon %s names no file, so < and > have no meaning there",
                             option->key, command->name);
    if (marked || !option_names_file(row)) return BON_OK;
    if (row->argument[0] == '[' && node->kind == BON_TOML_BOOLEAN) return BON_OK; /* may be left out */
    if (row->argument[0] == 'N' && node->kind == BON_TOML_INTEGER) return BON_OK; /* "N|FILE" */
    return bon_toml_fail(recipe->toml, node,
                         "'%s' of bon %s names a file: write \">PATH\" for one that it writes, \"<NAME\" for one that "
                         "it reads and source or step NAME has",
                         option->key, command->name);
}

static bon_status check_kind(const struct bon_recipe *recipe, const struct command *command,
                             const struct option_row *row, const struct bon_toml_node *node) {
    const bool flag = row->kind == OPTION_KIND_FLAG, truth = node->kind == BON_TOML_BOOLEAN;
    if (flag && !truth)
        return bon_toml_fail(recipe->toml, node, "'%s' of bon %s is true or false", row->long_name, command->name);
    if (!flag && truth && row->argument[0] != '[')
        return bon_toml_fail(recipe->toml, node, "'%s' of bon %s needs a value: %s", row->long_name, command->name,
                             row->argument);
    return BON_OK;
}

/* Whether the command's own parser takes the value; it tells why not. */
static bon_status try_value(const struct bon_recipe *recipe, const struct command *command,
                            const struct option_row *row, const struct bon_toml_node *value) {
    _Alignas(max_align_t) char scratch[SCRATCH] = {0};
    int first;
    bon_buf word = {0};
    if (value->kind == BON_TOML_BOOLEAN || row->member > SCRATCH / 2) return BON_OK;
    bon_status status = bon_buf_printf(&word, "--%s=%s", row->long_name, value->text);
    if (status == BON_OK) status = bon_buf_put(&word, 0);
    char name[] = "bon", *argv[] = {name, word.data, NULL};
    if (status == BON_OK && options_parse(command, scratch, 2, argv, &first) != PARSE_GO)
        status = bon_toml_fail(recipe->toml, value, "that is the value of '%s' here", row->long_name);
    bon_buf_free(&word);
    return status;
}

static bon_status check_option(const struct bon_recipe *recipe, const struct command *command,
                               const struct bon_recipe_option *option) {
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcmp(option->key, own[i].key) == 0)
            return bon_toml_fail(recipe->toml, option->node, "'%s' is no option of a step: %s", option->key,
                                 own[i].reason);
    const struct option_row *row = pipeline_option(command, option->key);
    if (!row) return unknown_option(recipe, command, option);
    BON_TRY(check_mark(recipe, command, row, option));
    if (option->writes || option->reads) return BON_OK;
    BON_TRY(check_kind(recipe, command, row, option->node));
    return try_value(recipe, command, row, option->node);
}

static bon_status check_options(const struct bon_recipe *recipe, const struct command *command,
                                const struct bon_recipe_option *options, size_t count) {
    for (size_t i = 0; i < count; i++) BON_TRY(check_option(recipe, command, &options[i]));
    return BON_OK;
}

/* ---- one step ---- */

/* The subcommand that the rest of `run` names. */
static const struct command *find_sub(const struct command *group, const char *run) {
    for (size_t i = 0; group->subcommands[i]; i++)
        if (strcmp(group->subcommands[i]->name, run) == 0) return group->subcommands[i];
    return NULL;
}

static bon_status refuse_run(const struct bon_recipe *recipe, const struct bon_recipe_step *step,
                             const struct command *group) {
    const char *names[NAMES_MAX];
    size_t count = 0;
    if (!group)
        return bon_toml_fail(recipe->toml, step->run_node, "bon has no command '%.64s'; see 'bon --help'", step->run);
    for (; group->subcommands[count] && count < NAMES_MAX; count++) names[count] = group->subcommands[count]->name;
    const char *near = nearest_name(step->run, names, count);
    if (near)
        return bon_toml_fail(recipe->toml, step->run_node, "bon has no command '%.64s'; did you mean '%s'?", step->run,
                             near);
    return bon_toml_fail(recipe->toml, step->run_node, "bon has no command '%.64s'; see 'bon %s --help'", step->run,
                         group->name);
}

static bon_status find_command_of(const struct bon_recipe *recipe, const struct bon_recipe_step *step,
                                  const struct command **out) {
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)strcspn(step->run, " "), step->run);
    const struct command *command = find_command(word);
    if (command == &command_pipeline)
        return bon_toml_fail(recipe->toml, step->run_node, "a step of a pipeline cannot be a pipeline");
    if (!command || !command->subcommands) {
        *out = command && strcmp(step->run, word) == 0 ? command : NULL;
        return *out ? BON_OK : refuse_run(recipe, step, NULL);
    }
    *out = find_sub(command, step->run);
    return *out ? BON_OK : refuse_run(recipe, step, command);
}

static bon_status check_step(const struct bon_recipe *recipe, const struct bon_recipe_step *step,
                             const struct command **command) {
    BON_TRY(find_command_of(recipe, step, command));
    if (step->output && !pipeline_option(*command, "output"))
        return bon_toml_fail(recipe->toml, step->node, "bon %s has no output", (*command)->name);
    BON_TRY(check_options(recipe, *command, step->options, step->option_count));
    for (size_t i = 0; i < step->override_count; i++)
        BON_TRY(check_options(recipe, *command, step->overrides[i].options, step->overrides[i].option_count));
    return BON_OK;
}

int pipeline_check(const struct bon_recipe *recipe, const struct command **commands) {
    for (size_t i = 0; i < recipe->step_count; i++)
        if (check_step(recipe, &recipe->steps[i], &commands[i]) != BON_OK) {
            (void)tell_failure(BON_ERR_DATA);
            return EXIT_USAGE;
        }
    return PARSE_GO;
}
