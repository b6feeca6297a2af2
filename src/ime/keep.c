/* src/ime/keep.c: which words stay as they are shown at their break, and which go back to their keys.
 *
 * Vietnamese is what the grammar says (and a few spellings that it does not: Đắk Lắk; abbreviations with đ). All else was
 * meant as it was typed: windows, not ưindớ. A key typed twice to take a mark back is the difficult case, because English has
 * double letters too: password is typed as it is written, while "tesst" is how a telex typist asks for "test". So the keys
 * win, unless the word without the second key would have been Vietnamese and no English word explains the double letter.
 */
#include <stdlib.h>
#include <string.h>

#include "ime/word.h"

/* Vietnamese spellings beyond the grammar, mostly names from the Central Highlands, in small letters. */
static const char *const further_words[] = {
    "bắk", "búk", "đăk", "đắk", "kăn", "kạn", "lăk", "lắk", "păk", "pắk",
};

/* English words whose keys are a Vietnamese syllable in telex (has: há), and which are typed with their last key doubled.
 * Their doubles are no words or rare ones; where the double is common (off, less, pass) the keys stay. Ascending. */
static const char *const single_words[] = {
    "as", "ax",  "bar",  "bus", "car", "gas", "has", "her", "his",  "is",   "lax", "max", "mix", "nor", "or",
    "ox", "per", "plus", "pus", "sex", "six", "tar", "tax", "this", "thus", "us",  "war", "was", "wax",
};

static int compare_words(const void *a, const void *b) { return strcmp(a, *(const char *const *)b); }

static bool is_further_word(const struct ime_word *word, const struct ime_view *view) {
    char shown[IME_SHOWN_MAX];
    struct ime_word small = *word;
    for (unsigned i = 0; i < small.letter_count; i++) small.letters[i].upper = false;
    size_t n = bon_ime_view_write(&small, view, shown);
    for (size_t i = 0; i < sizeof further_words / sizeof *further_words; i++)
        if (strlen(further_words[i]) == n && memcmp(further_words[i], shown, n) == 0) return true;
    return false;
}

/* đc, HĐLĐ, VĐV: consonants, some of them đ. */
static bool is_abbreviation(const struct ime_word *word) {
    bool stroke = false;
    if (word->tone != BON_TONE_NGANG || word->undone) return false;
    for (unsigned i = 0; i < word->letter_count; i++) {
        const struct ime_letter *letter = &word->letters[i];
        if (ime_is_vowel(letter->base)) return false;
        stroke |= letter->shape != SHAPE_NONE;
    }
    return stroke;
}

static bool is_vietnamese(const struct ime_word *word, const struct bon_ime_setup *setup) {
    struct ime_view view;
    bon_ime_view(word, setup->tone_style, &view);
    return view.syllable || is_abbreviation(word) || is_further_word(word, &view);
}

static bool shows_single_word(const struct ime_word *word) {
    char text[8];
    if (word->letter_count >= sizeof text) return false;
    for (unsigned i = 0; i < word->letter_count; i++) text[i] = word->letters[i].base;
    text[word->letter_count] = 0;
    return bsearch(text, single_words, sizeof single_words / sizeof *single_words, sizeof *single_words, compare_words);
}

/* Whether the key before or behind the last undoing key is the same one: oo + o, ww + w. */
static bool same_key(const struct ime_word *word, int at) {
    return at >= 0 && at < word->key_count && ime_small(word->keys[at]) == ime_small(word->keys[word->undo_key]);
}

/* Whether the second key was meant to take the mark back. */
static bool undone_on_purpose(const struct ime_word *word, const struct bon_ime_setup *setup) {
    unsigned at = word->undo_key;
    char key = ime_small(word->keys[at]);
    struct ime_word without;
    bon_ime_word_fold(&without, setup, word->keys, at); /* as it was before the undoing key */
    bool letter = ime_is_letter((unsigned char)key);
    if (!letter || bon_ime_actions[setup->map.actions[(unsigned char)key]].kind != KIND_TONE) {
        bool triple = letter && same_key(word, (int)at - 1) && (same_key(word, (int)at - 2) || key == 'w');
        return (triple || is_vietnamese(&without, setup)) && !same_key(word, (int)at + 1);
    }
    if (at + 1u == word->key_count) return shows_single_word(word);
    if (!same_key(word, (int)at - 1) || ime_is_vowel(ime_small(word->keys[at + 1]))) return false;
    for (unsigned i = at + 1; i < word->key_count; i++) bon_ime_word_key(&without, setup, word->keys[i]);
    return is_vietnamese(&without, setup);
}

bool bon_ime_word_keeps(const struct ime_word *word, const struct bon_ime_setup *setup) {
    if (word->raw || is_vietnamese(word, setup)) return true;
    return word->undo_key != IME_NO_KEY && undone_on_purpose(word, setup);
}
