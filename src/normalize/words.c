/* src/normalize/words.c: the rules on words: "d-stroke" and "tone-place".
 *
 * A word is a run of letters and marks. Both rules ask the one parser of src/syllable what a word would be.
 */
#include "normalize/normalizer.h"

#include <unicode/uchar.h>
#include <unicode/utf16.h>

#include "syllable/spelling.h"
#include "syllable/utf8.h"

enum {
    ETH = 0xd0,
    ETH_SMALL = 0xf0,
    AFRICAN_D = 0x189,
    AFRICAN_D_SMALL = 0x256,
    D_STROKE = 0x110,
    D_STROKE_SMALL = 0x111
};

/* What stands for đ or Đ, as that letter; other characters as they are. */
static UChar as_d_stroke(UChar c) {
    if (c == ETH || c == AFRICAN_D) return D_STROKE;
    if (c == ETH_SMALL || c == AFRICAN_D_SMALL) return D_STROKE_SMALL;
    return c;
}

/* Reads a word as letters. False when some character is not a letter of Vietnamese or there are too many. */
static bool read_letters(const UChar *word, int32_t n, bool d_stroke, struct bon_letters *letters) {
    *letters = (struct bon_letters){0};
    if (n > BON_LETTERS_MAX) return false;
    for (int32_t i = 0; i < n; i++) {
        unsigned info = bon_letter_info(d_stroke ? as_d_stroke(word[i]) : word[i]);
        if (!(info & BON_LETTER_NUMBER)) return false;
        bon_letters_push(letters, info);
    }
    return true;
}

/* What decides about a word with signs that look like đ. */
struct d_evidence {
    bool small;    /* one of them is a small letter */
    bool foreign;  /* a letter that Vietnamese does not write (þ, æ, ö), or a mark */
    bool marked;   /* another letter of Vietnamese beyond ASCII */
    bool vowel;    /* an ASCII vowel */
    bool capitals; /* no small letter */
    bool leading;  /* each begins the word or follows a small letter */
    bool african;  /* one of them is U+0189 or U+0256 */
};

static struct d_evidence gather(const UChar *word, int32_t n) {
    struct d_evidence e = {.capitals = true, .leading = true};
    for (int32_t i = 0; i < n; i++) {
        UChar c = as_d_stroke(word[i]);
        unsigned info = bon_letter_info(c);
        if (c != word[i]) {
            e.small |= c == D_STROKE_SMALL;
            e.african |= word[i] == AFRICAN_D || word[i] == AFRICAN_D_SMALL;
            if (i > 0 && (bon_letter_info(word[i - 1]) & BON_LETTER_UPPER || as_d_stroke(word[i - 1]) != word[i - 1]))
                e.leading = false;
        } else {
            e.foreign |= !(info & BON_LETTER) || (c > 0x7f && !(info & BON_LETTER_NUMBER));
            e.marked |= c > 0x7f && info & BON_LETTER_NUMBER;
            e.vowel |= c < 0x80 && strchr("aeiouyAEIOUY", c);
        }
        e.capitals &= (info & BON_LETTER_UPPER) != 0;
    }
    return e;
}

/* Eth is also a letter of Icelandic, Faroese and phonetic transcription, the African d one of Ewe. Vietnamese đ begins a
 * syllable; in the Nordic languages ð never begins a word. So a word is repaired when
 *   - it is a syllable with đ (ði, ðang), unless it stands as a transcription does: /ðen/, [ðe];
 *   - or Ð begins it or follows a small letter (Ðắk, bậcÐạo), and all other letters are ones that Vietnamese writes;
 *   - or it is an abbreviation in capitals, without a vowel or with a letter only Vietnamese has (QÐ, HÐND, not MEÐ). */
static bool stands_for_d_stroke(const UChar *word, int32_t n, bool transcribed) {
    struct d_evidence e = gather(word, n);
    struct bon_letters letters;
    bon_syllable code;
    if (e.foreign || (e.small && !e.marked && transcribed)) return false;
    if (read_letters(word, n, true, &letters) && bon_letters_code(&letters, true, &code)) return true;
    if (e.small || e.african) return false;
    return e.leading || (e.capitals && (!e.vowel || e.marked));
}

/* Whether the word is between slashes or square brackets. */
static bool is_transcribed(const struct bon_units *units, int32_t start, int32_t end) {
    if (start == 0 || end == units->len) return false;
    UChar before = units->data[start - 1], behind = units->data[end];
    return (before == '/' && behind == '/') || (before == '[' && behind == ']');
}

static bool rule_d_stroke(UChar *word, int32_t n, bool transcribed) {
    bool any = false;
    for (int32_t i = 0; i < n; i++) any |= as_d_stroke(word[i]) != word[i];
    if (!any || !stands_for_d_stroke(word, n, transcribed)) return false;
    for (int32_t i = 0; i < n; i++) word[i] = as_d_stroke(word[i]);
    return true;
}

/* Moves the tone mark of a syllable to its place, in place: the letters stay the same, so does their number. BON_TONE_KEEP
 * takes either usual place and otherwise the old one. */
static bool rule_tone_place(UChar *word, int32_t n, bon_tone_style style) {
    struct bon_letters letters;
    bon_syllable code;
    if (!read_letters(word, n, false, &letters) || !bon_letters_code(&letters, true, &code)) return false;
    if (bon_syllable_tone(code) == BON_TONE_NGANG) return false;
    if (style == BON_TONE_KEEP && bon_letters_code(&letters, false, &code)) return false;
    char spelled[BON_SYLLABLE_MAX];
    size_t length = bon_syllable_spell_upper(code, letters.upper, style, spelled), at = 0;
    UChar moved[BON_LETTERS_MAX];
    int32_t count = 0;
    while (at < length && count < n) {
        unsigned bytes;
        moved[count++] = (UChar)bon_utf8_read(spelled + at, length - at, &bytes);
        at += bytes;
    }
    if (count != n || at != length || memcmp(moved, word, (size_t)n * sizeof *word) == 0) return false;
    memcpy(word, moved, (size_t)n * sizeof *word);
    return true;
}

void bon_rule_words(struct bon_sink *sink) {
    const struct bon_normalizer *nz = sink->nz;
    struct bon_units *units = &sink->units;
    bool d_stroke = bon_rule_on(nz, BON_RULE_D_STROKE), tone_place = bon_rule_on(nz, BON_RULE_TONE_PLACE);
    for (int32_t i = 0, start = 0; i <= units->len; start = i) {
        UChar32 c;
        int32_t end = i;
        while (end < units->len) {
            int32_t next = end;
            U16_NEXT_UNSAFE(units->data, next, c);
            if (!u_isalpha(c) && !(U_GET_GC_MASK(c) & U_GC_M_MASK)) break;
            end = next;
        }
        UChar *word = units->data + start;
        if (d_stroke && rule_d_stroke(word, end - start, is_transcribed(units, start, end)))
            sink->counts[BON_RULE_D_STROKE]++;
        if (tone_place && rule_tone_place(word, end - start, nz->options.tone_style))
            sink->counts[BON_RULE_TONE_PLACE]++;
        i = end + 1;
        if (end < units->len) {
            i = end;
            U16_FWD_1_UNSAFE(units->data, i);
        }
    }
}
