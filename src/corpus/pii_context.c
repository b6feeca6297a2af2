/* src/corpus/pii_context.c: see pii_context.h. */
#include "corpus/pii_context.h"

#include <string.h>

#include "syllable/spelling.h"
#include "syllable/utf8.h"

/* The plain small letter of a code point, a digit, 0 for a combining mark, else a blank. */
static char plain_of(uint32_t c) {
    if (c - '0' < 10 || c - 'a' < 26) return (char)c;
    if (c - 'A' < 26) return (char)(c + 'a' - 'A');
    if (c - 0x300 < 0x70) return 0;
    unsigned number = c < 0x80 || c == BON_UTF8_INVALID ? 0 : bon_letter_info(c) & BON_LETTER_NUMBER;
    return number ? (char)bon_glyphs[bon_plain_letter[number]][0][BON_TONE_NGANG] : ' ';
}

void bon_pii_context_read(struct bon_pii_context *context, const char *text, size_t at) {
    size_t from = at < BON_PII_CONTEXT ? 0 : at - BON_PII_CONTEXT;
    const char *newline = memrchr(text + from, '\n', at - from);
    if (newline) from = (size_t)(newline - text) + 1;
    while (from < at && bon_utf8_tail(text[from])) from++;
    context->len = 0;
    context->words[context->len++] = ' ';
    for (unsigned length; from < at; from += length) {
        char plain = plain_of(bon_utf8_read(text + from, at - from, &length));
        if (plain && (plain != ' ' || context->words[context->len - 1] != ' ')) context->words[context->len++] = plain;
    }
}

static bool is_word_byte(char c) { return c != ' '; }

/* Where the digits that part a phrase from the number begin: phrases count only behind them. */
static size_t behind_digits(const struct bon_pii_context *context) {
    size_t run = 0;
    for (size_t i = context->len; i > 0; i--) {
        run = (unsigned char)(context->words[i - 1] - '0') < 10 ? run + 1 : 0;
        if (run == 4) return i + 3;
    }
    return 0;
}

int bon_pii_context_distance(const struct bon_pii_context *context, const char *const *phrases) {
    size_t first = behind_digits(context);
    int best = -1;
    for (; *phrases; phrases++) {
        size_t n = strlen(*phrases);
        for (size_t at = context->len - (context->len < n ? context->len : n); at > first; at--) {
            if (memcmp(context->words + at, *phrases, n) != 0) continue;
            bool begins = !is_word_byte(context->words[at - 1]);
            bool ends = at + n == context->len || !is_word_byte(context->words[at + n]);
            int distance = (int)(context->len - at - n);
            if (!begins || !ends) continue;
            if (best < 0 || distance < best) best = distance;
            break;
        }
    }
    return best;
}

bool bon_pii_context_follows(const struct bon_pii_context *context, const char *const *phrases) {
    int distance = bon_pii_context_distance(context, phrases);
    return distance == 0 || (distance == 1 && context->words[context->len - 1] == ' ');
}

bool bon_pii_context_joined(const struct bon_pii_context *context, const char *const *phrases) {
    return context->words[context->len - 1] != ' ' && bon_pii_context_distance(context, phrases) == 0;
}
