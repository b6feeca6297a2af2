/* src/ime/ime.c: one text field: the word being typed, the one before it, and what a key does to them.
 *
 * Letters go to the word (word.c). Whatever is not for the word ends it: its final text leaves together with the sign that
 * ended it, in one string, so that no client can put them in the wrong order.
 */
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "ime/charset.h"
#include "ime/predict.h"
#include "restore/session.h"
#include "syllable/utf8.h"

enum {
    WINDOW_MAX = IME_PARTS * (IME_SHOWN_MAX + 1), /* the words that wait, with their blanks */
    PLAIN_MAX = WINDOW_MAX + BON_IME_MACRO_MAX + 16,
    COMMIT_MAX = PLAIN_MAX * IME_CHARSET_GROWTH
};

/* What was committed last, while nothing else has happened since but blanks. */
struct last_word {
    bool known;
    bool raw;
    bool kept; /* its keys are shown because they always are (memory.h) */
    uint8_t key_count;
    uint8_t weight; /* of its learning, 0: it was not learned */
    uint16_t text_len;
    unsigned points; /* code points of it in the document */
    unsigned signs;  /* code points behind it */
    char keys[BON_IME_KEYS_MAX];
    char text[IME_SHOWN_MAX];
};

enum sentence { IN_SENTENCE, BEHIND_STOP, AT_START, ELSEWHERE };

struct bon_ime {
    struct bon_ime_setup setup;
    bon_ime_charset charset;
    const bon_ime_macro *macros;
    size_t macro_count;
    struct ime_word word;
    struct last_word last;
    bool reopened;            /* the word had left, and came back to be typed on */
    bool overlong;            /* behind letters of a word that was too long */
    struct ime_window window; /* empty without prediction */
    enum sentence sentence;
    size_t plain_len; /* of the commit before conversion */
    char plain[PLAIN_MAX];
    char commit[COMMIT_MAX];
    char preedit[WINDOW_MAX + IME_SHOWN_MAX];
};
_Static_assert(IME_SHOWN_MAX + 16 <= PLAIN_MAX, "a shown word and its sign fit into a commit");

/* ---- options ---- */

static int compare_bytes(const char *a, size_t a_len, const char *b, size_t b_len) {
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);
    return order ? order : (a_len > b_len) - (a_len < b_len);
}

static bon_status check_macros(const bon_ime_macro *macros, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (macros[i].key_len == 0 || macros[i].text_len > BON_IME_MACRO_MAX)
            return bon_fail(BON_ERR_ARGUMENT, "macro %zu: needs a key, and a text of at most %d bytes", i + 1,
                            BON_IME_MACRO_MAX);
        if (i > 0 && compare_bytes(macros[i - 1].key, macros[i - 1].key_len, macros[i].key, macros[i].key_len) >= 0)
            return bon_fail(BON_ERR_ARGUMENT, "macro %zu: keys must ascend", i + 1);
    }
    return BON_OK;
}

/* Keys with an action are printable and no capitals, which share the action of the small letter. */
static bon_status check_keymap(const bon_ime_keymap *keymap) {
    for (unsigned key = 0; key < 128; key++) {
        unsigned action = keymap->actions[key];
        bool typed = key > ' ' && key < 0x7f && !(key >= 'A' && key <= 'Z');
        if (action >= BON_IME_ACTIONS || (action != BON_IME_LETTER && !typed))
            return bon_fail(BON_ERR_ARGUMENT,
                            "keymap: key %u, action %u: keys are 33 to 126 without capitals, actions 0 to %d", key,
                            action, BON_IME_ACTIONS - 1);
    }
    return BON_OK;
}

static bon_status check_options(const bon_ime_options *options) {
    if ((unsigned)options->method >= BON_IME_METHODS)
        return bon_fail(BON_ERR_ARGUMENT, "input method %d: there are 0 to %d", (int)options->method,
                        BON_IME_METHODS - 1);
    if ((unsigned)options->charset >= BON_IME_CHARSETS)
        return bon_fail(BON_ERR_ARGUMENT, "charset %d: there are 0 to %d", (int)options->charset, BON_IME_CHARSETS - 1);
    if ((unsigned)options->tone_style > BON_TONE_KEEP)
        return bon_fail(BON_ERR_ARGUMENT, "tone style %d: there are 0 to %d", (int)options->tone_style, BON_TONE_KEEP);
    if (options->flags & ~(uint32_t)BON_IME_FLAGS)
        return bon_fail(BON_ERR_ARGUMENT, "input method flags %#x: unknown bits", (unsigned)options->flags);
    if (options->method == BON_IME_KEYMAP && !options->keymap)
        return bon_fail(BON_ERR_ARGUMENT, "the method is a keymap, but none was given");
    if (options->method == BON_IME_KEYMAP) BON_TRY(check_keymap(options->keymap));
    if ((unsigned)options->prediction >= BON_IME_PREDICTIONS)
        return bon_fail(BON_ERR_ARGUMENT, "prediction %d: there are 0 to %d", (int)options->prediction,
                        BON_IME_PREDICTIONS - 1);
    if (options->prediction == BON_IME_PREDICT_FULL && !options->restore)
        return bon_fail(BON_ERR_ARGUMENT, "full prediction needs a session to restore marks with");
    return check_macros(options->macros, options->macro_count);
}

bon_status bon_ime_setup_read(struct bon_ime_setup *setup, const bon_ime_options *options) {
    static const bon_ime_options defaults;
    if (!options) options = &defaults;
    BON_TRY(check_options(options));
    setup->flags = options->flags | (options->prediction != BON_IME_PREDICT_OFF ? BON_IME_RESTORE : 0u);
    setup->tone_style = options->tone_style == BON_TONE_NEW ? BON_TONE_NEW : BON_TONE_OLD;
    if (options->method != BON_IME_KEYMAP) return bon_ime_keymap_of(&setup->map, options->method);
    setup->map = *options->keymap;
    return BON_OK;
}

bon_status bon_ime_set_options(bon_ime *ime, const bon_ime_options *options) {
    struct bon_ime_setup setup;
    BON_TRY(bon_ime_setup_read(&setup, options));
    if (options && options->memory && options->prediction == BON_IME_PREDICT_FULL)
        BON_TRY(bon_ime_memory_serve(options->memory, options->restore->restorer));
    ime->setup = setup;
    ime->charset = options ? options->charset : BON_IME_NFC;
    ime->macros = options ? options->macros : NULL;
    ime->macro_count = options ? options->macro_count : 0;
    bool predicts = options && options->prediction == BON_IME_PREDICT_FULL;
    ime->window.restore = predicts ? options->restore : NULL;
    ime->window.memory = options ? options->memory : NULL;
    ime->window.learns = ime->window.memory && !(setup.flags & BON_IME_NO_LEARN);
    bon_ime_reset(ime);
    return BON_OK;
}

bon_status bon_ime_open(bon_ime **out, const bon_ime_options *options) {
    *out = NULL;
    bon_ime *ime = calloc(1, sizeof *ime);
    if (!ime) return bon_fail_memory(sizeof *ime);
    bon_status status = bon_ime_set_options(ime, options);
    if (status != BON_OK) {
        free(ime);
        return status;
    }
    *out = ime;
    return BON_OK;
}

void bon_ime_close(bon_ime *ime) {
    if (ime) bon_buf_free(&ime->window.plain);
    free(ime);
}

void bon_ime_reset(bon_ime *ime) {
    bon_ime_word_clear(&ime->word);
    bon_ime_window_clear(&ime->window);
    ime->last.known = ime->overlong = false;
    ime->sentence = AT_START;
}

/* ---- results ---- */

static void put_plain(bon_ime *ime, const char *text, size_t n) {
    memcpy(ime->plain + ime->plain_len, text, n);
    ime->plain_len += n;
}

static void put_point(bon_ime *ime, uint32_t point) {
    ime->plain_len += bon_utf8_write(point, ime->plain + ime->plain_len);
}

static unsigned count_points(const char *text, size_t n) {
    unsigned points = 0;
    for (size_t i = 0; i < n; i++) points += !bon_utf8_tail(text[i]);
    return points;
}

static void convert(const bon_ime *ime, const char *text, size_t n, char *out, size_t *length) {
    *length = bon_ime_convert(ime->charset, text, n, out);
}

/* A sentence is decoded without the one before it; and where the cursor went elsewhere, what stands before it is unknown. */
static void note_committed(bon_ime *ime) {
    bon_ime_window_committed(&ime->window, ime->plain, ime->plain_len);
    if (ime->sentence == ELSEWHERE || (ime->plain_len && ime->sentence == AT_START)) ime->window.context_len = 0;
}

/* Fills in what there is to commit and to show. */
static void finish_result(bon_ime *ime, bon_ime_result *out) {
    out->commit = ime->commit;
    if (ime->plain_len) convert(ime, ime->plain, ime->plain_len, ime->commit, &out->commit_len);
    if (ime->window.restore) note_committed(ime);
    out->preedit = ime->preedit;
    size_t before = ime->window.count ? bon_ime_window_show(&ime->window, ime->preedit, NULL) : 0;
    out->preedit_len = before;
    if (ime->word.key_count) out->preedit_len += bon_ime_word_show(&ime->word, &ime->setup, ime->preedit + before);
    out->cursor = out->preedit_len;
    if (ime->window.tail_count) {
        ime->preedit[out->preedit_len++] = ' ';
        out->preedit_len += bon_ime_window_show_tail(&ime->window, ime->preedit + out->preedit_len);
    }
    const struct ime_choosing *choosing = &ime->window.choosing;
    if (!choosing->on && !choosing->hint) return;
    out->candidates = choosing->list;
    out->candidate_count = choosing->count;
    out->selected = choosing->on ? choosing->selected : choosing->count;
    if (choosing->on) bon_ime_window_show(&ime->window, ime->preedit, &out->cursor);
}

/* ---- the end of a word ---- */

static const bon_ime_macro *find_macro(const bon_ime *ime, const char *key, size_t n) {
    size_t low = 0, high = ime->macro_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const bon_ime_macro *macro = &ime->macros[middle];
        int order = compare_bytes(macro->key, macro->key_len, key, n);
        if (order == 0) return macro;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* The macro that the word calls, by its keys or by what they show. */
static const bon_ime_macro *called_macro(const bon_ime *ime) {
    char shown[IME_SHOWN_MAX];
    if (ime->macro_count == 0) return NULL;
    const bon_ime_macro *macro = find_macro(ime, ime->word.keys, ime->word.key_count);
    if (macro) return macro;
    return find_macro(ime, shown, bon_ime_word_show(&ime->word, &ime->setup, shown));
}

enum leave { AS_SHOWN, AT_BREAK, AS_KEYS };

/* `text` is what the keys came to. */
static void remember(bon_ime *ime, const char *keys, unsigned key_count, bool raw, const char *text, size_t n) {
    struct last_word *last = &ime->last;
    size_t length;
    last->known = true;
    last->raw = raw;
    last->kept = false;
    last->weight = 0;
    last->text_len = 0;
    last->key_count = (uint8_t)key_count;
    memcpy(last->keys, keys, key_count);
    convert(ime, text, n, ime->commit, &length);
    last->points = count_points(ime->commit, length);
    last->signs = 0;
}

/* ---- the words that wait (prediction) ---- */

/* What was committed last stands in the context, or in this commit. */
static unsigned learn_part(bon_ime *ime, unsigned at) {
    struct ime_window *window = &ime->window;
    if (ime->plain_len && at == 0) return bon_ime_window_learn(window, at, ime->plain, ime->plain_len);
    return bon_ime_window_learn(window, at, window->context, window->context_len);
}

/* Commits the first `count` words of the window. */
static void leave_window(bon_ime *ime, unsigned count) {
    struct ime_window *window = &ime->window;
    struct last_word *last = &ime->last;
    for (unsigned i = 0; i < count; i++) {
        const struct ime_part *part = &window->parts[i];
        unsigned weight = learn_part(ime, i);
        put_plain(ime, part->text, part->text_len);
        remember(ime, part->keys, part->key_count, part->raw, part->text, part->text_len);
        last->kept = part->kept;
        last->weight = (uint8_t)weight;
        last->text_len = part->text_len;
        memcpy(last->text, part->text, part->text_len);
        if (!part->spaced) continue;
        put_point(ime, ' ');
        ime->last.signs++;
    }
    window->count -= count;
    window->fresh &= window->count > 0;
    memmove(window->parts, window->parts + count, window->count * sizeof *window->parts);
}

/* The word being typed joins those that wait. */
static void wait_word(bon_ime *ime, enum leave how) {
    if (how == AS_KEYS) ime->word.raw = true;
    bon_ime_window_take(&ime->window, &ime->setup, &ime->word, how == AT_BREAK);
    bon_ime_window_rejoin(&ime->window);
    if (how != AS_SHOWN) bon_ime_window_decode(&ime->window);
}

/* A blank keeps the words waiting; false when there is none that it could belong to. */
static bool wait_blank(bon_ime *ime) {
    struct ime_window *window = &ime->window;
    if (window->count == 0 || window->parts[window->count - 1].spaced) return false;
    window->parts[window->count - 1].spaced = true;
    if (window->count > IME_WINDOW) leave_window(ime, window->count - IME_WINDOW);
    if (ime->setup.flags & BON_IME_HINTS && window->fresh) bon_ime_choose_hint(window);
    return true;
}

/* A word of whose keys the user said that they are to stay. */
static bool keeps_keys(bon_ime *ime, enum leave how) {
    const struct ime_word *word = &ime->word;
    bon_ime_memory *memory = ime->window.memory;
    if (!memory || ime->reopened) return false;
    if ((word->raw || how == AS_KEYS) && ime->window.learns)
        bon_ime_memory_keep(memory, word->keys, word->key_count, true);
    return !word->raw && bon_ime_memory_keeps(memory, word->keys, word->key_count);
}

/* Without prediction. */
static void leave_alone(bon_ime *ime, enum leave how) {
    struct ime_word *word = &ime->word;
    bool restores = how == AT_BREAK && ime->setup.flags & BON_IME_RESTORE;
    bool kept = how != AS_SHOWN && keeps_keys(ime, how);
    if (how == AS_KEYS || kept || (restores && !bon_ime_word_keeps(word, &ime->setup))) word->raw = true;
    ime->plain_len += bon_ime_word_show(word, &ime->setup, ime->plain + ime->plain_len);
    remember(ime, word->keys, word->key_count, word->raw, ime->plain, ime->plain_len);
    ime->last.kept = kept;
}

/* Moves the word into the commit. */
static void leave_word(bon_ime *ime, enum leave how) {
    struct ime_word *word = &ime->word;
    if (word->key_count == 0) return;
    const bon_ime_macro *macro = how == AT_BREAK && !ime->window.tail_count ? called_macro(ime) : NULL;
    if (ime->window.restore && !macro) {
        wait_word(ime, how);
        return;
    }
    if (macro) {
        leave_window(ime, ime->window.count);
        put_plain(ime, macro->text, macro->text_len);
        ime->last.known = false;
    } else {
        leave_alone(ime, how);
    }
    bon_ime_word_clear(word);
}

/* A sentence ends with . ! ? or a line, and begins behind the blank that follows. */
static void note_sign(bon_ime *ime, uint32_t sign) {
    if (sign == '\n' || (sign == ' ' && ime->sentence == BEHIND_STOP))
        ime->sentence = AT_START;
    else if (sign == '.' || sign == '!' || sign == '?')
        ime->sentence = BEHIND_STOP;
    else if (sign != ' ' && sign != '"' && sign != '\'' && sign != ')' && sign != '(')
        ime->sentence = IN_SENTENCE;
}

/* ---- keys ---- */

static bool press_sign(bon_ime *ime, uint32_t key, enum leave how) {
    bool joins = ime->window.tail_count > 0;
    if (how == AS_KEYS) bon_ime_window_as_typed(&ime->window, &ime->setup, &ime->word);
    leave_word(ime, how);
    ime->overlong = false;
    if (joins && key == ' ') return true; /* the blank between them is there */
    note_sign(ime, key);
    if (key == ' ' && wait_blank(ime)) return true;
    leave_window(ime, ime->window.count);
    put_point(ime, key);
    ime->last.signs++;
    return true;
}

/* A word of more keys than there is room for is none of ours: it leaves as its keys, and so does what follows up to its end. */
static bool press_overlong(bon_ime *ime, char key) {
    if (!ime_is_letter((unsigned char)key)) return press_sign(ime, (unsigned char)key, AT_BREAK);
    leave_word(ime, AS_KEYS);
    leave_window(ime, ime->window.count);
    put_point(ime, (unsigned char)key);
    ime->overlong = true;
    ime->last.known = false;
    return true;
}

static bool press_letter(bon_ime *ime, char key) {
    bool fresh = ime->word.key_count == 0;
    if (fresh) ime->reopened = false;
    if (ime->overlong || ime->word.key_count == BON_IME_KEYS_MAX) return press_overlong(ime, key);
    if (ime->word.key_count == 0 && ime->window.count && !ime->window.parts[ime->window.count - 1].spaced)
        leave_window(ime, ime->window.count);
    if (fresh && ime->setup.flags & BON_IME_AUTO_CAPITAL && ime->sentence == AT_START && key >= 'a' && key <= 'z')
        key = (char)(key - 32);
    if (!bon_ime_word_key(&ime->word, &ime->setup, key)) return press_sign(ime, (unsigned char)key, AT_BREAK);
    ime->sentence = IN_SENTENCE;
    ime->last.known = false;
    ime->window.fresh = false;
    return true;
}

static bool press_character(bon_ime *ime, uint32_t key, unsigned modifiers) {
    if (key == ' ' && modifiers & BON_IME_SHIFT) return press_sign(ime, key, AS_KEYS);
    if (key > ' ' && key < 0x7f) return press_letter(ime, (char)key);
    return press_sign(ime, key, AT_BREAK);
}

/* The word behind which the cursor now stands comes back into the preedit. */
static void reopen(bon_ime *ime, bon_ime_result *out) {
    struct last_word *last = &ime->last;
    struct ime_part part = {.raw = last->raw && !last->kept, .key_count = last->key_count, .text_len = last->text_len};
    memcpy(part.keys, last->keys, last->key_count);
    memcpy(part.text, last->text, last->text_len);
    ime->reopened = true;
    if (last->kept && ime->window.learns) bon_ime_memory_keep(ime->window.memory, last->keys, last->key_count, false);
    out->delete_before = last->points + last->signs;
    bon_ime_window_deleted(&ime->window, out->delete_before);
    if (ime->window.restore) bon_ime_window_taken_back(&ime->window, last->text, last->text_len, last->weight);
    bon_ime_window_bring_back(&ime->window, &ime->setup, &ime->word, &part);
    last->known = false;
}

static bool press_backspace(bon_ime *ime, bon_ime_result *out) {
    struct ime_word *word = &ime->word;
    ime->sentence = IN_SENTENCE;
    if (word->key_count == 0 && ime->window.count) {
        if (!bon_ime_window_give_back(&ime->window)) bon_ime_window_reopen(&ime->window, &ime->setup, word);
        return true;
    }
    if (word->key_count == 0) {
        bon_ime_window_deleted(&ime->window, !(ime->last.known && ime->last.signs == 1));
        if (!ime->last.known) return false;
        if (ime->last.signs == 1 && ime->setup.flags & BON_IME_REOPEN) return reopen(ime, out), true;
        ime->last.known = ime->last.signs-- > 1;
        return false;
    }
    if (bon_ime_word_backspace(word, &ime->setup)) {
        if (word->key_count == 0) bon_ime_window_emptied(&ime->window);
        return true;
    }
    /* No keys show the rest: it leaves as it is. */
    leave_window(ime, ime->window.count);
    char *shown = ime->plain + ime->plain_len;
    size_t n = bon_ime_word_show(word, &ime->setup, shown);
    while (n > 0 && bon_utf8_tail(shown[n - 1])) n--;
    ime->plain_len += n ? n - 1 : 0;
    bon_ime_word_clear(word);
    if (bon_ime_window_rejoin(&ime->window)) put_point(ime, ' ');
    return true;
}

static bool press_escape(bon_ime *ime) {
    if (ime->word.key_count == 0 && ime->window.count) return bon_ime_window_keys(&ime->window);
    if (ime->word.key_count == 0 || ime->word.raw) return false;
    if (bon_ime_window_as_typed(&ime->window, &ime->setup, &ime->word)) return true;
    ime->word.raw = true;
    return true;
}

/* A key that types nothing ends the word and goes on to the application. Enter is a break; moving away is none. */
static bool press_other(bon_ime *ime, uint32_t key) {
    leave_word(ime, key == BON_IME_KEY_ENTER || key == BON_IME_KEY_TAB ? AT_BREAK : AS_SHOWN);
    leave_window(ime, ime->window.count);
    ime->last.known = ime->overlong = false;
    ime->sentence = key == BON_IME_KEY_ENTER ? AT_START : ELSEWHERE;
    return false;
}

/* Tab and Down ask for the candidates of the last word. */
static bool press_choose(bon_ime *ime, uint32_t key) {
    struct ime_window *window = &ime->window;
    bool from_word = ime->word.key_count > 0, joins = window->tail_count > 0;
    unsigned at = window->count - !from_word;
    if (!window->restore || (!from_word && window->count == 0)) return press_other(ime, key);
    if (from_word) wait_word(ime, AT_BREAK);
    bon_ime_choose_open(window, at, from_word && !joins, key == BON_IME_KEY_TAB && !from_word);
    return true;
}

/* Up puts the word right that waits before the last. */
static bool press_up(bon_ime *ime) {
    if (ime->word.key_count || ime->window.count < 2) return press_other(ime, BON_IME_KEY_UP);
    bon_ime_choose_open(&ime->window, ime->window.count - 2, false, true);
    return true;
}

/* While candidates are shown; false when the key is to be acted on as ever. */
static bool press_choice(bon_ime *ime, uint32_t key, unsigned modifiers) {
    if (!ime->window.choosing.on) return false;
    if (!modifiers) return bon_ime_choose_key(&ime->window, &ime->setup, &ime->word, key);
    bon_ime_choose_accept(&ime->window);
    return false;
}

void bon_ime_key(bon_ime *ime, uint32_t key, unsigned modifiers, bon_ime_result *out) {
    *out = (bon_ime_result){0};
    ime->plain_len = 0;
    ime->window.choosing.hint = false;
    if (press_choice(ime, key, modifiers))
        out->handled = true;
    else if (modifiers & (BON_IME_CONTROL | BON_IME_ALT | BON_IME_SUPER))
        out->handled = press_other(ime, BON_IME_KEY_OTHER);
    else if (key < 0x110000 && !(key >= 0xd800 && key < 0xe000))
        out->handled = press_character(ime, key, modifiers);
    else if (key == BON_IME_KEY_BACKSPACE)
        out->handled = press_backspace(ime, out);
    else if (key == BON_IME_KEY_ESCAPE)
        out->handled = press_escape(ime);
    else if (key == BON_IME_KEY_TAB || key == BON_IME_KEY_DOWN)
        out->handled = press_choose(ime, key);
    else if (key == BON_IME_KEY_UP)
        out->handled = press_up(ime);
    else
        out->handled = press_other(ime, key);
    finish_result(ime, out);
}

void bon_ime_choose(bon_ime *ime, size_t candidate, bon_ime_result *out) {
    *out = (bon_ime_result){0};
    ime->plain_len = 0;
    out->handled = bon_ime_choose_take(&ime->window, candidate);
    finish_result(ime, out);
}

void bon_ime_finish(bon_ime *ime, bon_ime_result *out) {
    *out = (bon_ime_result){.handled = true};
    ime->plain_len = 0;
    ime->window.choosing.hint = false;
    if (ime->window.choosing.on) bon_ime_choose_accept(&ime->window);
    leave_word(ime, ime->window.restore ? AT_BREAK : AS_SHOWN);
    leave_window(ime, ime->window.count);
    ime->last.known = false;
    finish_result(ime, out);
}
