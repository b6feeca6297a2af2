/* cmd/ime-common/learned.h: what the typist's words taught, in one private file under ~/.local/share/bon.
 *
 * It is read when prediction first needs it and written when a field is left, so that a process that dies loses at most the
 * words of one field. A file that cannot be read or written is told once; typing goes on.
 */
#ifndef BON_IME_LEARNED_H
#define BON_IME_LEARNED_H

#include "bon/ime.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where what goes wrong is told: FILE:LINE: what is wrong and what is done instead. */
typedef void ime_settings_report(const char *message);

/* All zeros: nothing was read yet. */
struct ime_learned {
    bon_ime_memory *memory; /* NULL: nothing is learned */
    char *path;
    bool tried, told;
};

/* ~/.local/share/bon/learned, by XDG_DATA_HOME and HOME; to be freed. BON_ERR_ARGUMENT where neither is set. */
bon_status ime_learned_path(char **path);
/* Reads the file, once. */
void ime_learned_open(struct ime_learned *learned, ime_settings_report *report);
/* Writes it when something was learned. */
void ime_learned_save(struct ime_learned *learned, ime_settings_report *report);
void ime_learned_close(struct ime_learned *learned);

#ifdef __cplusplus
}
#endif
#endif
