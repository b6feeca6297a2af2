/* tests/unit/syllable/generated_test.c: the checked-in tables are what their generators write today. Needs python3, and for
 * the Unicode tables one that carries the Unicode version they were made from; says so and passes without. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static void skip(const char *why) {
    fprintf(stderr, "generated tables: skipped: %s\n", why);
    cr_skip_test("%s", why);
}

/* Skips the test unless a shell command succeeds. */
static void need(const char *command, const char *why) {
    FILE *pipe = popen(command, "r");
    if (!pipe || pclose(pipe) != 0) skip(why);
}

static void expect_same(const char *command, const char *path) {
    FILE *made = popen(command, "r"), *kept = fopen(path, "r");
    cr_assert(made && kept, "%s: %s", command, path);
    unsigned long line = 1;
    int a, b;
    do {
        a = getc(made);
        b = getc(kept);
        cr_assert_eq(a, b, "%s:%lu: not what `%s` writes: run it again and commit the file", path, line, command);
        line += a == '\n';
    } while (a != EOF);
    fclose(kept);
    cr_assert_eq(pclose(made), 0);
    cr_assert_gt(line, 100);
}

Test(generated, spelling_tables) {
    need("python3 -c 'open(\"tools/gen_syllable.py\")' 2>/dev/null",
         "needs python3 and the source tree as working folder");
    expect_same("python3 tools/gen_syllable.py", "src/syllable/spelling_tables.c");
}

Test(generated, unicode_tables) {
    need("python3 -c 'open(\"tools/gen_unicode.py\")' 2>/dev/null",
         "needs python3 and the source tree as working folder");
    need("grep -q \"Unicode $(python3 tools/gen_unicode.py --version)\" src/syllable/unicode_tables.c",
         "this python3 carries another version of Unicode");
    expect_same("python3 tools/gen_unicode.py", "src/syllable/unicode_tables.c");
}
