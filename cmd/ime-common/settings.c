/* cmd/ime-common/settings.c: reads ime.conf. A key that is not known or a value that does not fit is told once, when the
 * file is read, and the default stays: a slip in the file never takes the typist's keyboard away.
 */
#define INI_HANDLER_LINENO 0
#include "settings.h"

#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/status.h"
#include "edit.h"

/* ---- clients whose ways are known ---- */

static const struct ime_application known_clients[] = {
    {"chrom", IME_QUIRK_NO_REOPEN}, /* ibus issue 2354: deletes nothing */
    /* Where commands and programs are typed, words without marks are meant so. "term" is in the name of nearly every
     * terminal. */
    {"term", IME_QUIRK_ENGLISH},
    {"konsole", IME_QUIRK_ENGLISH},
    {"kitty", IME_QUIRK_ENGLISH},
    {"alacritty", IME_QUIRK_ENGLISH | IME_QUIRK_NO_REOPEN},
    {"tilix", IME_QUIRK_ENGLISH},
    {"guake", IME_QUIRK_ENGLISH},
    {"yakuake", IME_QUIRK_ENGLISH},
    {"/foot", IME_QUIRK_ENGLISH},
    {"kgx", IME_QUIRK_ENGLISH},
    {"ptyxis", IME_QUIRK_ENGLISH},
    {"codium", IME_QUIRK_ENGLISH | IME_QUIRK_NO_REOPEN},
    {"code", IME_QUIRK_ENGLISH | IME_QUIRK_NO_REOPEN},
    {"emacs", IME_QUIRK_ENGLISH},
    {"gvim", IME_QUIRK_ENGLISH},
    {"neovide", IME_QUIRK_ENGLISH},
    {"sublime", IME_QUIRK_ENGLISH | IME_QUIRK_NO_REOPEN},
    {"jetbrains", IME_QUIRK_ENGLISH},
    {"qtcreator", IME_QUIRK_ENGLISH},
    {"kdevelop", IME_QUIRK_ENGLISH},
    {"builder", IME_QUIRK_ENGLISH},
    {"electron", IME_QUIRK_NO_REOPEN},
    {"xim", IME_QUIRK_NO_REOPEN}, /* the protocol has no surrounding text */
};

static unsigned find_client(const struct ime_application *rows, size_t count, const char *client, bool *found) {
    for (size_t i = 0; i < count; i++)
        if (strcasestr(client, rows[i].name)) return *found = true, rows[i].quirks;
    return 0;
}

unsigned ime_settings_quirks(const struct ime_settings *settings, const char *client) {
    bool found = false;
    unsigned quirks = find_client(settings->applications, settings->application_count, client, &found);
    if (found) return quirks;
    return find_client(known_clients, sizeof known_clients / sizeof *known_clients, client, &found);
}

/* ---- values ---- */

/* Where a row of the table goes: an unsigned or an enumeration at an offset, a bit of the options' flags, or a path. */
static const struct target {
    size_t offset;
    uint32_t bit;
    bool inverted; /* "no" sets the bit */
} targets[IME_SETTINGS] = {
    [IME_METHOD] = {offsetof(struct ime_settings, options.method), 0, false},
    [IME_PREDICTION] = {offsetof(struct ime_settings, options.prediction), 0, false},
    [IME_TONE_STYLE] = {offsetof(struct ime_settings, options.tone_style), 0, false},
    [IME_CHARSET] = {offsetof(struct ime_settings, options.charset), 0, false},
    [IME_FREE_MARKS] = {0, BON_IME_STRICT_MARKS, true},
    [IME_UNDO] = {0, BON_IME_NO_UNDO, true},
    [IME_REOPEN] = {0, BON_IME_REOPEN, false},
    [IME_QUICK_TELEX] = {0, BON_IME_QUICK_TELEX, false},
    [IME_QUICK_INITIALS] = {0, BON_IME_QUICK_INITIALS, false},
    [IME_QUICK_FINALS] = {0, BON_IME_QUICK_FINALS, false},
    [IME_AUTO_CAPITAL] = {0, BON_IME_AUTO_CAPITAL, false},
    [IME_UNDERLINE] = {offsetof(struct ime_settings, underline), 0, false},
    [IME_HINTS] = {0, BON_IME_HINTS, false},
    [IME_LEARNING] = {offsetof(struct ime_settings, learning), 0, false},
    [IME_MODEL] = {offsetof(struct ime_settings, paths[IME_PATH_MODEL]), 0, false},
    [IME_NETWORK] = {offsetof(struct ime_settings, paths[IME_PATH_NETWORK]), 0, false},
    [IME_KEYMAP] = {offsetof(struct ime_settings, paths[IME_PATH_KEYMAP]), 0, false},
};
_Static_assert(sizeof(bon_ime_method) == sizeof(unsigned) && sizeof(bon_tone_style) == sizeof(unsigned) &&
                   sizeof(bon_ime_charset) == sizeof(unsigned) && sizeof(bon_ime_prediction) == sizeof(unsigned),
               "the enumerations of the options are written as unsigned");

struct reader {
    struct ime_settings *settings;
    ime_settings_report *report;
    const char *path;
};

__attribute__((format(printf, 2, 3))) static void complain(const struct reader *reader, const char *format, ...) {
    char message[512];
    va_list arguments;
    int n = snprintf(message, sizeof message, "%s: ", reader->path);
    va_start(arguments, format);
    if (n > 0 && (size_t)n < sizeof message) vsnprintf(message + n, sizeof message - (size_t)n, format, arguments);
    va_end(arguments);
    reader->report(message);
}

static bool choose(const struct reader *reader, const struct ime_choice *choices, const char *name, const char *value,
                   unsigned *out) {
    const struct ime_choice *choice = ime_choice_find(choices, value);
    if (choice) return *out = choice->value, true;
    char list[160];
    ime_choice_list(choices, list, sizeof list);
    complain(reader, "%s = %s: not one of %s; the default is kept", name, value, list);
    return false;
}

static void put_path(char **path, const char *value) {
    free(*path);
    *path = *value ? strdup(value) : NULL;
}

static void put_value(struct ime_settings *settings, const struct target *target, unsigned value) {
    if (target->bit)
        settings->options.flags =
            !value == target->inverted ? settings->options.flags | target->bit : settings->options.flags & ~target->bit;
    else
        memcpy((char *)settings + target->offset, &value, sizeof value);
}

static void read_typing(struct reader *reader, const char *name, const char *value) {
    const struct ime_setting *setting = ime_setting_find(name);
    unsigned chosen;
    if (!setting) {
        complain(reader, "[typing] has no setting %s; it is passed over", name);
        return;
    }
    const struct target *target = &targets[setting - ime_setting_table];
    if (!setting->choices)
        put_path((char **)((char *)reader->settings + target->offset), value);
    else if (choose(reader, setting->choices, name, value, &chosen))
        put_value(reader->settings, target, chosen);
}

static void read_application(struct reader *reader, const char *name, const char *value) {
    struct ime_settings *settings = reader->settings;
    char words[128];
    unsigned all = 0, one;
    if (settings->application_count == IME_APPLICATIONS_MAX || strlen(name) >= IME_NAME_MAX ||
        strlen(value) >= sizeof words) {
        complain(reader, "[applications] %s: too long, or more than %d of them; it is passed over", name,
                 IME_APPLICATIONS_MAX);
        return;
    }
    memcpy(words, value, strlen(value) + 1);
    char *rest = words;
    for (char *word; (word = strsep(&rest, ", \t"));)
        if (*word) {
            if (!choose(reader, ime_application_choices, name, word, &one)) return;
            all |= one;
        }
    struct ime_application *row = &settings->applications[settings->application_count++];
    memcpy(row->name, name, strlen(name) + 1);
    row->quirks = all;
}

struct ime_string {
    struct ime_string *next;
    char bytes[];
};

static const char *keep_string(struct ime_settings *settings, const char *text) {
    size_t n = strlen(text) + 1;
    struct ime_string *string = malloc(sizeof *string + n);
    if (!string) return NULL;
    memcpy(string->bytes, text, n);
    string->next = settings->strings;
    settings->strings = string;
    return string->bytes;
}

static void read_macro(struct reader *reader, const char *name, const char *value) {
    struct ime_settings *settings = reader->settings;
    size_t n = strlen(value);
    if (settings->options.macro_count == IME_MACROS_MAX || n > BON_IME_MACRO_MAX || !*name) {
        complain(reader, "[macros] %s: longer than %d bytes, or more than %d of them; it is passed over", name,
                 BON_IME_MACRO_MAX, IME_MACROS_MAX);
        return;
    }
    const char *key = keep_string(settings, name), *text = keep_string(settings, value);
    if (!key || !text) {
        complain(reader, "out of memory; the macro %s is passed over", name);
        return;
    }
    settings->macros[settings->options.macro_count++] = (bon_ime_macro){key, strlen(key), text, n};
}

static const struct section {
    const char *name;
    void (*read)(struct reader *reader, const char *name, const char *value);
} sections[] = {{"typing", read_typing}, {"applications", read_application}, {"macros", read_macro}};

static int read_line(void *user, const char *section, const char *name, const char *value) {
    struct reader *reader = user;
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (!strcmp(sections[i].name, section)) return sections[i].read(reader, name, value), 1;
    complain(reader, "no section [%s]; %s is passed over", section, name);
    return 1;
}

/* ---- the file ---- */

void ime_settings_free(struct ime_settings *settings) {
    for (struct ime_string *string = settings->strings, *next; string; string = next) {
        next = string->next;
        free(string);
    }
    ime_predictors_close(settings->predictors);
    ime_learned_close(&settings->learned);
    for (size_t i = 0; i < sizeof settings->paths / sizeof *settings->paths; i++) free(settings->paths[i]);
    *settings = (struct ime_settings){0};
}

static int compare_macros(const void *a, const void *b) {
    return strcmp(((const bon_ime_macro *)a)->key, ((const bon_ime_macro *)b)->key);
}

/* Ascending keys, and of two the same the first. */
static void sort_macros(struct reader *reader) {
    struct ime_settings *settings = reader->settings;
    bon_ime_macro *macros = settings->macros;
    size_t kept = 0;
    qsort(macros, settings->options.macro_count, sizeof *macros, compare_macros);
    for (size_t i = 0; i < settings->options.macro_count; i++) {
        if (kept > 0 && !strcmp(macros[kept - 1].key, macros[i].key)) {
            complain(reader, "[macros] %s stands there twice; one is passed over", macros[i].key);
        } else {
            macros[kept++] = macros[i];
        }
    }
    settings->options.macro_count = kept;
}

/* A keymap of the user's own is needed only by the method that uses it. */
static void read_keymap(struct reader *reader) {
    struct ime_settings *settings = reader->settings;
    char text[8192];
    if (settings->options.method != BON_IME_KEYMAP) return;
    const char *path = settings->paths[IME_PATH_KEYMAP];
    FILE *file = path ? fopen(path, "re") : NULL;
    size_t n = file ? fread(text, 1, sizeof text, file) : 0;
    if (file) fclose(file);
    if (!file)
        complain(reader, "keymap = %s: cannot be opened; telex is used", path ? path : "(missing)");
    else if (bon_ime_keymap_read(&settings->keymap, text, n) != BON_OK)
        complain(reader, "keymap = %s: %s; telex is used", path, bon_error_message());
    else
        return;
    settings->options.method = BON_IME_TELEX;
}

/* What the log says in full is said at the text, too: nobody reads the log who does not know that something is wrong. */
static void give_notice(struct ime_settings *settings, const char *label, const char *label_vi) {
    settings->notice = ime_label(label, label_vi);
    settings->notice_keys = IME_NOTICE_KEYS;
}

const char *ime_settings_notice(struct ime_settings *settings) {
    if (settings->notice_keys == 0) return NULL;
    settings->notice_keys--;
    return settings->notice;
}

/* A network that cannot be used leaves the n-grams. */
static bon_status open_predictor(struct reader *reader, bon_restore_session **session) {
    struct ime_settings *settings = reader->settings;
    struct ime_predictor *predictor;
    bon_status network;
    BON_TRY(ime_predictor_find(&settings->predictors, settings->paths[IME_PATH_MODEL],
                               settings->paths[IME_PATH_NETWORK], &predictor, &network));
    if (network != BON_OK) {
        complain(reader, "prediction = full: %s; marks are predicted without this network", bon_error_message());
        give_notice(settings, "bon: the network of prediction cannot be used; marks are predicted without it",
                    "bon: không dùng được tệp mạng nơ-ron; vẫn đoán dấu, nhưng không có nó");
    }
    return ime_predictor_session(predictor, settings->options.tone_style, session);
}

/* Prediction without a model is no reason to type nothing: English words are still kept. */
static void find_predictor(struct reader *reader) {
    struct ime_settings *settings = reader->settings;
    if (settings->options.prediction != BON_IME_PREDICT_FULL) return;
    bon_status status = open_predictor(reader, &settings->options.restore);
    if (status == BON_OK && settings->learning) {
        ime_learned_open(&settings->learned, reader->report);
        settings->options.memory = settings->learned.memory;
    }
    if (status == BON_OK) return;
    settings->options.prediction = BON_IME_PREDICT_ENGLISH;
    complain(reader, "prediction = full: %s; words keep the marks they are typed with", bon_error_message());
    give_notice(settings, "bon: the model of prediction cannot be used; words keep the marks they are typed with",
                "bon: không dùng được tệp mô hình đoán dấu; chữ giữ nguyên như đã gõ");
}

static void set_defaults(struct ime_settings *settings) {
    settings->options = (bon_ime_options){.macros = settings->macros, .keymap = &settings->keymap};
    settings->application_count = 0;
    for (size_t i = 0; i < IME_SETTINGS; i++) {
        const struct ime_setting *setting = &ime_setting_table[i];
        if (setting->choices)
            put_value(settings, &targets[i], ime_choice_find(setting->choices, setting->initially)->value);
        else
            put_path((char **)((char *)settings + targets[i].offset), setting->initially);
    }
}

bool ime_settings_update(struct ime_settings *settings, ime_settings_report *report) {
    struct stat now = {0};
    char *path;
    if (ime_edit_path(&path) != BON_OK) path = NULL; /* no home: no settings */
    bool exists = path && stat(path, &now) == 0;
    bool same = settings->serial && exists == settings->exists && now.st_ino == settings->inode &&
                now.st_size == settings->size && now.st_mtim.tv_sec == settings->changed.tv_sec &&
                now.st_mtim.tv_nsec == settings->changed.tv_nsec;
    if (!same) {
        struct reader reader = {.settings = settings, .report = report, .path = path ? path : "ime.conf"};
        set_defaults(settings);
        int line = exists ? ini_parse(path, read_line, &reader) : 0;
        if (line < 0) complain(&reader, "cannot be read; defaults are used");
        if (line > 0) complain(&reader, "line %d: neither [section] nor name = value; it is passed over", line);
        sort_macros(&reader);
        read_keymap(&reader);
        find_predictor(&reader);
        settings->exists = exists;
        settings->inode = now.st_ino;
        settings->size = now.st_size;
        settings->changed = now.st_mtim;
        settings->serial++;
    }
    free(path);
    return !same;
}

/* ---- menus ---- */

const char *ime_settings_value(const struct ime_settings *settings, enum ime_setting_id id) {
    const struct ime_choice *choice = ime_setting_table[id].choices;
    const char *place = (const char *)settings + targets[id].offset;
    unsigned value;
    if (!choice) return *(char *const *)(const void *)place ? *(char *const *)(const void *)place : "";
    memcpy(&value, place, sizeof value);
    if (targets[id].bit) value = !(settings->options.flags & targets[id].bit) == targets[id].inverted;
    while (choice->value != value) choice++;
    return choice->name;
}

void ime_settings_change(struct ime_settings *settings, enum ime_setting_id id, const char *value,
                         ime_settings_report *report) {
    bon_buf text = {0};
    char *path = NULL;
    bon_status status = ime_edit_path(&path);
    if (status == BON_OK) status = ime_edit_read(path, &text);
    if (status == BON_OK)
        status = ime_edit_set(&text, path, ime_sections[0], ime_setting_table[id].name, *value ? value : NULL);
    if (status == BON_OK) status = ime_edit_write(path, &text);
    if (status != BON_OK) report(bon_error_message());
    free(path);
    bon_buf_free(&text);
    ime_settings_update(settings, report);
}
