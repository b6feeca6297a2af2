/* bench/ime_orders.c: reads words, one a line, and writes the telex keys of each in three typing orders, a line each with a
 * blank behind: marks at their letters and the tone behind the word; all at their letters; plain letters first, then marks,
 * then the tone. Made from the letters of the word alone, without the engine. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "syllable/spelling.h"
#include "syllable/utf8.h"

enum order { TONE_BEHIND, AT_LETTERS, ALL_BEHIND, ORDERS };
enum { HAT_A = 3, D_STROKE = 7, HAT_E = 9, HAT_O = 18 };

static const char tone_keys[] = " fsrxj", hook_letters[] = "\2\23\32"; /* ă ơ ư */

static char mark_key(unsigned number) {
    if (number == HAT_A) return 'a';
    if (number == HAT_E) return 'e';
    if (number == HAT_O) return 'o';
    if (number == D_STROKE) return 'd';
    return number && strchr(hook_letters, (int)number) ? 'w' : 0;
}

static size_t put(char *out, size_t n, char key, bool upper) {
    if (key) out[n++] = upper ? (char)(key - 32) : key;
    return n;
}

static void write_keys(const char *word, size_t n, enum order order) {
    char keys[256], marks[64];
    size_t count = 0, mark_count = 0;
    char tone = 0;
    for (size_t i = 0; i < n && count < 120;) {
        unsigned length, info = bon_letter_info(bon_utf8_read(word + i, n - i, &length));
        unsigned number = info & BON_LETTER_NUMBER;
        bool upper = info & BON_LETTER_UPPER;
        char mark = mark_key(number), this_tone = tone_keys[info >> BON_LETTER_TONE_SHIFT & 7];
        i += length;
        count = put(keys, count, (char)bon_glyphs[bon_plain_letter[number]][0][0], upper);
        bool late = order == ALL_BEHIND && number != D_STROKE;
        if (!late) count = put(keys, count, mark, upper);
        /* One w marks both letters of uo. */
        if (late && mark && !(mark == 'w' && mark_count && (marks[mark_count - 1] | 32) == 'w'))
            mark_count = put(marks, mark_count, mark, upper);
        if (this_tone == ' ') continue;
        if (order == AT_LETTERS)
            count = put(keys, count, this_tone, upper);
        else
            tone = upper ? (char)(this_tone - 32) : this_tone;
    }
    printf("%.*s%.*s%.*s \n", (int)count, keys, (int)mark_count, marks, tone != 0, &tone);
}

int main(void) {
    char line[256];
    while (fgets(line, sizeof line, stdin)) {
        size_t n = strcspn(line, "\n");
        for (int order = 0; order < ORDERS; order++) write_keys(line, n, order);
    }
    return 0;
}
