/* tests/desktop/settings_test.c: ime.conf is read, slips are told once, and defaults stand. */
#include "ime-common/settings.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ime-common/table.h"

static char folder[64], file[96], told[4096];
static struct ime_settings settings;

static void hear(const char *message) {
    size_t n = strlen(told);
    snprintf(told + n, sizeof told - n, "%s\n", message);
}

static void move_in(void) {
    strcpy(folder, "/tmp/bon-test-XXXXXX");
    cr_assert(mkdtemp(folder));
    setenv("XDG_CONFIG_HOME", folder, 1);
    snprintf(file, sizeof file, "%s/bon", folder);
    mkdir(file, 0700);
    strcat(file, "/ime.conf");
}

static void move_out(void) {
    ime_settings_free(&settings);
    unlink(file);
    *strrchr(file, '/') = 0;
    rmdir(file);
    rmdir(folder);
}

/* A new file each time, so that it is another inode: the clock may be too coarse to tell. */
static void write_file(const char *text) {
    char fresh[128];
    snprintf(fresh, sizeof fresh, "%s.new", file);
    FILE *out = fopen(fresh, "w");
    cr_assert(out);
    fputs(text, out);
    fclose(out);
    rename(fresh, file);
    told[0] = 0;
    ime_settings_update(&settings, hear);
}

TestSuite(settings, .init = move_in, .fini = move_out);

Test(settings, no_file_is_the_defaults) {
    cr_expect(ime_settings_update(&settings, hear));
    cr_expect_str_eq(told, "");
    cr_expect_eq(settings.options.method, BON_IME_TELEX);
    cr_expect_eq(settings.options.prediction, BON_IME_PREDICT_ENGLISH);
    cr_expect_eq(settings.options.flags, (uint32_t)(BON_IME_REOPEN | BON_IME_HINTS));
    cr_expect(!ime_settings_update(&settings, hear), "nothing changed");
}

Test(settings, every_choice_of_every_row) {
    for (size_t i = 0; i < IME_SETTINGS; i++) {
        const struct ime_setting *row = &ime_setting_table[i];
        for (const struct ime_choice *choice = row->choices; choice && choice->name; choice++) {
            char text[256];
            snprintf(text, sizeof text, "[typing]\n%s = %s\n", row->name, choice->name);
            write_file(text);
            /* A keymap and a model that are not named are told; nothing else is. */
            bool lacks = strcmp(choice->name, "keymap") == 0 || strcmp(choice->name, "full") == 0;
            cr_expect(lacks == (told[0] != 0) || getenv("BON_MODEL"), "%s: %s", text, told);
        }
    }
    write_file("[typing]\nmethod = VNI\ntone-style = new\ncharset = tcvn3\nfree-marks = no\ndouble-key-undo = no\n"
               "reopen = no\nquick-telex = yes\nunderline = yes\nprediction = off\n");
    cr_expect_eq(settings.options.method, BON_IME_VNI);
    cr_expect_eq(settings.options.tone_style, BON_TONE_NEW);
    cr_expect_eq(settings.options.charset, BON_IME_TCVN3);
    cr_expect_eq(settings.options.prediction, BON_IME_PREDICT_OFF);
    cr_expect_eq(settings.options.flags,
                 (uint32_t)(BON_IME_STRICT_MARKS | BON_IME_NO_UNDO | BON_IME_QUICK_TELEX | BON_IME_HINTS));
    cr_expect_eq(settings.underline, 1u);
    cr_expect_str_eq(told, "");
}

Test(settings, slips_are_told_and_defaults_stand) {
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"[typing]\ntone-style = middle\n", "tone-style = middle: not one of old, new; the default is kept"},
        {"[typing]\nmethod = keymap\n", "keymap = (missing): cannot be opened; telex is used"},
        {"[typing]\nmethod = keymap\nkeymap = /nowhere/map\n",
         "keymap = /nowhere/map: cannot be opened; telex is used"},
        {"[typing]\nprediction = full\nmodel = /nowhere/m\n", "words keep the marks they are typed with"},
        {"[typing]\ncolour = red\n", "[typing] has no setting colour; it is passed over"},
        {"[colours]\nred = 1\n", "no section [colours]; red is passed over"},
        {"[applications]\nx = maybe\n", "x = maybe: not one of on, off, keys, english"},
        {"[macros]\nvn = a\nvn = b\n", "[macros] vn stands there twice; one is passed over"},
        {"[typing]\nbroken\n", "line 2: neither [section] nor name = value"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        write_file(rows[i].text);
        cr_expect(strstr(told, rows[i].says), "%s: %s", rows[i].text, told);
        cr_expect(strstr(told, file), "the file is named: %s", told);
        cr_expect_eq(strchr(told, '\n'), strrchr(told, '\n'), "once: %s", told);
        cr_expect_eq(settings.options.method, BON_IME_TELEX);
        cr_expect_eq(settings.options.tone_style, BON_TONE_OLD);
        cr_expect_eq(settings.options.prediction, BON_IME_PREDICT_ENGLISH);
    }
}

Test(settings, macros_are_sorted_for_the_engine) {
    write_file("[macros]\nvn = Việt Nam\nđc = được\nko = không\n");
    cr_assert_eq(settings.options.macro_count, 3u);
    cr_expect_str_eq(settings.macros[0].key, "ko");
    cr_expect_str_eq(settings.macros[1].text, "Việt Nam");
    cr_expect_str_eq(settings.macros[2].key, "đc");
    write_file("");
    cr_expect_eq(settings.options.macro_count, 0u);
}

Test(settings, the_users_word_on_an_application_counts) {
    write_file("[applications]\nxterm = on\nfire = off, commit-first\n");
    cr_expect_eq(ime_settings_quirks(&settings, "gtk3-im:gnome-terminal-server"), (unsigned)IME_QUIRK_ENGLISH);
    cr_expect_eq(ime_settings_quirks(&settings, "xterm fcitx"), 0u);
    cr_expect_eq(ime_settings_quirks(&settings, "gtk3-im:Firefox"), (unsigned)(IME_QUIRK_OFF | IME_QUIRK_COMMIT_FIRST));
    cr_expect_eq(ime_settings_quirks(&settings, "gtk3-im:gedit"), 0u);
    cr_expect(ime_settings_quirks(&settings, "chromium") & IME_QUIRK_NO_REOPEN);
}

/* Any bytes: no crash, and the typist still has a keyboard. */
Test(settings, any_bytes) {
    srand(7);
    static const char alphabet[] = "[]=;#:\n\r\t ab\xc4\x91\xff"
                                   "typing=macros\0";
    for (unsigned round = 0; round < 300; round++) {
        char text[400];
        size_t n = (size_t)rand() % (sizeof text - 1);
        for (size_t i = 0; i < n; i++) text[i] = alphabet[(size_t)rand() % (sizeof alphabet - 2)];
        text[n] = 0;
        write_file(text);
        cr_expect_eq(settings.options.method, BON_IME_TELEX);
    }
}
