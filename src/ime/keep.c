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

/* Vietnamese words beyond the grammar that are written with marks, in small letters: names, and loan words written as one. */
static const char *const further_words[] = {
    "bắk",  "búk",   "đăk",   "đắk",   "êđê",    "kạn",   "kilô",  "kilôgam", "kilômét", "kitô",
    "kông", "krông", "lăk",   "lắk",   "lôgô",   "môtô",  "ôtô",   "ôxít",    "ôxy",     "ôzôn",
    "păk",  "pắk",   "phôtô", "plông", "pơlang", "rađiô", "rôbốt", "rôma",    "slavơ",   "xôviết",
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

/* đc, HĐLĐ, VĐV, NSƯT: consonants, some of them đ, and in capitals ư typed as uw. */
static bool is_abbreviation(const struct ime_word *word) {
    bool marked = false;
    if (word->tone != BON_TONE_NGANG || word->undo_key != IME_NO_KEY) return false;
    for (unsigned i = 0; i < word->letter_count; i++) {
        const struct ime_letter *letter = &word->letters[i];
        bool horned = letter->base == 'u' && letter->shape != SHAPE_NONE && letter->upper && !letter->inserted;
        if (ime_is_vowel(letter->base) && !horned) return false;
        marked |= letter->shape != SHAPE_NONE;
    }
    return marked;
}

/* No English word begins with dd: đag, đôla and Đak were meant. */
static bool begins_with_dd(const struct ime_word *word) {
    return word->letter_count > 0 && word->undo_key == IME_NO_KEY && word->letters[0].base == 'd' &&
           word->letters[0].shape != SHAPE_NONE && word->letters[0].mark_key == 1;
}

static bool is_vietnamese(const struct ime_word *word, const struct bon_ime_setup *setup) {
    struct ime_view view;
    bon_ime_view(word, setup->tone_style, &view);
    return bon_ime_view_syllable(word, &view) || is_abbreviation(word) || begins_with_dd(word) ||
           is_further_word(word, &view);
}

static bool shows_single_word(const struct ime_word *word) {
    char text[8];
    if (word->letter_count >= sizeof text) return false;
    for (unsigned i = 0; i < word->letter_count; i++) {
        if (word->letters[i].shape != SHAPE_NONE) return false;
        text[i] = word->letters[i].base;
    }
    text[word->letter_count] = 0;
    return bsearch(text, single_words, sizeof single_words / sizeof *single_words, sizeof *single_words, compare_words);
}

/* Whether the key before or behind the last undoing key is the same one: oo + o, ww + w. */
static bool same_key(const struct ime_word *word, int at) {
    return at >= 0 && at < word->key_count && ime_small(word->keys[at]) == ime_small(word->keys[word->undo_key]);
}

/* A tone taken back by a letter: tesst is test because tét is Vietnamese and no consonant follows ss in English words of one
 * syllable; hass is has because the table says so. */
static bool tone_undone_on_purpose(const struct ime_word *word, const struct bon_ime_setup *setup,
                                   struct ime_word *without) {
    unsigned rest = word->undo_key + 1u;
    if (rest == word->key_count) return shows_single_word(word);
    for (unsigned i = rest; i < word->key_count; i++) {
        char key = ime_small(word->keys[i]);
        if (setup->map.actions[(unsigned char)key] != BON_IME_LETTER || ime_is_vowel(key)) return false;
        bon_ime_word_key(without, setup, word->keys[i]);
    }
    return is_vietnamese(without, setup);
}

/* Whether the second key was meant to take the mark back. People do that as soon as they see the mark. */
static bool undone_on_purpose(const struct ime_word *word, const struct bon_ime_setup *setup) {
    int at = word->undo_key;
    char key = ime_small(word->keys[at]);
    struct ime_word without;
    if (!same_key(word, at - 1)) return false;
    bon_ime_word_fold(&without, setup, word->keys, (size_t)at); /* as it was before */
    if (!ime_is_letter((unsigned char)key)) return is_vietnamese(&without, setup) && !same_key(word, at + 1);
    if (bon_ime_actions[setup->map.actions[(unsigned char)key]].kind == KIND_TONE)
        return tone_undone_on_purpose(word, setup, &without);
    if (same_key(word, at + 1)) return false; /* www */
    if (key == 'w' && at == 1) return true;   /* no English word begins with ww */
    if (same_key(word, at - 2)) return true;  /* zooom: no English word has three */
    return at + 1 == word->key_count && (key == 'w' || is_vietnamese(&without, setup)); /* saww; dadd, but daddy */
}

bool bon_ime_word_keeps(const struct ime_word *word, const struct bon_ime_setup *setup) {
    if (word->raw || is_vietnamese(word, setup)) return true;
    return word->undo_key != IME_NO_KEY && undone_on_purpose(word, setup);
}
