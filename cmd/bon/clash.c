/* cmd/bon/clash.c: see clash.h. A file that is there is known by device and inode, one that is not by its name and those of its
 * folder: so "x" and "./x" are one, and what a link or standard output goes to is another name of it. */
#include "clash.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stream.h"

/* Where a path leads. */
struct place {
    bool known, is_device;
    dev_t device;
    ino_t inode;      /* of the file, or of its folder */
    const char *name; /* in that folder; NULL: the file is there */
};

static bool is_dash(const char *path) { return strcmp(path, "-") == 0; }

/* `standard` is what "-" stands for. */
static struct place find_place(const char *path, int standard) {
    struct place place = {.known = false};
    struct stat about;
    char folder[PATH_MAX];
    bool found = (is_dash(path) ? fstat(standard, &about) : stat(path, &about)) == 0;
    if (!found && errno == ENOENT && folder_of(path, folder)) {
        const char *slash = strrchr(path, '/');
        place.name = slash ? slash + 1 : path;
        found = stat(folder, &about) == 0;
    }
    if (!found) return place;
    place.known = true;
    place.is_device = !place.name && S_ISCHR(about.st_mode);
    place.device = about.st_dev;
    place.inode = about.st_ino;
    return place;
}

static bool is_same(const struct place *one, const struct place *other) {
    if (!one->known || !other->known || one->device != other->device || one->inode != other->inode) return false;
    return one->name && other->name ? strcmp(one->name, other->name) == 0 : one->name == other->name;
}

bool clash_outputs(const char *one, const char *other) {
    if (is_dash(one) && is_dash(other)) return true;
    const struct place a = find_place(one, STDOUT_FILENO), b = find_place(other, STDOUT_FILENO);
    if (a.is_device && b.is_device) return false;
    return strcmp(one, other) == 0 || is_same(&a, &b);
}

/* The file that an option names; NULL when it was not given or names none. */
static const char *file_of(const struct option_row *row, const void *args) {
    if (row->kind != OPTION_KIND_STRING || !option_names_file(row)) return NULL;
    const char *path = *(const char *const *)((const char *)args + row->member);
    return path && *path ? path : NULL;
}

/* "-o" or "--json", in a buffer of the caller. */
static const char *spelled(const struct option_row *row, char *name, size_t size) {
    if (row->short_name)
        snprintf(name, size, "-%c", row->short_name);
    else
        snprintf(name, size, "--%s", row->long_name);
    return name;
}

/* An output and all that come behind it in the table. */
static int check_outputs(const struct command *command, const struct option_row *row, const void *args) {
    const char *path = file_of(row, args), *other;
    char one[64], two[64];
    for (const struct option_row *next = row + 1; next->kind != OPTION_KIND_END; next++) {
        if (next->file == FILE_READ || !(other = file_of(next, args)) || !clash_outputs(path, other)) continue;
        spelled(row, one, sizeof one);
        spelled(next, two, sizeof two);
        if (is_dash(path))
            return usage_error(command, "%s and %s would both go to standard output; name a file", one, two);
        return usage_error(command, "%s and %s would both write '%s'; name two files", one, two, other);
    }
    return PARSE_GO;
}

static int refuse_input(const struct command *command, const struct option_row *row, const char *input) {
    char name[64];
    return usage_error(command, "%s would write over '%s', which is read; name another file",
                       spelled(row, name, sizeof name), input);
}

/* An output and what is read. What is not there yet is not read either. */
static int check_inputs(const struct command *command, const struct option_row *row, const void *args,
                        char *const *operands, int count) {
    const struct place place = find_place(file_of(row, args), STDOUT_FILENO);
    if (!place.known || place.name || place.is_device) return PARSE_GO;
    for (const struct option_row *other = command->options; other->kind != OPTION_KIND_END; other++) {
        const char *path = other->file == FILE_READ ? file_of(other, args) : NULL;
        const struct place read = path ? find_place(path, STDIN_FILENO) : (struct place){.known = false};
        if (is_same(&place, &read)) return refuse_input(command, row, path);
    }
    for (int i = 0; i < count && row->file != FILE_REPLACED; i++) {
        const struct place read = find_place(operands[i], STDIN_FILENO);
        if (is_same(&place, &read)) return refuse_input(command, row, operands[i]);
    }
    return PARSE_GO;
}

int clash_check(const struct command *command, const void *args, char *const *operands, int count) {
    int result = PARSE_GO;
    for (const struct option_row *row = command->options; row->kind != OPTION_KIND_END && result == PARSE_GO; row++) {
        if (row->file == FILE_READ || !file_of(row, args)) continue;
        result = check_outputs(command, row, args);
        if (result == PARSE_GO) result = check_inputs(command, row, args, operands, count);
    }
    return result;
}
