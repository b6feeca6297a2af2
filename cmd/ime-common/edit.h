/* cmd/ime-common/edit.h: looks up and changes one value of ime.conf and leaves every other byte of the file as it is.
 *
 *     char *path;  bon_buf text = {0};
 *     ime_edit_path(&path);                                            // ~/.config/bon/ime.conf
 *     ime_edit_read(path, &text);                                      // empty where there is no file yet
 *     ime_edit_set(&text, path, "macros", "vn", "Việt Nam");
 *     ime_edit_write(path, &text);                                     // whole or not at all, mode 0600 when new
 */
#ifndef BON_IME_EDIT_H
#define BON_IME_EDIT_H

#include <stdbool.h>

#include "bon/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { IME_EDIT_LINE_MAX = 199 }; /* bytes of a line that the reader of the file takes */

/* The path of the file by XDG_CONFIG_HOME and HOME; to be freed. BON_ERR_ARGUMENT where neither is set. */
bon_status ime_edit_path(char **path);
/* The same for another file of the user's: below $VARIABLE/bon, or $HOME/FALLBACK/bon. */
bon_status ime_user_path(char **path, const char *variable, const char *fallback, const char *name);
/* Makes the folders that a file stands in, for the user alone. */
bon_status ime_make_folders(const char *path);
/* Appends the file to text; no file is no bytes. */
bon_status ime_edit_read(const char *path, bon_buf *text);
/* The value of a name as the reader would take it: the last of several, blanks and a comment behind it cut off. False when
 * the name is not there. *value points into text. */
bool ime_edit_get(const bon_buf *text, const char *section, const char *name, const char **value, size_t *n);
/* Sets a value (NULL takes every line of the name out). BON_ERR_ARGUMENT: path is for the message, which says why such a
 * value would not come back as it is. Nothing is checked against the table of settings here. */
bon_status ime_edit_set(bon_buf *text, const char *path, const char *section, const char *name, const char *value);
/* Calls each for every NAME = VALUE of a section, in order. */
void ime_edit_each(const bon_buf *text, const char *section,
                   void (*each)(void *context, const char *name, size_t name_n, const char *value, size_t value_n),
                   void *context);
/* Makes the folders it stands in, and publishes. */
bon_status ime_edit_write(const char *path, const bon_buf *text);

#ifdef __cplusplus
}
#endif
#endif
