/* cmd/bon/options.c: the option table at work: parse, help, list. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clash.h"

enum { ROWS_MAX = 48, HELP_COLUMN = 28, LONG_BASE = 0x1000 };

const char *const progress_choices[] = {"auto", "always", "never", NULL};

static size_t row_count(const struct option_row *rows) {
    size_t n = 0;
    while (rows[n].kind != OPTION_KIND_END) n++;
    return n;
}

static bool argument_is_optional(const struct option_row *row) { return row->argument && row->argument[0] == '['; }

bool option_names_file(const struct option_row *row) {
    return row->argument && (strstr(row->argument, "FILE") || strstr(row->argument, "DIR"));
}

/* "[FILE]" -> "[=FILE]" */
static void print_long_argument(FILE *to, const struct option_row *row) {
    if (argument_is_optional(row))
        fprintf(to, "[=%s", row->argument + 1);
    else if (row->argument)
        fprintf(to, "=%s", row->argument);
}

/* ---- messages ---- */

int usage_error(const struct command *command, const char *format, ...) {
    va_list list;
    va_start(list, format);
    fprintf(stderr, "bon: %s: ", command->name);
    vfprintf(stderr, format, list);
    va_end(list);
    fprintf(stderr, "\nbon: see 'bon %s --help'\n", command->name);
    return EXIT_USAGE;
}

int operands_check(const struct command *command, int given, int least, int most) {
    if (given < least) return usage_error(command, "%s", given == 0 ? "a file is missing" : "too few files");
    if (given > most) return usage_error(command, "too many files");
    return PARSE_GO;
}

/* ---- nearest name ---- */

/* Edits (insert, delete, replace, swap neighbours) between two short names: optimal string alignment distance. */
static unsigned edit_distance(const char *a, const char *b) {
    enum { LONGEST = 32 };
    unsigned row[3][LONGEST + 1];
    size_t an = strlen(a), bn = strlen(b);
    if (an > LONGEST || bn > LONGEST) return UINT_MAX;
    for (size_t j = 0; j <= bn; j++) row[0][j] = (unsigned)j;
    for (size_t i = 1; i <= an; i++) {
        unsigned *now = row[i % 3], *before = row[(i + 2) % 3], *two_before = row[(i + 1) % 3];
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= bn; j++) {
            unsigned best = before[j - 1] + (a[i - 1] != b[j - 1]);
            if (before[j] + 1 < best) best = before[j] + 1;
            if (now[j - 1] + 1 < best) best = now[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && two_before[j - 2] + 1 < best)
                best = two_before[j - 2] + 1;
            now[j] = best;
        }
    }
    return row[an % 3][bn];
}

const char *nearest_name(const char *typed, const char *const *names, size_t count) {
    const char *best = NULL;
    unsigned best_distance = UINT_MAX;
    for (size_t i = 0; i < count; i++) {
        unsigned distance = edit_distance(typed, names[i]);
        if (distance < best_distance) best_distance = distance, best = names[i];
    }
    size_t n = strlen(typed);
    unsigned tolerated = n <= 2 ? 1 : n <= 5 ? 2 : 3;
    return best_distance <= tolerated && best_distance < n ? best : NULL;
}

static int unknown_option(const struct command *command, const char *typed) {
    char name[64];
    const char *names[ROWS_MAX];
    size_t rows = row_count(command->options);
    const char *text = typed + strspn(typed, "-");
    size_t n = strcspn(text, "=");
    if (n >= sizeof name) n = sizeof name - 1;
    memcpy(name, text, n);
    name[n] = 0;
    for (size_t i = 0; i < rows; i++) names[i] = command->options[i].long_name;
    const char *near = nearest_name(name, names, rows);
    size_t shown = strcspn(typed, "=");
    if (near) return usage_error(command, "unknown option '%.*s'; did you mean '--%s'?", (int)shown, typed, near);
    return usage_error(command, "unknown option '%.*s'", (int)shown, typed);
}

/* ---- help and listing ---- */

static void print_help_row(const struct option_row *row) {
    char left[80];
    int n = snprintf(left, sizeof left, row->short_name ? "  -%c, " : "      ", row->short_name);
    if (argument_is_optional(row))
        n += snprintf(left + n, sizeof left - (size_t)n, "--%s[=%s", row->long_name, row->argument + 1);
    else if (row->argument)
        n += snprintf(left + n, sizeof left - (size_t)n, "--%s=%s", row->long_name, row->argument);
    else
        n += snprintf(left + n, sizeof left - (size_t)n, "--%s", row->long_name);
    if (n >= HELP_COLUMN)
        printf("%s\n%*s", left, HELP_COLUMN, "");
    else
        printf("%-*s", HELP_COLUMN, left);
    /* A newline in the text goes on under the column. */
    for (const char *text = row->help; *text; text++) {
        putchar(*text);
        if (*text == '\n') printf("%*s", HELP_COLUMN, "");
    }
    putchar('\n');
}

static int print_help(const struct command *command) {
    printf("usage: bon %s %s\n%s\n", command->name, command->usage, command->summary);
    if (command->subcommands) {
        printf("\ncommands:\n");
        for (size_t i = 0; command->subcommands[i]; i++)
            printf("  bon %-20s%s\n", command->subcommands[i]->name, command->subcommands[i]->summary);
    }
    printf("\noptions:\n");
    for (const struct option_row *row = command->options; row->kind != OPTION_KIND_END; row++) print_help_row(row);
    if (command->notes) printf("\n%s\n", command->notes);
    return EXIT_DONE;
}

/* One line an option: "--name", then "=", "[=" and its argument or its choices "a|b". For completion and tests. */
static int print_list(const struct command *command) {
    if (command->subcommands)
        for (size_t i = 0; command->subcommands[i]; i++)
            printf("%s\n", strrchr(command->subcommands[i]->name, ' ') + 1);
    for (const struct option_row *row = command->options; row->kind != OPTION_KIND_END; row++) {
        if (row->short_name) printf("-%c\n", row->short_name);
        printf("--%s", row->long_name);
        if (row->choices) {
            for (size_t i = 0; row->choices[i]; i++) printf("%s%s", i ? "|" : "=", row->choices[i]);
        } else {
            print_long_argument(stdout, row);
        }
        putchar('\n');
    }
    return EXIT_DONE;
}

/* ---- values ---- */

static bool read_number(const char *text, double *value) {
    char *end;
    if (!*text || strspn(text, "0123456789.eE+-") != strlen(text)) return false;
    errno = 0;
    *value = strtod(text, &end);
    return errno == 0 && *end == 0 && isfinite(*value);
}

static int bad_value(const struct command *command, const struct option_row *row, const char *text,
                     const char *reason) {
    return usage_error(command, "--%s: '%s' %s", row->long_name, text, reason);
}

static int set_number(const struct command *command, const struct option_row *row, const char *text, void *member) {
    char range[80];
    double value;
    bool whole = row->kind == OPTION_KIND_UNSIGNED;
    if (!read_number(text, &value) || (whole && value != floor(value)) || value < row->least || value > row->most) {
        snprintf(range, sizeof range, "is not a %s from %.15g to %.15g", whole ? "whole number" : "number", row->least,
                 row->most);
        return bad_value(command, row, text, range);
    }
    if (whole)
        *(unsigned *)member = (unsigned)value;
    else
        *(double *)member = value;
    return PARSE_GO;
}

static int set_choice(const struct command *command, const struct option_row *row, const char *text, void *member) {
    char reason[128] = "is none of";
    size_t n = strlen(reason);
    for (int i = 0; row->choices[i]; i++) {
        if (strcmp(text, row->choices[i]) == 0) {
            *(int *)member = i;
            return PARSE_GO;
        }
        n += (size_t)snprintf(reason + n, sizeof reason - n, "%s %s", i ? "," : "", row->choices[i]);
        if (n >= sizeof reason) n = sizeof reason - 1;
    }
    return bad_value(command, row, text, reason);
}

static int set_value(const struct command *command, const struct option_row *row, const char *text, void *args) {
    void *member = (char *)args + row->member;
    const char *reason = NULL;
    switch (row->kind) {
    case OPTION_KIND_FLAG: *(bool *)member = true; return PARSE_GO;
    case OPTION_KIND_UNSIGNED:
    case OPTION_KIND_REAL: return set_number(command, row, text, member);
    case OPTION_KIND_STRING: *(const char **)member = text ? text : ""; return PARSE_GO;
    case OPTION_KIND_CHOICE: return set_choice(command, row, text ? text : row->choices[0], member);
    case OPTION_KIND_PARSE: return row->parse(text, member, &reason) ? PARSE_GO : bad_value(command, row, text, reason);
    case OPTION_KIND_HELP: return print_help(command);
    case OPTION_KIND_END: break;
    }
    return PARSE_GO;
}

/* ---- parsing ---- */

/* getopt_long's view of a table: row i is returned as LONG_BASE + i by its long name and as its letter by the short one. */
struct getopt_tables {
    struct option longs[ROWS_MAX + 1];
    char shorts[3 * ROWS_MAX + 2];
};

static void fill_getopt_tables(struct getopt_tables *tables, const struct option_row *rows) {
    size_t count = row_count(rows), s = 0;
    memset(tables, 0, sizeof *tables);
    tables->shorts[s++] = ':'; /* a missing argument is ':' */
    for (size_t i = 0; i < count && i < ROWS_MAX; i++) {
        int has = !rows[i].argument                ? no_argument
                  : argument_is_optional(&rows[i]) ? optional_argument
                                                   : required_argument;
        tables->longs[i] = (struct option){rows[i].long_name, has, NULL, LONG_BASE + (int)i};
        if (!rows[i].short_name) continue;
        tables->shorts[s++] = rows[i].short_name;
        for (int colons = has; colons > 0; colons--) tables->shorts[s++] = ':';
    }
}

static const struct option_row *row_of(const struct option_row *rows, int code) {
    if (code >= LONG_BASE) return &rows[code - LONG_BASE];
    for (; rows->kind != OPTION_KIND_END; rows++)
        if (rows->short_name == code) return rows;
    return NULL;
}

static int complain(const struct command *command, int code, char **argv) {
    char letter[3] = {'-', (char)optopt, 0};
    const char *word = optind > 0 ? argv[optind - 1] : "";
    bool by_long_name = strncmp(word, "--", 2) == 0;
    if (code == ':') return usage_error(command, "option '%s' needs an argument", by_long_name ? word : letter);
    if (optopt >= LONG_BASE)
        return usage_error(command, "option '%.*s' takes no argument", (int)strcspn(word, "="), word);
    if (optopt) return unknown_option(command, letter);
    return unknown_option(command, word);
}

int options_parse(const struct command *command, void *args, int argc, char **argv, int *first) {
    struct getopt_tables tables;
    int code;
    if (argc > 1 && strcmp(argv[1], "--list-options") == 0) return print_list(command);
    fill_getopt_tables(&tables, command->options);
    opterr = 0;
    optind = 0; /* glibc: start over, so that subcommands may parse again */
    while ((code = getopt_long(argc, argv, tables.shorts, tables.longs, NULL)) != -1) {
        if (code == '?' || code == ':') return complain(command, code, argv);
        int result = set_value(command, row_of(command->options, code), optarg, args);
        if (result != PARSE_GO) return result;
    }
    *first = optind;
    return clash_check(command, args, argv + optind, argc - optind);
}

int run_subcommand(const struct command *command, int argc, char **argv) {
    const char *names[16];
    size_t count = 0;
    struct shared_args ignored = {0};
    int first;
    for (; command->subcommands[count]; count++) names[count] = strrchr(command->subcommands[count]->name, ' ') + 1;
    if (argc < 2) return usage_error(command, "which command?");
    if (argv[1][0] == '-') {
        int result = options_parse(command, &ignored, argc, argv, &first);
        return result == PARSE_GO ? usage_error(command, "which command?") : result;
    }
    for (size_t i = 0; i < count; i++)
        if (strcmp(argv[1], names[i]) == 0)
            return command->subcommands[i]->run(command->subcommands[i], argc - 1, argv + 1);
    const char *near = nearest_name(argv[1], names, count);
    if (near) return usage_error(command, "unknown command '%s'; did you mean '%s'?", argv[1], near);
    return usage_error(command, "unknown command '%s'", argv[1]);
}

bool parse_size(const char *argument, void *member, const char **reason) {
    static const char units[] = "kMG", digits[] = "0123456789";
    double unit = 1;
    *reason = "is not a size like 6M or 1.5G (k, M, G: thousands, millions, billions of bytes)";
    size_t whole = strspn(argument, digits),
           fraction = argument[whole] == '.' ? strspn(argument + whole + 1, digits) : 0;
    const char *end = argument + whole + (fraction ? fraction + 1 : 0);
    const char *found = *end ? strchr(units, *end) : NULL;
    if (whole == 0 || (*end && (!found || end[1]))) return false; /* strtod knows more: signs, 0x10, 1e3, nan */
    for (const char *u = units; found && u <= found; u++) unit *= 1000;
    const double size = strtod(argument, NULL) * unit;
    if (!(size >= 1 && size < 1e18)) return false;
    *(uint64_t *)member = (uint64_t)size;
    return true;
}
