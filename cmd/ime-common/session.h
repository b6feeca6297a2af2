/* cmd/ime-common/session.h: one text field's typing, without any framework in it.
 *
 * IBus and Fcitx5 both hand over X key symbols and X modifier bits, so translating them, deciding when keys pass through,
 * and proving that the surrounding text is fresh are done here once. A shell is left with carrying results out.
 */
#ifndef BON_IME_SESSION_H
#define BON_IME_SESSION_H

#include "settings.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { IME_COMMITTED_MAX = 4 * BON_IME_MACRO_MAX };

struct ime_session {
    bon_ime *ime;
    struct ime_settings *settings; /* shared by all fields of a process */
    unsigned serial;               /* of the settings that ime has */
    unsigned quirks;               /* of the client */
    bool secret;                   /* a field for passwords or numbers */
    bool incognito;                /* nothing is learned in this field */
    bool typing;                   /* there is a preedit */
    char client[IME_NAME_MAX * 2];
    size_t committed_len; /* what was committed last */
    char committed[IME_COMMITTED_MAX];
};

/* What the client said last stands around the cursor. */
struct ime_surroundings {
    bool known;       /* told after the last commit, nothing selected */
    const char *text; /* UTF-8, NUL-terminated */
    size_t cursor;    /* in code points */
};

bon_status ime_session_open(struct ime_session *session, struct ime_settings *settings);
void ime_session_close(struct ime_session *session);
/* The field is that of a client, which calls itself so. */
void ime_session_client(struct ime_session *session, const char *client);
/* What the field asks for; before the first key in it. */
void ime_session_field(struct ime_session *session, bool secret, bool incognito);
/* A key press. keysym and state as in X11; point is what the key types, 0 for nothing. False: nothing happened at all and
 * the key goes on. */
bool ime_session_key(struct ime_session *session, unsigned keysym, uint32_t point, unsigned state,
                     const struct ime_surroundings *around, bon_ime_result *out);
/* A click on a candidate of the last result, from 0. */
bool ime_session_choose(struct ime_session *session, size_t candidate, bon_ime_result *out);
/* The word leaves as it is shown. */
void ime_session_finish(struct ime_session *session, bon_ime_result *out);
/* The field is left: what was learned is written. */
void ime_session_leave(struct ime_session *session, ime_settings_report *report);
/* The word is forgotten: the client has it, or the cursor is elsewhere. */
void ime_session_forget(struct ime_session *session);

#ifdef __cplusplus
}
#endif
#endif
