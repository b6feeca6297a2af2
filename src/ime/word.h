/* src/ime/word.h: the word being typed: its keys, folded from left to right into letters, marks and one tone.
 *
 * The fold is the only state: a word is worth what its keys are worth, and Backspace is the fold of fewer keys. What the
 * letters look like (where the tone mark stands, whether uo with a horn is uơ or ươ) is decided when they are shown, by the
 * grammar of src/syllable, because only the whole word tells.
 */
#ifndef BON_SRC_IME_WORD_H
#define BON_SRC_IME_WORD_H

#include "ime/method.h"

enum { IME_NO_KEY = 0xff, IME_SHOWN_MAX = 4 * BON_IME_KEYS_MAX };

/* What does not change while typing. */
struct bon_ime_setup {
    bon_ime_keymap map;
    uint32_t flags;
    bon_tone_style tone_style;
};

struct ime_letter {
    char base; /* small letter without mark, or a literal sign */
    uint8_t shape;
    uint8_t upper;
    uint8_t mark_key; /* index of the key that gave the shape; several letters may share it (uow) */
    uint8_t inserted; /* the letter itself came from mark_key: w alone, quick keys */
    uint64_t keys;    /* bit i: key i belongs to this letter */
};

struct ime_word {
    uint8_t key_count, letter_count;
    uint8_t tone;
    uint8_t tone_vowel; /* index of the last vowel when the tone key came: the mark stays in its group */
    uint8_t undo_key;   /* index of the last key that took something back, or IME_NO_KEY */
    bool quoted;        /* the last letter is a pending quote key */
    bool raw;           /* shown as its keys */
    bool literal;       /* the rest of the keys are letters */
    uint64_t tone_keys; /* keys that belong to the letter under the tone mark */
    char keys[BON_IME_KEYS_MAX];
    struct ime_letter letters[BON_IME_KEYS_MAX * 2]; /* a quick key gives two letters */
};

static inline bool ime_is_letter(uint32_t key) { return (key | 32) - 'a' < 26; }
static inline char ime_small(char key) { return ime_is_letter((unsigned char)key) ? (char)(key | 32) : key; }
static inline bool ime_is_vowel(char base) {
    return ime_is_letter((unsigned char)base) &&
           (1u << 0 | 1u << 4 | 1u << 8 | 1u << 14 | 1u << 20 | 1u << 24) >> (base - 'a') & 1;
}
/* Whether letter i is the u of qu. */
static inline bool ime_is_qu(const struct ime_word *word, unsigned i) {
    return i > 0 && word->letters[i].base == 'u' && word->letters[i - 1].base == 'q';
}

void bon_ime_word_clear(struct ime_word *word);
/* Adds a printable ASCII key. False when it is not for the word (a sign with nothing to do), which ends the word; the word
 * is then as it was, less the quote that made the sign literal. A letter is always taken; the caller sees to it that there is room (key_count < BON_IME_KEYS_MAX). */
bool bon_ime_word_key(struct ime_word *word, const struct bon_ime_setup *setup, char key);
/* The fold of n keys. */
void bon_ime_word_fold(struct ime_word *word, const struct bon_ime_setup *setup, const char *keys, size_t n);

/* ---- show.c ---- */

/* A word as it looks. */
struct ime_view {
    uint8_t numbers[BON_IME_KEYS_MAX * 2]; /* letter numbers of syllable/spelling.h; 0: the letter's base as it is */
    unsigned tone_place;                   /* index of the letter with the tone mark; letter_count when there is none */
};
void bon_ime_view(const struct ime_word *word, bon_tone_style style, struct ime_view *view);
/* Whether what is seen is a syllable, its tone included. */
bool bon_ime_view_syllable(const struct ime_word *word, const struct ime_view *view);
/* Whether the letters and one more spell a syllable, its tone apart. */
bool bon_ime_spells(const struct ime_word *word, char next);
/* Writes the view as NFC, at most IME_SHOWN_MAX bytes. */
size_t bon_ime_view_write(const struct ime_word *word, const struct ime_view *view, char *out);
/* The word as it is shown: its view, or its keys when it is raw. */
size_t bon_ime_word_show(const struct ime_word *word, const struct bon_ime_setup *setup, char *out);

/* ---- type.c: from letters back to keys ---- */

struct ime_glyph {
    uint8_t number; /* of syllable/spelling.h; 0: `base` as it is */
    char base;
    uint8_t upper, tone;
};
/* The glyphs of a view; returns how many. */
unsigned bon_ime_view_glyphs(const struct ime_word *word, const struct ime_view *view, struct ime_glyph *glyphs);
/* The letter at the beginning of a text as a glyph, and its bytes; 0 when there is none. */
unsigned bon_ime_glyph_read(const char *text, size_t n, struct ime_glyph *glyph);
/* Makes a word that shows this text. False, with the word as it was, when it is not letters alone or no keys do. */
bool bon_ime_word_become(struct ime_word *word, const struct bon_ime_setup *setup, const char *text, size_t n);
/* Makes a word that shows exactly these glyphs, with few keys and in the order in which people type them. False, with the
 * word undefined, when no keys that are tried do. */
bool bon_ime_word_type(struct ime_word *word, const struct bon_ime_setup *setup, const struct ime_glyph *glyphs,
                       unsigned count);
/* Takes the last letter that is shown away. False when no keys show the rest; the word is then as it was. */
bool bon_ime_word_backspace(struct ime_word *word, const struct bon_ime_setup *setup);

/* ---- keep.c ---- */

/* Whether a word stays as it is shown at its break, with BON_IME_RESTORE; else it goes back to its keys. */
bool bon_ime_word_keeps(const struct ime_word *word, const struct bon_ime_setup *setup);

/* ---- ime.c ---- */

/* Checks the options (NULL: the defaults) and takes what words need of them. */
bon_status bon_ime_setup_read(struct bon_ime_setup *setup, const bon_ime_options *options);

#endif
