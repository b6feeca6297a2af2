/* src/ime/method.h: what the keys of a method do, as rows. */
#ifndef BON_SRC_IME_METHOD_H
#define BON_SRC_IME_METHOD_H

#include "bon/ime.h"

/* A letter has at most two marked forms: the one with the circumflex, and one other. */
enum { SHAPE_NONE, SHAPE_HAT /* â ê ô */, SHAPE_HORN /* ă ơ ư đ */, SHAPES };

enum action_kind { KIND_LETTER, KIND_TONE, KIND_MARK, KIND_INSERT, KIND_QUOTE };

struct action_row {
    uint8_t kind;
    uint8_t value;     /* KIND_TONE: bon_tone; KIND_INSERT: the letter without its mark */
    uint8_t shape[26]; /* KIND_MARK: by letter, what it turns it into; KIND_INSERT: the shape of that letter */
    uint8_t alone;     /* KIND_MARK: where nothing can be marked, ư */
};
extern const struct action_row bon_ime_actions[BON_IME_ACTIONS];

/* The number of a letter as in syllable/spelling.h, by letter and shape; 0: f j w z, and shapes that do not exist. */
extern const uint8_t bon_ime_letter_number[26][SHAPES];
/* Back: the letter without its mark (ASCII) and its shape, by number. */
extern const char bon_ime_number_base[32];
extern const uint8_t bon_ime_number_shape[32];

/* The key of a method that does an action, 0 when none does. */
char bon_ime_key_for(const bon_ime_keymap *map, bon_ime_action action);

#endif
