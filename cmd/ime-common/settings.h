/* cmd/ime-common/settings.h: ~/.config/bon/ime.conf, the one file of settings for every framework. */
#ifndef BON_IME_SETTINGS_H
#define BON_IME_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#include "bon/ime.h"
#include "learned.h"
#include "predictor.h"
#include "quirks.h"
#include "table.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { IME_MACROS_MAX = 512, IME_APPLICATIONS_MAX = 64, IME_NAME_MAX = 64, IME_NOTICE_KEYS = 40 };
enum { IME_PATH_MODEL, IME_PATH_NETWORK, IME_PATH_KEYMAP, IME_PATHS };

struct ime_application {
    char name[IME_NAME_MAX]; /* matched anywhere in what the client calls itself, ASCII case aside */
    unsigned quirks;
};

struct ime_settings {
    bon_ime_options options; /* its pointers lead into this structure: never copy it */
    bon_ime_keymap keymap;
    unsigned underline, learning;
    char *paths[IME_PATHS];           /* NULL: none is named */
    struct ime_predictor *predictors; /* opened when prediction first needs them, and kept: fields may be using them */
    struct ime_learned learned;       /* kept until the end, like them */
    struct ime_string *strings;       /* of macros, also of earlier readings: a field may still know them */
    const char *notice;               /* what the typist is to be told */
    unsigned notice_keys;             /* during so many keys */
    size_t application_count;
    struct ime_application applications[IME_APPLICATIONS_MAX];
    bon_ime_macro macros[IME_MACROS_MAX];
    unsigned serial; /* grows each time the file was read anew */
    /* which version of the file this is */
    bool exists;
    ino_t inode;
    off_t size;
    struct timespec changed;
};

/* Reads the file when it is another than at the last call; *settings is all zeros before the first. True when it was read. */
bool ime_settings_update(struct ime_settings *settings, ime_settings_report *report);
/* At a key: what is to be shown beside the text, or NULL. Said during some forty keys, when prediction lost its model or network. */
const char *ime_settings_notice(struct ime_settings *settings);
/* The name of the choice that holds, or the path. */
const char *ime_settings_value(const struct ime_settings *settings, enum ime_setting_id id);
/* Changes one value in the file and reads it again; a file that cannot be written is told. */
void ime_settings_change(struct ime_settings *settings, enum ime_setting_id id, const char *value,
                         ime_settings_report *report);
void ime_settings_free(struct ime_settings *settings);
/* Quirks of a client: what the user set for it, else what is known of it. */
unsigned ime_settings_quirks(const struct ime_settings *settings, const char *client);

#ifdef __cplusplus
}
#endif
#endif
