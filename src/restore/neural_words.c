/* src/restore/neural_words.c: from a token to the features of a position. See neural.h. */
#include <string.h>

#include "base/hash.h"
#include "restore/letters.h"
#include "restore/neural.h"
#include "syllable/spelling.h"

/* What a letter's own mark says: 0 nothing, 1 circumflex, 2 horn or breve, BON_LABEL_D đ. */
static unsigned shape_of(unsigned letter) {
    switch (bon_glyphs[letter][0][BON_TONE_NGANG]) {
    case 0xe2:
    case 0xea:
    case 0xf4: return 1;
    case 0x103:
    case 0x1a1:
    case 0x1b0: return 2;
    case 0x111: return BON_LABEL_D;
    default: return 0;
    }
}

unsigned bon_marks_label(const char *word, size_t n) {
    unsigned shape = 0, tone = 0, d = 0;
    for (size_t i = 0; i < n;) {
        const struct bon_mark_letter letter = bon_letter_read(word + i, n - i);
        const unsigned mark = letter.letter ? shape_of(letter.letter) : 0;
        if (mark == BON_LABEL_D)
            d = BON_LABEL_D;
        else if (mark)
            shape = mark;
        if (letter.tone) tone = letter.tone;
        i += letter.len;
    }
    return d + shape * BON_TONES + tone;
}

/* ---- the vocabulary ---- */

static int compare(const struct bon_neural_words *words, uint32_t word, const char *form, size_t n) {
    const uint32_t begin = words->begins[word], length = words->begins[word + 1] - begin;
    const int order = memcmp(words->text + begin, form, length < n ? length : n);
    return order ? order : (length > n) - (length < n);
}

/* The form among words first ... last - 1, or BON_NEURAL_UNKNOWN. */
static uint32_t search(const struct bon_neural_words *words, uint32_t first, uint32_t last, const char *form,
                       size_t n) {
    while (first < last) {
        const uint32_t middle = first + (last - first) / 2;
        const int order = compare(words, middle, form, n);
        if (order == 0) return middle;
        if (order < 0)
            first = middle + 1;
        else
            last = middle;
    }
    return BON_NEURAL_UNKNOWN;
}

/* The first or last `most` letters: bytes where characters begin. */
static size_t letters_from_start(const char *form, size_t n, unsigned most) {
    size_t i = 0;
    for (; i < n; i++)
        if (((unsigned char)form[i] & 0xc0) != 0x80 && most-- == 0) break;
    return i;
}
static size_t letters_from_end(const char *form, size_t n, unsigned most) {
    size_t i = n;
    while (i > 0 && most > 0) most -= ((unsigned char)form[--i] & 0xc0) != 0x80;
    return i;
}

static uint16_t place(const char *bytes, size_t n, unsigned salt, uint32_t hashes) {
    const uint64_t hash = (bon_hash64(bytes, n) + salt) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint16_t)((hash >> 32) * hashes >> 32);
}

void bon_neural_find(const struct bon_neural_words *words, const char *form, size_t n, struct bon_neural_token *token) {
    uint32_t word = search(words, BON_NEURAL_FIRST, words->gates, form, n);
    if (word == BON_NEURAL_UNKNOWN) word = search(words, words->gates, words->count, form, n);
    token->word = (uint16_t)word;
    token->hash[0] = token->hash[1] = 0;
    if (word == BON_NEURAL_UNKNOWN) bon_neural_hash(words, form, n, token);
}

void bon_neural_hash(const struct bon_neural_words *words, const char *form, size_t n, struct bon_neural_token *token) {
    enum { LETTERS = 3 };
    const size_t head = letters_from_start(form, n, LETTERS), tail = letters_from_end(form, n, LETTERS);
    token->word = BON_NEURAL_UNKNOWN;
    token->hash[0] = place(form, head, 1, words->hashes);
    token->hash[1] = place(form + tail, n - tail, 2, words->hashes);
}

enum bon_neural_shape bon_neural_shape_of(const bon_token *token, size_t plain_n) {
    if (plain_n == 0) return BON_NEURAL_OTHER;
    switch ((bon_case)token->letter_case) {
    case BON_CASE_LOWER: return BON_NEURAL_LOWER;
    case BON_CASE_TITLE: return BON_NEURAL_TITLE;
    case BON_CASE_UPPER: return plain_n == 1 ? BON_NEURAL_TITLE : BON_NEURAL_UPPER;
    default: return BON_NEURAL_MIXED;
    }
}

/* ---- features: words, shapes, marks typed, "not hashed", hashes ---- */

uint32_t bon_neural_features(const struct bon_neural_words *words) {
    return words->count + BON_NEURAL_SHAPES + (BON_MARK_LABELS + 1) + 1 + words->hashes;
}

void bon_neural_bag(const struct bon_neural_words *words, const struct bon_neural_token *token,
                    int32_t ids[BON_NEURAL_BAG]) {
    const int32_t shapes = (int32_t)words->count, marks = shapes + BON_NEURAL_SHAPES;
    const int32_t known = marks + BON_MARK_LABELS + 1, hashes = known + 1;
    const bool unknown = token->word == BON_NEURAL_UNKNOWN;
    ids[0] = token->word;
    ids[1] = shapes + token->shape;
    ids[2] = marks + token->typed;
    ids[3] = unknown ? hashes + token->hash[0] : known;
    ids[4] = unknown ? hashes + token->hash[1] : known;
}

void bon_neural_fit(struct bon_encoder_config *config, const struct bon_neural_words *words) {
    config->features = bon_neural_features(words);
    config->bag = BON_NEURAL_BAG;
    config->gates = words->gates;
    config->labels = BON_MARK_LABELS;
    config->splits = BON_NEURAL_SPLITS;
}
