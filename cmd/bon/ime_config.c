/* cmd/bon/ime_config.c: bon ime config: shows and changes the settings of the input method, checked against the same table
 * that the input method reads them by. The input method takes a change at the next word.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ime-common/edit.h"
#include "../ime-common/table.h"
#include "base/buf.h"
#include "base/status.h"
#include "commands.h"
#include "stream.h"

struct config_args {
    struct shared_args shared;
    const char *file;
    bool unset, where;
};

static const struct option_row options[] = {
    OPTION_STRING('f', "file", "FILE", struct config_args, file, "work on FILE instead of ~/.config/bon/ime.conf"),
    OPTION_FLAG(0, "unset", struct config_args, unset, "take NAME out of the file: its default holds again"),
    OPTION_FLAG(0, "where", struct config_args, where, "print the path of the file"),
    OPTIONS_COMMON,
    OPTION_END,
};

/* ---- names: "method", "macros.vn" ---- */

struct place {
    const char *section, *name;
    const struct ime_setting *setting; /* of [typing] */
};

static struct place place_of(const char *typed) {
    for (const char *const *section = ime_sections; *section; section++) {
        size_t n = strlen(*section);
        if (strncmp(typed, *section, n) == 0 && typed[n] == '.' && typed[n + 1])
            return (struct place){*section, typed + n + 1,
                                  section == ime_sections ? ime_setting_find(typed + n + 1) : NULL};
    }
    return (struct place){ime_sections[0], typed, ime_setting_find(typed)};
}

static int unknown(const struct command *command, const char *typed) {
    const char *names[IME_SETTINGS];
    for (size_t i = 0; i < IME_SETTINGS; i++) names[i] = ime_setting_table[i].name;
    const char *near = nearest_name(typed, names, IME_SETTINGS);
    if (near) return usage_error(command, "no setting '%s'; did you mean '%s'?", typed, near);
    return usage_error(
        command, "no setting '%s'; 'bon ime config' lists them; macros.X and applications.X are the others", typed);
}

/* ---- showing ---- */

static bon_status show_setting(bon_buf *out, const bon_buf *text, const struct ime_setting *setting) {
    char list[160] = "path of a file", line[256];
    const char *value = setting->initially;
    size_t n = strlen(value);
    ime_edit_get(text, ime_sections[0], setting->name, &value, &n);
    if (setting->choices)
        ime_choice_list(setting->choices, list, ime_is_switch(setting) ? sizeof "yes, no" : sizeof list);
    snprintf(line, sizeof line, "%s = %.*s", setting->name, (int)n, value);
    return bon_buf_printf(out, "%-26s ; %s (%s)\n", line, setting->label, list);
}

static void show_row(void *context, const char *name, size_t name_n, const char *value, size_t value_n) {
    (void)bon_buf_printf(context, "%.*s = %.*s\n", (int)name_n, name, (int)value_n, value);
}

static bon_status show_all(bon_buf *out, const bon_buf *text) {
    BON_TRY(bon_buf_printf(out, "[%s]\n", ime_sections[0]));
    for (size_t i = 0; i < IME_SETTINGS; i++) BON_TRY(show_setting(out, text, &ime_setting_table[i]));
    for (const char *const *section = ime_sections + 1; *section; section++) {
        bon_buf rows = {0};
        ime_edit_each(text, *section, show_row, &rows);
        bon_status status = rows.len ? bon_buf_printf(out, "\n[%s]\n%.*s", *section, (int)rows.len, rows.data) : BON_OK;
        bon_buf_free(&rows);
        BON_TRY(status);
    }
    return BON_OK;
}

static bon_status show_one(bon_buf *out, const bon_buf *text, struct place place) {
    const char *value = place.setting ? place.setting->initially : NULL;
    size_t n = value ? strlen(value) : 0;
    if (!ime_edit_get(text, place.section, place.name, &value, &n) && !value)
        return bon_fail(BON_ERR_ARGUMENT, "%s.%s is not set", place.section, place.name);
    return bon_buf_printf(out, "%.*s\n", (int)n, value);
}

/* ---- changing ---- */

/* Every word of an application's line, or the one value of a setting, is one of the choices. */
static bon_status check_value(struct place place, const char *value) {
    const struct ime_choice *choices = place.setting                                ? place.setting->choices
                                       : strcmp(place.section, "applications") == 0 ? ime_application_choices
                                                                                    : NULL;
    char copy[IME_EDIT_LINE_MAX + 1], list[160];
    if (!choices) return BON_OK;
    snprintf(copy, sizeof copy, "%s", value);
    char *rest = copy;
    unsigned words = 0;
    for (char *word; (word = strsep(&rest, place.setting ? "\n" : ", \t"));) {
        if (!*word && !place.setting) continue;
        words++;
        if (ime_choice_find(choices, word)) continue;
        ime_choice_list(choices, list, sizeof list);
        return bon_fail(BON_ERR_ARGUMENT, "%s = %s: not one of %s", place.name, value, list);
    }
    return words ? BON_OK : bon_fail(BON_ERR_ARGUMENT, "%s: no value given", place.name);
}

static bon_status change(bon_buf *text, const char *path, struct place place, const char *value) {
    if (value) BON_TRY(check_value(place, value));
    BON_TRY(ime_edit_set(text, path, place.section, place.name, value));
    return ime_edit_write(path, text);
}

/* ---- the command ---- */

static int work(const struct config_args *args, const char *path, const char *name, const char *value) {
    bon_buf text = {0}, out = {0};
    bon_status status = ime_edit_read(path, &text);
    if (status == BON_OK && !name)
        status = show_all(&out, &text);
    else if (status == BON_OK && !value && !args->unset)
        status = show_one(&out, &text, place_of(name));
    else if (status == BON_OK)
        status = change(&text, path, place_of(name), value);
    bon_buf_free(&text);
    return write_or_tell(status, NULL, &out);
}

static int run(const struct command *command, int argc, char **argv) {
    struct config_args args = {0};
    char *path = NULL;
    int first, result = options_parse(command, &args, argc, argv, &first);
    if (result == PARSE_GO) result = operands_check(command, argc - first, 0, 2);
    if (result != PARSE_GO) return result;
    const char *name = argc > first ? argv[first] : NULL, *value = argc > first + 1 ? argv[first + 1] : NULL;
    if (args.unset && (!name || value)) return usage_error(command, "--unset takes one NAME");
    if (args.where && name) return usage_error(command, "--where takes no NAME");
    if (name && !place_of(name).setting && strcmp(place_of(name).section, ime_sections[0]) == 0)
        return unknown(command, name);
    bon_status status = args.file ? BON_OK : ime_edit_path(&path);
    if (status != BON_OK) return tell_failure(status);
    if (args.where)
        puts(args.file ? args.file : path);
    else
        result = work(&args, args.file ? args.file : path, name, value);
    free(path);
    return args.where ? EXIT_DONE : result;
}

const struct command command_ime_config = {
    .name = "ime config",
    .summary = "show or change the settings of the input method",
    .usage = "[OPTION]... [NAME [VALUE]]",
    .notes =
        "Without NAME, every setting with its value and what it may be. NAME is a setting of [typing], "
        "macros.ABBREVIATION\n"
        "or applications.PART-OF-A-NAME. The input method takes a change at the next word; comments in the file stay.",
    .options = options,
    .run = run,
};
