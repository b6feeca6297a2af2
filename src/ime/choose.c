/* src/ime/choose.c: candidates for a word of the window.
 *
 * The list is what the word shows, then the readings of its letters with all other words as they are, best first, then other
 * syllables of these letters, and its keys last. What is selected is shown in place at once; any key that does not choose takes it and then does what it does.
 */
#include <string.h>

#include "base/buf.h"
#include "ime/predict.h"
#include "restore/session.h"

enum { SYLLABLES = 36 }; /* that the same letters spell, at most */

static void set_text(struct ime_part *part, const char *text, size_t n) {
    memcpy(part->text, text, n);
    part->text_len = (uint16_t)n;
}

static void add(struct ime_choosing *choosing, unsigned limit, const char *text, size_t n) {
    if (choosing->count >= limit || n > IME_SHOWN_MAX) return;
    for (unsigned i = 0; i < choosing->count; i++)
        if (strlen(choosing->texts[i]) == n && memcmp(choosing->texts[i], text, n) == 0) return;
    memcpy(choosing->texts[choosing->count], text, n);
    choosing->texts[choosing->count++][n] = 0;
}

/* The list ends with what was typed and its keys, which often are the same. */
static unsigned readings_room(const struct ime_part *part) {
    bool same = part->typed_len == part->key_count && memcmp(part->typed, part->keys, part->key_count) == 0;
    return IME_CHOICES - (same ? 1 : 2);
}

/* The word without its marks, so that all its readings are seen; memory short: none. */
static void add_readings(struct ime_window *window, unsigned at) {
    char texts[IME_CHOICES][IME_SHOWN_MAX + 1];
    const struct ime_part *part = &window->parts[at];
    bon_buf *plain = &window->plain;
    plain->len = 0;
    if (bon_strip_marks(part->typed, part->typed_len, plain) == BON_OK) {
        size_t count = bon_ime_window_readings(window, at, plain->data, plain->len, texts, IME_CHOICES);
        unsigned room = readings_room(part);
        for (size_t i = 0; i < count; i++) add(&window->choosing, room, texts[i], strlen(texts[i]));
    }
}

/* Where the model knows few readings, what else the letters spell. */
static void add_syllables(struct ime_window *window, unsigned at) {
    const struct ime_part *part = &window->parts[at];
    const bon_buf *plain = &window->plain;
    bon_syllable code, codes[SYLLABLES];
    bon_case letter_case;
    bool new_style = window->restore->options.tone_style == BON_TONE_NEW;
    if (!bon_syllable_parse(plain->data, plain->len, &code, &letter_case) || letter_case == BON_CASE_MIXED) return;
    size_t count = bon_syllable_candidates(plain->data, plain->len, codes, SYLLABLES);
    for (size_t i = 0; i < count && i < SYLLABLES; i++) {
        char text[BON_SYLLABLE_MAX];
        size_t n = bon_syllable_spell(codes[i], letter_case, new_style ? BON_TONE_NEW : BON_TONE_OLD, text);
        add(&window->choosing, readings_room(part), text, n);
    }
}

/* The list of a word. */
static void list_part(struct ime_window *window, unsigned at) {
    struct ime_choosing *choosing = &window->choosing;
    const struct ime_part *part = &window->parts[at];
    choosing->part = at;
    choosing->count = choosing->selected = 0;
    choosing->before = *part;
    add(choosing, IME_CHOICES, part->text, part->text_len);
    add_readings(window, at);
    add_syllables(window, at);
    add(choosing, IME_CHOICES, part->typed, part->typed_len);
    add(choosing, IME_CHOICES, part->keys, part->key_count);
    for (unsigned i = 0; i < choosing->count; i++) choosing->list[i] = choosing->texts[i];
}

static void select_one(struct ime_window *window, unsigned which) {
    struct ime_choosing *choosing = &window->choosing;
    choosing->selected = which;
    choosing->quick = false;
    set_text(&window->parts[choosing->part], choosing->texts[which], strlen(choosing->texts[which]));
}

void bon_ime_choose_open(struct ime_window *window, unsigned at, bool from_word, bool quick) {
    struct ime_choosing *choosing = &window->choosing;
    list_part(window, at);
    choosing->on = true;
    choosing->hint = false;
    choosing->from_word = from_word;
    window->fresh = false;
    if (quick && choosing->count > 1) select_one(window, 1);
    choosing->quick = quick;
}

void bon_ime_choose_hint(struct ime_window *window) {
    if (!window->unsure || window->count == 0) return;
    list_part(window, window->count - 1);
    window->choosing.hint = window->choosing.count > 1;
}

void bon_ime_choose_accept(struct ime_window *window) {
    struct ime_part *part = &window->parts[window->choosing.part];
    window->choosing.on = false;
    part->pin = IME_FIXED;
    part->recalled = false;
    if (window->choosing.selected == 0) return;
    part->told = true;
    if (part->text_len == part->key_count) bon_ime_window_refused(window);
}

bool bon_ime_choose_take(struct ime_window *window, size_t which) {
    if (!(window->choosing.on || window->choosing.hint) || which >= window->choosing.count) return false;
    window->choosing.hint = false;
    select_one(window, (unsigned)which);
    bon_ime_choose_accept(window);
    return true;
}

/* As before the candidates were asked for. */
static void cancel(struct ime_window *window, const struct bon_ime_setup *setup, struct ime_word *word) {
    struct ime_choosing *choosing = &window->choosing;
    window->parts[choosing->part] = choosing->before;
    choosing->on = false;
    if (!choosing->from_word) return;
    bon_ime_window_reopen(window, setup, word);
    bon_ime_window_as_typed(window, setup, word);
    window->doubted_len = 0; /* it was only looked at */
}

/* A word that is only passed stays open; what was selected for it at once goes to the next. */
static void walk(struct ime_window *window, bool left) {
    unsigned at = window->choosing.part;
    bool quick = window->choosing.quick;
    if (left ? at == 0 : at + 1 >= window->count) return;
    if (window->choosing.selected > 0 && !quick)
        bon_ime_choose_accept(window);
    else
        window->parts[at] = window->choosing.before;
    bon_ime_choose_open(window, left ? at - 1 : at + 1, false, quick);
}

bool bon_ime_choose_key(struct ime_window *window, const struct bon_ime_setup *setup, struct ime_word *word,
                        uint32_t key) {
    struct ime_choosing *choosing = &window->choosing;
    switch (key) {
    case BON_IME_KEY_TAB:
    case BON_IME_KEY_DOWN: select_one(window, (choosing->selected + 1) % choosing->count); return true;
    case BON_IME_KEY_UP: select_one(window, (choosing->selected + choosing->count - 1) % choosing->count); return true;
    case BON_IME_KEY_LEFT:
    case BON_IME_KEY_RIGHT: walk(window, key == BON_IME_KEY_LEFT); return true;
    case BON_IME_KEY_ESCAPE: cancel(window, setup, word); return true;
    case BON_IME_KEY_BACKSPACE:
        window->parts[choosing->part] = choosing->before;
        choosing->on = false;
        bon_ime_window_reopen_at(window, setup, word, choosing->part);
        return true;
    case BON_IME_KEY_ENTER: bon_ime_choose_accept(window); return true;
    default: break;
    }
    if (key >= '1' && key <= '9' && bon_ime_choose_take(window, key - '1')) return true;
    bon_ime_choose_accept(window);
    return key == ' ' && window->parts[window->count - 1].spaced;
}
