/* cmd/bon/main.c: `bon COMMAND ...`: finds the command in the table and runs it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "bon/base.h"
#include "commands.h"
#include "signals.h"

static const struct command *const commands[] = {
    &command_normalize, &command_segment,   &command_count,    &command_merge,  &command_lm,    &command_restore,
    &command_telex,     &command_tokenizer, &command_train,    &command_neural, &command_eval,  &command_generate,
    &command_export,    &command_plot,      &command_ime,      &command_import, &command_dedup, &command_classify,
    &command_stats,     &command_filter,    &command_pipeline, &command_sample, &command_words,
};
enum { COMMANDS = sizeof commands / sizeof *commands };

const struct command *find_command(const char *name) {
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i]->name, name) == 0) return commands[i];
    return NULL;
}

static int print_usage(FILE *to) {
    fputs("usage: bon COMMAND [OPTION]... [FILE]...\n"
          "Vietnamese text, n-gram language models, and marks restored by them.\n"
          "\ncommands:\n",
          to);
    for (size_t i = 0; i < COMMANDS; i++) fprintf(to, "  %-12s%s\n", commands[i]->name, commands[i]->summary);
    fputs("\n'bon COMMAND --help' or 'bon help COMMAND' tells more; 'bon --version' the version.\n"
          "Exit status: 0 done, 1 the work failed, 2 the command line was wrong, 75 incomplete.\n",
          to);
    return to == stdout ? EXIT_DONE : EXIT_USAGE;
}

static int unknown_command(const char *typed) {
    const char *names[COMMANDS];
    for (size_t i = 0; i < COMMANDS; i++) names[i] = commands[i]->name;
    const char *near = nearest_name(typed, names, COMMANDS);
    fprintf(stderr, "bon: unknown command '%s'", typed);
    if (near) fprintf(stderr, "; did you mean '%s'?", near);
    fputs("\nbon: see 'bon --help'\n", stderr);
    return EXIT_USAGE;
}

static int print_version(void) {
    printf("bon %s\n", bon_version());
    return EXIT_DONE;
}

/* `bon help lm build` is `bon lm build --help`. */
static int run_help(int argc, char **argv) {
    char help[] = "--help", *words[] = {argc > 2 ? argv[2] : NULL, argc > 3 ? argv[3] : help, help, NULL};
    if (argc < 3) return print_usage(stdout);
    const struct command *command = find_command(argv[2]);
    if (!command) return unknown_command(argv[2]);
    return command->run(command, argc > 3 ? 3 : 2, words);
}

/* The commands by name, for completion. */
static int print_commands(void) {
    for (size_t i = 0; i < COMMANDS; i++) puts(commands[i]->name);
    return EXIT_DONE;
}

static int dispatch(int argc, char **argv) {
    if (argc < 2) return print_usage(stderr);
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0)
        return run_help(argc, argv);
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) return print_version();
    if (strcmp(name, "--list-commands") == 0) return print_commands();
    const struct command *command = find_command(name);
    return command ? command->run(command, argc - 1, argv + 1) : unknown_command(name);
}

/* A standard stream that the caller closed would otherwise be the number of the next file opened, and text meant for it would
 * go there. The other direction of /dev/null stands in, so that using the stream fails and says so. */
static void occupy_standard_streams(void) {
    for (int stream = 0; stream <= 2; stream++)
        if (fcntl(stream, F_GETFD) == -1 && errno == EBADF)
            if (open("/dev/null", stream == 0 ? O_WRONLY : O_RDONLY) != stream) return;
}

int main(int argc, char **argv) {
    occupy_standard_streams();
    signals_install();
    int status = dispatch(argc, argv);
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == EXIT_DONE) {
        fprintf(stderr, "bon: standard output: %s\n", strerror(errno));
        status = EXIT_WORK;
    }
    return status;
}
