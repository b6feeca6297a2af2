/* cmd/bon/options_file.c: options from a file. Each line becomes the option that it would be on the command line, so that both
 * have the same names, values and messages. */
#include "options_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/io.h"
#include "stream.h"

enum { FILE_LARGEST = 1 << 20 };

static bon_status read_whole(const char *path, bon_buf *text) {
    BON_TRY(bon_file_read(path, FILE_LARGEST, text));
    if (text->len > FILE_LARGEST || memchr(text->data, 0, text->len))
        return bon_fail(BON_ERR_DATA, "%s: not a file of options", path);
    return bon_buf_put(text, 0);
}

/* The text without blanks around it. */
static char *trim(char *text) {
    static const char blanks[] = " \t\r";
    text += strspn(text, blanks);
    size_t n = strlen(text);
    while (n > 0 && strchr(blanks, text[n - 1])) n--;
    text[n] = 0;
    return text;
}

/* "name = value" -> "--name=value" at *to, which moves behind it. */
static int set_line(const struct command *command, void *args, const char *path, unsigned number, char *line,
                    char **to) {
    char *equals = strchr(line, '='), *name, *value = NULL, *word = *to;
    int first;
    if (equals) *equals = 0, value = trim(equals + 1);
    name = trim(line);
    if (!*name) return usage_error(command, "%s:%u: a line is 'name = value'", path, number);
    const size_t room = strlen(name) + (value ? strlen(value) + 1 : 0) + 3;
    snprintf(word, room, value ? "--%s=%s" : "--%s", name, value);
    *to += room;
    char *argv[] = {name, word, NULL};
    int result = options_parse(command, args, 2, argv, &first);
    if (result == PARSE_GO) return PARSE_GO;
    fprintf(stderr, "bon: that is line %u of %s\n", number, path);
    return EXIT_USAGE;
}

int options_read_file(const struct command *command, void *args, const char *path, char **text) {
    bon_buf bytes = {0};
    int result = PARSE_GO;
    unsigned number = 1;
    bon_status status = read_whole(path, &bytes);
    size_t room = bytes.len + 4;
    for (size_t i = 0; i < bytes.len; i++) room += bytes.data[i] == '\n' ? 4 : 0;
    char *to = *text = status == BON_OK ? malloc(room) : NULL;
    if (status == BON_OK && !to) status = bon_fail_memory(room);
    if (status != BON_OK) result = tell_failure(status);
    for (char *line = bytes.data, *next; result == PARSE_GO && line; line = next, number++) {
        next = strchr(line, '\n');
        if (next) *next++ = 0;
        line = trim(line);
        if (*line && *line != '#') result = set_line(command, args, path, number, line, &to);
    }
    bon_buf_free(&bytes);
    return result;
}
