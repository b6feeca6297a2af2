/* tests/property/ime_orders.c: every syllable of the language, its marks typed in every order, is that syllable: each mark
 * key anywhere behind its letter, the tone key anywhere behind the first vowel, in telex, simple telex, VNI and VIQR, small,
 * title and capitals. The expectation is the grammar's spelling (bon_syllable_spell), the keys are made from it here, and the
 * engine is only asked. w alone for ư in telex is one of the ways. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "bon/ime.h"
#include "syllable/spelling.h"
#include "syllable/utf8.h"

/* A key that marks, and where it may stand: behind these letters (indices). */
struct mark {
    char key;
    unsigned behind, until;
};

/* A syllable taken apart: plain letters, and the marks on them. */
struct parts {
    char letters[16];
    unsigned count, first_vowel;
    struct mark marks[8];
    unsigned mark_count;
};

struct method {
    bon_ime_method method;
    char tones[BON_TONES + 1]; /* keys by tone */
    char hat[4];               /* keys that make â ê ô */
    char breve, horn, stroke;
    bool sign_marks; /* keys that are no letters: a double o needs no escape */
};
static const struct method methods[] = {
    {BON_IME_TELEX, " fsrxj", "aeo", 'w', 'w', 'd', false},
    {BON_IME_SIMPLE_TELEX, " fsrxj", "aeo", 'w', 'w', 'd', false},
    {BON_IME_VNI, " 21345", "666", '8', '7', '9', true},
    {BON_IME_VIQR, " `'?~.", "^^^", '(', '+', 'd', true},
};
enum { METHODS = sizeof methods / sizeof *methods };

static const char hats[] = "aeo", vowels[] = "aeiouy";

static char plain_of(unsigned number) { return (char)bon_glyphs[bon_plain_letter[number]][0][0]; }

/* How the horn of ư is typed: with its own key, with the one that marks o too (ươ), or by w alone. */
enum horn { A_KEY_EACH, ONE_KEY, W_ALONE, HORNS };

/* The letters and marks of a spelling. False: the spelling has nothing that is typed this way. */
static bool take_apart(const char *text, size_t n, const struct method *method, enum horn horn, struct parts *parts) {
    bool differs = horn == A_KEY_EACH;
    *parts = (struct parts){.first_vowel = 16};
    for (size_t i = 0; i < n;) {
        unsigned length, info = bon_letter_info(bon_utf8_read(text + i, n - i, &length));
        unsigned number = info & BON_LETTER_NUMBER, at = parts->count++;
        char base = plain_of(number), key = 0;
        i += length;
        parts->letters[at] = base;
        if (strchr(vowels, base) && parts->first_vowel == 16) parts->first_vowel = at;
        if (number == 7) key = method->stroke;
        if (number == 2) key = method->breve;
        if (number == 19 || number == 26) key = method->horn;
        if (number == 3 || number == 9 || number == 18) key = method->hat[strchr(hats, base) - hats];
        unsigned next = i < n ? bon_letter_info(bon_utf8_read(text + i, n - i, &length)) & BON_LETTER_NUMBER : 0;
        bool pair = number == 26 && next == 19;
        differs |= horn == ONE_KEY ? pair : number == 26;
        if (pair && horn == ONE_KEY) continue;
        if (number == 26 && horn == W_ALONE) {
            parts->letters[at] = 'w';
            continue;
        }
        /* Telex: the third o of cooong takes back the mark of the second. */
        if (number == 17 && at > 0 && parts->letters[at - 1] == 'o' && !method->sign_marks)
            parts->letters[parts->count++] = 'o';
        /* With a horn key for each of ươ, the one of ư must come before o: behind it, one key would mark both. */
        if (key) parts->marks[parts->mark_count++] = (struct mark){key, at, pair ? at : 16};
    }
    return differs && (horn != W_ALONE || method->method == BON_IME_TELEX);
}

/* ---- asking the engine ---- */

struct asked {
    bon_ime *ime;
    char expected[3][BON_SYLLABLE_MAX]; /* by bon_case: lower, title, upper */
    size_t expected_len[3];
    unsigned long count, failed;
};

static void expect_case(struct asked *asked, const char *keys, size_t n, bon_case letter_case) {
    bon_ime_result result;
    bon_ime_reset(asked->ime);
    for (size_t i = 0; i < n; i++) {
        bool upper = letter_case == BON_CASE_UPPER || (letter_case == BON_CASE_TITLE && i == 0);
        bool letter = keys[i] >= 'a' && keys[i] <= 'z';
        bon_ime_key(asked->ime, (unsigned char)(upper && letter ? keys[i] - 32 : keys[i]), 0, &result);
    }
    bon_ime_finish(asked->ime, &result);
    asked->count++;
    const char *expected = asked->expected[letter_case];
    size_t length = asked->expected_len[letter_case];
    if (result.commit_len == length && memcmp(result.commit, expected, length) == 0) return;
    if (asked->failed++ < 5)
        fprintf(stderr, "%.*s: %.*s instead of %.*s\n", (int)n, keys, (int)result.commit_len, result.commit,
                (int)length, expected);
}

static void expect(struct asked *asked, const char *keys, size_t n) {
    for (int letter_case = BON_CASE_LOWER; letter_case <= BON_CASE_UPPER; letter_case++)
        expect_case(asked, keys, n, letter_case);
}

/* Puts mark m and those after it into the keys, at every place and in every order among those that are there. */
static void insert_marks(struct asked *asked, const struct parts *parts, unsigned m, const char *keys,
                         const unsigned *letter_of, unsigned count) {
    if (m == parts->mark_count) {
        expect(asked, keys, count);
        return;
    }
    for (unsigned at = 1; at <= count; at++) {
        char more[24];
        unsigned letters[24];
        if (letter_of[at - 1] < parts->marks[m].behind || letter_of[at - 1] > parts->marks[m].until) continue;
        memcpy(more, keys, at);
        memcpy(letters, letter_of, at * sizeof *letters);
        more[at] = parts->marks[m].key;
        letters[at] = letter_of[at - 1];
        memcpy(more + at + 1, keys + at, count - at);
        memcpy(letters + at + 1, letter_of + at, (count - at) * sizeof *letters);
        insert_marks(asked, parts, m + 1, more, letters, count + 1);
    }
}

static void every_order(struct asked *asked, const struct parts *parts) {
    unsigned letter_of[16];
    for (unsigned i = 0; i < parts->count; i++) letter_of[i] = i;
    insert_marks(asked, parts, 0, parts->letters, letter_of, parts->count);
}

/* dd at the beginning, instead of a d that comes back over the vowel. */
static void double_first_letter(struct parts *parts) {
    memmove(parts->letters + 1, parts->letters, parts->count++);
    parts->first_vowel++;
    parts->mark_count--;
    memmove(parts->marks, parts->marks + 1, parts->mark_count * sizeof *parts->marks);
    for (unsigned m = 0; m < parts->mark_count; m++) parts->marks[m].behind++, parts->marks[m].until++;
}

static void check_syllable(struct asked *asked, const struct method *method, unsigned code, bon_tone_style style) {
    char tone = method->tones[code % BON_TONES];
    for (int letter_case = BON_CASE_LOWER; letter_case <= BON_CASE_UPPER; letter_case++)
        asked->expected_len[letter_case] =
            bon_syllable_spell((bon_syllable)code, letter_case, style, asked->expected[letter_case]);
    for (int way = 0; way < 2 * HORNS; way++) {
        struct parts parts;
        bool late_stroke = way >= HORNS;
        if (!take_apart(asked->expected[0], asked->expected_len[0], method, way % HORNS, &parts)) continue;
        bool stroke = parts.mark_count > 0 && parts.marks[0].key == method->stroke && parts.letters[0] == 'd';
        if (late_stroke && !stroke) continue;
        if (late_stroke)
            parts.marks[0].behind = parts.first_vowel;
        else if (stroke && method->stroke == 'd')
            double_first_letter(&parts);
        if (tone != ' ') parts.marks[parts.mark_count++] = (struct mark){tone, parts.first_vowel, 16};
        every_order(asked, &parts);
    }
}

static void check_method(const struct method *method, bon_tone_style style) {
    bon_ime_options options = {.method = method->method, .tone_style = style};
    struct asked asked = {0};
    cr_assert_eq(bon_ime_open(&asked.ime, &options), BON_OK);
    for (unsigned code = 0; code < BON_SYLLABLE_CODES; code++)
        if (bon_syllable_valid(code)) check_syllable(&asked, method, code, style);
    bon_ime_close(asked.ime);
    cr_expect_eq(asked.failed, 0, "%s: %lu of %lu key sequences", bon_ime_method_name(method->method), asked.failed,
                 asked.count);
    cr_expect_gt(asked.count, 300000);
}

Test(ime_orders, telex) { check_method(&methods[0], BON_TONE_OLD); }
Test(ime_orders, telex_new) { check_method(&methods[0], BON_TONE_NEW); }
Test(ime_orders, simple_telex) { check_method(&methods[1], BON_TONE_OLD); }
Test(ime_orders, vni) { check_method(&methods[2], BON_TONE_OLD); }
Test(ime_orders, viqr) { check_method(&methods[3], BON_TONE_OLD); }
