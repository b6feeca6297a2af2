/* cmd/ime-common/table.h: every setting of ime.conf that is one value, as a table.
 *
 * The reader of the file, `bon ime config`, the menu of IBus and the options that Fcitx5 shows all walk the same rows, so a
 * setting that one of them knows the others know too.
 */
#ifndef BON_IME_TABLE_H
#define BON_IME_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A value by its name in the file; a list of them ends with a name that is NULL. */
struct ime_choice {
    const char *name;
    unsigned value;
    const char *label, *label_vi; /* in menus */
};

enum ime_setting_id {
    IME_METHOD,
    IME_PREDICTION,
    IME_TONE_STYLE,
    IME_CHARSET,
    IME_FREE_MARKS,
    IME_UNDO,
    IME_REOPEN,
    IME_QUICK_TELEX,
    IME_QUICK_INITIALS,
    IME_QUICK_FINALS,
    IME_AUTO_CAPITAL,
    IME_UNDERLINE,
    IME_HINTS,
    IME_LEARNING,
    IME_MODEL,
    IME_NETWORK,
    IME_KEYMAP,
    IME_SETTINGS,
    IME_MENU = IME_CHARSET + 1 /* the rows before this one are offered in menus */
};

/* A row of the section [typing]. */
struct ime_setting {
    const char *name;
    const struct ime_choice *choices; /* NULL: the path of a file */
    const char *initially;            /* the default, as in the file; "" for a path: none */
    const char *label, *label_vi;
};

extern const struct ime_setting ime_setting_table[IME_SETTINGS];
/* What may be said of an application: bits of IME_QUIRK_* (settings.h). */
extern const struct ime_choice ime_application_choices[];
/* The sections of the file, ending with NULL. */
extern const char *const ime_sections[];

/* The row of a name, or NULL. */
const struct ime_setting *ime_setting_find(const char *name);
/* The choice of a name, whatever its ASCII case, or NULL. */
const struct ime_choice *ime_choice_find(const struct ime_choice *choices, const char *name);
/* "old, new" */
void ime_choice_list(const struct ime_choice *choices, char *out, size_t size);
/* Whether a row is yes or no. */
bool ime_is_switch(const struct ime_setting *setting);
/* Which of two labels: by the language that the environment wants messages in. */
const char *ime_label(const char *label, const char *label_vi);

#ifdef __cplusplus
}
#endif
#endif
