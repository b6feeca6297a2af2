/* cmd/bon/telex_forget.c: bon telex forget: words taken out of what the input method learned. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bon/ime.h"
#include "commands.h"
#include "stream.h"
#include "telex_memory.h"

struct forget_args {
    struct shared_args shared;
    const char *memory;
};

static const struct option_row options[] = {
    OPTION_STRING(0, "memory", "FILE", struct forget_args, memory,
                  "what was learned (default: bon/learned below\nXDG_DATA_HOME, or ~/.local/share)"),
    OPTIONS_COMMON,
    OPTION_END,
};

static int run_forget(const struct command *command, int argc, char **argv) {
    struct forget_args args = {0};
    char buffer[PATH_MAX];
    bon_ime_memory *memory = NULL;
    size_t gone = 0;
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result != PARSE_GO) return result;
    const char *path = telex_memory_path(args.memory, buffer);
    if (!path) return EXIT_WORK;
    if (access(path, F_OK) != 0 && errno == ENOENT) {
        if (!args.shared.quiet) fprintf(stderr, "bon: nothing was learned yet: there is no %s\n", path);
        return EXIT_DONE;
    }
    bon_status status = bon_ime_memory_open(&memory);
    if (status == BON_OK) status = bon_ime_memory_load(memory, path);
    if (status == BON_OK && first == argc) gone = bon_ime_memory_forget(memory, "", 0);
    for (int i = first; i < argc && status == BON_OK; i++)
        if (argv[i][0]) gone += bon_ime_memory_forget(memory, argv[i], strlen(argv[i]));
    if (status == BON_OK) status = bon_ime_memory_save(memory, path);
    if (status == BON_OK && !args.shared.quiet)
        fprintf(stderr, "bon: %zu entries forgotten, %zu kept in %s\n", gone, bon_ime_memory_count(memory), path);
    bon_ime_memory_close(memory);
    return status == BON_OK ? EXIT_DONE : tell_failure(status);
}

const struct command command_telex_forget = {
    .name = "telex forget",
    .summary = "take words out of what the input method learned",
    .usage = "[OPTION]... [WORD]...",
    .notes = "A WORD with its marks, or without any: then with all marks. Without WORD, everything is forgotten.",
    .options = options,
    .run = run_forget,
};
