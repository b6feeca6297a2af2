/* tests/desktop/session_test.c: X keys to keys of the core; when Backspace may reach into the text; secrets; applications. */
#include "ime-common/session.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct ime_settings settings;
static struct ime_session session;
static bon_ime_result result;
static const struct ime_surroundings unknown = {false, "", 0};

static void ignore(const char *message) { (void)message; }

static void sit_down(void) {
    setenv("XDG_CONFIG_HOME", "/nowhere", 1);
    ime_settings_update(&settings, ignore);
    cr_assert_eq(ime_session_open(&session, &settings), BON_OK);
    ime_session_client(&session, "gtk3-im:gedit");
}

static void get_up(void) {
    ime_session_close(&session);
    ime_settings_free(&settings);
}

static bool press(unsigned keysym, unsigned state, const struct ime_surroundings *around) {
    return ime_session_key(&session, keysym, keysym < 0x100 ? keysym : 0, state, around, &result);
}

static void type(const char *text) {
    for (; *text; text++) press((unsigned char)*text, 0, &unknown);
}

static void expect(const char *preedit, const char *commit) {
    cr_expect(result.preedit_len == strlen(preedit) && !memcmp(result.preedit, preedit, result.preedit_len),
              "preedit %.*s, not %s", (int)result.preedit_len, result.preedit, preedit);
    cr_expect(result.commit_len == strlen(commit) && !memcmp(result.commit, commit, result.commit_len),
              "commit %.*s, not %s", (int)result.commit_len, result.commit, commit);
}

enum { BACKSPACE = 0xff08, ENTER = 0xff0d, ESCAPE = 0xff1b, LEFT = 0xff51, SHIFT = 0xffe1, CONTROL = 1 << 2 };

TestSuite(session, .init = sit_down, .fini = get_up);

Test(session, keys_of_x) {
    type("tieengs");
    expect("tiếng", "");
    press(SHIFT, 0, &unknown); /* alone it does nothing */
    cr_expect(session.typing);
    press(ESCAPE, 0, &unknown);
    expect("tieengs", "");
    cr_expect(press(ENTER, 0, &unknown));
    cr_expect(!result.handled, "Enter goes on to the application");
    expect("", "tieengs");
    type("vieetj");
    cr_expect(press(LEFT, 0, &unknown) && !result.handled);
    expect("", "việt");
    type("a");
    cr_expect(press('c', CONTROL, &unknown) && !result.handled, "a shortcut is the application's");
    expect("", "a");
    cr_expect(!press(0xffc0, 0, &unknown), "F3 with nothing typed is none of ours");
}

/* Backspace over the blank takes the word back only where the client has told that it stands there. */
Test(session, backspace_reaches_only_into_what_is_proven) {
    static const struct {
        struct ime_surroundings around;
        bool reopens;
    } rows[] = {
        {{false, "tiếng ", 6}, false},   {{true, "tiếng ", 6}, true},  {{true, "a tiếng b", 8}, true},
        {{true, "a tiếng b", 9}, false}, {{true, "tieng ", 6}, false}, {{true, "", 0}, false},
        {{true, "tiếng ", 1000}, true},  {{true, "tiếng ", 0}, false}, {{true, "\xe1\xbb", 1}, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ime_session_forget(&session);
        type("tieengs ");
        expect("", "tiếng ");
        press(BACKSPACE, 0, &rows[i].around);
        cr_expect_eq(result.handled, rows[i].reopens, "row %zu", i);
        cr_expect_eq(result.delete_before, rows[i].reopens ? 6u : 0u, "row %zu", i);
    }
}

Test(session, a_client_that_deletes_nothing_is_never_asked_to) {
    ime_session_client(&session, "chromium");
    type("tieengs ");
    press(BACKSPACE, 0, &(struct ime_surroundings){true, "tiếng ", 6});
    cr_expect(!result.handled && result.delete_before == 0);
}

Test(session, secrets_pass_through) {
    session.secret = true;
    cr_expect(!press('a', 0, &unknown) && !press('a', 0, &unknown));
    session.secret = false;
    type("vieej");
    session.secret = true; /* the field became one in the middle of a word */
    cr_expect(press('t', 0, &unknown) && !result.handled);
    expect("", "việ");
}

Test(session, applications_have_their_own_level) {
    type("expect ");
    expect("", "expect ");
    snprintf(settings.applications[0].name, IME_NAME_MAX, "gedit");
    settings.applications[0].quirks = IME_QUIRK_KEYS;
    settings.application_count = 1;
    settings.serial++;
    type("expect ");
    expect("", "ễpct ");
    settings.applications[0].quirks = IME_QUIRK_OFF;
    settings.serial++;
    cr_expect(!press('a', 0, &unknown));
    cr_expect(!press('a', 0, &unknown));
    ime_session_client(&session, "gtk3-im:other");
    type("expect ");
    expect("", "expect ");
}

Test(session, finish_and_forget) {
    type("vieetj");
    ime_session_finish(&session, &result);
    expect("", "việt");
    cr_expect(!session.typing);
    type("vieetj");
    ime_session_forget(&session);
    cr_expect(!session.typing);
    type("nam ");
    expect("", "nam ");
}
