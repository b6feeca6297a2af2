/* tests/desktop/edit_test.c: ime.conf edited line by line, and what inih makes of the same bytes. */
#include "ime-common/edit.h"

#include <criterion/criterion.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bon_buf text_of(const char *bytes) {
    bon_buf text = {0};
    cr_assert_eq(bon_buf_append(&text, bytes, strlen(bytes)), BON_OK);
    return text;
}

Test(edit, changes_one_value) {
    static const struct {
        const char *before, *section, *name, *value, *after;
    } rows[] = {
        {"", "typing", "method", "vni", "[typing]\nmethod = vni\n"},
        {"[typing]\nmethod = telex ; mine\n", "typing", "method", "vni", "[typing]\nmethod = vni ; mine\n"},
        {"[typing]\nmethod=\n", "typing", "method", "vni", "[typing]\nmethod=vni\n"},
        {"[typing]\nmethod = viqr\nmethod = telex", "typing", "method", "vni", "[typing]\nmethod = viqr\nmethod = vni"},
        {"; a note\n[macros]\nvn = Việt Nam\n", "typing", "method", "vni",
         "; a note\n[macros]\nvn = Việt Nam\n\n[typing]\nmethod = vni\n"},
        {"[typing]\nmethod = vni\n\n; about macros\n[macros]\na = b", "typing", "reopen", "no",
         "[typing]\nmethod = vni\nreopen = no\n\n; about macros\n[macros]\na = b"},
        {"[macros]\na = b", "macros", "c", "d", "[macros]\na = b\nc = d\n"},
        {"[macros]\r\na = b\r\n", "macros", "a", "c", "[macros]\r\na = c\r\n"},
        {"[typing]\nmethod = vni\n[macros]\nmethod = x\n", "macros", "method", NULL,
         "[typing]\nmethod = vni\n[macros]\n"},
        {"[macros]\na = 1\nb = 2\na = 3", "macros", "a", NULL, "[macros]\nb = 2\n"},
        {"[macros]\na = 1\n", "macros", "b", NULL, "[macros]\na = 1\n"},
        {"# method = telex\nno section\n", "typing", "method", "vni",
         "# method = telex\nno section\n\n[typing]\nmethod = vni\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bon_buf text = text_of(rows[i].before);
        cr_assert_eq(ime_edit_set(&text, "f", rows[i].section, rows[i].name, rows[i].value), BON_OK);
        cr_expect(text.len == strlen(rows[i].after) && memcmp(text.data, rows[i].after, text.len) == 0, "row %zu: %.*s",
                  i, (int)text.len, text.data);
        bon_buf_free(&text);
    }
}

Test(edit, refuses_what_would_not_come_back) {
    char long_value[256];
    memset(long_value, 'x', sizeof long_value - 1);
    long_value[sizeof long_value - 1] = 0;
    const char *const values[] = {" a", "a ", "a\nb = c", "; a", "a ; b", long_value};
    bon_buf text = text_of("[macros]\na = b\n");
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        cr_expect_eq(ime_edit_set(&text, "f", "macros", "m", values[i]), BON_ERR_ARGUMENT, "%s", values[i]);
        cr_expect(strstr(bon_error_message(), "f: "), "%s", bon_error_message());
    }
    const char *const names[] = {"", "a=b", "[a]", " a", "#a"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        cr_expect_eq(ime_edit_set(&text, "f", "macros", names[i], "x"), BON_ERR_ARGUMENT, "%s", names[i]);
    cr_expect_eq(text.len, strlen("[macros]\na = b\n"));
    bon_buf_free(&text);
}

/* ---- property: what is set is what inih reads, and nothing else changes ---- */

struct readings {
    const char *section, *name;
    char found[512];
    unsigned others; /* a sum over all the other values */
};

static int note(void *user, const char *section, const char *name, const char *value) {
    struct readings *readings = user;
    if (!strcmp(section, readings->section) && !strcmp(name, readings->name)) {
        snprintf(readings->found, sizeof readings->found, "%s", value);
        return 1;
    }
    for (const char *part = section; *part; part++) readings->others += 31u * (unsigned char)*part;
    for (const char *part = name; *part; part++) readings->others += 37u * (unsigned char)*part;
    for (const char *part = value; *part; part++) readings->others += 41u * (unsigned char)*part;
    return 1;
}

static struct readings read_back(const bon_buf *text, const char *section, const char *name) {
    struct readings readings = {.section = section, .name = name};
    char *copy = strndup(text->data ? text->data : "", text->len);
    ini_parse_string(copy, note, &readings);
    free(copy);
    return readings;
}

Test(edit, what_is_set_is_what_is_read) {
    static const char *const pieces[] = {
        "[typing]\n", "[macros]\n", "[applications]\r\n", "vn = Việt Nam\n", "vn=a\n", "; note\n",
        "# note\n",   "\n",         "tp : x ; y\n",       "broken\n",        "vn = b", "method = z\n"};
    static const char *const sections[] = {"typing", "macros"};
    static const char *const names[] = {"vn", "method", "đc"};
    static const char *const values[] = {"Việt Nam", "được", "a:b=c", "", NULL};
    srand(1);
    for (unsigned round = 0; round < 20000; round++) {
        bon_buf text = {0};
        for (unsigned i = (unsigned)rand() % 9; i > 0; i--) {
            const char *piece = pieces[(size_t)rand() % (sizeof pieces / sizeof *pieces)];
            cr_assert_eq(bon_buf_append(&text, piece, strlen(piece)), BON_OK);
        }
        const char *section = sections[(size_t)rand() % 2], *name = names[(size_t)rand() % 3];
        const char *value = values[(size_t)rand() % 5];
        struct readings before = read_back(&text, section, name);
        cr_assert_eq(ime_edit_set(&text, "f", section, name, value), BON_OK);
        struct readings after = read_back(&text, section, name);
        cr_assert_str_eq(after.found, value ? value : "", "round %u: %.*s", round, (int)text.len, text.data);
        cr_assert_eq(before.others, after.others, "round %u: %.*s", round, (int)text.len, text.data);
        const char *got;
        size_t n;
        bool found = ime_edit_get(&text, section, name, &got, &n);
        cr_assert_eq(found, value != NULL);
        if (found) cr_assert(n == strlen(value) && memcmp(got, value, n) == 0);
        bon_buf_free(&text);
    }
}

/* ---- files ---- */

Test(edit, makes_folders_and_keeps_the_file_private) {
    char folder[] = "/tmp/bon-test-XXXXXX";
    cr_assert(mkdtemp(folder));
    setenv("XDG_CONFIG_HOME", folder, 1);
    char *path;
    bon_buf text = {0};
    struct stat status;
    cr_assert_eq(ime_edit_path(&path), BON_OK);
    cr_assert_eq(ime_edit_read(path, &text), BON_OK);
    cr_assert_eq(text.len, 0);
    cr_assert_eq(ime_edit_set(&text, path, "typing", "method", "vni"), BON_OK);
    cr_assert_eq(ime_edit_write(path, &text), BON_OK, "%s", bon_error_message());
    cr_assert_eq(stat(path, &status), 0);
    cr_expect_eq(status.st_mode & 0777, 0600);
    text.len = 0;
    cr_assert_eq(ime_edit_read(path, &text), BON_OK);
    cr_expect(text.len && !memcmp(text.data, "[typing]\nmethod = vni\n", text.len));
    unlink(path);
    *strrchr(path, '/') = 0;
    rmdir(path);
    rmdir(folder);
    free(path);
    bon_buf_free(&text);
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("HOME");
    cr_expect_eq(ime_edit_path(&path), BON_ERR_ARGUMENT);
}
