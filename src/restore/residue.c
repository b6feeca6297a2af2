/* src/restore/residue.c: from keys to letters with marks, and into the lattice. See residue.h.
 *
 * The rules are the common ones of telex (s f r x j; aa ee oo dd; w) and VNI (1 to 9), each key acting on what stands before
 * it. Doubled keys that take a mark back are left out: who took a mark back saw it, so the method was on.
 */
#include "restore/residue.h"

#include <string.h>

#include "base/buf.h"
#include "restore/letters.h"
#include "syllable/spelling.h"
#include "syllable/utf8.h"

/* log10 by which a reading is preferred to a token that the model does not know as it stands, and to one that it does; and what
 * a window of nothing but residue adds. Found on development text; bench/residue.sh shows what they gain and lose. */
#define UNKNOWN_BONUS 0.0F
#define KNOWN_BONUS (-4.0F)
#define APART_BONUS (-1.5F)
#define COMPANY_BONUS 4.0F

/* ---- keys ---- */

/* Numbers of letters (syllable/spelling.h). */
enum { A = 1, A_BREVE, A_HAT, D = 6, D_BAR, E, E_HAT, I = 12, O = 17, O_HAT, O_HORN, Q = 21, U = 25, U_HORN, Y = 29 };

struct reading {
    struct {
        uint8_t number;
        bool upper;
    } letters[BON_LETTERS_MAX];
    unsigned count;
    unsigned tone; /* 0: none yet */
    unsigned keys; /* that acted */
    bool both;     /* one key made uo ươ */
    bool apart;
};

static bool is_vowel(unsigned number) {
    unsigned plain = bon_plain_letter[number];
    return plain == A || plain == E || plain == I || plain == O || plain == U || plain == Y;
}

static bool has_vowel(const struct reading *r) {
    for (unsigned i = 0; i < r->count; i++)
        if (is_vowel(r->letters[i].number)) return true;
    return false;
}

static bool push(struct reading *r, unsigned number, bool upper) {
    if (r->count == BON_LETTERS_MAX) return false;
    r->letters[r->count].number = (uint8_t)number;
    r->letters[r->count++].upper = upper;
    return true;
}

static bool set_tone(struct reading *r, unsigned tone) {
    if (r->tone || !has_vowel(r)) return false;
    r->tone = tone;
    r->keys++;
    return true;
}

/* Changes the last letter `from`, a d at the beginning only. Behind other vowels the key is one more of them (oao). */
static bool reshape(struct reading *r, unsigned from, unsigned to) {
    for (unsigned i = r->count; i-- > 0;) {
        if (r->letters[i].number != from || (from == D && i > 0)) continue;
        if (from != D && i + 1 < r->count && is_vowel(r->letters[r->count - 1].number)) return false;
        r->letters[i].number = (uint8_t)to;
        r->apart |= i + 1 < r->count;
        r->keys++;
        return true;
    }
    return false;
}

/* The horn of u, o or both: the u of qu takes none. */
static bool set_horn(struct reading *r) {
    for (unsigned i = r->count; i-- > 0;) {
        unsigned number = r->letters[i].number;
        bool after_q = i > 0 && r->letters[i - 1].number == Q;
        if (number == O) {
            r->letters[i].number = O_HORN;
            bool after_u = i > 0 && r->letters[i - 1].number == U && (i == 1 || r->letters[i - 2].number != Q);
            if (after_u) r->letters[i - 1].number = U_HORN;
            r->both = after_u;
        } else if (number == U && !after_q) {
            r->letters[i].number = U_HORN;
        } else {
            continue;
        }
        r->keys++;
        return true;
    }
    return false;
}

/* Telex' w: the horn, or the breve of an a that no u goes before; alone it is ư. */
static bool press_w(struct reading *r, bool upper) {
    for (unsigned i = r->count; i-- > 0;) {
        if (r->letters[i].number != A) continue;
        bool horn = i > 0 && r->letters[i - 1].number == U && (i == 1 || r->letters[i - 2].number != Q);
        if (horn) break;
        return reshape(r, A, A_BREVE);
    }
    if (set_horn(r)) return true;
    if (r->count == 0 || has_vowel(r)) return false;
    r->keys++;
    return push(r, U_HORN, upper);
}

/* A letter that is its own key; a third time it takes the mark back. */
static bool press_twice(struct reading *r, unsigned from, unsigned to, bool *letter) {
    if (r->count > 0 && r->letters[r->count - 1].number == to) return false;
    *letter = !reshape(r, from, to);
    return true;
}

/* What a key does; false when it makes no sense there. *letter: it is none but a letter. */
static bool press_telex(struct reading *r, char key, bool upper, bool *letter) {
    static const char tones[] = " fsrxj"; /* in the order of bon_tone */
    const char *tone = strchr(tones, key);
    *letter = false;
    if (tone && has_vowel(r)) return set_tone(r, (unsigned)(tone - tones));
    switch (key) {
    case 'w': return press_w(r, upper);
    case 'a': return press_twice(r, A, A_HAT, letter);
    case 'e': return press_twice(r, E, E_HAT, letter);
    case 'o': return press_twice(r, O, O_HAT, letter);
    case 'd': return press_twice(r, D, D_BAR, letter);
    default: *letter = true; return true;
    }
}

static bool press_vni(struct reading *r, char key) {
    static const uint8_t tones[] = {0, BON_TONE_SAC, BON_TONE_HUYEN, BON_TONE_HOI, BON_TONE_NGA, BON_TONE_NANG};
    switch (key) {
    case '6': return reshape(r, A, A_HAT) || reshape(r, E, E_HAT) || reshape(r, O, O_HAT);
    case '7': return set_horn(r);
    case '8': return reshape(r, A, A_BREVE);
    case '9': return reshape(r, D, D_BAR);
    default: return key >= '1' && key <= '5' && set_tone(r, tones[key - '0']);
    }
}

/* ---- a token ---- */

static bool read_letter(struct reading *r, const struct bon_mark_letter *letter, bool vni) {
    bool plain = true;
    if (letter->odd || letter->c == BON_UTF8_INVALID) return false;
    if (letter->c < 0x80) {
        char key = (char)(letter->c | 0x20);
        if (letter->c >= '0' && letter->c <= '9') return press_vni(r, (char)letter->c);
        if (!vni && !press_telex(r, key, letter->c != (uint32_t)(unsigned char)key, &plain)) return false;
        if (!plain) return true;
    }
    if (!letter->letter || (letter->tone && r->tone)) return false;
    if (letter->tone) r->tone = letter->tone;
    return push(r, letter->letter, letter->upper);
}

/* Writes the letters, the tone on the last vowel. */
static size_t write_letters(const struct reading *r, char out[BON_RESIDUE_MAX]) {
    size_t n = 0;
    unsigned last = r->count;
    for (unsigned i = 0; i < r->count; i++)
        if (is_vowel(r->letters[i].number)) last = i;
    for (unsigned i = 0; i < r->count; i++)
        n += bon_utf8_write(bon_glyphs[r->letters[i].number][r->letters[i].upper][i == last ? r->tone : 0], out + n);
    return n;
}

static bool spells_a_syllable(const struct reading *r) {
    char plain[BON_LETTERS_MAX];
    for (unsigned i = 0; i < r->count; i++)
        plain[i] = (char)bon_glyphs[bon_plain_letter[r->letters[i].number]][0][BON_TONE_NGANG];
    return bon_syllable_candidates(plain, r->count, NULL, 0) > 0;
}

size_t bon_residue_read(const char *text, size_t n, char out[BON_RESIDUE_MAX], bool *apart) {
    struct reading r = {.count = 0};
    bool vni = false;
    if (n < 2 || n > BON_RESIDUE_MAX) return 0;
    for (size_t i = 0; i < n; i++) vni |= text[i] >= '0' && text[i] <= '9';
    for (size_t i = 0; i < n;) {
        struct bon_mark_letter letter = bon_letter_read(text + i, n - i);
        if (!read_letter(&r, &letter, vni)) return 0;
        i += letter.len;
    }
    if (r.keys == 0 || !spells_a_syllable(&r)) return 0;
    if (r.both && r.letters[r.count - 1].number == O_HORN) r.letters[r.count - 2].number = U; /* thuở: ươ goes on */
    *apart = r.apart;
    return write_letters(&r, out);
}

/* A place behind the last of the letters in text, 0 where there is none. */
static size_t behind_last(const char *text, size_t n, const char *letters) {
    while (n > 0 && !strchr(letters, text[n - 1])) n--;
    return n;
}

/* Of vowels, the last that a circumflex fits is the one that has it (iêu, uôi, uyên); so it is with the horn and the breve (ươi, oă,
 * but mưa: w changes u there), and where there is u alone it is the first (ưu). */
size_t bon_residue_write(const char *plain, size_t n, unsigned label, char out[BON_RESIDUE_MAX]) {
    static const char tones[BON_TONES] = {0, 'f', 's', 'r', 'x', 'j'};
    const unsigned shape = label % BON_LABEL_D / BON_TONES;
    const bool bar = label >= BON_LABEL_D;
    if (n == 0 || n + 3 >= BON_RESIDUE_MAX || (bar && plain[0] != 'd')) return 0;
    const char *u = memchr(plain, 'u', n);
    size_t marked = 0, at = 0;
    if (shape == 1) marked = behind_last(plain, n, "aeo");
    if (shape == 2) marked = behind_last(plain, n, "ao");
    if (shape == 2 && marked == 0 && u) marked = (size_t)(u - plain) + 1;
    if (shape && marked == 0) return 0;
    for (size_t i = 0; i < n; i++) {
        out[at++] = plain[i];
        if (i == 0 && bar) out[at++] = 'd';
        if (i + 1 == marked) out[at++] = shape == 1 ? plain[i] : 'w';
    }
    if (label % BON_TONES) out[at++] = tones[label % BON_TONES];
    return at;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

size_t bon_residue_end(const char *line, size_t n, size_t start, size_t end) {
    char letters[BON_RESIDUE_MAX];
    bool apart;
    size_t at = end;
    if (end == n || !is_digit(line[end])) return end;
    bool barred = (line[start] == 'd' || line[start] == 'D') && line[end] == '9';
    if (end - start < 2 && !barred) return end; /* a1, o2 are more often what they look like */
    while (at < n && at - start <= BON_RESIDUE_MAX &&
           (is_digit(line[at]) || (unsigned)((line[at] | 0x20) - 'a') < 26 || (unsigned char)line[at] >= 0x80))
        at++;
    bool number = n - at >= 2 && strchr(".,:/-", line[at]) && is_digit(line[at + 1]); /* hoc1.5 */
    return !number && bon_residue_read(line + start, at - start, letters, &apart) ? at : end;
}

/* ---- in the lattice ---- */

/* Adds those of the words that agree with the letters; how many. */
static unsigned add_words(struct bon_lattice *lattice, struct bon_position *position, const char *letters, size_t n,
                          const uint32_t *words, size_t count, float bonus, bool known) {
    uint32_t before = lattice->choice_count;
    for (size_t i = 0; i < count; i++) {
        size_t length;
        const char *word = bon_lm_word_text(lattice->lm, words[i], &length);
        if (lattice->choice_count - position->first == BON_LATTICE_CHOICES) break;
        if (!word || bon_letters_agree(letters, n, word, length) == BON_AGREE_NOT) continue;
        lattice->choices[lattice->choice_count++] = (struct bon_choice){
            .word = words[i], .bonus = bonus, .residue = true, .rank = (uint8_t)(known ? BON_TAGGER_WORDS : i)};
    }
    return lattice->choice_count - before;
}

/* Whether the model has the token as it stands, or a word of its letters. */
static bool is_known(const struct bon_lattice *lattice, const struct bon_position *position) {
    for (uint32_t c = position->first; c < position->first + position->count; c++)
        if (lattice->choices[c].word > BON_LM_EOS) return true;
    return false;
}

bon_status bon_residue_add(struct bon_lattice *lattice, const char *line) {
    char letters[BON_RESIDUE_MAX], plain[BON_WORD_MAX];
    const uint32_t *words;
    bool apart, marks;
    struct bon_position *position = &lattice->positions[lattice->count - 1];
    struct bon_tag_token *tag = &lattice->tokens[lattice->count - 1];
    size_t n = bon_residue_read(line + position->start, position->len, letters, &apart);
    size_t plain_n = n ? bon_plain_form(letters, n, plain, &marks) : 0;
    size_t count = plain_n ? bon_index_find(lattice->index, plain, plain_n, &words) : 0;
    if (count == 0) return BON_OK;
    bool known = is_known(lattice, position);
    float bonus = (known ? KNOWN_BONUS : UNKNOWN_BONUS) + (apart ? APART_BONUS : 0);
    unsigned added = add_words(lattice, position, letters, n, words, count, bonus, known);
    if (added == 0) return BON_OK;
    if (!known) { /* its neighbours may as well see the word that it likely is */
        bon_token token = {.kind = BON_TOKEN_WORD, .letter_case = BON_CASE_LOWER};
        uint8_t shape = tag->shape;
        *tag = bon_tag_token_of(&token, plain, plain_n, NULL, 0);
        tag->shape = shape;
        tag->choices = (uint8_t)count;
        for (uint32_t c = position->first; c < position->first + position->count; c++)
            lattice->choices[c].rank = BON_TAGGER_WORDS;
        lattice->residues++;
    }
    position->count = (uint16_t)(position->count + added);
    position->letters = true;
    position->reading = (uint32_t)lattice->readings.len;
    position->reading_len = (uint16_t)n;
    return bon_buf_append(&lattice->readings, letters, n);
}

void bon_residue_weigh(struct bon_lattice *lattice) {
    if (lattice->residues == 0) return;
    float bonus = COMPANY_BONUS * (float)lattice->residues / (float)lattice->letters;
    for (uint32_t c = 0; c < lattice->choice_count; c++)
        if (lattice->choices[c].residue) lattice->choices[c].bonus += bonus;
}
