/* src/normalize/words.c: the rules on words: "elongation", "d-stroke", "iy" and "tone-place".
 *
 * A word is a run of letters and marks. All of them ask the one parser of src/syllable what a word would be.
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

/* y alone behind these onsets is written i by the rule of 1984: kỹ, lý, mỹ -> kĩ, lí, mĩ. Behind qu, and alone, it is not; and my
 * without a tone is a name or English nearly always. */
static bool rule_iy(UChar *word, int32_t n) {
    enum { I = 12, Y = 29 };
    if (n != 2 || word[0] > 0x7f || !strchr("hklmstHKLMST", word[0])) return false;
    unsigned info = bon_letter_info(word[1]);
    if ((info & BON_LETTER_NUMBER) != Y) return false;
    if ((word[0] | 0x20) == 'm' && word[1] < 0x80) return false;
    word[1] = bon_glyphs[I][(info & BON_LETTER_UPPER) != 0][(info & 0xff) >> BON_LETTER_TONE_SHIFT];
    return true;
}

/* The same letter but for case and tone; a drawn out vowel has its mark on one of them (quáaaa). */
static unsigned letter_without_tone(UChar c) {
    unsigned info = bon_letter_info(as_d_stroke(c));
    return info & BON_LETTER_NUMBER;
}

/* Whether a run of three or more is one that nobody draws out: of an abbreviation (NNNA), or a number that ends in iii and has
 * letters around it (TIII, Siii, VIIIA), which no other vowel stands before. */
static bool is_abbreviation(const UChar *word, int32_t n, int32_t start, int32_t end) {
    bool capitals = true, ascii = true;
    for (int32_t i = 0; i < n; i++) {
        capitals &= word[i] >= 'A' && word[i] <= 'Z';
        ascii &= word[i] < 0x80;
    }
    bool vowel = word[start] < 0x80 && strchr("aeiouyAEIOUY", word[start]) != NULL;
    bool vowel_before = start > 0 && word[start - 1] < 0x80 && strchr("aeouyAEOUY", word[start - 1]);
    if (start == 0 && capitals && !vowel) return true;
    return end - start == 3 && (word[start] | 0x20) == 'i' && ascii && !vowel_before;
}

/* Writes each run of three or more of a letter once, with the mark of the first that has one, where that makes a syllable of
 * two letters or more that is no Roman number. Returns the length. */
static int32_t rule_elongation(UChar *word, int32_t n) {
    UChar short_word[BON_LETTERS_MAX];
    struct bon_letters letters;
    bon_syllable code;
    int32_t count = 0;
    bool drawn = false, roman = true;
    for (int32_t i = 0, end; i < n; i = end) {
        unsigned letter = letter_without_tone(word[i]);
        if (!letter || count == BON_LETTERS_MAX) return n;
        UChar kept = word[i];
        for (end = i; end < n && bon_plain_letter[letter_without_tone(word[end])] == bon_plain_letter[letter]; end++)
            if (kept < 0x80 && word[end] > 0x7f) kept = word[end];
        if (end - i < 3) {
            kept = word[i];
            end = i + 1;
        }
        if (end - i >= 3 && is_abbreviation(word, n, i, end)) return n;
        drawn |= end - i >= 3;
        roman &= word[i] < 0x80 && strchr("IVXLCDMivxlcdm", word[i]) != NULL;
        short_word[count++] = kept;
    }
    if (!drawn || roman || count < 2) return n;
    if (!read_letters(short_word, count, true, &letters) || !bon_letters_code(&letters, true, &code)) return n;
    memcpy(word, short_word, (size_t)count * sizeof *word);
    return count;
}

/* End of the word that begins at `start`, which may be empty. */
static int32_t word_end(const struct bon_units *units, int32_t start) {
    UChar32 c;
    for (int32_t end = start, next; end < units->len; end = next) {
        next = end;
        U16_NEXT_UNSAFE(units->data, next, c);
        if (!u_isalpha(c) && !(U_GET_GC_MASK(c) & U_GC_M_MASK)) return end;
    }
    return units->len;
}

static void shorten_words(struct bon_sink *sink) {
    struct bon_units *units = &sink->units;
    int32_t out = 0;
    for (int32_t i = 0; i < units->len;) {
        int32_t end = word_end(units, i), n = end - i;
        bool digits = (i > 0 && u_isdigit(units->data[i - 1])) || (end < units->len && u_isdigit(units->data[end]));
        if (!digits) n = rule_elongation(units->data + i, end - i); /* 96TIII is a number of something */
        sink->counts[BON_RULE_ELONGATION] += n < end - i;
        memmove(units->data + out, units->data + i, (size_t)n * sizeof *units->data);
        out += n;
        if (end < units->len)
            units->data[out++] = units->data[end++]; /* the other half of a pair is a word of its own */
        i = end;
    }
    units->len = out;
}

void bon_rule_words(struct bon_sink *sink) {
    const struct bon_normalizer *nz = sink->nz;
    struct bon_units *units = &sink->units;
    bool d_stroke = bon_rule_on(nz, BON_RULE_D_STROKE), tone_place = bon_rule_on(nz, BON_RULE_TONE_PLACE);
    bool iy = bon_rule_on(nz, BON_RULE_IY);
    if (bon_rule_on(nz, BON_RULE_ELONGATION)) shorten_words(sink);
    for (int32_t i = 0, start = 0; i <= units->len; start = i) {
        int32_t end = word_end(units, i);
        UChar *word = units->data + start;
        if (d_stroke && rule_d_stroke(word, end - start, is_transcribed(units, start, end)))
            sink->counts[BON_RULE_D_STROKE]++;
        if (iy && rule_iy(word, end - start)) sink->counts[BON_RULE_IY]++;
        if (tone_place && rule_tone_place(word, end - start, nz->options.tone_style))
            sink->counts[BON_RULE_TONE_PLACE]++;
        i = end + 1;
        if (end < units->len) {
            i = end;
            U16_FWD_1_UNSAFE(units->data, i);
        }
    }
}
