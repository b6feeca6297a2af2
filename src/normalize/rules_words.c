/* src/normalize/rules_words.c: words and phrases of the user's file, found by one walk over a line however many there are.
 *
 * The table is sorted, so those that begin with the bytes read so far are a range, which each further byte narrows. The longest
 * that fits wins. A word fits where it is whole: no letter, mark or digit goes on where it begins or ends with one.
 */
#include <stdlib.h>
#include <unicode/uchar.h>

#include "normalize/rules.h"
#include "normalize/spans.h"
#include "syllable/utf8.h"

bon_status bon_rules_words_add(struct bon_rules_words *words, const char *from, size_t from_len, const char *to,
                               size_t to_len, unsigned line) {
    BON_TRY(bon_grow_array(&words->words, &words->cap, words->count + 1, sizeof *words->words));
    char *block = bon_alloc_array(from_len + to_len + 1, 1);
    if (!block) return BON_ERR_NOMEM;
    memcpy(block, from, from_len);
    if (to_len) memcpy(block + from_len, to, to_len);
    words->words[words->count++] = (struct bon_rules_word){block, block + from_len, from_len, to_len, line};
    return BON_OK;
}

static int by_word(const void *a, const void *b) {
    const struct bon_rules_word *x = a, *y = b;
    int order = memcmp(x->from, y->from, x->from_len < y->from_len ? x->from_len : y->from_len);
    if (order) return order;
    if (x->from_len != y->from_len) return x->from_len < y->from_len ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

void bon_rules_words_finish(struct bon_rules_words *words, const struct bon_rules_word **twice) {
    *twice = NULL;
    if (words->count) qsort(words->words, words->count, sizeof *words->words, by_word);
    for (size_t i = 1; i < words->count && !*twice; i++) {
        const struct bon_rules_word *a = &words->words[i - 1], *b = &words->words[i];
        if (a->from_len == b->from_len && memcmp(a->from, b->from, a->from_len) == 0) *twice = b;
    }
    size_t i = 0;
    for (unsigned byte = 0; byte <= 256; byte++) {
        while (i < words->count && (unsigned char)words->words[i].from[0] < byte) i++;
        words->first[byte] = i;
    }
}

void bon_rules_words_free(struct bon_rules_words *words) {
    for (size_t i = 0; i < words->count; i++) free(words->words[i].from);
    free(words->words);
}

static bool goes_on(const char *text, size_t n) {
    unsigned used;
    uint32_t c = n ? bon_utf8_read(text, n, &used) : BON_UTF8_INVALID;
    if (c == BON_UTF8_INVALID) return false;
    return u_isalnum((UChar32)c) || (U_GET_GC_MASK((UChar32)c) & U_GC_M_MASK);
}

/* Whether a word could end at `at` with a character that goes on behind it. */
static bool is_whole(const char *text, size_t n, size_t start, size_t at) {
    size_t last = at - 1;
    while (last > start && bon_utf8_tail(text[last])) last--;
    return !goes_on(text + last, n - last) || !goes_on(text + at, n - at);
}

/* The longest word that fits at `start`, NULL when none does. */
static const struct bon_rules_word *find(const struct bon_rules_words *words, const char *text, size_t n,
                                         size_t start) {
    unsigned char byte = (unsigned char)text[start];
    size_t low = words->first[byte], high = words->first[byte + 1];
    const struct bon_rules_word *best = NULL;
    for (size_t length = 1; low < high; length++) {
        const struct bon_rules_word *shortest = &words->words[low];
        if (shortest->from_len == length) {
            if (is_whole(text, n, start, start + length)) best = shortest;
            low++;
        }
        if (start + length == n) break;
        unsigned char next = (unsigned char)text[start + length];
        size_t bounds[2];
        for (unsigned side = 0; side < 2; side++) { /* the first word with a byte there of at least next + side */
            size_t a = low, b = high;
            while (a < b) {
                size_t middle = (a + b) / 2;
                if ((unsigned char)words->words[middle].from[length] < next + side)
                    a = middle + 1;
                else
                    b = middle;
            }
            bounds[side] = a;
        }
        low = bounds[0], high = bounds[1];
    }
    return best;
}

bon_status bon_rules_words_apply(const struct bon_rules_words *words, const bon_buf *text, bon_buf *out,
                                 uint64_t *count, unsigned *last, bon_spans *spans) {
    bool inside = false; /* a word, which nothing may begin in the middle of */
    size_t copied = 0;
    if (!words->count) return BON_OK;
    for (size_t at = 0; at < text->len;) {
        unsigned used;
        bool letter = goes_on(text->data + at, text->len - at);
        const struct bon_rules_word *word = inside && letter ? NULL : find(words, text->data, text->len, at);
        if (!word) {
            bon_utf8_read(text->data + at, text->len - at, &used);
            inside = letter;
            at += used;
            continue;
        }
        BON_TRY(bon_buf_append(out, text->data + copied, at - copied));
        BON_TRY(bon_spans_add(spans, out->len, word->to_len, at, word->from_len));
        BON_TRY(bon_buf_append(out, word->to, word->to_len));
        size_t end = at + word->from_len - 1;
        while (end > at && bon_utf8_tail(text->data[end])) end--;
        inside = goes_on(text->data + end, text->len - end);
        at = copied = at + word->from_len;
        *last = word->line;
        ++*count;
    }
    return copied ? bon_buf_append(out, text->data + copied, text->len - copied) : BON_OK;
}
