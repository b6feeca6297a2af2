/* cmd/ime-common/session.c: X keys to the keys of bon_ime, and when Backspace may reach into the text. */
#include "session.h"

#include <stdio.h>
#include <string.h>

/* ---- keys ---- */

/* Symbols of the X protocol (keysymdef.h). Keys of the keypad that type are told by their code point. */
static const struct named_key {
    unsigned keysym;
    uint32_t key;
} named_keys[] = {
    {0xff08, BON_IME_KEY_BACKSPACE}, {0xff09, BON_IME_KEY_TAB},    {0xfe20, BON_IME_KEY_TAB}, /* with Shift */
    {0xff0d, BON_IME_KEY_ENTER},     {0xff8d, BON_IME_KEY_ENTER},  {0xff1b, BON_IME_KEY_ESCAPE},
    {0xff50, BON_IME_KEY_HOME},      {0xff51, BON_IME_KEY_LEFT},   {0xff52, BON_IME_KEY_UP},
    {0xff53, BON_IME_KEY_RIGHT},     {0xff54, BON_IME_KEY_DOWN},   {0xff57, BON_IME_KEY_END},
    {0xff95, BON_IME_KEY_HOME},      {0xff96, BON_IME_KEY_LEFT},   {0xff97, BON_IME_KEY_UP},
    {0xff98, BON_IME_KEY_RIGHT},     {0xff99, BON_IME_KEY_DOWN},   {0xff9c, BON_IME_KEY_END},
    {0xff9f, BON_IME_KEY_DELETE},    {0xffff, BON_IME_KEY_DELETE},
};

/* Keys that do nothing by themselves keep the word: Shift, Control, Lock, Alt, Super, level and group switches. */
static bool only_modifies(unsigned keysym) {
    return (keysym >= 0xffe1 && keysym <= 0xffee) || (keysym >= 0xfe01 && keysym <= 0xfe13) || keysym == 0xff7e ||
           keysym == 0xff7f || keysym == 0;
}

static uint32_t translate(unsigned keysym, uint32_t point) {
    for (size_t i = 0; i < sizeof named_keys / sizeof *named_keys; i++)
        if (named_keys[i].keysym == keysym) return named_keys[i].key;
    return point >= ' ' && point != 0x7f && point < 0x110000 ? point : BON_IME_KEY_OTHER;
}

static const struct {
    unsigned state, modifier;
} modifiers[] = {{1u << 0, BON_IME_SHIFT}, {1u << 2, BON_IME_CONTROL}, {1u << 3, BON_IME_ALT},
                 {1u << 6, BON_IME_SUPER}, {1u << 26, BON_IME_SUPER},  {1u << 27, BON_IME_SUPER},
                 {1u << 28, BON_IME_ALT}};

static unsigned translate_state(unsigned state) {
    unsigned held = 0;
    for (size_t i = 0; i < sizeof modifiers / sizeof *modifiers; i++)
        if (state & modifiers[i].state) held |= modifiers[i].modifier;
    return held;
}

/* ---- life ---- */

bon_status ime_session_open(struct ime_session *session, struct ime_settings *settings) {
    *session = (struct ime_session){.settings = settings, .serial = settings->serial};
    return bon_ime_open(&session->ime, &settings->options);
}

void ime_session_close(struct ime_session *session) {
    bon_ime_close(session->ime);
    session->ime = NULL;
}

/* What the client is takes away from what the user chose for everywhere. */
static bon_ime_options options_for(const struct ime_session *session) {
    bon_ime_options options = session->settings->options;
    if (session->quirks & IME_QUIRK_KEYS)
        options.prediction = BON_IME_PREDICT_OFF;
    else if (session->quirks & IME_QUIRK_ENGLISH && options.prediction == BON_IME_PREDICT_FULL)
        options.prediction = BON_IME_PREDICT_ENGLISH;
    if (session->incognito || session->quirks & (IME_QUIRK_KEYS | IME_QUIRK_ENGLISH)) options.flags |= BON_IME_NO_LEARN;
    return options;
}

/* New settings, and those of another client, wait for the end of the word. */
static void take_settings(struct ime_session *session) {
    if (session->typing || session->serial == session->settings->serial) return;
    session->serial = session->settings->serial;
    session->quirks = ime_settings_quirks(session->settings, session->client);
    bon_ime_options options = options_for(session);
    /* Fails only for options out of range, which the reader of the settings lets none of through. */
    if (bon_ime_set_options(session->ime, &options) != BON_OK) (void)bon_ime_set_options(session->ime, NULL);
    session->committed_len = 0;
}

void ime_session_client(struct ime_session *session, const char *client) {
    if (strcmp(session->client, client) == 0) return;
    snprintf(session->client, sizeof session->client, "%s", client);
    session->serial = session->settings->serial - 1;
    take_settings(session);
}

void ime_session_field(struct ime_session *session, bool secret, bool incognito) {
    session->secret = secret;
    if (session->incognito == incognito) return;
    session->incognito = incognito;
    session->serial = session->settings->serial - 1; /* its options are others */
}

void ime_session_leave(struct ime_session *session, ime_settings_report *report) {
    ime_learned_save(&session->settings->learned, report);
}

/* ---- typing ---- */

/* Whether what was committed last stands right before the cursor, as the client says itself. */
static bool proven(const struct ime_session *session, const struct ime_surroundings *around) {
    if (!around->known || session->committed_len == 0 || session->quirks & IME_QUIRK_NO_REOPEN) return false;
    const char *end = around->text;
    for (size_t left = around->cursor; *end && left; left--) {
        end++;
        while ((*end & 0xc0) == 0x80) end++;
    }
    return (size_t)(end - around->text) >= session->committed_len &&
           memcmp(end - session->committed_len, session->committed, session->committed_len) == 0;
}

static void note_result(struct ime_session *session, const bon_ime_result *result) {
    session->typing = result->preedit_len > 0;
    if (result->commit_len == 0) return;
    session->committed_len = result->commit_len <= sizeof session->committed ? result->commit_len : 0;
    memcpy(session->committed, result->commit, session->committed_len);
}

/* A click on a candidate. */
bool ime_session_choose(struct ime_session *session, size_t candidate, bon_ime_result *out) {
    bon_ime_choose(session->ime, candidate, out);
    note_result(session, out);
    return out->handled;
}

bool ime_session_key(struct ime_session *session, unsigned keysym, uint32_t point, unsigned state,
                     const struct ime_surroundings *around, bon_ime_result *out) {
    *out = (bon_ime_result){0};
    take_settings(session);
    if (only_modifies(keysym)) return false;
    if (session->secret || session->quirks & IME_QUIRK_OFF) {
        if (!session->typing) return false;
        ime_session_finish(session, out); /* the field became one in the middle of a word */
        out->handled = false;
        return true;
    }
    bool was_typing = session->typing;
    /* A key that types nothing makes the core forget the last word: this Backspace is the application's alone. */
    if (keysym == 0xff08 && !was_typing && !proven(session, around))
        bon_ime_key(session->ime, BON_IME_KEY_OTHER, 0, out);
    bon_ime_key(session->ime, translate(keysym, point), translate_state(state), out);
    note_result(session, out);
    if (!out->handled && out->commit_len == 0) session->committed_len = 0;
    return out->handled || was_typing || out->commit_len;
}

void ime_session_finish(struct ime_session *session, bon_ime_result *out) {
    bon_ime_finish(session->ime, out);
    note_result(session, out);
}

void ime_session_forget(struct ime_session *session) {
    bon_ime_reset(session->ime);
    session->typing = false;
    session->committed_len = 0;
}
