/* src/ime/teach.c: what the words of the window teach the memory when they leave, and what it says about those that wait. */
#include <string.h>

#include "base/buf.h"
#include "ime/predict.h"
#include "restore/letters.h"
#include "restore/session.h"

/* A word that the user put right counts as often as so many that were just left; more lose on development text. */
enum { TOLD_WEIGHT = 2 };
#define REFUSALS_MAX 0.3F

const char *bon_ime_last_word(const char *text, size_t text_n, size_t *n) {
    size_t end = text_n > 0 && text[text_n - 1] == ' ' ? text_n - 1 : text_n, start = end;
    while (start > 0 && text[start - 1] != ' ') start--;
    *n = end - start;
    return text + start;
}

static const char *word_before(const struct ime_window *window, unsigned at, const char *text, size_t text_n,
                               size_t *n) {
    if (at == 0) return bon_ime_last_word(text, text_n, n);
    *n = window->parts[at - 1].text_len;
    return window->parts[at - 1].text;
}

/* ---- what was chosen before ---- */

/* Writes the typed word with the marks of a folded one, in the tone style of the predictions. */
static bool put_on(const struct ime_window *window, struct ime_part *part, const char *word, size_t n) {
    char spelled[BON_SYLLABLE_MAX];
    bon_buf *text = &window->memory->folded; /* `word` is not in it */
    bon_syllable code;
    bon_case letter_case;
    if (window->restore->options.tone_style == BON_TONE_NEW && bon_syllable_parse(word, n, &code, &letter_case)) {
        n = bon_syllable_spell(code, BON_CASE_LOWER, BON_TONE_NEW, spelled);
        word = spelled;
    }
    text->len = 0;
    if (bon_put_marks(part->typed, part->typed_len, word, n, text) != BON_OK || text->len > sizeof part->text)
        return false;
    bool changed = text->len != part->text_len || memcmp(text->data, part->text, text->len) != 0;
    memcpy(part->text, text->data, text->len);
    part->text_len = (uint16_t)text->len;
    part->recalled = true;
    return changed;
}

bool bon_ime_window_recall(struct ime_window *window) {
    bool changed = false;
    for (unsigned i = 0; i < window->count; i++) {
        struct ime_part *part = &window->parts[i];
        size_t before_n, n;
        if (part->pin != IME_FREE) continue;
        const char *before = word_before(window, i, window->context, window->context_len, &before_n);
        const char *word = bon_ime_memory_chosen(window->memory, before, before_n, part->typed, part->typed_len, &n);
        if (word) changed |= put_on(window, part, word, n);
    }
    return changed;
}

/* ---- learning ---- */

static bool shows_keys(const struct ime_part *part) {
    return part->text_len == part->key_count && memcmp(part->text, part->keys, part->key_count) == 0;
}

/* Whether keys alone make marks, or make no syllable: then they are a word of another language, whatever stands before it. */
static bool is_foreign(const struct ime_part *part) {
    bon_syllable code;
    bon_case letter_case;
    bool as_keys = part->typed_len == part->key_count && memcmp(part->typed, part->keys, part->key_count) == 0;
    return !as_keys || !bon_syllable_parse(part->keys, part->key_count, &code, &letter_case);
}

unsigned bon_ime_window_learn(const struct ime_window *window, unsigned at, const char *text, size_t n) {
    const struct ime_part *part = &window->parts[at];
    size_t before_n;
    unsigned weight = part->told ? TOLD_WEIGHT : 1;
    /* Who writes without marks, in a chat, does not want that elsewhere. */
    if (!window->learns || window->refusals > REFUSALS_MAX) return 0;
    const char *before = word_before(window, at, text, n, &before_n);
    if (part->told && shows_keys(part) && is_foreign(part))
        bon_ime_memory_keep(window->memory, part->keys, part->key_count, true);
    else if (part->told)
        bon_ime_memory_correct(window->memory, before, before_n, part->text, part->text_len);
    bon_ime_memory_learn(window->memory, before, before_n, part->text, part->text_len, (int)weight);
    return weight;
}

void bon_ime_window_taken_back(struct ime_window *window, const char *text, size_t n, unsigned weight) {
    size_t before_n;
    memcpy(window->doubted, text, n);
    window->doubted_len = n;
    if (weight == 0 || !window->learns) return;
    const char *before = bon_ime_last_word(window->context, window->context_len, &before_n);
    bon_ime_memory_learn(window->memory, before, before_n, text, n, -(int)weight);
}
