/* src/ime/show.c: what a word looks like: the tone mark's place, and what the grammar knows better than the keys.
 *
 * One key may have marked both letters of uo, and w may have come before the letter that it was meant for. So when the
 * letters as typed are not a spelling of the language, the few readings in `readings` are tried, and the first that is one
 * is shown.
 */
#include <string.h>

#include "ime/word.h"
#include "syllable/spelling.h"
#include "syllable/utf8.h"

/* ---- spelling ---- */

/* Fills in the numbers; returns whether a letter has a horn (or breve, or stroke). */
static bool number_letters(const struct ime_word *word, uint8_t *numbers) {
    bool horned = false;
    for (unsigned i = 0; i < word->letter_count; i++) {
        const struct ime_letter *letter = &word->letters[i];
        unsigned at = (unsigned)letter->base - 'a';
        numbers[i] = at < 26 ? bon_ime_letter_number[at][letter->shape] : 0;
        horned |= letter->shape == SHAPE_HORN;
    }
    return horned;
}

/* The entry of the spelling table, 0 when the letters spell nothing. */
static uint64_t find_spelling(const uint8_t *numbers, unsigned count) {
    uint64_t packed = 0;
    if (count == 0 || count > BON_LETTERS_MAX) return 0;
    for (unsigned i = 0; i < count; i++) {
        if (numbers[i] == 0) return 0;
        packed = packed << 5 | numbers[i];
    }
    return bon_spelling_find(packed);
}

bool bon_ime_spells(const struct ime_word *word, char next) {
    uint8_t numbers[BON_IME_KEYS_MAX * 2 + 1];
    number_letters(word, numbers);
    numbers[word->letter_count] = bon_ime_letter_number[next - 'a'][SHAPE_NONE];
    return find_spelling(numbers, word->letter_count + 1u) != 0;
}

/* ---- readings of two vowels ---- */

enum when { ALWAYS, ONE_KEY_AT_END };
enum { A_BREVE = 2, O = 17, O_HAT = 18, O_HORN = 19, U = 25, U_HORN = 26, A = 1 };

static const struct {
    uint8_t from[2], to[2], when;
} readings[] = {
    {{U_HORN, O_HORN}, {U, O_HORN}, ONE_KEY_AT_END}, /* huow: huơ, until a letter follows */
    {{U_HORN, O}, {U_HORN, O_HORN}, ALWAYS},         /* duwoc: dươc */
    {{U, O_HORN}, {U_HORN, O_HORN}, ALWAYS},
    {{U_HORN, O_HAT}, {U, O_HAT}, ALWAYS}, /* muwoon: muôn */
    {{O_HORN, A}, {O, A_BREVE}, ALWAYS},   /* howac: hoăc */
};

static bool reading_applies(const struct ime_word *word, const uint8_t *numbers, unsigned i, unsigned r) {
    if (numbers[i] != readings[r].from[0] || numbers[i + 1] != readings[r].from[1]) return false;
    if (readings[r].when == ALWAYS) return i + 2 < word->letter_count || readings[r].to[1] == A_BREVE;
    return i + 2 == word->letter_count && word->letters[i].mark_key == word->letters[i + 1].mark_key;
}

static uint64_t try_readings(const struct ime_word *word, uint8_t *numbers) {
    for (unsigned i = 0; i + 1 < word->letter_count; i++) {
        for (unsigned r = 0; r < sizeof readings / sizeof *readings; r++) {
            if (!reading_applies(word, numbers, i, r)) continue;
            uint8_t typed[2] = {numbers[i], numbers[i + 1]};
            memcpy(numbers + i, readings[r].to, 2);
            uint64_t entry = find_spelling(numbers, word->letter_count);
            if (entry) return entry;
            memcpy(numbers + i, typed, 2);
        }
    }
    return 0;
}

/* ---- the tone mark ---- */

/* Where a word that is not (yet) a syllable has its tone mark: in the group of vowels that was typed before the tone key, on
 * the last marked letter; else before a final i, u or y; else on the last. */
static unsigned guess_place(const struct ime_word *word) {
    unsigned end = word->tone_vowel < word->letter_count ? word->tone_vowel : word->letter_count, first = end;
    while (end < word->letter_count && ime_is_vowel(word->letters[end].base)) end++;
    while (first > 0 && ime_is_vowel(word->letters[first - 1].base)) first--;
    if (first >= end) return word->letter_count;
    if (first > 0 && first < end - 1) {
        char onset = word->letters[first - 1].base, glide = word->letters[first].base;
        if ((onset == 'q' && glide == 'u') || (onset == 'g' && glide == 'i')) first++;
    }
    for (unsigned i = end; i-- > first;)
        if (word->letters[i].shape != SHAPE_NONE) return i;
    char last = word->letters[end - 1].base;
    bool glide = last == 'i' || last == 'u' || last == 'y';
    return end == word->letter_count && end - first > 1 && glide ? end - 2 : end - 1;
}

/* The spelling is asked for only where it makes a difference to what is seen: it costs more than all else. */
void bon_ime_view(const struct ime_word *word, bon_tone_style style, struct ime_view *view) {
    unsigned count = word->letter_count;
    bool horned = number_letters(word, view->numbers);
    view->tone_place = count;
    if (!horned && word->tone == BON_TONE_NGANG) return;
    uint64_t entry = find_spelling(view->numbers, count);
    if (!entry && horned) entry = try_readings(word, view->numbers);
    if (word->tone == BON_TONE_NGANG) return;
    unsigned from_end = entry >> (style == BON_TONE_NEW ? BON_SPELLING_NEW : BON_SPELLING_OLD) & 7;
    view->tone_place = entry ? count - 1 - from_end : guess_place(word);
}

bool bon_ime_view_syllable(const struct ime_word *word, const struct ime_view *view) {
    uint64_t entry = find_spelling(view->numbers, word->letter_count);
    bool stop = entry >> BON_SPELLING_STOP & 1;
    return entry && (!stop || word->tone == BON_TONE_SAC || word->tone == BON_TONE_NANG);
}

size_t bon_ime_view_write(const struct ime_word *word, const struct ime_view *view, char *out) {
    size_t n = 0;
    for (unsigned i = 0; i < word->letter_count; i++) {
        const struct ime_letter *letter = &word->letters[i];
        unsigned tone = i == view->tone_place ? word->tone : BON_TONE_NGANG;
        if (view->numbers[i])
            n += bon_utf8_write(bon_glyphs[view->numbers[i]][letter->upper][tone], out + n);
        else
            out[n++] = (char)(letter->upper ? letter->base - 32 : letter->base);
    }
    return n;
}

size_t bon_ime_word_show(const struct ime_word *word, const struct bon_ime_setup *setup, char *out) {
    struct ime_view view;
    if (word->raw) {
        memcpy(out, word->keys, word->key_count);
        return word->key_count;
    }
    bon_ime_view(word, setup->tone_style, &view);
    return bon_ime_view_write(word, &view, out);
}
