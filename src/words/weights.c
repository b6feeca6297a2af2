/* src/words/weights.c: classes of n-grams, and which weights the shapes of gaps and words have. */
#include "words/weights.h"

#include <math.h>
#include <stdlib.h>

#include "base/buf.h"

void bon_weights_free(struct bon_weights *weights) {
    free(weights->keys);
    free(weights->ids);
    free(weights->values);
    *weights = (struct bon_weights){.keys = NULL};
}

/* ---- classes of an n-gram ---- */

enum class_kind { CLASS_ORDER = 1, CLASS_LISTS, CLASS_USE, CLASS_ITSELF };

static uint64_t class_key(enum class_kind kind, unsigned order, uint64_t what) {
    uint64_t key = (what ^ ((uint64_t)kind << 60) ^ ((uint64_t)order << 56)) * UINT64_C(0xbf58476d1ce4e5b9);
    return (key ^ key >> 31) | 1;
}

static int bin(double value, double step, int most) {
    double i = floor(value / step);
    return i < -most ? -most : i > most ? most : (int)i;
}

/* How often an n-gram of plain text is a word (two units: lies inside one): logarithms of odds in steps; of three units and
 * more, which count only where they are words, of how often. */
static uint64_t use_of(const struct bon_evidence *evidence, const struct bon_gram *gram, unsigned order) {
    enum { NOT_SEEN = 64, ZERO = 32 };
    static const struct {
        double step;
        int most;
    } bins[BON_GRAM_MAX] = {{0.7, 10}, {0.6, 12}, {M_LN2, 20}, {M_LN2, 20}};
    if (!gram || gram->seen == 0 || gram->seen < evidence->least) return NOT_SEEN;
    double other = order > 2 ? 0 : (double)(gram->seen - gram->whole);
    double value = log(gram->whole + 0.5) - (order > 2 ? 0 : log(other + 0.5));
    return (uint64_t)(ZERO + bin(value, bins[order - 1].step, bins[order - 1].most));
}

struct bon_gram_names bon_gram_classes(const struct bon_evidence *evidence, const struct bon_gram *gram, unsigned order,
                                       bool sign) {
    enum { OF_WORDS, OF_SIGNS };
    struct bon_gram_names names = {.count = 0};
    names.keys[names.count++] = class_key(CLASS_ORDER, order, sign ? OF_SIGNS : OF_WORDS);
    if (!sign) {
        names.keys[names.count++] = class_key(CLASS_LISTS, order, gram ? gram->lists : 0);
        names.keys[names.count++] = class_key(CLASS_USE, order, use_of(evidence, gram, order));
    }
    if (gram && gram->gold && order <= 2) names.keys[names.count++] = class_key(CLASS_ITSELF, order, gram->key);
    return names;
}

/* ---- numbers of classes ---- */

static size_t place_of(const struct bon_weights *weights, uint64_t key) {
    size_t at = key >> 20 & (weights->cap - 1);
    while (weights->keys[at] != 0 && weights->keys[at] != key) at = (at + 1) & (weights->cap - 1);
    return at;
}

static bon_status grow(struct bon_weights *weights) {
    enum { FIRST = 1 << 12 };
    struct bon_weights larger = *weights;
    larger.cap = weights->cap ? 2 * weights->cap : FIRST;
    larger.keys = bon_alloc_zeroed(larger.cap, sizeof *larger.keys);
    larger.ids = larger.keys ? bon_alloc_zeroed(larger.cap, sizeof *larger.ids) : NULL;
    if (!larger.ids) {
        free(larger.keys);
        return BON_ERR_NOMEM;
    }
    for (size_t i = 0; i < weights->cap; i++) {
        if (!weights->keys[i]) continue;
        size_t at = place_of(&larger, weights->keys[i]);
        larger.keys[at] = weights->keys[i];
        larger.ids[at] = weights->ids[i];
    }
    free(weights->keys);
    free(weights->ids);
    *weights = larger;
    return BON_OK;
}

bon_status bon_weights_class(struct bon_weights *weights, uint64_t key, uint32_t *id) {
    if (3 * (size_t)weights->classes >= 2 * weights->cap) BON_TRY(grow(weights));
    size_t at = place_of(weights, key);
    if (!weights->keys[at]) {
        weights->keys[at] = key;
        weights->ids[at] = ++weights->classes;
    }
    *id = weights->ids[at];
    return BON_OK;
}

uint32_t bon_weights_find(const struct bon_weights *weights, uint64_t key) {
    return weights->cap ? weights->ids[place_of(weights, key)] : 0;
}

/* ---- shapes ---- */

void bon_gap_terms(const struct bon_unit *units, size_t count, size_t i, uint32_t terms[BON_GAP_TERMS]) {
    unsigned all = bon_gap_shape(units, count, i), echo = bon_gap_echo(units, i);
    unsigned pair = echo % BON_GAP_PAIRS, left = all / BON_UNIT_SHAPES, right = all % (BON_GAP_PAIRS * BON_UNIT_SHAPES);
    terms[0] = BON_AT_PAIR + pair;
    terms[1] = BON_AT_LEFT + left;
    terms[2] = BON_AT_RIGHT + right;
    terms[3] = BON_AT_GAP + all;
    terms[4] = BON_AT_ECHO + echo / BON_GAP_PAIRS;
    terms[5] = BON_AT_ECHO_PAIR + echo;
}

void bon_word_terms(const struct bon_unit *units, size_t count, size_t begin, unsigned length, unsigned tail,
                    uint32_t terms[BON_WORD_TERMS]) {
    terms[0] = BON_AT_LENGTH + length - 1;
    terms[1] = BON_AT_WORD + bon_word_shape(length, units[begin].shape, tail);
    terms[2] = BON_AT_SIDES + bon_word_sides(units, count, begin, length);
}
