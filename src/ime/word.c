/* src/ime/word.c: the fold of keys into letters; word.h has the idea. */
#include <string.h>

#include "ime/word.h"

void bon_ime_word_clear(struct ime_word *word) {
    word->key_count = word->letter_count = 0;
    word->tone = BON_TONE_NGANG;
    word->undo_key = IME_NO_KEY;
    word->quoted = word->raw = word->literal = false;
    word->tone_keys = 0;
}

static uint64_t key_bit(unsigned index) { return (uint64_t)1 << index; }

static struct ime_letter *append(struct ime_word *word, char base, bool upper, uint64_t keys) {
    struct ime_letter *letter = &word->letters[word->letter_count++];
    *letter = (struct ime_letter){.base = base, .upper = upper, .mark_key = IME_NO_KEY, .keys = keys};
    return letter;
}

/* The index of the last vowel, -1 when there is none. */
static int last_vowel(const struct ime_word *word) {
    int i = word->letter_count - 1;
    while (i >= 0 && !ime_is_vowel(word->letters[i].base)) i--;
    return i;
}

static bool has_vowel(const struct ime_word *word) { return last_vowel(word) >= 0; }

static bool ends_with_vowel(const struct ime_word *word) {
    return word->letter_count > 0 && ime_is_vowel(word->letters[word->letter_count - 1].base);
}

/* ---- the key being folded ---- */

struct press {
    const struct bon_ime_setup *setup;
    unsigned index; /* of the key in word->keys */
    char key;       /* small */
    bool upper;
    uint8_t action;
};

static bool literal(struct ime_word *word, const struct press *press, uint64_t keys) {
    append(word, press->key, press->upper, keys | key_bit(press->index));
    return true;
}

/* Who takes a mark back does not write Vietnamese, and wants the rest of the word as it is typed; only oo is also a rhyme
 * (coong). */
static void note_undo(struct ime_word *word, const struct press *press) {
    word->literal = press->key != 'o';
    word->undo_key = (uint8_t)press->index;
}

/* Letters that the given key made out of nothing become what it typed; shapes that it gave go. Returns whether the key
 * itself is now among the letters. */
static bool take_back(struct ime_word *word, const struct press *press, unsigned mark_key) {
    bool typed = false;
    unsigned kept = 0;
    for (unsigned i = 0; i < word->letter_count; i++) {
        struct ime_letter letter = word->letters[i];
        if (letter.mark_key == mark_key) {
            if (letter.inserted && typed) continue; /* the second letter of a quick key */
            if (letter.inserted) {
                typed = true;
                letter.base = press->key;
                letter.keys |= key_bit(press->index);
            }
            letter.shape = SHAPE_NONE;
            letter.inserted = false;
            letter.mark_key = IME_NO_KEY;
            if (!typed) letter.keys &= ~key_bit(mark_key);
        }
        word->letters[kept++] = letter;
    }
    word->letter_count = (uint8_t)kept;
    return typed;
}

static bool undo_mark(struct ime_word *word, const struct press *press, unsigned mark_key) {
    note_undo(word, press);
    if (!take_back(word, press, mark_key)) literal(word, press, key_bit(mark_key));
    return true;
}

/* ---- tones ---- */

static bool press_tone(struct ime_word *word, const struct press *press, uint8_t tone) {
    bool strict = press->setup->flags & BON_IME_STRICT_MARKS;
    if (!(strict ? ends_with_vowel(word) : has_vowel(word))) return false;
    if (tone == word->tone) {
        if (tone == BON_TONE_NGANG || press->setup->flags & BON_IME_NO_UNDO) return false;
        note_undo(word, press);
        literal(word, press, word->tone_keys);
        word->tone = BON_TONE_NGANG;
        word->tone_keys = 0;
        return true;
    }
    word->tone = tone;
    word->tone_vowel = (uint8_t)last_vowel(word);
    word->tone_keys |= key_bit(press->index);
    return true;
}

/* ---- marks ---- */

/* d takes its stroke from the key behind it, or, as first letter, from anywhere once there is a vowel. */
static int stroke_target(const struct ime_word *word, bool strict) {
    int last = word->letter_count - 1;
    if (last < 0) return -1;
    if (word->letters[last].base == 'd') return last;
    return !strict && word->letters[0].base == 'd' && has_vowel(word) ? 0 : -1;
}

/* The last vowel letter that the action marks, moved to where Vietnamese has the mark: the first of uu, the u of ua (not
 * of qua), the o of uou. -1: none. */
static int vowel_target(const struct ime_word *word, const struct action_row *row, bool strict) {
    const struct ime_letter *letters = word->letters;
    int last = word->letter_count - 1;
    for (int i = last; i >= 0 && (!strict || i == last); i--) {
        char base = letters[i].base, before = i > 0 ? letters[i - 1].base : 0;
        if (!ime_is_letter((unsigned char)base) || !row->shape[base - 'a']) continue;
        if (ime_is_qu(word, (unsigned)i) && i < last) continue;
        if (!row->shape['u' - 'a'] || i == 0 || ime_is_qu(word, (unsigned)i - 1)) return i;
        if (base == 'u' && before == 'u') return i - 1;
        if (base == 'a' && before == 'u') return i - 1;
        if (base == 'u' && before == 'o' && i > 1 && letters[i - 2].base == 'u') return i - 1;
        return i;
    }
    return -1;
}

/* Behind another vowel the key may be the next letter: the second o of khoeo and ngoao. */
static bool is_next_letter(const struct ime_word *word, const struct press *press, int target) {
    return target + 1 < word->letter_count && ends_with_vowel(word) && ime_is_vowel(press->key) &&
           bon_ime_spells(word, press->key);
}

/* Whether a key that would take a mark back is rather a letter: a vowel or d that stands neither behind the marked letter
 * nor behind itself (ootoo: ôtô). */
static bool is_other_letter(const struct ime_word *word, const struct press *press, int target) {
    bool letter = ime_is_vowel(press->key) || press->key == 'd';
    return letter && target + 1 < word->letter_count && ime_small(word->keys[press->index - 1]) != press->key;
}

/* Gives a letter a shape; letters that had theirs from the same earlier key (uơ before o) lose it. */
static void set_shape(struct ime_word *word, const struct press *press, int i, uint8_t shape) {
    struct ime_letter *letter = &word->letters[i];
    if (letter->shape == shape) return;
    for (unsigned j = 0; letter->shape != SHAPE_NONE && j < word->letter_count; j++) {
        struct ime_letter *other = &word->letters[j];
        if (other == letter || other->mark_key != letter->mark_key || other->inserted) continue;
        other->shape = SHAPE_NONE;
        other->mark_key = IME_NO_KEY;
    }
    letter->shape = shape;
    letter->mark_key = (uint8_t)press->index;
    letter->inserted = false;
    letter->keys |= key_bit(press->index);
}

/* One horn key marks both letters of uo. */
static bool is_pair(const struct ime_word *word, const struct action_row *row, int target) {
    return target > 0 && row->shape['u' - 'a'] && word->letters[target].base == 'o' &&
           word->letters[target - 1].base == 'u' && !ime_is_qu(word, (unsigned)target - 1);
}

/* Appends a letter that the key does not name. */
static bool insert(struct ime_word *word, const struct press *press, char base, uint8_t shape) {
    struct ime_letter *letter = append(word, base, press->upper, key_bit(press->index));
    letter->shape = shape;
    letter->mark_key = (uint8_t)press->index;
    letter->inserted = true;
    return true;
}

/* ư is the first letter of its rhyme: no vowel stands before it, but the i of gi. */
static bool may_begin_rhyme(const struct ime_word *word) {
    const struct ime_letter *letters = word->letters;
    return !has_vowel(word) || (word->letter_count == 2 && letters[0].base == 'g' && letters[1].base == 'i');
}

static bool press_mark(struct ime_word *word, const struct press *press, const struct action_row *row) {
    bool strict = press->setup->flags & BON_IME_STRICT_MARKS;
    int target = row->shape['d' - 'a'] ? stroke_target(word, strict) : vowel_target(word, row, strict);
    if (target < 0) return row->alone && may_begin_rhyme(word) && insert(word, press, 'u', SHAPE_HORN);
    if (is_next_letter(word, press, target)) return false;
    uint8_t shape = row->shape[word->letters[target].base - 'a'];
    bool pair = is_pair(word, row, target);
    if (word->letters[target].shape == shape && (!pair || word->letters[target - 1].shape == shape)) {
        if (press->setup->flags & BON_IME_NO_UNDO || is_other_letter(word, press, target)) return false;
        return undo_mark(word, press, word->letters[target].mark_key);
    }
    set_shape(word, press, target, shape);
    if (pair) set_shape(word, press, target - 1, shape);
    return true;
}

/* A key that stands for a marked letter; typed twice it is itself. */
static bool press_insert(struct ime_word *word, const struct press *press, const struct action_row *row) {
    const struct ime_letter *last = word->letter_count ? &word->letters[word->letter_count - 1] : NULL;
    if (last && last->inserted && ime_small(word->keys[last->mark_key]) == press->key)
        return undo_mark(word, press, last->mark_key);
    return insert(word, press, (char)row->value, row->shape[row->value - 'a']);
}

/* ---- quick keys ---- */

struct quick_row {
    char key;
    char letters[3];
};
static const struct quick_row quick_doubles[] = {
    {'c', "h"}, {'g', "i"}, {'k', "h"}, {'n', "g"}, {'p', "h"}, {'q', "u"}, {'t', "h"},
};
static const struct quick_row quick_initials[] = {{'f', "ph"}, {'j', "gi"}, {'w', "qu"}};
static const struct quick_row quick_finals[] = {{'g', "ng"}, {'h', "nh"}, {'k', "ch"}};
#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

static const char *find_quick(const struct quick_row *rows, size_t count, char key) {
    for (size_t i = 0; i < count; i++)
        if (rows[i].key == key) return rows[i].letters;
    return NULL;
}

/* What a key stands for by the quick options, NULL: itself. */
static const char *quick_letters(const struct ime_word *word, const struct press *press) {
    uint32_t flags = press->setup->flags;
    const struct ime_letter *last = word->letter_count ? &word->letters[word->letter_count - 1] : NULL;
    if ((flags & BON_IME_QUICK_INITIALS) && !last) return find_quick(quick_initials, COUNT(quick_initials), press->key);
    if (!last) return NULL;
    if ((flags & BON_IME_QUICK_FINALS) && ime_is_vowel(last->base))
        return find_quick(quick_finals, COUNT(quick_finals), press->key);
    if ((flags & BON_IME_QUICK_TELEX) && last->base == press->key && !last->inserted &&
        (press->key == 'n' || !has_vowel(word)))
        return find_quick(quick_doubles, COUNT(quick_doubles), press->key);
    return NULL;
}

/* Whether the key was used up: as a quick key, or by taking back one that it made just before. */
static bool press_quick(struct ime_word *word, const struct press *press) {
    const struct ime_letter *last = word->letter_count ? &word->letters[word->letter_count - 1] : NULL;
    if (last && last->inserted && last->shape == SHAPE_NONE && ime_small(word->keys[last->mark_key]) == press->key)
        return undo_mark(word, press, last->mark_key);
    const char *letters = quick_letters(word, press);
    if (!letters) return false;
    for (; *letters; letters++) insert(word, press, *letters, SHAPE_NONE);
    return true;
}

/* ---- the fold ---- */

enum { QUICK_FLAGS = BON_IME_QUICK_TELEX | BON_IME_QUICK_INITIALS | BON_IME_QUICK_FINALS };

/* Whether the key did what its action says. */
static bool act(struct ime_word *word, const struct press *press) {
    const struct action_row *row = &bon_ime_actions[press->action];
    if (word->literal || (word->undo_key != IME_NO_KEY && ime_small(word->keys[word->undo_key]) == press->key))
        return false;
    if (press->setup->flags & QUICK_FLAGS && press_quick(word, press)) return true;
    switch (row->kind) {
    case KIND_TONE: return press_tone(word, press, row->value);
    case KIND_MARK: return press_mark(word, press, row);
    case KIND_INSERT: return press_insert(word, press, row);
    case KIND_QUOTE: return word->quoted = literal(word, press, 0);
    default: return false;
    }
}

/* The key behind a quote is literal: a letter in the quote's place, a sign as the end of the word, which then is without
 * the quote. Another key leaves the quote as the sign that it is. */
static bool unquote(struct ime_word *word, const struct press *press) {
    word->quoted = false;
    if (press->action == BON_IME_LETTER) return false;
    uint64_t keys = word->letters[--word->letter_count].keys;
    if (!ime_is_letter((unsigned char)press->key)) {
        word->key_count--;
        return false;
    }
    note_undo(word, press);
    return literal(word, press, keys);
}

bool bon_ime_word_key(struct ime_word *word, const struct bon_ime_setup *setup, char key) {
    char small = ime_small(key);
    struct press press = {setup, word->key_count, small, small != key, setup->map.actions[(unsigned char)small]};
    bool is_letter = ime_is_letter((unsigned char)key), quoted = word->quoted;
    if (quoted && unquote(word, &press)) {
        word->keys[word->key_count++] = key;
        return true;
    }
    if (quoted && press.action != BON_IME_LETTER) return false;
    if ((word->raw || !act(word, &press)) && !(is_letter && literal(word, &press, 0))) return false;
    word->keys[word->key_count++] = key;
    return true;
}

void bon_ime_word_fold(struct ime_word *word, const struct bon_ime_setup *setup, const char *keys, size_t n) {
    bon_ime_word_clear(word);
    for (size_t i = 0; i < n && word->key_count < BON_IME_KEYS_MAX; i++) bon_ime_word_key(word, setup, keys[i]);
}
