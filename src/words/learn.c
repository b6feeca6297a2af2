/* src/words/learn.c: finds the weights: the conditional likelihood of the gold words under the semi-Markov random field of
 * model.h, with a Gaussian prior, climbed by Adam (Kingma & Ba 2015) over all examples at once. Sums run in a fixed order, so the
 * same examples give the same weights.
 */
#include "words/learn.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define PRIOR 0.5 /* inverse variance */
#define RATE 0.1
#define RATE_LAST 0.005
#define MEAN_DECAY 0.9
#define SQUARE_DECAY 0.99
#define FLOOR 1e-3

/* ---- describing ---- */

static bon_status grow(struct bon_lesson *lesson) {
    enum { FIRST = 1 << 14 };
    size_t cap = lesson->cap ? 2 * lesson->cap : FIRST;
    uint64_t *keys = bon_alloc_zeroed(cap, sizeof *keys);
    uint32_t *numbers = keys ? bon_alloc_zeroed(cap, sizeof *numbers) : NULL;
    if (!numbers) {
        free(keys);
        return BON_ERR_NOMEM;
    }
    for (size_t i = 0; i < lesson->cap; i++) {
        if (!lesson->keys[i]) continue;
        size_t at = lesson->keys[i] & (cap - 1);
        while (keys[at]) at = (at + 1) & (cap - 1);
        keys[at] = lesson->keys[i];
        numbers[at] = lesson->numbers[i];
    }
    free(lesson->keys);
    free(lesson->numbers);
    lesson->keys = keys;
    lesson->numbers = numbers;
    lesson->cap = cap;
    return BON_OK;
}

static bon_status add_gram(struct bon_lesson *lesson, const struct bon_evidence *evidence, uint64_t key, unsigned order,
                           bool sign, uint32_t *number) {
    const struct bon_gram_names names = bon_gram_classes(evidence, bon_evidence_find(evidence, key), order, sign);
    size_t next = lesson->gram_count ? lesson->gram_count : 1;
    BON_TRY(bon_grow_array(&lesson->grams, &lesson->gram_cap, next + 1, sizeof *lesson->grams));
    struct bon_lesson_gram *gram = &lesson->grams[next];
    *gram = (struct bon_lesson_gram){.classes = {0}};
    for (unsigned k = 0; k < names.count; k++)
        BON_TRY(bon_weights_class(&lesson->weights, names.keys[k], &gram->classes[k]));
    lesson->gram_count = next + 1;
    *number = (uint32_t)next;
    return BON_OK;
}

static bon_status gram_number(struct bon_lesson *lesson, const struct bon_evidence *evidence, uint64_t key,
                              unsigned order, bool sign, uint32_t *number) {
    if (3 * lesson->gram_count >= 2 * lesson->cap) BON_TRY(grow(lesson));
    size_t at = key & (lesson->cap - 1);
    while (lesson->keys[at] && lesson->keys[at] != key) at = (at + 1) & (lesson->cap - 1);
    if (!lesson->keys[at]) {
        BON_TRY(add_gram(lesson, evidence, key, order, sign, &lesson->numbers[at]));
        lesson->keys[at] = key;
    }
    *number = lesson->numbers[at];
    return BON_OK;
}

static bon_status describe(struct bon_lesson *lesson, struct bon_example *example,
                           const struct bon_evidence *evidence) {
    memset(example->grams, 0, example->count * sizeof *example->grams);
    for (size_t i = 0; i < example->count; i++) {
        uint64_t key = BON_GRAM_NONE;
        bool sign = example->units[i].shape == BON_UNIT_SIGN;
        for (unsigned order = 1; order <= BON_GRAM_MAX && i + order <= example->count; order++) {
            const struct bon_unit *last = &example->units[i + order - 1];
            if (order > 1 && (sign || last->shape == BON_UNIT_SIGN)) break;
            key = bon_gram_key(key, last->id);
            BON_TRY(gram_number(lesson, evidence, key, order, sign, &example->grams[i][order - 1]));
        }
    }
    return BON_OK;
}

bon_status bon_lesson_describe(struct bon_lesson *lesson, size_t first, size_t end,
                               const struct bon_evidence *evidence) {
    if (lesson->cap) memset(lesson->keys, 0, lesson->cap * sizeof *lesson->keys);
    for (size_t i = first; i < end; i++) BON_TRY(describe(lesson, &lesson->examples[i], evidence));
    return BON_OK;
}

void bon_lesson_clear(struct bon_lesson *lesson) {
    free(lesson->grams);
    free(lesson->keys);
    free(lesson->numbers);
    bon_weights_free(&lesson->weights);
    *lesson = (struct bon_lesson){.examples = lesson->examples, .count = lesson->count};
}

/* ---- one sentence: scores, probabilities, errors ---- */

enum { PARTS = BON_WORD_PARTS_MAX };

/* Room for the longest example. */
struct room {
    double *gaps;            /* score of joining over the gap before a unit; then its error */
    double (*words)[PARTS];  /* score of the word from a unit on, by length */
    double *before, *behind; /* logarithm of the sum over all words up to, from a unit on */
    double *gradient;        /* [all weights] */
};

/* The longest word from a unit on. */
static unsigned reach(const struct bon_example *example, size_t begin) {
    unsigned length = 1;
    while (length < PARTS && begin + length < example->count && !bon_is_parted(example->units, begin + length))
        length++;
    return length;
}

/* Gap k of an n-gram from unit `begin` on; false when there is none. */
static bool gap_of(const struct bon_example *example, size_t begin, unsigned order, int k, size_t *gap) {
    *gap = begin + (size_t)(bon_gram_reach[order - 1].first + k); /* before the first: very large */
    return *gap > 0 && *gap < example->count;
}

static void score_gaps(const struct bon_lesson *lesson, const struct bon_example *example, struct room *room) {
    uint32_t terms[BON_GAP_TERMS];
    size_t gap;
    memset(room->gaps, 0, example->count * sizeof *room->gaps);
    for (size_t i = 0; i < example->count; i++)
        for (unsigned order = 1; order <= BON_GRAM_MAX && example->grams[i][order - 1]; order++)
            for (int k = 0; k < bon_gram_reach[order - 1].gaps; k++)
                if (gap_of(example, i, order, k, &gap))
                    room->gaps[gap] += lesson->grams[example->grams[i][order - 1]].scores[k];
    for (size_t i = 1; i < example->count; i++) {
        bon_gap_terms(example->units, example->count, i, terms);
        for (unsigned k = 0; k < BON_GAP_TERMS; k++) room->gaps[i] += lesson->weights.values[terms[k]];
    }
}

static void score_words(const struct bon_lesson *lesson, const struct bon_example *example, size_t begin,
                        struct room *room) {
    uint32_t terms[BON_WORD_TERMS];
    double inside = 0;
    unsigned tail = 0, longest = reach(example, begin);
    for (unsigned length = 1; length <= longest; length++) {
        if (length > 1) {
            inside += room->gaps[begin + length - 1];
            tail = bon_tail_shape(tail, example->units[begin + length - 1].shape);
        }
        double score = inside;
        if (length <= BON_GRAM_MAX) score += lesson->grams[example->grams[begin][length - 1]].scores[BON_GRAM_WORD];
        bon_word_terms(example->units, example->count, begin, length, tail, terms);
        for (unsigned k = 0; k < BON_WORD_TERMS; k++) score += lesson->weights.values[terms[k]];
        room->words[begin][length - 1] = score;
    }
}

static double log_sum(const double *values, unsigned count) {
    double most = values[0], sum = 0;
    for (unsigned k = 1; k < count; k++) most = fmax(most, values[k]);
    for (unsigned k = 0; k < count; k++) sum += exp(values[k] - most);
    return most + log(sum);
}

/* The forward and the backward sums. */
static void sum_up(const struct bon_example *example, struct room *room) {
    double values[PARTS];
    const size_t count = example->count;
    room->before[0] = room->behind[count] = 0;
    for (size_t end = 1; end <= count; end++) {
        unsigned ways = 0;
        for (unsigned length = 1; length <= PARTS && length <= end; length++) {
            if (length > 1 && bon_is_parted(example->units, end - length + 1)) break;
            values[ways++] = room->before[end - length] + room->words[end - length][length - 1];
        }
        room->before[end] = log_sum(values, ways);
    }
    for (size_t begin = count; begin-- > 0;) {
        unsigned longest = reach(example, begin);
        for (unsigned length = 1; length <= longest; length++)
            values[length - 1] = room->behind[begin + length] + room->words[begin][length - 1];
        room->behind[begin] = log_sum(values, longest);
    }
}

/* Adds what the words from `begin` on should count for more, and notes the errors of the gaps inside them. */
static void correct_words(struct bon_lesson *lesson, const struct bon_example *example, size_t begin,
                          struct room *room) {
    uint32_t terms[BON_WORD_TERMS];
    unsigned tail = 0, longest = reach(example, begin), gold = 0;
    if (example->begins[begin])
        for (gold = 1; gold < longest && !example->begins[begin + gold];) gold++;
    for (unsigned length = 1; length <= longest; length++) {
        double sum = room->before[begin] + room->words[begin][length - 1] + room->behind[begin + length];
        double error = (length == gold) - exp(sum - room->before[example->count]);
        if (length > 1) tail = bon_tail_shape(tail, example->units[begin + length - 1].shape);
        if (length <= BON_GRAM_MAX) lesson->grams[example->grams[begin][length - 1]].errors[BON_GRAM_WORD] += error;
        bon_word_terms(example->units, example->count, begin, length, tail, terms);
        for (unsigned k = 0; k < BON_WORD_TERMS; k++) room->gradient[terms[k]] += error;
        for (unsigned k = 1; k < length; k++) room->gaps[begin + k] += error;
    }
}

static void correct_gaps(struct bon_lesson *lesson, const struct bon_example *example, const struct room *room) {
    uint32_t terms[BON_GAP_TERMS];
    size_t gap;
    for (size_t i = 0; i < example->count; i++)
        for (unsigned order = 1; order <= BON_GRAM_MAX && example->grams[i][order - 1]; order++)
            for (int k = 0; k < bon_gram_reach[order - 1].gaps; k++)
                if (gap_of(example, i, order, k, &gap))
                    lesson->grams[example->grams[i][order - 1]].errors[k] += room->gaps[gap];
    for (size_t i = 1; i < example->count; i++) {
        bon_gap_terms(example->units, example->count, i, terms);
        for (unsigned k = 0; k < BON_GAP_TERMS; k++) room->gradient[terms[k]] += room->gaps[i];
    }
}

static void study(struct bon_lesson *lesson, const struct bon_example *example, struct room *room) {
    score_gaps(lesson, example, room);
    for (size_t i = 0; i < example->count; i++) score_words(lesson, example, i, room);
    sum_up(example, room);
    memset(room->gaps, 0, example->count * sizeof *room->gaps);
    for (size_t i = 0; i < example->count; i++) correct_words(lesson, example, i, room);
    correct_gaps(lesson, example, room);
}

/* ---- all sentences, round after round ---- */

static double *class_weights(double *weights, uint32_t class) {
    return weights + BON_SHAPE_WEIGHTS + (size_t) class * BON_GRAM_SCORES;
}

/* The scores of all n-grams from the weights of their classes. */
static void spread(struct bon_lesson *lesson) {
    for (size_t i = 1; i < lesson->gram_count; i++) {
        struct bon_lesson_gram *gram = &lesson->grams[i];
        memset(gram->scores, 0, sizeof gram->scores);
        memset(gram->errors, 0, sizeof gram->errors);
        for (unsigned k = 0; k < BON_CLASSES_MAX && gram->classes[k]; k++)
            for (unsigned s = 0; s < BON_GRAM_SCORES; s++)
                gram->scores[s] += class_weights(lesson->weights.values, gram->classes[k])[s];
    }
}

static void gather(const struct bon_lesson *lesson, double *gradient) {
    for (size_t i = 1; i < lesson->gram_count; i++)
        for (unsigned k = 0; k < BON_CLASSES_MAX && lesson->grams[i].classes[k]; k++)
            for (unsigned s = 0; s < BON_GRAM_SCORES; s++)
                class_weights(gradient, lesson->grams[i].classes[k])[s] += lesson->grams[i].errors[s];
}

struct moments {
    double mean, square;
};

static void step(double *values, const double *gradient, struct moments *moments, size_t count, unsigned round,
                 unsigned rounds) {
    double rate = RATE + (RATE_LAST - RATE) * round / rounds;
    double mean_scale = 1 / (1 - pow(MEAN_DECAY, round)), square_scale = 1 / (1 - pow(SQUARE_DECAY, round));
    for (size_t i = 0; i < count; i++) {
        double slope = gradient[i] - PRIOR * values[i];
        moments[i].mean = MEAN_DECAY * moments[i].mean + (1 - MEAN_DECAY) * slope;
        moments[i].square = SQUARE_DECAY * moments[i].square + (1 - SQUARE_DECAY) * slope * slope;
        values[i] += rate * moments[i].mean * mean_scale / (sqrt(moments[i].square * square_scale) + FLOOR);
    }
}

static bon_status room_open(struct room *room, const struct bon_lesson *lesson, size_t weights) {
    size_t longest = 0;
    for (size_t i = 0; i < lesson->count; i++)
        if (lesson->examples[i].count > longest) longest = lesson->examples[i].count;
    *room = (struct room){.gaps = bon_alloc_zeroed(longest + 1, sizeof *room->gaps)};
    if (room->gaps) room->words = bon_alloc_zeroed(longest + 1, sizeof *room->words);
    if (room->words) room->before = bon_alloc_zeroed(longest + 1, sizeof *room->before);
    if (room->before) room->behind = bon_alloc_zeroed(longest + 1, sizeof *room->behind);
    if (room->behind) room->gradient = bon_alloc_zeroed(weights, sizeof *room->gradient);
    return room->gradient ? BON_OK : BON_ERR_NOMEM;
}

static void room_close(struct room *room) {
    free(room->gaps);
    free(room->words);
    free(room->before);
    free(room->behind);
    free(room->gradient);
}

bon_status bon_lesson_learn(struct bon_lesson *lesson, unsigned rounds) {
    const size_t count = BON_SHAPE_WEIGHTS + ((size_t)lesson->weights.classes + 1) * BON_GRAM_SCORES;
    struct moments *moments = NULL;
    struct room room;
    bon_status status = room_open(&room, lesson, count);
    free(lesson->weights.values);
    lesson->weights.values = status == BON_OK ? bon_alloc_zeroed(count, sizeof *lesson->weights.values) : NULL;
    if (lesson->weights.values) moments = bon_alloc_zeroed(count, sizeof *moments);
    if (!moments) status = BON_ERR_NOMEM;
    for (unsigned round = 1; round <= rounds && status == BON_OK; round++) {
        spread(lesson);
        memset(room.gradient, 0, count * sizeof *room.gradient);
        for (size_t i = 0; i < lesson->count; i++)
            if (lesson->examples[i].used) study(lesson, &lesson->examples[i], &room);
        gather(lesson, room.gradient);
        step(lesson->weights.values, room.gradient, moments, count, round, rounds);
    }
    free(moments);
    room_close(&room);
    return status;
}
