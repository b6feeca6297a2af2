/* tests/unit/ime/sample_test.c: a table of keys and expected texts, on which other input methods agree, when the environment
 * variable BON_TELEX_SAMPLE names one (opt-in). Columns: method or kind, restore, keys, expected, source, note; a note of
 * style=new asks for the new placement. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "typing.h"

enum { COLUMNS = 6 };

static bool split(char *line, char **columns) {
    for (int i = 0; i < COLUMNS; i++) {
        columns[i] = strsep(&line, "\t\n");
        if (!columns[i]) return false;
    }
    return true;
}

static void check_row(char **columns) {
    bon_ime_options options = {.flags = BON_IME_REOPEN};
    for (int method = 0; method < BON_IME_KEYMAP; method++)
        if (strcmp(columns[0], bon_ime_method_name(method)) == 0) options.method = (bon_ime_method)method;
    if (columns[1][0] == '1') options.flags |= BON_IME_RESTORE;
    if (strstr(columns[5], "style=new")) options.tone_style = BON_TONE_NEW;
    check_rows(&options, &(struct typed){columns[2], columns[3]}, 1);
}

Test(sample, every_row) {
    char line[1024], *columns[COLUMNS];
    const char *path = getenv("BON_TELEX_SAMPLE");
    FILE *file = path ? fopen(path, "r") : NULL;
    unsigned rows = 0;
    if (!file) {
        fprintf(stderr, "telex sample: skipped: set BON_TELEX_SAMPLE to a table of keys and texts\n");
        cr_skip_test("no sample");
    }
    while (fgets(line, sizeof line, file)) {
        if (line[0] == '#') continue;
        cr_assert(split(line, columns), "%s: row %u: fewer than %d columns", path, rows + 1, COLUMNS);
        check_row(columns);
        rows++;
    }
    fclose(file);
    cr_assert_gt(rows, 0);
}
