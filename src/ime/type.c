/* src/ime/type.c: from letters back to keys: what somebody would have typed for them.
 *
 * Three habits are tried: marks at their letter with one key for ươ and the tone behind the word; the same with a key a
 * mark; and every mark and tone at its letter. A letter that would act as a key is typed twice, or quoted. Whatever was
 * built is folded and looked at, so a wrong guess costs time and never a wrong letter.
 */
#include <string.h>

#include "ime/word.h"
#include "syllable/spelling.h"
#include "syllable/utf8.h"

/* ---- what a word shows ---- */

unsigned bon_ime_view_glyphs(const struct ime_word *word, const struct ime_view *view, struct ime_glyph *glyphs) {
    for (unsigned i = 0; i < word->letter_count; i++) {
        const struct ime_letter *letter = &word->letters[i];
        glyphs[i] = (struct ime_glyph){.number = view->numbers[i],
                                       .base = letter->base,
                                       .upper = letter->upper,
                                       .tone = i == view->tone_place ? word->tone : BON_TONE_NGANG};
    }
    return word->letter_count;
}

static bool same_letter(const struct ime_glyph *a, const struct ime_glyph *b) {
    return a->number == b->number && a->base == b->base && a->upper == b->upper;
}

/* Whether the word shows the first `count` glyphs; their tones only when told to look. */
static bool shows(const struct ime_word *word, const struct bon_ime_setup *setup, const struct ime_glyph *wanted,
                  unsigned count, bool tones) {
    struct ime_glyph shown[BON_IME_KEYS_MAX * 2];
    struct ime_view view;
    if (word->letter_count != count) return false;
    bon_ime_view(word, setup->tone_style, &view);
    bon_ime_view_glyphs(word, &view, shown);
    for (unsigned i = 0; i < count; i++)
        if (!same_letter(&shown[i], &wanted[i]) || (tones && shown[i].tone != wanted[i].tone)) return false;
    return true;
}

/* ---- keys for a letter ---- */

struct strokes {
    char keys[4];
    uint8_t count;
};

static void push_stroke(struct strokes *strokes, char key, bool upper) {
    if (key) strokes->keys[strokes->count++] = upper && ime_is_letter((unsigned char)key) ? (char)(key & ~32) : key;
}

static const bon_ime_action mark_actions[] = {BON_IME_MARK_A,    BON_IME_MARK_E,          BON_IME_MARK_O,
                                              BON_IME_MARK_AEO,  BON_IME_MARK_BREVE,      BON_IME_MARK_HORN,
                                              BON_IME_MARK_HOOK, BON_IME_MARK_HOOK_ALONE, BON_IME_MARK_STROKE};

/* The key that gives a letter its shape, 0 when the method has none. */
static char mark_key(const struct bon_ime_setup *setup, char base, uint8_t shape) {
    for (size_t i = 0; i < sizeof mark_actions / sizeof *mark_actions; i++) {
        if (bon_ime_actions[mark_actions[i]].shape[base - 'a'] != shape) continue;
        char key = bon_ime_key_for(&setup->map, mark_actions[i]);
        if (key) return key;
    }
    return 0;
}

static char tone_key(const struct bon_ime_setup *setup, uint8_t tone) {
    return tone == BON_TONE_NGANG ? 0 : bon_ime_key_for(&setup->map, BON_IME_TONE_NONE + tone);
}

enum habit { ONE_KEY, KEY_A_MARK, TONE_AT_LETTER, HABITS };
enum way { PLAIN, TWICE, QUOTED, WAYS };

/* Whether Shift is still held when a letter's marks are typed: in words of capitals, not behind a first capital. */
static bool holds_shift(const struct ime_glyph *glyphs, unsigned i, unsigned count) {
    unsigned neighbour = i + 1 < count ? i + 1 : i - 1;
    return glyphs[i].upper && count > 1 && glyphs[neighbour].upper;
}

/* The keys for glyph i by a habit, in one of the ways to type a plain letter. */
static struct strokes strokes_for(const struct bon_ime_setup *setup, const struct ime_glyph *glyphs, unsigned i,
                                  unsigned count, enum habit habit, enum way way) {
    const struct ime_glyph *glyph = &glyphs[i];
    struct strokes strokes = {.count = 0};
    bool shift = holds_shift(glyphs, i, count);
    uint8_t shape = glyph->number ? bon_ime_number_shape[glyph->number] : SHAPE_NONE;
    if (way == QUOTED) push_stroke(&strokes, bon_ime_key_for(&setup->map, BON_IME_QUOTE), false);
    push_stroke(&strokes, glyph->base, glyph->upper);
    if (way == TWICE) push_stroke(&strokes, glyph->base, glyph->upper);
    bool shared = habit == ONE_KEY && glyph->base == 'u' && i + 1 < count && glyphs[i + 1].base == 'o' &&
                  glyphs[i + 1].number && bon_ime_number_shape[glyphs[i + 1].number] == shape;
    if (shape != SHAPE_NONE && !shared) push_stroke(&strokes, mark_key(setup, glyph->base, shape), shift);
    if (habit == TONE_AT_LETTER) push_stroke(&strokes, tone_key(setup, glyph->tone), shift);
    return strokes;
}

static bool press_all(struct ime_word *word, const struct bon_ime_setup *setup, const struct strokes *strokes) {
    for (unsigned i = 0; i < strokes->count; i++)
        if (word->key_count == BON_IME_KEYS_MAX || !bon_ime_word_key(word, setup, strokes->keys[i])) return false;
    return true;
}

/* ---- words ---- */

/* Adds glyph i in the first way that leaves what stands before it alone. */
static bool add_glyph(struct ime_word *word, const struct bon_ime_setup *setup, const struct ime_glyph *glyphs,
                      unsigned i, unsigned count, enum habit habit) {
    struct ime_word before = *word;
    for (int way = PLAIN; way < WAYS; way++) {
        struct strokes strokes = strokes_for(setup, glyphs, i, count, habit, way);
        if (press_all(word, setup, &strokes) && !word->quoted &&
            (habit == ONE_KEY || shows(word, setup, glyphs, i + 1, false)))
            return true;
        *word = before;
    }
    return false;
}

static bool type_by(struct ime_word *word, const struct bon_ime_setup *setup, const struct ime_glyph *glyphs,
                    unsigned count, enum habit habit) {
    bon_ime_word_clear(word);
    for (unsigned i = 0; i < count; i++)
        if (!add_glyph(word, setup, glyphs, i, count, habit)) return false;
    for (unsigned i = 0; habit != TONE_AT_LETTER && i < count; i++) {
        struct strokes strokes = {.count = 0};
        push_stroke(&strokes, tone_key(setup, glyphs[i].tone), holds_shift(glyphs, i, count));
        if (!press_all(word, setup, &strokes)) return false;
    }
    return shows(word, setup, glyphs, count, true);
}

bool bon_ime_word_type(struct ime_word *word, const struct bon_ime_setup *setup, const struct ime_glyph *glyphs,
                       unsigned count) {
    if (count > BON_IME_KEYS_MAX) return false;
    for (int habit = ONE_KEY; habit < HABITS; habit++)
        if (type_by(word, setup, glyphs, count, habit)) return true;
    return false;
}

unsigned bon_ime_glyph_read(const char *text, size_t n, struct ime_glyph *glyph) {
    unsigned bytes;
    uint32_t c = bon_utf8_read(text, n, &bytes);
    unsigned info = bon_letter_info(c), number = info & BON_LETTER_NUMBER;
    if (!number && !ime_is_letter(c)) return 0;
    *glyph = (struct ime_glyph){.number = (uint8_t)number,
                                .base = number ? bon_ime_number_base[number] : (char)(c | 32),
                                .upper = (info & BON_LETTER_UPPER) != 0,
                                .tone = info >> BON_LETTER_TONE_SHIFT & 7};
    return bytes;
}

bool bon_ime_word_become(struct ime_word *word, const struct bon_ime_setup *setup, const char *text, size_t n) {
    struct ime_glyph glyphs[BON_IME_KEYS_MAX];
    unsigned count = 0;
    for (size_t at = 0, bytes; at < n; at += bytes) {
        bytes = count < BON_IME_KEYS_MAX ? bon_ime_glyph_read(text + at, n - at, &glyphs[count++]) : 0;
        if (bytes == 0) return false;
    }
    struct ime_word fresh;
    if (!bon_ime_word_type(&fresh, setup, glyphs, count)) return false;
    *word = fresh;
    return true;
}

/* ---- Backspace ---- */

static uint64_t keys_of_last(const struct ime_word *word, const struct ime_view *view) {
    unsigned last = word->letter_count - 1u;
    uint64_t keys = word->letters[last].keys;
    for (unsigned i = 0; i < last; i++) keys &= ~word->letters[i].keys; /* a key shared with another letter stays */
    return view->tone_place == last ? keys | word->tone_keys : keys;
}

/* First the keys that are left are folded again: then the tone mark goes where the shorter word has it (hoàn, hòa) and the
 * keys stay those that were typed. When that shows other letters (duowc: dươ, and not duơ), keys are made for what is left. */
bool bon_ime_word_backspace(struct ime_word *word, const struct bon_ime_setup *setup) {
    struct ime_glyph glyphs[BON_IME_KEYS_MAX * 2];
    struct ime_word rest;
    struct ime_view view;
    if (word->raw) {
        if (--word->key_count == 0) bon_ime_word_clear(word);
        return true;
    }
    bon_ime_view(word, setup->tone_style, &view);
    unsigned count = bon_ime_view_glyphs(word, &view, glyphs) - 1;
    uint64_t gone = keys_of_last(word, &view);
    uint8_t tone = view.tone_place == count ? BON_TONE_NGANG : word->tone;
    bon_ime_word_clear(&rest);
    for (unsigned i = 0; i < word->key_count; i++)
        if (!(gone >> i & 1)) bon_ime_word_key(&rest, setup, word->keys[i]);
    bool good = rest.tone == tone && shows(&rest, setup, glyphs, count, false);
    if (!good && !bon_ime_word_type(&rest, setup, glyphs, count)) return false;
    *word = rest;
    return true;
}
