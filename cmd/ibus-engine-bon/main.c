/* cmd/ibus-engine-bon/main.c: Vietnamese typing for IBus. ibus-daemon starts it with --ibus; by hand, without arguments, it
 * registers itself with the daemon that runs.
 *
 * The word being typed is a preedit of mode COMMIT: when the focus leaves, or the engine dies, the client keeps the word by
 * itself, and the engine only forgets it. Keys are answered one by one and results travel on the same connection, in order.
 */
#include <ibus.h>
#include <stdio.h>
#include <string.h>

#include "ime-common/session.h"

enum { PAGE = 9 };

typedef struct BonEngine {
    IBusEngine parent;
    struct ime_session session;
    IBusText *around; /* surrounding text as told last */
    guint cursor;
    gboolean fresh; /* told after the last commit, and nothing selected */
    gboolean table_shown, notice_shown;
} BonEngine;

typedef struct BonEngineClass {
    IBusEngineClass parent;
} BonEngineClass;

GType bon_engine_get_type(void);
G_DEFINE_TYPE(BonEngine, bon_engine, IBUS_TYPE_ENGINE)

static struct ime_settings settings; /* one process, one file */

static BonEngine *self_of(IBusEngine *engine) { return (BonEngine *)engine; }

/* ---- carrying out results ---- */

static IBusText *text_of(const char *bytes, gsize n) {
    char *copy = g_strndup(bytes, n);
    IBusText *text = ibus_text_new_from_string(copy);
    g_free(copy);
    return text;
}

static void show_preedit(BonEngine *self, const bon_ime_result *result) {
    IBusText *text = text_of(result->preedit, result->preedit_len);
    guint length = ibus_text_get_length(text);
    guint cursor = (guint)g_utf8_strlen(result->preedit, (gssize)result->cursor);
    if (settings.underline)
        ibus_text_append_attribute(text, IBUS_ATTR_TYPE_UNDERLINE, IBUS_ATTR_UNDERLINE_SINGLE, 0, (gint)length);
    ibus_engine_update_preedit_text_with_mode(&self->parent, text, cursor, length > 0, IBUS_ENGINE_PREEDIT_COMMIT);
}

static void commit(BonEngine *self, const bon_ime_result *result) {
    if (!result->commit_len) return;
    self->fresh = FALSE;
    ibus_engine_commit_text(&self->parent, text_of(result->commit, result->commit_len));
}

static void show_candidates(BonEngine *self, const bon_ime_result *result) {
    if (!result->candidate_count) {
        if (self->table_shown) ibus_engine_hide_lookup_table(&self->parent);
        self->table_shown = FALSE;
        return;
    }
    IBusLookupTable *table = ibus_lookup_table_new(PAGE, 0, result->selected != result->candidate_count, TRUE);
    bool hint = result->selected == result->candidate_count; /* digits are not for choosing then */
    for (size_t i = 0; i < result->candidate_count; i++) {
        ibus_lookup_table_append_candidate(table, ibus_text_new_from_string(result->candidates[i]));
        if (hint && i < PAGE) ibus_lookup_table_set_label(table, (guint)i, ibus_text_new_from_static_string(""));
    }
    if (!hint) ibus_lookup_table_set_cursor_pos(table, (guint)result->selected);
    ibus_engine_update_lookup_table(&self->parent, table, TRUE);
    self->table_shown = TRUE;
}

/* The one place where text reaches a client. Whether the preedit is hidden before the commit, or replaced after it, is
 * disputed between clients: the usual order is hide, commit, show. */
static void carry_out(BonEngine *self, const bon_ime_result *result) {
    static const bon_ime_result nothing = {.preedit = ""};
    gboolean hides_first = result->commit_len && !(self->session.quirks & IME_QUIRK_COMMIT_FIRST);
    if (result->delete_before) {
        self->fresh = FALSE;
        ibus_engine_delete_surrounding_text(&self->parent, -(gint)result->delete_before, result->delete_before);
    }
    if (hides_first) show_preedit(self, &nothing);
    commit(self, result);
    if (!hides_first || result->preedit_len) show_preedit(self, result);
    show_candidates(self, result);
}

static void show_notice(BonEngine *self, const char *notice) {
    if (notice && !self->notice_shown)
        ibus_engine_update_auxiliary_text(&self->parent, ibus_text_new_from_string(notice), TRUE);
    else if (!notice && self->notice_shown)
        ibus_engine_hide_auxiliary_text(&self->parent);
    self->notice_shown = notice != NULL;
}

/* ---- keys ---- */

static void report(const char *message) { g_warning("%s", message); }

static gboolean press(BonEngine *self, guint keysym, guint state) {
    struct ime_surroundings around = {.known = self->fresh && self->around, .cursor = self->cursor};
    bon_ime_result result;
    if (around.known) around.text = ibus_text_get_text(self->around);
    if (!self->session.typing) ime_settings_update(&settings, report);
    if (ime_session_key(&self->session, keysym, ibus_keyval_to_unicode(keysym), state, &around, &result))
        carry_out(self, &result);
    show_notice(self, ime_settings_notice(&settings));
    return result.handled;
}

static gboolean process_key_event(IBusEngine *engine, guint keysym, guint code, guint state) {
    (void)code;
    return !(state & IBUS_RELEASE_MASK) && press(self_of(engine), keysym, state);
}

static void candidate_clicked(IBusEngine *engine, guint index, guint button, guint state) {
    bon_ime_result result;
    (void)button, (void)state;
    if (ime_session_choose(&self_of(engine)->session, index, &result)) carry_out(self_of(engine), &result);
}

/* ---- the menu: a row of the table is a list of choices, named "method.telex" ---- */

static IBusText *label_of(const char *label, const char *label_vi) {
    return ibus_text_new_from_static_string(ime_label(label, label_vi));
}

static IBusProperty *property(const char *name, IBusPropType type, IBusText *label, bool checked, IBusPropList *below) {
    return ibus_property_new(name, type, label, NULL, NULL, TRUE, TRUE,
                             checked ? PROP_STATE_CHECKED : PROP_STATE_UNCHECKED, below);
}

static void show_menu(IBusEngine *engine) {
    IBusPropList *menu = ibus_prop_list_new();
    for (int id = 0; id < IME_MENU; id++) {
        const struct ime_setting *row = &ime_setting_table[id];
        IBusPropList *choices = ibus_prop_list_new();
        for (const struct ime_choice *choice = row->choices; choice->name; choice++) {
            char *name = g_strdup_printf("%s.%s", row->name, choice->name);
            bool holds = strcmp(choice->name, ime_settings_value(&settings, (enum ime_setting_id)id)) == 0;
            ibus_prop_list_append(
                choices, property(name, PROP_TYPE_RADIO, label_of(choice->label, choice->label_vi), holds, NULL));
            g_free(name);
        }
        ibus_prop_list_append(menu,
                              property(row->name, PROP_TYPE_MENU, label_of(row->label, row->label_vi), false, choices));
    }
    ibus_engine_register_properties(engine, menu);
}

static void choose_from_menu(IBusEngine *engine, const gchar *name, guint state) {
    if (state != PROP_STATE_CHECKED) return;
    for (int id = 0; id < IME_MENU; id++) {
        size_t n = strlen(ime_setting_table[id].name);
        if (strncmp(name, ime_setting_table[id].name, n) != 0 || name[n] != '.') continue;
        if (ime_choice_find(ime_setting_table[id].choices, name + n + 1))
            ime_settings_change(&settings, (enum ime_setting_id)id, name + n + 1, report);
    }
    show_menu(engine);
}

/* ---- the field ---- */

static void forget(BonEngine *self) {
    static const bon_ime_result nothing = {.preedit = ""};
    ime_session_forget(&self->session);
    self->fresh = FALSE;
    show_candidates(self, &nothing);
    show_notice(self, NULL);
}

static void forget_word(IBusEngine *engine) {
    forget(self_of(engine));
    ime_session_leave(&self_of(engine)->session, report);
}

static void leave_field(IBusEngine *engine, const gchar *path) {
    (void)path;
    forget_word(engine);
}

static void enter_field(IBusEngine *engine, const gchar *path, const gchar *client) {
    (void)path;
    ime_settings_update(&settings, report);
    ime_session_client(&self_of(engine)->session, client ? client : "");
    forget(self_of(engine));
    show_menu(engine);
}

static void enter_field_of_unknown(IBusEngine *engine) { enter_field(engine, "", ""); }

/* Asks the client to tell what stands around the cursor from now on. */
static void enable(IBusEngine *engine) { ibus_engine_get_surrounding_text(engine, NULL, NULL, NULL); }

static void set_surrounding_text(IBusEngine *engine, IBusText *text, guint cursor, guint anchor) {
    BonEngine *self = self_of(engine);
    IBUS_ENGINE_CLASS(bon_engine_parent_class)->set_surrounding_text(engine, text, cursor, anchor);
    g_object_ref_sink(text);
    g_clear_object(&self->around);
    self->around = text;
    self->cursor = cursor;
    self->fresh = cursor == anchor;
}

/* Secrets and numbers are not Vietnamese: nothing of them may be shown, changed or remembered. */
static void set_content_type(IBusEngine *engine, guint purpose, guint hints) {
    static const guint plain_purposes[] = {IBUS_INPUT_PURPOSE_DIGITS, IBUS_INPUT_PURPOSE_NUMBER,
                                           IBUS_INPUT_PURPOSE_PHONE, IBUS_INPUT_PURPOSE_PASSWORD,
                                           IBUS_INPUT_PURPOSE_PIN};
    BonEngine *self = self_of(engine);
    bool plain = false;
    for (guint i = 0; i < G_N_ELEMENTS(plain_purposes); i++) plain |= purpose == plain_purposes[i];
    if (plain && self->session.typing) {
        bon_ime_result result;
        ime_session_finish(&self->session, &result);
        carry_out(self, &result);
    }
    ime_session_field(&self->session, plain, hints & IBUS_INPUT_HINT_PRIVATE);
}

/* ---- the class ---- */

static void bon_engine_init(BonEngine *self) {
    if (ime_session_open(&self->session, &settings) != BON_OK) g_error("%s", bon_error_message());
}

static void destroy(IBusObject *object) {
    BonEngine *self = (BonEngine *)object;
    ime_session_close(&self->session);
    g_clear_object(&self->around);
    IBUS_OBJECT_CLASS(bon_engine_parent_class)->destroy(object);
}

static void bon_engine_class_init(BonEngineClass *class) {
    IBusEngineClass *engine = IBUS_ENGINE_CLASS(class);
    engine->process_key_event = process_key_event;
    engine->candidate_clicked = candidate_clicked;
    engine->enable = enable;
    engine->disable = forget_word;
    engine->reset = forget_word;
    engine->focus_in = enter_field_of_unknown;
    engine->focus_out = forget_word;
    engine->focus_in_id = enter_field;
    engine->focus_out_id = leave_field;
    engine->set_surrounding_text = set_surrounding_text;
    engine->set_content_type = set_content_type;
    engine->property_activate = choose_from_menu;
    IBUS_OBJECT_CLASS(class)->destroy = destroy;
}

/* ---- the process ---- */

/* has-focus-id: the client's name comes with the focus. */
static IBusEngine *create_engine(IBusFactory *factory, const gchar *name, gpointer user) {
    static guint count;
    (void)user;
    if (strcmp(name, "bon") != 0) return NULL;
    char *path = g_strdup_printf("/org/freedesktop/IBus/Engine/bon/%u", ++count);
    IBusEngine *engine = g_object_new(bon_engine_get_type(), "engine-name", name, "object-path", path, "connection",
                                      ibus_service_get_connection(IBUS_SERVICE(factory)), "has-focus-id", TRUE, NULL);
    g_free(path);
    return engine;
}

static void register_by_hand(IBusBus *bus) {
    IBusComponent *component =
        ibus_component_new("org.freedesktop.IBus.bon", "Vietnamese typing", bon_version(), "", "", "", "", "ibus-bon");
    ibus_component_add_engine(component, ibus_engine_desc_new("bon", "bon", "Vietnamese", "vi", "", "", "", "default"));
    ibus_bus_register_component(bus, component);
}

int main(int argc, char **argv) {
    ibus_init();
    ime_settings_update(&settings, report);
    IBusBus *bus = ibus_bus_new();
    if (!ibus_bus_is_connected(bus)) {
        fprintf(stderr, "ibus-engine-bon: no ibus-daemon is running in this session; start one with `ibus start`\n");
        return 1;
    }
    g_object_ref_sink(bus);
    g_signal_connect(bus, "disconnected", G_CALLBACK(ibus_quit), NULL);
    IBusFactory *factory = ibus_factory_new(ibus_bus_get_connection(bus));
    g_object_ref_sink(factory);
    g_signal_connect(factory, "create-engine", G_CALLBACK(create_engine), NULL);
    if (argc > 1 && strcmp(argv[1], "--ibus") == 0)
        ibus_bus_request_name(bus, "org.freedesktop.IBus.bon", 0);
    else
        register_by_hand(bus);
    ibus_main();
    ime_learned_save(&settings.learned, report);
    g_object_unref(factory);
    g_object_unref(bus);
    ime_settings_free(&settings);
    return 0;
}
