/* cmd/ime-common/edit.c: a file of sections and values, edited line by line: comments, order and blank lines are the user's.
 * What a line means is what inih makes of it, which reads the file when it is used (settings.c).
 */
#include "edit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/status.h"

/* ---- lines ---- */

struct span {
    const char *at;
    size_t n;
};

static bool blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static struct span trim(struct span span) {
    while (span.n && blank(span.at[0])) span.at++, span.n--;
    while (span.n && blank(span.at[span.n - 1])) span.n--;
    return span;
}

static bool equals(struct span span, const char *text) {
    return span.n == strlen(text) && memcmp(span.at, text, span.n) == 0;
}

enum line_kind { LINE_OTHER, LINE_SECTION, LINE_VALUE };

/* What a line is; a section's name, or a name and its value. A comment begins a line or follows a blank. */
static enum line_kind read_line(struct span line, struct span *name, struct span *value) {
    line = trim(line);
    if (!line.n || line.at[0] == ';' || line.at[0] == '#') return LINE_OTHER;
    if (line.at[0] == '[') {
        const char *end = memchr(line.at, ']', line.n);
        if (!end) return LINE_OTHER;
        *name = (struct span){line.at + 1, (size_t)(end - line.at - 1)};
        return LINE_SECTION;
    }
    size_t sign = 0;
    while (sign < line.n && line.at[sign] != '=' && line.at[sign] != ':') sign++;
    if (sign == line.n) return LINE_OTHER;
    *name = trim((struct span){line.at, sign});
    struct span rest = {line.at + sign + 1, line.n - sign - 1};
    for (size_t i = 0; i < rest.n; i++)
        if (rest.at[i] == ';' && (i == 0 || blank(rest.at[i - 1]))) rest.n = i;
    *value = trim(rest);
    return LINE_VALUE;
}

/* A walk over the lines of a text that knows the section it is in. */
struct walk {
    const bon_buf *text;
    size_t at, end; /* the line, with its newline */
    struct span section, name, value;
    enum line_kind kind;
};

static bool walk_next(struct walk *walk) {
    if (walk->end >= walk->text->len) return false;
    walk->at = walk->end;
    const char *start = walk->text->data + walk->at;
    const char *newline = memchr(start, '\n', walk->text->len - walk->at);
    walk->end = newline ? (size_t)(newline + 1 - walk->text->data) : walk->text->len;
    walk->kind = read_line((struct span){start, walk->end - walk->at}, &walk->name, &walk->value);
    if (walk->kind == LINE_SECTION) walk->section = walk->name;
    return true;
}

void ime_edit_each(const bon_buf *text, const char *section,
                   void (*each)(void *context, const char *name, size_t name_n, const char *value, size_t value_n),
                   void *context) {
    for (struct walk walk = {.text = text}; walk_next(&walk);)
        if (walk.kind == LINE_VALUE && equals(walk.section, section))
            each(context, walk.name.at, walk.name.n, walk.value.at, walk.value.n);
}

bool ime_edit_get(const bon_buf *text, const char *section, const char *name, const char **value, size_t *n) {
    bool found = false;
    for (struct walk walk = {.text = text}; walk_next(&walk);)
        if (walk.kind == LINE_VALUE && equals(walk.section, section) && equals(walk.name, name)) {
            *value = walk.value.at;
            *n = walk.value.n;
            found = true;
        }
    return found;
}

/* ---- changing ---- */

static bon_status splice(bon_buf *text, size_t at, size_t end, const char *bytes, size_t n) {
    if (n > end - at) BON_TRY(bon_buf_reserve(text, n - (end - at)));
    if (text->len > end) memmove(text->data + at + n, text->data + end, text->len - end);
    if (n) memcpy(text->data + at, bytes, n);
    text->len = text->len - (end - at) + n;
    return BON_OK;
}

/* A value that the reader of the file would not give back as it is. */
static bon_status check(const char *path, const char *name, const char *value) {
    struct span all = {value, strlen(value)};
    const char *wrong = NULL;
    if (trim(all).n != all.n) wrong = "begins or ends with a blank";
    if (strpbrk(value, "\r\n")) wrong = "has more than one line";
    if (value[0] == ';' || strstr(value, " ;") || strstr(value, "\t;"))
        wrong = "has a ; behind a blank, which begins a comment";
    if (!*name || strpbrk(name, "=:;#[]\r\n") || blank(name[0]) || blank(name[strlen(name) - 1]))
        return bon_fail(BON_ERR_ARGUMENT, "%s: '%s' cannot be the name of a setting", path, name);
    if (strlen(name) + strlen(" = \n") + all.n > IME_EDIT_LINE_MAX) wrong = "is too long for a line of 199 bytes";
    return wrong ? bon_fail(BON_ERR_ARGUMENT, "%s: the value of %s %s", path, name, wrong) : BON_OK;
}

/* Behind the last line of the section that says anything; where there is no such section, *end is the end of the text. */
static bool section_end(const bon_buf *text, const char *section, size_t *end) {
    bool found = false;
    *end = text->len;
    for (struct walk walk = {.text = text}; walk_next(&walk);)
        if (walk.kind != LINE_OTHER && equals(walk.section, section)) {
            found = true;
            *end = walk.end;
        }
    return found;
}

static bon_status add(bon_buf *text, const char *section, const char *name, const char *value) {
    char line[IME_EDIT_LINE_MAX * 2];
    size_t at, n = 0;
    bool found = section_end(text, section, &at);
    if (at > 0 && text->data[at - 1] != '\n') line[n++] = '\n';
    int more = found ? snprintf(line + n, sizeof line - n, "%s = %s\n", name, value)
                     : snprintf(line + n, sizeof line - n, "%s[%s]\n%s = %s\n", at ? "\n" : "", section, name, value);
    return splice(text, at, at, line, n + (size_t)more);
}

/* The last line of the name is the one that counts, so that is the one changed: only its value, the comment stays. */
bon_status ime_edit_set(bon_buf *text, const char *path, const char *section, const char *name, const char *value) {
    const char *old;
    size_t n;
    if (value) {
        BON_TRY(check(path, name, value));
        if (!ime_edit_get(text, section, name, &old, &n)) return add(text, section, name, value);
        size_t at = (size_t)(old - text->data);
        return splice(text, at, at + n, value, strlen(value));
    }
    for (struct walk walk = {.text = text}; walk_next(&walk);)
        if (walk.kind == LINE_VALUE && equals(walk.section, section) && equals(walk.name, name)) {
            BON_TRY(splice(text, walk.at, walk.end, "", 0));
            walk.end = walk.at;
        }
    return BON_OK;
}

/* ---- the file ---- */

bon_status ime_user_path(char **path, const char *variable, const char *fallback, const char *name) {
    const char *folder = getenv(variable), *home = getenv("HOME");
    int n = -1;
    *path = NULL;
    if (folder && *folder == '/')
        n = asprintf(path, "%s/bon/%s", folder, name);
    else if (home && *home == '/')
        n = asprintf(path, "%s/%s/bon/%s", home, fallback, name);
    else
        return bon_fail(BON_ERR_ARGUMENT, "neither %s nor HOME names a folder for %s", variable, name);
    if (n >= 0) return BON_OK;
    *path = NULL;
    return bon_fail_memory(0);
}

bon_status ime_edit_path(char **path) { return ime_user_path(path, "XDG_CONFIG_HOME", ".config", "ime.conf"); }

bon_status ime_edit_read(const char *path, bon_buf *text) {
    FILE *file = fopen(path, "re");
    if (!file) return errno == ENOENT ? BON_OK : bon_fail_errno(path, "opening");
    bon_status status = BON_OK;
    char bytes[4096];
    for (size_t n; status == BON_OK && (n = fread(bytes, 1, sizeof bytes, file)) > 0;)
        status = bon_buf_append(text, bytes, n);
    if (status == BON_OK && ferror(file)) status = bon_fail_errno(path, "reading");
    fclose(file);
    return status;
}

bon_status ime_make_folders(const char *path) {
    char *copy = strdup(path);
    bon_status status = copy ? BON_OK : bon_fail_memory(strlen(path));
    for (char *sign = copy ? strchr(copy + 1, '/') : NULL; status == BON_OK && sign; sign = strchr(sign + 1, '/')) {
        *sign = 0;
        if (mkdir(copy, 0700) != 0 && errno != EEXIST) status = bon_fail_errno(copy, "making the folder");
        *sign = '/';
    }
    free(copy);
    return status;
}

bon_status ime_edit_write(const char *path, const bon_buf *text) {
    struct bon_out *out;
    BON_TRY(ime_make_folders(path));
    mode_t mask = umask(077); /* macros may be private */
    bon_status status = bon_out_open(&out, path, 0);
    umask(mask);
    if (status == BON_OK) {
        status = bon_out_write(out, text->data, text->len);
        if (status == BON_OK) return bon_out_publish(out);
        bon_out_abandon(out);
    }
    return status;
}
