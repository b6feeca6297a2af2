/* cmd/ime-common/learned.c: the file of what was learned, at its place. */
#include "learned.h"

#include <stdio.h>
#include <stdlib.h>

#include "edit.h"

bon_status ime_learned_path(char **path) { return ime_user_path(path, "XDG_DATA_HOME", ".local/share", "learned"); }

static void tell(struct ime_learned *learned, ime_settings_report *report) {
    if (!learned->told) report(bon_error_message());
    learned->told = true;
}

/* A damaged file was put aside by bon_ime_memory_load, so that what is learned from now on has a place. */
void ime_learned_open(struct ime_learned *learned, ime_settings_report *report) {
    if (learned->tried) return;
    learned->tried = true;
    if (ime_learned_path(&learned->path) != BON_OK || bon_ime_memory_open(&learned->memory) != BON_OK) {
        tell(learned, report);
        return;
    }
    bon_status status = bon_ime_memory_load(learned->memory, learned->path);
    if (status == BON_ERR_FORMAT || status == BON_ERR_VERSION)
        report(bon_error_message());
    else if (status != BON_OK)
        tell(learned, report); /* writing would fail the same way */
}

void ime_learned_save(struct ime_learned *learned, ime_settings_report *report) {
    if (!learned->memory || !bon_ime_memory_changed(learned->memory)) return;
    bon_status status = ime_make_folders(learned->path);
    if (status == BON_OK) status = bon_ime_memory_save(learned->memory, learned->path);
    if (status != BON_OK) tell(learned, report);
}

void ime_learned_close(struct ime_learned *learned) {
    bon_ime_memory_close(learned->memory);
    free(learned->path);
    *learned = (struct ime_learned){0};
}
