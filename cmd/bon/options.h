/* cmd/bon/options.h: one declarative table per command that is its parser, its --help and its completion.
 *
 * A row names an option, the member of the command's argument struct that it sets, and what it does in a line. The
 * parser (over getopt_long), `--help`, and `--list-options` (which bash completion and the tests read) all walk the same
 * rows, so they cannot disagree.
 *
 *     struct greet_args { struct shared_args shared; unsigned times; };
 *     static const struct option_row options[] = {
 *         OPTION_UNSIGNED('n', "times", "N", struct greet_args, times, 1, 100, "greet N times (default 1)"),
 *         OPTIONS_SHARED,
 *         OPTION_END,
 *     };
 */
#ifndef BON_CMD_OPTIONS_H
#define BON_CMD_OPTIONS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* Exit statuses: docs/man/bon.1 has the table. */
enum { EXIT_DONE = 0, EXIT_WORK = 1, EXIT_USAGE = 2, EXIT_INCOMPLETE = 75 };

enum option_kind {
    OPTION_KIND_FLAG,     /* bool */
    OPTION_KIND_UNSIGNED, /* unsigned, least..most */
    OPTION_KIND_REAL,     /* double, least..most */
    OPTION_KIND_STRING,   /* const char *; an optional argument leaves "" when not given */
    OPTION_KIND_CHOICE,   /* int, index into choices; an optional argument leaves index 0 */
    OPTION_KIND_PARSE,    /* parse(argument, member) says false, with *reason set, for a bad argument */
    OPTION_KIND_HELP,
    OPTION_KIND_END
};

/* What becomes of a file that a row's argument names ("FILE" or "DIR" in `argument`). */
enum option_file {
    FILE_READ,
    FILE_WRITTEN, /* and so no other output, and nothing that is read (clash.h) */
    FILE_REPLACED /* written when the operands have been read: it may be one of them */
};

struct option_row {
    enum option_kind kind;
    char short_name; /* 0 = none */
    const char *long_name;
    const char *argument; /* what --help calls it: "FILE"; "[FILE]" when it may be left out; NULL = takes none */
    size_t member;        /* offset in the argument struct */
    enum option_file file;
    double least, most;
    const char *const *choices; /* NULL-terminated */
    bool (*parse)(const char *argument, void *member, const char **reason);
    const char *help;
};

#define OPTION_FLAG(s, l, type, field, text)                                                                           \
    { .kind = OPTION_KIND_FLAG, .short_name = s, .long_name = l, .member = offsetof(type, field), .help = text }
#define OPTION_UNSIGNED(s, l, arg, type, field, from, to, text)                                                        \
    {                                                                                                                  \
        .kind = OPTION_KIND_UNSIGNED, .short_name = s, .long_name = l, .argument = arg,                                \
        .member = offsetof(type, field), .least = from, .most = to, .help = text                                       \
    }
#define OPTION_REAL(s, l, arg, type, field, from, to, text)                                                            \
    {                                                                                                                  \
        .kind = OPTION_KIND_REAL, .short_name = s, .long_name = l, .argument = arg, .member = offsetof(type, field),   \
        .least = from, .most = to, .help = text                                                                        \
    }
#define OPTION_STRING(s, l, arg, type, field, text)                                                                    \
    {                                                                                                                  \
        .kind = OPTION_KIND_STRING, .short_name = s, .long_name = l, .argument = arg, .member = offsetof(type, field), \
        .help = text                                                                                                   \
    }
#define OPTION_FILE(s, l, arg, type, field, use, text)                                                                 \
    {                                                                                                                  \
        .kind = OPTION_KIND_STRING, .short_name = s, .long_name = l, .argument = arg, .member = offsetof(type, field), \
        .file = use, .help = text                                                                                      \
    }
#define OPTION_WRITTEN(s, l, arg, type, field, text) OPTION_FILE(s, l, arg, type, field, FILE_WRITTEN, text)
#define OPTION_CHOICE(s, l, arg, type, field, list, text)                                                              \
    {                                                                                                                  \
        .kind = OPTION_KIND_CHOICE, .short_name = s, .long_name = l, .argument = arg, .member = offsetof(type, field), \
        .choices = list, .help = text                                                                                  \
    }
#define OPTION_PARSE(s, l, arg, type, field, function, text)                                                           \
    {                                                                                                                  \
        .kind = OPTION_KIND_PARSE, .short_name = s, .long_name = l, .argument = arg, .member = offsetof(type, field),  \
        .parse = function, .help = text                                                                                \
    }
#define OPTION_END                                                                                                     \
    { .kind = OPTION_KIND_END }

/* What every command shares: the first member of every argument struct. */
enum progress_mode { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER };

struct shared_args {
    const char *output; /* NULL = standard output */
    unsigned threads;   /* 0 = all processors */
    bool quiet;
    int progress; /* enum progress_mode */
};

extern const char *const progress_choices[];

#define OPTION_OUTPUT(text) OPTION_WRITTEN('o', "output", "FILE", struct shared_args, output, text)
/* The output of a command that makes something of the same kind as what it reads. */
#define OPTION_OUTPUT_REPLACED(text) OPTION_FILE('o', "output", "FILE", struct shared_args, output, FILE_REPLACED, text)
#define OPTION_THREADS                                                                                                 \
    OPTION_UNSIGNED('j', "threads", "N", struct shared_args, threads, 1, 1024,                                         \
                    "use N threads (default: all processors)")
#define OPTIONS_COMMON                                                                                                 \
    OPTION_FLAG('q', "quiet", struct shared_args, quiet, "no progress and no notes on standard error"),                \
        OPTION_CHOICE(0, "progress", "WHEN", struct shared_args, progress, progress_choices,                           \
                      "show progress: auto, always or never (default: auto, on a terminal)"),                          \
    {                                                                                                                  \
        .kind = OPTION_KIND_HELP, .short_name = 'h', .long_name = "help", .help = "show this help"                     \
    }
/* The rows of a command that streams text: -o, -j and the common ones. */
#define OPTIONS_SHARED                                                                                                 \
    OPTION_OUTPUT_REPLACED("write to FILE (.gz and .zst compress) instead of standard output"), OPTION_THREADS,        \
        OPTIONS_COMMON

/* A command of bon, or a subcommand of one ("lm build"). */
struct command {
    const char *name;    /* "normalize", "lm build": as typed after `bon` */
    const char *summary; /* one line */
    const char *usage;   /* "[OPTION]... [FILE]..." */
    const char *notes;   /* further lines of --help; NULL = none */
    const struct option_row *options;
    const struct command *const *subcommands; /* NULL-terminated; NULL = none */
    int (*run)(const struct command *command, int argc, char **argv);
};

/* What a command's run does next. */
enum parse_result { PARSE_GO = -1 }; /* anything else: exit with this status */

/* Parses argv (argv[0] is the command's name) into args, a struct that begins with struct shared_args and holds the defaults.
 * Moves operands to the end; *first is the index of the first. Returns PARSE_GO, or an exit status after --help or a message
 * about a wrong command line. */
int options_parse(const struct command *command, void *args, int argc, char **argv, int *first);

/* Prints "bon: COMMAND: ..." and how to get help to standard error; returns EXIT_USAGE. */
int usage_error(const struct command *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Checks how many operands there are; PARSE_GO or EXIT_USAGE after a message. */
int operands_check(const struct command *command, int given, int least, int most);

/* The nearest of `count` names to a mistyped one, or NULL when none is near. */
const char *nearest_name(const char *typed, const char *const *names, size_t count);

/* Runs the subcommand that argv[1] names, after its --help and suggestions. */
int run_subcommand(const struct command *command, int argc, char **argv);

/* Whether a row's argument names a file or a folder. */
bool option_names_file(const struct option_row *row);

/* For OPTION_PARSE: a size like 6M into a uint64_t. */
bool parse_size(const char *argument, void *member, const char **reason);

#endif
